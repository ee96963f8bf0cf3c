//! Steps: what a network does, as plain data, and how it runs.
//!
//! [`Builder`] makes a step from its layers, its places in the arena and how it runs. It derives all
//! else and refuses what does not fit, so that whatever is [`Built`] is sound. [`Network`] holds the
//! steps to each other, and [`Runner`] to the memory that they are given. In a generated crate steps and
//! network are constants: a wrong one does not compile. Sizes and offsets are in `f32` elements;
//! nothing depends on the instruction set.
//!
//! Activations are kept in channel panels: `panel` neighbouring channels of all positions lie
//! together, the last panel holds the channels that are left, and nothing is padded. A tensor with
//! `panel == c` has one panel, which is the layout known as NHWC.

mod build;
mod chain;
mod convolve;
mod derive;
mod head;
mod join;
mod needs;
mod network;
mod runner;
mod sizes;
mod view;

pub use build::{Builder, PANEL, Packed};
pub use join::{Join, Serial};
pub use network::{Fault, Network, Sizes, Summary};
pub use runner::{Memory, Output, Runner};
pub use sizes::{aligned, bias_len, dense_len, depthwise_len, head_len};

/// Bounds of ReLU.
pub const RELU: (f32, f32) = (0.0, f32::INFINITY);
/// Bounds of ReLU6.
pub const RELU6: (f32, f32) = (0.0, 6.0);
/// Bounds of no activation.
pub const LINEAR: (f32, f32) = (f32::NEG_INFINITY, f32::INFINITY);

/// Most units that one step fuses.
pub const MAX_UNITS: usize = 8;

/// Where a tensor lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The network's input.
    Input,
    /// The shared part of the arena, from this offset on.
    Arena(usize),
    /// The network's outputs.
    Logits,
}

/// An activation of `c` channels on a map of `h` rows and `w` columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tensor {
    /// Where it lives.
    pub place: Place,
    /// Channels.
    pub c: usize,
    /// Rows.
    pub h: usize,
    /// Columns.
    pub w: usize,
    /// Channels of a panel.
    pub panel: usize,
    /// Offset of the first weights of the step that made it, which tells it from what lies in its place
    /// at another time.
    pub maker: usize,
}

impl Tensor {
    /// The network's input.
    pub const fn input(c: usize, h: usize, w: usize) -> Self {
        Self { place: Place::Input, c, h, w, panel: c, maker: 0 }
    }
}

/// A square window with its border zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Side.
    pub kernel: usize,
    /// Step.
    pub stride: usize,
    /// Rows of zeros above the map.
    pub top: usize,
    /// Columns of zeros to the left of the map.
    pub left: usize,
    /// Rows of zeros below the map.
    pub bottom: usize,
    /// Columns of zeros to the right of the map.
    pub right: usize,
}

impl Window {
    /// That of a pointwise convolution.
    pub const POINTWISE: Self = Self::new(1, 1, [0; 4]);

    /// A window with zeros above, to the left, below and to the right of the map.
    pub const fn new(kernel: usize, stride: usize, zeros: [usize; 4]) -> Self {
        let [top, left, bottom, right] = zeros;
        Self { kernel, stride, top, left, bottom, right }
    }

    /// Whether that is a 1×1 window of stride 1.
    pub const fn is_pointwise(&self) -> bool {
        self.kernel == 1 && self.stride == 1
    }
}

/// A dense convolution with its packed weights: bias first (`packed(c_out)` values, up to a multiple
/// of 16), then for each panel of output channels, for each tap row, tap column and input channel, a
/// row of `packed(channels of the panel)` weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dense {
    /// Offset of the bias in the weights.
    pub weights_at: usize,
    /// Input channels.
    pub c_in: usize,
    /// Output channels.
    pub c_out: usize,
    /// Output channels of a panel, a multiple of 8.
    pub panel: usize,
    /// The window.
    pub window: Window,
    /// Bounds of the activation.
    pub clamp: (f32, f32),
    /// Whether to prefetch the next panel's weights while one is at work.
    pub prefetch: bool,
}

/// A depthwise convolution with its packed weights: bias first (`packed(c)` values, up to a multiple
/// of 16), then for each panel, for each tap, a row of `packed(channels of the panel)` weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Depthwise {
    /// Offset of the bias in the weights.
    pub weights_at: usize,
    /// Channels.
    pub c: usize,
    /// Channels of a panel, a multiple of 8.
    pub panel: usize,
    /// The window.
    pub window: Window,
    /// Bounds of the activation.
    pub clamp: (f32, f32),
}

/// A dense convolution whose rows feed a depthwise convolution without ever forming a whole tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// What makes the depthwise convolution's input; absent where that is the step's source.
    pub dense: Option<Dense>,
    /// The depthwise convolution.
    pub depthwise: Depthwise,
    /// Rows and columns of the depthwise convolution's input.
    pub input: (usize, usize),
    /// Rows and columns of its output.
    pub output: (usize, usize),
    /// Output rows made at a time.
    pub band: usize,
    /// Offset in the scratch memory of the rows between the two convolutions.
    pub ring_at: usize,
    /// Rows of a panel kept there.
    pub ring_rows: usize,
    /// Channels of a panel there: the depthwise convolution's own, or [`MOST_LANES`](super::ops::MOST_LANES)
    /// where its panels and channels are multiples of that and the rows are not shared.
    pub ring_panel: usize,
    /// Whether all panels use the same rows, one after the other.
    pub ring_shared: bool,
    /// Offset of the band of output rows, where the output is not the step's: in the scratch memory,
    /// or in the shared memory where threads share panels.
    pub rows_at: usize,
}

/// How a step is dealt out to threads. Every element is computed in the same order whatever the
/// split, so results do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// By output rows; rows that two threads need are computed by both.
    Rows,
    /// By channel panels, the projection after the depthwise convolution.
    Panels,
}

/// What a [`Builder`] made, and nobody has changed since.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Built<T>(T);

impl<T> core::ops::Deref for Built<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A step of a network in whose chains there are at most `UNITS` units.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum Step<const UNITS: usize = MAX_UNITS> {
    /// A convolution of a whole tensor.
    Conv(Built<Conv>),
    /// Fused convolutions.
    Chain(Built<Chain<UNITS>>),
    /// Pooling and classifier.
    Head(Built<Head>),
}

/// A convolution of a whole tensor, with an optional residual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv {
    /// The convolution.
    pub dense: Dense,
    /// Input.
    pub source: Tensor,
    /// Added before the clamp.
    pub residual: Option<Tensor>,
    /// Output.
    pub out: Tensor,
    /// How threads share it.
    pub split: Split,
}

/// Fused convolutions: units in a row, computed depth first by bands of rows, then optionally a
/// pointwise projection with a residual. One unit and a projection are MobileNetV2's inverted
/// residual block; units alone are runs of MobileNetV1's blocks, and a unit without a dense
/// convolution and a projection is one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chain<const UNITS: usize = MAX_UNITS> {
    /// Input of the first unit.
    pub source: Tensor,
    /// The units; those from `len` on are not used.
    units: [Unit; UNITS],
    len: usize,
    /// The pointwise convolution after the last unit.
    pub project: Option<Dense>,
    /// Added to the projection before its clamp.
    pub residual: Option<Tensor>,
    /// Output.
    pub out: Tensor,
    /// How threads share it.
    pub split: Split,
}

impl<const UNITS: usize> Chain<UNITS> {
    /// The units, one at least.
    pub const fn units(&self) -> &[Unit] {
        self.units.split_at(self.len).0
    }
}

/// Global average pool and classifier, optionally after a pointwise convolution whose finished
/// panels are pooled in registers and multiplied by their rows of the classifier at once.
///
/// Packed weights: the classifier's bias (`packed(classes)` values, up to a multiple of 16), the
/// pointwise convolution's bias likewise, then for each panel its pointwise weights and its rows of
/// the classifier in blocks of columns (see `ops::linear`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// Input.
    pub source: Tensor,
    /// Offset of the packed weights.
    pub weights_at: usize,
    /// The pointwise convolution; its `weights_at` is that of its bias.
    pub dense: Option<Dense>,
    /// Channels that are pooled.
    pub c: usize,
    /// Channels of a panel.
    pub panel: usize,
    /// Outputs.
    pub classes: usize,
    /// Offset in the shared arena of [`Head::PARTIAL_SUMS`] × `packed(classes)` sums and
    /// [`Head::PARTIAL_SUMS`] × `panel` means.
    pub sums_at: usize,
}

impl Head {
    /// The panels are summed in this many sums, by however many threads.
    pub const PARTIAL_SUMS: usize = 4;
}

impl<const UNITS: usize> Step<UNITS> {
    /// Begins a step that reads `source`.
    pub const fn from(source: Tensor) -> Builder<UNITS> {
        Builder::new(source)
    }

    /// What it reads first.
    pub const fn source(&self) -> &Tensor {
        match self {
            Self::Conv(Built(step)) => &step.source,
            Self::Chain(Built(step)) => &step.source,
            Self::Head(Built(step)) => &step.source,
        }
    }

    /// What it adds to its output.
    pub const fn residual(&self) -> Option<&Tensor> {
        match self {
            Self::Conv(Built(step)) => step.residual.as_ref(),
            Self::Chain(Built(step)) => step.residual.as_ref(),
            Self::Head(_) => None,
        }
    }

    /// What it makes.
    pub const fn out(&self) -> Tensor {
        match self {
            Self::Conv(Built(step)) => step.out,
            Self::Chain(Built(step)) => step.out,
            Self::Head(Built(step)) => {
                let (c, maker) = (step.classes, step.weights_at);
                Tensor { place: Place::Logits, c, h: 1, w: 1, panel: c, maker }
            }
        }
    }
}
