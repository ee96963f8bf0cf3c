//! The reference executor: the layer graph in f64, as naively as it can be written.
//!
//! It is the oracle for every kernel and every generated crate, so it shares no code with them.
//! Tensors are HWC: channel, then column, then row varies slowest.

use crate::graph::{LayerGraph, LayerId, Source};
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
    match (layer.kind, weights, operands) {
        (Kind::Conv(window) | Kind::Pointwise(window), Some(weights), [x]) => {
            dense(layer, window, weights, x)
        }
        (Kind::Depthwise(window), Some(weights), [x]) => depthwise(layer, window, weights, x),
        (Kind::Linear, Some(weights), [x]) => linear(layer, weights, x),
        (Kind::GlobalAveragePool(_), None, [x]) => global_average_pool(layer.input, x),
        (Kind::Add, None, [a, b]) => a.iter().zip(*b).map(|(a, b)| a + b).collect(),
        _ => unreachable!("{} has the weights or operands of another layer", layer.name),
    }
}

/// Clamps to the activation's bounds; a NaN stays one.
pub(crate) fn activate(values: &mut [f64], activation: Activation) {
    let (low, high) = activation.bounds();
    for value in values {
        *value = value.clamp(low.into(), high.into());
    }
}

/// y(p, o) = b(o) + Σ over taps t and input channels i of x(p·s + t - pad, i)·w(o, i, t).
fn dense(layer: &Layer, window: Window, weights: &FoldedLayer, x: &[f64]) -> Vec<f64> {
    let (inputs, outputs) = (layer.input.c, layer.output.c);
    let taps = taps_first(&weights.weight, outputs, window.taps());
    let mut y = biases(&weights.bias, layer.output);
    slide(window, layer.input, layer.output, |to, tap, from| {
        let rows = &taps[tap * inputs * outputs..][..inputs * outputs];
        let y = &mut y[to * outputs..][..outputs];
        accumulate(y, &x[from * inputs..][..inputs], rows);
    });
    y
}

/// y(p, c) = b(c) + Σ over taps t of x(p·s + t - pad, c)·w(c, t).
fn depthwise(layer: &Layer, window: Window, weights: &FoldedLayer, x: &[f64]) -> Vec<f64> {
    let c = layer.input.c;
    let taps = taps_first(&weights.weight, c, window.taps());
    let mut y = biases(&weights.bias, layer.output);
    slide(window, layer.input, layer.output, |to, tap, from| {
        let terms = x[from * c..][..c].iter().zip(&taps[tap * c..][..c]);
        for (y, (x, w)) in y[to * c..][..c].iter_mut().zip(terms) {
            *y += x * w;
        }
    });
    y
}

fn linear(layer: &Layer, weights: &FoldedLayer, x: &[f64]) -> Vec<f64> {
    let mut y = biases(&weights.bias, layer.output);
    accumulate(&mut y, &x[..layer.input.c], &taps_first(&weights.weight, layer.output.c, 1));
    y
}

fn global_average_pool(shape: Shape, x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; shape.c];
    for position in x.chunks_exact(shape.c) {
        for (y, x) in y.iter_mut().zip(position) {
            *y += x;
        }
    }
    y.iter().map(|sum| sum / shape.positions() as f64).collect()
}

/// Visits (output position, tap, input position) for every tap that falls inside the map.
fn slide(window: Window, input: Shape, output: Shape, mut visit: impl FnMut(usize, usize, usize)) {
    let along = |n: usize, o: usize, k: usize, before: usize| {
        (o * window.stride + k).checked_sub(before).filter(|&i| i < n)
    };
    for oy in 0..output.h {
        for ox in 0..output.w {
            for ky in 0..window.kernel {
                let Some(iy) = along(input.h, oy, ky, window.padding.top) else { continue };
                for kx in 0..window.kernel {
                    let Some(ix) = along(input.w, ox, kx, window.padding.left) else { continue };
                    let tap = ky * window.kernel + kx;
                    visit(oy * output.w + ox, tap, iy * input.w + ix);
                }
            }
        }
    }
}

/// y(o) += Σ over i of x(i)·rows(i, o).
fn accumulate(y: &mut [f64], x: &[f64], rows: &[f64]) {
    for (x, row) in x.iter().zip(rows.chunks_exact(y.len())) {
        for (y, w) in y.iter_mut().zip(row) {
            *y += x * w;
        }
    }
}

/// Weights in PyTorch's order `[O, I, taps]` as f64 in the order `[taps, I, O]`.
fn taps_first(weight: &[f32], outputs: usize, taps: usize) -> Vec<f64> {
    let inputs = weight.len() / (outputs * taps);
    let mut reordered = vec![0.0; weight.len()];
    for (n, &w) in weight.iter().enumerate() {
        let (o, i, tap) = (n / (inputs * taps), n / taps % inputs, n % taps);
        reordered[(tap * inputs + i) * outputs + o] = f64::from(w);
    }
    reordered
}

/// A map that holds the bias of its channel at every position.
fn biases(bias: &[f32], output: Shape) -> Vec<f64> {
    let bias: Vec<f64> = bias.iter().copied().map(f64::from).collect();
    bias.repeat(output.positions())
}
