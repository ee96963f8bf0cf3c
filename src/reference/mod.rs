//! The reference executor: the layer graph in f64, as naively as it can be written.
//!
//! It is the oracle for every kernel and every generated crate, so it shares no code with them. Its
//! loops are in [`naive`].
//! Tensors are HWC: channel, then column, then row varies slowest.

use crate::graph::{LayerGraph, LayerId, Source};
use crate::kernels::naive::{self, Slide};
use crate::layer::{Kind, Layer, Shape, Window};
use crate::spec::Activation;
use crate::weights::{Folded, FoldedLayer, splitmix};

/// Runs a network. `visit` sees the output of each layer, HWC, in execution order; a tensor is freed
/// when the last layer that reads it has run, so that memory is that of [`peak`].
///
/// `input` is HWC. Values that are not finite propagate as IEEE 754 has them, through clamps too.
///
/// # Panics
/// Where `input` does not have the elements of the graph's input, or `weights` were folded for
/// another graph.
pub fn run(
    graph: &LayerGraph,
    weights: &Folded,
    input: &[f32],
    mut visit: impl FnMut(LayerId, &[f64]),
) {
    walk(graph, input, |id, layer, operands| {
        let mut output = evaluate(layer, weights.layer(id), operands);
        activate(&mut output, layer.activation);
        visit(id, &output);
        output
    });
}

/// Makes the output of each layer, in execution order, with `compute`, which gets the layer's
/// operands. Each tensor lives until the last layer that reads it has been computed.
///
/// # Panics
/// Where `input` does not have the elements of the graph's input.
pub(crate) fn walk(
    graph: &LayerGraph,
    input: &[f32],
    mut compute: impl FnMut(LayerId, &Layer, &[&[f64]]) -> Vec<f64>,
) {
    assert_eq!(input.len(), graph.input().elements(), "elements of the input");
    // The input, then the output of each layer; empty from the last use on.
    let mut tensors: Vec<Vec<f64>> = vec![input.iter().copied().map(f64::from).collect()];
    let index = |source| match source {
        Source::Input => 0,
        Source::Layer(LayerId(id)) => id + 1,
    };
    for (id, layer) in graph.layers() {
        let sources = graph.operands(id);
        let operands: Vec<&[f64]> = sources.iter().map(|&s| &tensors[index(s)][..]).collect();
        let output = compute(id, layer, &operands);
        for &source in sources.iter().filter(|&&source| graph.last_use(source) == Some(id)) {
            tensors[index(source)] = Vec::new();
        }
        tensors.push(output);
    }
}

/// Where a run needs most memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// Bytes of the tensors that are alive there, in f64.
    pub tensors: u64,
    /// Bytes of the layer's weights in f64.
    pub weights: u64,
    /// The layer that runs.
    pub layer: LayerId,
}

/// Where a run of `graph` needs most memory, and how much; `None` without layers.
pub fn peak(graph: &LayerGraph) -> Option<Peak> {
    let elements = |shape: Shape| shape.elements() as u64;
    let mut alive = elements(graph.input());
    let peaks = graph.layers().map(|(id, layer)| {
        alive += elements(layer.output);
        let [tensors, weights] =
            [alive, layer.parameters().weights as u64].map(|n| n * size_of::<f64>() as u64);
        let sources = graph.operands(id);
        let ending = sources.iter().filter(|&&source| graph.last_use(source) == Some(id));
        alive -= ending.map(|&source| elements(graph.shape(source))).sum::<u64>();
        Peak { tensors, weights, layer: id }
    });
    peaks.max_by_key(|peak| peak.tensors + peak.weights)
}

/// The largest magnitude of values.
pub fn magnitude(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// So many values and more have one that is not small by chance.
const MANY: usize = 16;

/// What differences from a layer's values are relative to: their largest magnitude. Few values may all
/// be small beside those that they are sums of, whose magnitude is `before`, and round as those do.
pub fn scale(values: &[f64], before: f64) -> f64 {
    let largest = magnitude(values);
    if values.len() < MANY && largest > 0.0 { largest.max(before) } else { largest }
}

/// The input of every golden comparison: uniform in [-1, 1), a function of shape alone.
///
/// Element i in CHW order is u(0, i), where u is [`splitmix::unit`]; the result is HWC.
pub fn golden_input(shape: Shape) -> Vec<f32> {
    let positions = shape.positions();
    let chw = |p: usize, c: usize| (c * positions + p) as u64;
    (0..positions)
        .flat_map(|p| (0..shape.c).map(move |c| splitmix::unit(0, chw(p, c)) as f32))
        .collect()
}

/// What a layer computes, before its activation.
pub(crate) fn evaluate(
    layer: &Layer,
    weights: Option<&FoldedLayer>,
    operands: &[&[f64]],
) -> Vec<f64> {
    let slide = |window: Window| Slide {
        kernel: window.kernel,
        stride: window.stride,
        before: (window.padding.top, window.padding.left),
        input: (layer.input.h, layer.input.w),
        output: (layer.output.h, layer.output.w),
    };
    match (layer.kind, weights, operands) {
        (Kind::Conv(window) | Kind::Pointwise(window), Some(weights), [x]) => {
            naive::dense(slide(window), &weights.weight, &weights.bias, x)
        }
        (Kind::Depthwise(window), Some(weights), [x]) => {
            naive::depthwise(slide(window), &weights.weight, &weights.bias, x)
        }
        (Kind::Linear, Some(weights), [x]) => {
            naive::linear(&weights.weight, &weights.bias, &x[..layer.input.c])
        }
        (Kind::GlobalAveragePool(_), None, [x]) => naive::average(layer.input.c, x),
        (Kind::Add, None, [a, b]) => naive::add(a, b),
        _ => unreachable!("{} has the weights or operands of another layer", layer.name),
    }
}

/// Clamps to the activation's bounds; a NaN stays one.
pub(crate) fn activate(values: &mut [f64], activation: Activation) {
    let (low, high) = activation.bounds();
    naive::clamp(values, low.into(), high.into());
}
