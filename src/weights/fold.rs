//! Batch normalisation folded into the convolution before it.
//!
//! γ·(w·x - μ)/√(σ² + ε) + β = (γ/√(σ² + ε)·w)·x + (β - μ·γ/√(σ² + ε)), computed in f64 and rounded
//! to f32 once. Subnormal results become zero: they cost a hundred cycles each in a kernel.

use std::path::Path;

use super::StateDict;
use super::check::{Problems, check, indices, quoted};
use crate::error::Result;
use crate::graph::{LayerGraph, LayerId};
use crate::layer::Layer;

/// One layer's weights with its batch normalisation folded in.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedLayer {
    /// `[O, I/groups, kh, kw]` or `[O, I]`, row-major, as PyTorch has it.
    pub weight: Vec<f32>,
    /// `[O]`.
    pub bias: Vec<f32>,
}

/// The folded weights of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    layers: Vec<Option<FoldedLayer>>,
}

impl Folded {
    /// Weights by layer, `None` for layers without.
    pub fn new(layers: Vec<Option<FoldedLayer>>) -> Self {
        Self { layers }
    }

    /// The weights of one layer; `None` for a pool or an add.
    pub fn layer(&self, id: LayerId) -> Option<&FoldedLayer> {
        self.layers.get(id.0)?.as_ref()
    }
}

/// Folds the weights of a network. Every value of the result is finite and none is subnormal.
///
/// # Errors
/// All problems of the state dict at once, each by the tensor's name: missing, unknown, of another
/// shape, not finite, σ² + ε not positive, or a folded value beyond f32. Errors name `origin`.
pub fn fold(dict: &StateDict, graph: &LayerGraph, eps: f64, origin: &Path) -> Result<Folded> {
    check(dict, graph, origin)?;
    let mut problems = Problems::new();
    let layers = graph.layers().map(|(_, layer)| fold_layer(dict, layer, eps, &mut problems));
    let layers = layers.collect();
    problems.into_result(origin)?;
    Ok(Folded { layers })
}

/// Folds one layer of a checked state dict.
fn fold_layer(
    dict: &StateDict,
    layer: &Layer,
    eps: f64,
    problems: &mut Problems,
) -> Option<FoldedLayer> {
    let name = format!("{}.weight", layer.name);
    let weight = dict.get(&name)?;
    let (mut scales, mut shifts) = (vec![1.0; layer.output.c], vec![0.0; layer.output.c]);
    let mut shift_name = format!("{}.bias", layer.name);
    if let Some(norm) = &layer.norm {
        let tensor = |name| dict.get(&format!("{norm}.{name}"));
        let (gamma, beta) = (tensor("weight")?, tensor("bias")?);
        let (mean, variance) = (tensor("running_mean")?, tensor("running_var")?);
        for o in 0..layer.output.c {
            let [gamma, beta, mean, variance] =
                [gamma, beta, mean, variance].map(|tensor| f64::from(tensor.data[o]));
            if variance + eps <= 0.0 {
                let name = quoted(&format!("{norm}.running_var"));
                problems.push(|| {
                    format!("{name} is {variance} at [{o}]; plus eps {eps} it must be positive")
                });
                return None;
            }
            scales[o] = gamma / (variance + eps).sqrt();
            shifts[o] = beta - mean * scales[o];
        }
        shift_name = format!("{norm}.bias");
    } else if let Some(bias) = dict.get(&shift_name) {
        shifts = bias.data.iter().copied().map(f64::from).collect();
    }
    let filter = weight.data.len() / layer.output.c;
    let weights = weight.data.iter().enumerate().map(|(i, &w)| f64::from(w) * scales[i / filter]);
    let mut round = |name: &str, shape: &[usize], values: Vec<f64>| {
        let rounded: Vec<f32> = values.iter().map(|&x| flushed(x)).collect();
        if let Some(i) = rounded.iter().position(|x| !x.is_finite()) {
            let (name, at, value) = (quoted(name), indices(shape, i), values[i]);
            problems.push(|| {
                format!(
                    "{name} is {value:e} at {at} with its batch normalisation; f32 ends at 3.4e38"
                )
            });
        }
        rounded
    };
    let weight = round(&name, &weight.shape, weights.collect());
    let bias = round(&shift_name, &[layer.output.c], shifts);
    Some(FoldedLayer { weight, bias })
}

/// The nearest f32, with subnormals as zero.
fn flushed(x: f64) -> f32 {
    let rounded = x as f32;
    if rounded.is_subnormal() { 0.0 } else { rounded }
}
