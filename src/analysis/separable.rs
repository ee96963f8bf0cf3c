//! Depthwise separable against standard convolution (MobileNetV1 paper, section 3.1).
//!
//! A depthwise K×K convolution of M channels followed by a pointwise one to N channels has K²M + MN
//! weights where a standard convolution has K²MN: a ratio of 1/N + 1/K². Both are counted on the
//! output map, so the ratio is the same for MACs, in blocks of stride 2 too.

use serde::Serialize;

use super::Totals;
use crate::graph::{LayerGraph, Source};
use crate::layer::{Kind, Layer};

/// All separable blocks of a network, and the network with standard convolutions in their place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Separable<'g> {
    /// The pairs of depthwise and pointwise convolution, in execution order.
    pub blocks: Vec<SeparableBlock<'g>>,
    /// MACs of all blocks as they are.
    pub macs_all_blocks_dwsep: u64,
    /// MACs of all blocks as standard convolutions.
    pub macs_all_blocks_std: u64,
    /// MACs of the network.
    pub macs_model: u64,
    /// The network with standard convolutions.
    pub std_model: StandardModel,
}

/// A depthwise convolution with the pointwise one that reads it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeparableBlock<'g> {
    /// Module path of the block.
    pub block: &'g str,
    /// Depthwise channels.
    #[serde(rename = "M")]
    pub m: u64,
    /// Output channels of the pointwise convolution.
    #[serde(rename = "N")]
    pub n: u64,
    /// Side of the depthwise window.
    #[serde(rename = "K")]
    pub k: u64,
    /// Rows and columns of the output map.
    pub out_hw: [usize; 2],
    /// MACs of the depthwise convolution.
    pub macs_dw: u64,
    /// MACs of the pointwise convolution.
    pub macs_pw: u64,
    /// Both together.
    pub macs_dwsep: u64,
    /// MACs of the standard convolution.
    pub macs_std: u64,
    /// K²M + MN.
    pub params_dwsep: u64,
    /// K²MN.
    pub params_std: u64,
    /// K² + N.
    pub ratio_num: u64,
    /// K²N.
    pub ratio_den: u64,
    /// 1/N + 1/K², from the two above.
    pub ratio: f64,
}

/// The network with a standard convolution, one batch normalisation and one activation in place of
/// every separable pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StandardModel {
    /// MACs.
    pub macs: u64,
    /// Weights, biases, scale and shift of batch normalisations.
    pub params: u64,
    /// Weights alone.
    pub weights: u64,
}

impl<'g> Separable<'g> {
    pub(super) fn of(graph: &'g LayerGraph, totals: &Totals) -> Self {
        let mut section = Self {
            macs_model: totals.macs,
            std_model: StandardModel {
                macs: totals.macs,
                params: totals.params,
                weights: totals.weights,
            },
            ..Self::default()
        };
        for (id, layer) in graph.layers() {
            let &[Source::Layer(input)] = &graph.operands(id)[..] else { continue };
            if let Some(block) = SeparableBlock::of(graph.layer(input), layer) {
                section.include(block, graph.layer(input));
            }
        }
        section
    }

    fn include(&mut self, block: SeparableBlock<'g>, depthwise: &Layer) {
        self.macs_all_blocks_dwsep += block.macs_dwsep;
        self.macs_all_blocks_std += block.macs_std;
        let std = &mut self.std_model;
        std.weights = std.weights + block.params_std - block.params_dwsep;
        let norm = depthwise.parameters().norm as u64;
        std.params = std.params + block.params_std - block.params_dwsep - norm;
        std.macs = std.macs + block.macs_std - block.macs_dwsep;
        self.blocks.push(block);
    }
}

impl<'g> SeparableBlock<'g> {
    fn of(depthwise: &Layer, pointwise: &'g Layer) -> Option<Self> {
        let (Kind::Depthwise(window), Kind::Pointwise(_)) = (depthwise.kind, pointwise.kind) else {
            return None;
        };
        let [m, n, k] = [depthwise.output.c, pointwise.output.c, window.kernel].map(|x| x as u64);
        let positions = pointwise.output.positions() as u64;
        let (macs_dw, macs_pw) = (depthwise.macs(), pointwise.macs());
        let params_std = k * k * m * n;
        let (ratio_num, ratio_den) = (k * k + n, k * k * n);
        Some(Self {
            block: &pointwise.block,
            m,
            n,
            k,
            out_hw: [pointwise.output.h, pointwise.output.w],
            macs_dw,
            macs_pw,
            macs_dwsep: macs_dw + macs_pw,
            macs_std: params_std * positions,
            params_dwsep: k * k * m + m * n,
            params_std,
            ratio_num,
            ratio_den,
            ratio: ratio_num as f64 / ratio_den as f64,
        })
    }
}
