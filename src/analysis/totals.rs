//! Sums and peaks of a whole network.

use std::sync::Arc;

use serde::Serialize;

use super::{F32_BYTES, Lifetimes, elements};
use crate::graph::LayerGraph;
use crate::layer::Kind;
use crate::spec::{Activation, Pool};

/// Totals of a network. Memory and activations are in elements at batch 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Weights, biases, and scale and shift of batch normalisations: what PyTorch counts.
    pub params: u64,
    /// Weights of convolutions and linear layers: what the papers print.
    pub weights: u64,
    /// Biases of linear layers.
    pub bias: u64,
    /// Scale and shift of batch normalisations.
    pub bn_affine: u64,
    /// Running mean and variance of batch normalisations.
    pub bn_stats: u64,
    /// Weights, biases, and one bias for each channel of a folded batch normalisation.
    pub params_bn_folded: u64,
    /// Weights by kind of layer.
    pub weights_by_op: ByOp,
    /// Multiply-accumulates of convolutions and linear layers.
    pub macs: u64,
    /// MACs by kind of layer.
    pub macs_by_op: ByOp,
    /// Elements out of residual adds.
    pub add_elems: u64,
    /// Elements out of convolutions and linear layers.
    pub conv_fc_out_elems: u64,
    /// Elements out of all layers.
    pub row_out_elems: u64,
    /// Elements through batch normalisations.
    pub bn_elems: u64,
    /// Elements through activations.
    pub act_elems: u64,
    /// Elements into global pools.
    pub gap_in_elems: u64,
    /// Elements of the input image.
    pub input_elems: u64,
    /// Elements of the largest tensor.
    pub peak_tensor_elems: u64,
    /// Largest sum of one layer's inputs and output.
    pub peak_io_elems: u64,
    /// Largest number of elements alive at once.
    pub peak_live_elems: u64,
    /// The first layer that reaches it.
    pub peak_live_at: Option<Arc<str>>,
    /// The same if adds wrote onto an operand.
    pub peak_live_inplace_add_elems: u64,
    /// Shape of the last map before the head: what enters the pool.
    pub final_map: [usize; 3],
    /// Number of rows of the report by layer.
    pub n_rows: usize,
    /// Two per MAC.
    pub flops: u64,
    /// Bytes of the folded parameters in f32.
    pub weight_bytes: u64,
    /// `peak_live_elems` in bytes of f32.
    pub peak_live_bytes: u64,
    /// Bytes of the generated crate's arena with one thread, where the network was planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arena_bytes: Option<u64>,
    /// Predicted nanoseconds of an inference on one thread of a machine, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted_ns: Option<u64>,
    /// Comparisons of activations: one for each element and bound of its clamp.
    #[serde(skip)]
    pub act_bounds: u64,
    /// Elements through activations without an upper bound.
    #[serde(skip)]
    pub relu_elems: u64,
    /// Elements into and out of global pools, by how they are written: in the order of
    /// [`Pool::ALL`].
    #[serde(skip)]
    pub pools: [PoolElems; Pool::ALL.len()],
    /// Elements out of linear layers.
    #[serde(skip)]
    pub fc_out_elems: u64,
}

/// Elements of global pools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolElems {
    /// Elements that they read.
    pub input: u64,
    /// Elements that they write.
    pub output: u64,
}

/// A count for each kind of layer that has weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByOp {
    /// Dense convolutions larger than 1×1.
    pub conv: u64,
    /// Depthwise convolutions.
    pub dw: u64,
    /// 1×1 convolutions.
    pub pw: u64,
    /// Linear layers.
    pub fc: u64,
}

impl ByOp {
    fn of(&mut self, kind: Kind) -> Option<&mut u64> {
        match kind {
            Kind::Conv(_) => Some(&mut self.conv),
            Kind::Depthwise(_) => Some(&mut self.dw),
            Kind::Pointwise(_) => Some(&mut self.pw),
            Kind::Linear => Some(&mut self.fc),
            Kind::GlobalAveragePool(_) | Kind::Add => None,
        }
    }
}

impl Totals {
    /// Totals of a network.
    pub fn of(graph: &LayerGraph) -> Self {
        Self::with_lifetimes(graph, &Lifetimes::of(graph))
    }

    pub(super) fn with_lifetimes(graph: &LayerGraph, lifetimes: &Lifetimes) -> Self {
        let mut t = Self {
            input_elems: elements(graph.input()),
            n_rows: graph.len(),
            final_map: shape(graph.input()),
            ..Self::default()
        };
        for (_, layer) in graph.layers() {
            t.count(layer);
        }
        t.params = t.weights + t.bias + t.bn_affine;
        t.params_bn_folded = t.weights + t.bias + t.bn_affine / 2;
        t.flops = 2 * t.macs;
        t.weight_bytes = t.params_bn_folded * F32_BYTES;
        let peaks = lifetimes.peaks(graph);
        t.peak_tensor_elems = peaks.tensor;
        t.peak_io_elems = peaks.io;
        t.peak_live_elems = peaks.live;
        t.peak_live_inplace_add_elems = peaks.live_inplace_add;
        t.peak_live_bytes = peaks.live * F32_BYTES;
        t.peak_live_at = graph.layers().nth(peaks.step).map(|(_, layer)| layer.name.clone());
        t
    }

    fn count(&mut self, layer: &crate::layer::Layer) {
        let parameters = layer.parameters();
        let (output, macs) = (elements(layer.output), layer.macs());
        self.weights += parameters.weights as u64;
        self.bias += parameters.bias as u64;
        self.bn_affine += parameters.norm as u64;
        self.bn_stats += parameters.norm_stats as u64;
        self.macs += macs;
        self.row_out_elems += output;
        if let Some(weights) = self.weights_by_op.of(layer.kind) {
            *weights += parameters.weights as u64;
        }
        if let Some(of_kind) = self.macs_by_op.of(layer.kind) {
            *of_kind += macs;
            self.conv_fc_out_elems += output;
        }
        if layer.norm.is_some() {
            self.bn_elems += output;
        }
        let (low, high) = layer.activation.bounds();
        self.act_bounds += output * [low, high].iter().filter(|b| b.is_finite()).count() as u64;
        if layer.activation != Activation::None {
            self.act_elems += output;
        }
        if layer.activation == Activation::Relu {
            self.relu_elems += output;
        }
        match layer.kind {
            Kind::GlobalAveragePool(pool) => {
                self.gap_in_elems += elements(layer.input);
                let written = Pool::ALL.iter().zip(&mut self.pools);
                for (_, pools) in written.filter(|(known, _)| **known == pool) {
                    pools.input += elements(layer.input);
                    pools.output += output;
                }
            }
            Kind::Linear => self.fc_out_elems += output,
            Kind::Add => self.add_elems += output,
            Kind::Conv(_) | Kind::Depthwise(_) | Kind::Pointwise(_) => {}
        }
        if !matches!(layer.kind, Kind::GlobalAveragePool(_) | Kind::Linear) {
            self.final_map = shape(layer.output);
        }
    }
}

fn shape(shape: crate::layer::Shape) -> [usize; 3] {
    [shape.c, shape.h, shape.w]
}
