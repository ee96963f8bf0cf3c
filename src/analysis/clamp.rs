//! Why ReLU6: what activations reach without the clamp, and what float16 resolves there.
//!
//! Half-precision numbers have 11 significant bits, so neighbours are 2^-8 apart at 6 but 1 apart at
//! 1500. A clamp at 6 bounds the spacing, whatever the weights (MobileNetV2 paper, section 3).

use std::path::Path;

use crate::block::{Variant, expand};
use crate::error::{Error, Result};
use crate::reference;
use crate::spec::{Activation, Block, Loaded, Spec};
use crate::weights::{StateDict, fold};

/// The largest finite half-precision number.
pub const F16_MAX: f64 = 65_504.0;

/// A layer with ReLU6, as the oracle sees it in the network without any clamp at 6.
#[derive(Clone, Debug, PartialEq)]
pub struct Clamp {
    /// The layer.
    pub name: String,
    /// Its largest output.
    pub largest: f64,
    /// The part of its outputs that lie above 6, from 0 to 1.
    pub above: f64,
}

/// Distance from `x` to the next half-precision number; infinite beyond the largest one.
pub fn f16_spacing(x: f64) -> f64 {
    if x.abs() > F16_MAX {
        return f64::INFINITY;
    }
    let exponent = x.abs().log2().floor().max(-14.0);
    (exponent - 10.0).exp2()
}

/// Runs the network with ReLU in place of every ReLU6.
///
/// `input` is HWC and has the elements of the variant's input. Errors of the weights name `origin`.
pub fn measure(
    loaded: &Loaded,
    variant: &Variant,
    weights: &StateDict,
    origin: &Path,
    input: &[f32],
) -> Result<Vec<Clamp>> {
    let clamped = loaded.graph(variant)?;
    let spec = unclamped(&variant.apply(&loaded.spec));
    let graph = expand(&spec)
        .map_err(|_| Error::Usage(format!("{} has no graph without clamps", loaded.name)))?;
    let folded = fold(weights, &graph, spec.bn_eps, origin)?;
    let mut clamps = Vec::new();
    reference::run(&graph, &folded, input, |id, output| {
        let layer = clamped.layer(id);
        if layer.activation == Activation::Relu6 {
            let above = output.iter().filter(|&&x| x > 6.0).count() as f64;
            clamps.push(Clamp {
                name: layer.name.to_string(),
                largest: output.iter().copied().fold(0.0, f64::max),
                above: above / output.len() as f64,
            });
        }
    });
    Ok(clamps)
}

fn unclamped(spec: &Spec) -> Spec {
    let mut spec = spec.clone();
    for block in spec.stages.iter_mut().flat_map(|stage| &mut stage.blocks) {
        let activation = match block {
            Block::ConvBn(block) => &mut block.activation,
            Block::ConvDsc(block) => &mut block.activation,
            Block::InvertedResidual(block) => &mut block.activation,
            Block::Residual(block) => &mut block.activation,
        };
        if *activation == Activation::Relu6 {
            *activation = Activation::Relu;
        }
    }
    spec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_is_that_of_neighbours() {
        for x in [6.0, 1.0, 1500.0, 0.1, 65_000.0, 1e-7] {
            let bits = half::f16::from_f64(x).to_bits();
            let [below, here, above] =
                [bits - 1, bits, bits + 1].map(|bits| half::f16::from_bits(bits).to_f64());
            let around = if here > x { [below, here] } else { [here, above] };
            assert_eq!(around[1] - around[0], f16_spacing(x), "{x}");
        }
        assert_eq!(f16_spacing(6.0), 0.00390625);
        assert_eq!(f16_spacing(70_000.0), f64::INFINITY);
    }
}
