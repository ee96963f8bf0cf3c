//! Batch normalisation folded into the convolution before it.
//!
//! γ·(w·x - μ)/√(σ² + ε) + β = (γ/√(σ² + ε)·w)·x + (β - μ·γ/√(σ² + ε)), computed in f64 and rounded
//! to f32 once. Subnormal results become zero: they cost a hundred cycles each in a kernel.

use std::path::Path;

use super::check::{Problems, check, indices, quoted};
use super::names::needed;
use super::{StateDict, Tensor};
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
/// The names may stand below a prefix, such as `module.`: the one below which most are found.
///
/// # Errors
/// All problems of the state dict at once, each by the tensor's name: missing, unknown, of another
/// shape, not finite, σ² + ε not positive, or a folded value beyond f32. Errors name `origin`.
pub fn fold(dict: &StateDict, graph: &LayerGraph, eps: f64, origin: &Path) -> Result<Folded> {
    let (prefix, needed) = needed(dict, graph);
    check(dict, &needed, origin)?;
    let mut problems = Problems::new();
    let tensors = Tensors { dict, prefix };
    let layers = graph.layers().map(|(_, layer)| fold_layer(&tensors, layer, eps, &mut problems));
    let layers = layers.collect();
    problems.into_result(origin)?;
    Ok(Folded { layers })
}

/// A checked state dict, and what every name of the network begins with in it.
struct Tensors<'d> {
    dict: &'d StateDict,
    prefix: String,
}

impl<'d> Tensors<'d> {
    /// The name of a module's tensor.
    fn name(&self, module: &str, name: &str) -> String {
        format!("{}{module}.{name}", self.prefix)
    }

    fn get(&self, module: &str, name: &str) -> Option<&'d Tensor> {
        self.dict.get(&self.name(module, name))
    }
}

/// Folds one layer.
fn fold_layer(
    tensors: &Tensors,
    layer: &Layer,
    eps: f64,
    problems: &mut Problems,
) -> Option<FoldedLayer> {
    let name = tensors.name(&layer.name, "weight");
    let weight = tensors.get(&layer.name, "weight")?;
    let Affine { scale, shift } = match &layer.norm {
        Some(norm) => normalisation(tensors, norm, eps, problems)?,
        None => bias(tensors, layer),
    };
    let filter = weight.data.len() / layer.output.c;
    let scaled = weight.data.iter().enumerate().map(|(i, &w)| f64::from(w) * scale[i / filter]);
    let weight = round(scaled, &name, &weight.shape, problems);
    let shift_name = tensors.name(layer.norm.as_ref().unwrap_or(&layer.name), "bias");
    let bias = round(shift.iter().copied(), &shift_name, &[layer.output.c], problems);
    Some(FoldedLayer { weight, bias })
}

/// scale·y + shift, by output channel.
struct Affine {
    scale: Vec<f64>,
    shift: Vec<f64>,
}

/// What the batch normalisation called `norm` does to its input.
fn normalisation(
    tensors: &Tensors,
    norm: &str,
    eps: f64,
    problems: &mut Problems,
) -> Option<Affine> {
    let tensor = |name| {
        let tensor = tensors.get(norm, name)?;
        Some(tensor.data.iter().copied().map(f64::from).collect::<Vec<f64>>())
    };
    let (gamma, beta) = (tensor("weight")?, tensor("bias")?);
    let (mean, variance) = (tensor("running_mean")?, tensor("running_var")?);
    if let Some(o) = variance.iter().position(|variance| variance + eps <= 0.0) {
        problems.push(|| {
            let (name, value) = (quoted(&tensors.name(norm, "running_var")), variance[o]);
            format!("{name} is {value} at [{o}]; plus eps {eps} it must be positive")
        });
        return None;
    }
    let scale: Vec<f64> = gamma
        .iter()
        .zip(&variance)
        .map(|(gamma, variance)| gamma / (variance + eps).sqrt())
        .collect();
    let shift = (0..scale.len()).map(|o| beta[o] - mean[o] * scale[o]).collect();
    Some(Affine { scale, shift })
}

/// What a layer's own bias does: the identity plus the bias, zero where there is none.
fn bias(tensors: &Tensors, layer: &Layer) -> Affine {
    let shift = match tensors.get(&layer.name, "bias") {
        Some(bias) => bias.data.iter().copied().map(f64::from).collect(),
        None => vec![0.0; layer.output.c],
    };
    Affine { scale: vec![1.0; layer.output.c], shift }
}

/// The nearest f32 values, subnormals as zero. A value beyond f32 is a problem of tensor `name`.
fn round(
    values: impl Iterator<Item = f64>,
    name: &str,
    shape: &[usize],
    problems: &mut Problems,
) -> Vec<f32> {
    let mut beyond = None;
    let rounded = values.enumerate().map(|(i, value)| {
        let rounded = value as f32;
        if rounded.is_infinite() {
            beyond.get_or_insert((i, value));
        }
        if rounded.is_subnormal() { 0.0 } else { rounded }
    });
    let rounded = rounded.collect();
    if let Some((i, value)) = beyond {
        problems.push(|| {
            let (name, at) = (quoted(name), indices(shape, i));
            format!(
                "{name} is {value:e} at {at} with its batch normalisation folded; the largest f32 \
                 is 3.4e38"
            )
        });
    }
    rounded
}
