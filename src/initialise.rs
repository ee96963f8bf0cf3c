//! Weights for a network that nobody has trained, set by the oracle.
//!
//! **Invariant.** The same spec and seed give the same bits on every platform.

use crate::graph::LayerGraph;
use crate::layer::Layer;
use crate::reference::{activate, evaluate, walk};
use crate::weights::splitmix::Normal;
use crate::weights::{FoldedLayer, Role, StateDict, Tensor, parameters};

/// Random weights from a seed, with running statistics that keep activations in range.
///
/// Convolutions are normal with standard deviation √(2/(O·k²)) (He et al. 2015, fan out, as
/// PyTorch's `kaiming_normal_` has it: O is not divided by the groups), batch normalisations have
/// γ = 1, linear layers are normal with standard deviation 0.01. Biases, β and those of linear
/// layers, are normal with a quarter of the deviation of what they are added to, so that every one
/// shows in what comes out.
///
/// Then, layer by layer, the running variance of every channel becomes the mean square of the
/// convolution's whole output for `input` (HWC), 1 where that is all zeros, and the running mean
/// becomes 0. A mean that is taken away, or a channel that is scaled up by itself, would multiply
/// rounding errors layer by layer, until no two executors agree.
///
/// # Panics
/// Where `input` does not have the elements of the graph's input.
pub fn initialise(graph: &LayerGraph, eps: f64, seed: u64, input: &[f32]) -> StateDict {
    let mut normal = Normal::new(seed);
    let mut dict = StateDict::new();
    walk(graph, input, |_, layer, operands| {
        let weights = draw(layer, &mut normal);
        let mut output = evaluate(layer, weights.as_ref(), operands);
        if let Some(mut weights) = weights {
            let statistics = Statistics::of(&output, layer.output.c);
            let mut deviation = f64::from(statistics.variance[0]).sqrt();
            if layer.norm.is_some() {
                statistics.normalise(&mut output, eps);
                deviation = 1.0;
            }
            for bias in &mut weights.bias {
                *bias = (BIAS * deviation * normal.sample()) as f32;
            }
            for (x, &bias) in output.iter_mut().zip(weights.bias.iter().cycle()) {
                *x += f64::from(bias);
            }
            store(&mut dict, layer, weights, statistics);
        }
        activate(&mut output, layer.activation);
        output
    });
    dict
}

/// Deviation of a bias, in deviations of what it is added to.
const BIAS: f64 = 0.25;

/// A layer's random weights, with a bias of zero.
fn draw(layer: &Layer, normal: &mut Normal) -> Option<FoldedLayer> {
    let elements = layer.weight_shape()?.iter().product();
    let deviation = match layer.kind.window() {
        Some(window) => (2.0 / (layer.output.c * window.taps()) as f64).sqrt(),
        None => 0.01,
    };
    let weight = (0..elements).map(|_| (deviation * normal.sample()) as f32).collect();
    Some(FoldedLayer { weight, bias: vec![0.0; layer.output.c] })
}

fn store(dict: &mut StateDict, layer: &Layer, weights: FoldedLayer, statistics: Statistics) {
    let FoldedLayer { mut weight, bias } = weights;
    let Statistics { mut mean, mut variance } = statistics;
    for parameter in parameters(layer) {
        let data = match parameter.role {
            Role::Convolution | Role::Linear => std::mem::take(&mut weight),
            Role::Gamma => vec![1.0; layer.output.c],
            Role::Beta | Role::Bias => bias.clone(),
            Role::Mean => std::mem::take(&mut mean),
            Role::Variance => std::mem::take(&mut variance),
        };
        dict.insert(parameter.name, Tensor { shape: parameter.shape, data });
    }
}

/// Running statistics of a batch normalisation, by channel.
struct Statistics {
    mean: Vec<f32>,
    variance: Vec<f32>,
}

impl Statistics {
    /// The statistics for a map with `c` channels.
    fn of(map: &[f64], c: usize) -> Self {
        let mean_square = map.iter().map(|x| x * x).sum::<f64>() / map.len() as f64;
        let variance = if mean_square == 0.0 { 1.0 } else { mean_square };
        Self { mean: vec![0.0; c], variance: vec![variance as f32; c] }
    }

    /// What the batch normalisation makes of the map.
    fn normalise(&self, map: &mut [f64], eps: f64) {
        for position in map.chunks_exact_mut(self.mean.len()) {
            for ((x, &mean), &variance) in position.iter_mut().zip(&self.mean).zip(&self.variance) {
                *x = (*x - f64::from(mean)) / (f64::from(variance) + eps).sqrt();
            }
        }
    }
}
