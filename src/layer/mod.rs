//! One layer of a network: shapes, and what it costs.
//!
//! **Convention.** A multiply-accumulate (MAC) counts once, and only convolutions and linear layers
//! have MACs; FLOPs are 2 × MACs. Batch normalisation, activation, pooling, residual add and bias
//! count nothing. A batch normalisation belongs to its convolution and has no layer of its own.

mod window;

pub use window::{Padding2d, Window};

use std::sync::Arc;

use crate::spec::{Activation, Input, Pool};

/// Shape of an activation: channels, rows, columns. A vector of `c` values is `[c, 1, 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Channels.
    pub c: usize,
    /// Rows.
    pub h: usize,
    /// Columns.
    pub w: usize,
}

impl Shape {
    /// A shape from its three sizes.
    pub const fn new(c: usize, h: usize, w: usize) -> Self {
        Self { c, h, w }
    }

    /// Number of elements.
    pub const fn elements(self) -> usize {
        self.c * self.h * self.w
    }

    /// Number of positions of the map.
    pub const fn positions(self) -> usize {
        self.h * self.w
    }
}

impl From<Input> for Shape {
    fn from(Input { channels, height, width }: Input) -> Self {
        Self::new(channels, height, width)
    }
}

/// A layer: one operation with the batch normalisation and activation that follow it.
#[derive(Clone, Debug)]
pub struct Layer {
    /// PyTorch module path of the convolution or linear layer; `*.add` for a residual add.
    pub name: Arc<str>,
    /// Module path of the block that the layer belongs to.
    pub block: Arc<str>,
    /// What the layer computes.
    pub kind: Kind,
    /// Shape of the (first) input.
    pub input: Shape,
    /// Shape of the output.
    pub output: Shape,
    /// Module path of the batch normalisation that follows, if any.
    pub norm: Option<Arc<str>>,
    /// Activation that follows.
    pub activation: Activation,
}

/// What a layer computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Dense convolution over a k×k window, k > 1.
    Conv(Window),
    /// Depthwise convolution: one filter per channel.
    Depthwise(Window),
    /// Dense 1×1 convolution.
    Pointwise(Window),
    /// Mean over all positions, as the network's program writes it.
    GlobalAveragePool(Pool),
    /// Fully connected layer with bias.
    Linear,
    /// Elementwise sum of two inputs.
    Add,
}

impl Kind {
    /// The short name used in reports: `conv dw pw gap fc add`.
    pub fn op(self) -> &'static str {
        match self {
            Self::Conv(_) => "conv",
            Self::Depthwise(_) => "dw",
            Self::Pointwise(_) => "pw",
            Self::GlobalAveragePool(_) => "gap",
            Self::Linear => "fc",
            Self::Add => "add",
        }
    }

    /// Kernel, stride and padding of a convolution.
    pub fn window(self) -> Option<Window> {
        match self {
            Self::Conv(w) | Self::Depthwise(w) | Self::Pointwise(w) => Some(w),
            _ => None,
        }
    }
}

/// Parameter counts of one layer, in elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Weights of the convolution or linear layer.
    pub weights: usize,
    /// Bias of the layer itself.
    pub bias: usize,
    /// Scale and shift of the batch normalisation (gamma, beta).
    pub norm: usize,
    /// Running mean and variance of the batch normalisation.
    pub norm_stats: usize,
}

impl Layer {
    /// Channel groups of the convolution; 1 for every other layer.
    pub fn groups(&self) -> usize {
        match self.kind {
            Kind::Depthwise(_) => self.input.c,
            _ => 1,
        }
    }

    /// Shape of the weight tensor in PyTorch's order, `[O, I/groups, kh, kw]` or `[O, I]`.
    pub fn weight_shape(&self) -> Option<Vec<usize>> {
        match self.kind {
            Kind::Conv(w) | Kind::Pointwise(w) => {
                Some(vec![self.output.c, self.input.c, w.kernel, w.kernel])
            }
            Kind::Depthwise(w) => Some(vec![self.output.c, 1, w.kernel, w.kernel]),
            Kind::Linear => Some(vec![self.output.c, self.input.c]),
            Kind::GlobalAveragePool(_) | Kind::Add => None,
        }
    }

    /// Number of weights, batch normalisation and bias parameters.
    pub fn parameters(&self) -> Parameters {
        let norm = if self.norm.is_some() { 2 * self.output.c } else { 0 };
        Parameters {
            weights: self.macs_per_position(),
            bias: if self.kind == Kind::Linear { self.output.c } else { 0 },
            norm,
            norm_stats: norm,
        }
    }

    /// Multiply-accumulates of one inference: K²·C_in·C_out·H·W for a dense convolution, K²·C·H·W
    /// for a depthwise one (H, W of the output map).
    pub fn macs(&self) -> u64 {
        self.macs_per_position() as u64 * self.output.positions() as u64
    }

    /// MACs for one output position, which is also the number of weights.
    fn macs_per_position(&self) -> usize {
        match self.kind {
            Kind::Conv(w) | Kind::Pointwise(w) => w.taps() * self.input.c * self.output.c,
            Kind::Depthwise(w) => w.taps() * self.output.c,
            Kind::Linear => self.input.c * self.output.c,
            Kind::GlobalAveragePool(_) | Kind::Add => 0,
        }
    }
}
