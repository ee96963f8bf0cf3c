//! Inverted against classic residual blocks (MobileNetV2 paper, figure 3).
//!
//! Both have three convolutions. A classic block narrows, convolves densely and widens again, and
//! its skip connects the wide ends; an inverted block widens, convolves depthwise and narrows, and
//! its skip connects the narrow ends. They are set side by side at the same widest tensor: the
//! classic block's middle has a quarter of the channels, the inverted block's ends a sixth. Only the
//! body counts, without the projection that a classic skip needs where shapes change.

use serde::Serialize;

use super::{Row, elements};
use crate::layer::{Kind, Layer, Shape};
use crate::spec::Activation;

/// Widest over narrowest channels of a classic block (He et al. 2015).
const CLASSIC_EXPANSION: usize = 4;
/// Widest over narrowest channels of an inverted block (Sandler et al. 2018).
const INVERTED_EXPANSION: usize = 6;

/// A residual block of the network beside its counterpart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResidualPair<'g> {
    /// Module path of the block.
    pub block: &'g str,
    /// Which of the two is in the network: `inverted` or `classic`.
    pub kind: &'static str,
    /// Rows and columns of the input map.
    pub in_hw: [usize; 2],
    /// Rows and columns of the output map.
    pub out_hw: [usize; 2],
    /// The inverted block.
    pub inverted: Body,
    /// The classic block.
    pub classic: Body,
}

/// The three convolutions of a residual block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Body {
    /// Channels in, in the middle, and out.
    pub channels: [usize; 3],
    /// Weights.
    pub weights: u64,
    /// MACs.
    pub macs: u64,
    /// Elements that a skip connection keeps alive over the block.
    pub skip_elems: u64,
}

/// The residual blocks among `rows`, which are rows of layers.
pub fn pairs<'g>(rows: &[Row<'g>]) -> Vec<ResidualPair<'g>> {
    let blocks = rows.chunk_by(|a, b| a.first.block == b.first.block);
    blocks.filter_map(|block| pair(&layers(block))).collect()
}

/// The layers on a block's main path.
fn layers<'g>(block: &[Row<'g>]) -> Vec<&'g Layer> {
    let main = block.iter().filter(|row| !row.name.contains(".downsample."));
    main.map(|row| row.first).filter(|layer| layer.kind != Kind::Add).collect()
}

fn pair<'g>(layers: &[&'g Layer]) -> Option<ResidualPair<'g>> {
    let (&first, &last) = (layers.first()?, layers.last()?);
    let (input, output) = (first.input, last.output);
    let middle = layers[layers.len().saturating_sub(2)];
    let kernel = middle.kind.window()?.kernel;
    let linear = last.activation == Activation::None && matches!(last.kind, Kind::Pointwise(_));
    let (kind, inverted, classic) = match layers.iter().map(|l| l.kind).collect::<Vec<_>>()[..] {
        [Kind::Depthwise(_), _] | [Kind::Pointwise(_), Kind::Depthwise(_), _] if linear => {
            let wide = middle.output.c;
            let narrow = wide.div_ceil(CLASSIC_EXPANSION);
            let classic = [wide, narrow, wide];
            ("inverted", Body::inside(layers), Body::new(classic, kernel, true, input, output))
        }
        [Kind::Pointwise(_), Kind::Conv(_), _] if linear => {
            let ends = [input.c, output.c].map(|c| c.div_ceil(INVERTED_EXPANSION));
            let inverted = [ends[0], output.c, ends[1]];
            ("classic", Body::new(inverted, kernel, false, input, output), Body::inside(layers))
        }
        _ => return None,
    };
    Some(ResidualPair {
        block: &first.block,
        kind,
        in_hw: [input.h, input.w],
        out_hw: [output.h, output.w],
        inverted,
        classic,
    })
}

impl Body {
    /// What stands in the network.
    fn inside(layers: &[&Layer]) -> Self {
        let (input, output) = (layers[0].input, layers[layers.len() - 1].output);
        Self {
            channels: [input.c, layers[layers.len() - 2].output.c, output.c],
            weights: layers.iter().map(|l| l.parameters().weights as u64).sum(),
            macs: layers.iter().map(|l| l.macs()).sum(),
            skip_elems: elements(input),
        }
    }

    /// A block of given channels between two maps; its k×k convolution is dense or depthwise.
    fn new(channels: [usize; 3], k: usize, dense: bool, input: Shape, output: Shape) -> Self {
        let [a, b, c] = channels.map(|c| c as u64);
        let (before, after) = (input.positions() as u64, output.positions() as u64);
        let taps = (k * k) as u64;
        let middle = if dense { taps * b * b } else { taps * b };
        Self {
            channels,
            weights: a * b + middle + b * c,
            macs: a * b * before + (middle + b * c) * after,
            skip_elems: a * before,
        }
    }
}
