//! Weights from a formula: any implementation can make the same network without a file.

use mbgen::graph::LayerGraph;
use mbgen::weights::splitmix::unit;
use mbgen::weights::{Role, StateDict, Tensor, parameters};

/// The weights of the golden networks.
///
/// Tensors are numbered from 1 in layer order, a convolution's weight before its batch
/// normalisation's γ, β, mean and variance, a linear layer's weight before its bias. Element i of
/// tensor t ranging over [lo, hi) is (lo + hi)/2 + (hi - lo)/2·u(t, i), in f64, rounded to f32, where
/// u is [`unit`](fn@unit). Running variances range over `bn_var`.
pub fn formula(graph: &LayerGraph, bn_var: (f64, f64)) -> StateDict {
    let all = graph.layers().flat_map(|(_, layer)| parameters(layer));
    let mut dict = StateDict::new();
    for (t, parameter) in (1..).zip(all) {
        let fan_in: usize = parameter.shape[1..].iter().product();
        let (lo, hi) = match parameter.role {
            Role::Convolution => symmetric((6.0 / fan_in as f64).sqrt()),
            Role::Linear => symmetric((3.0 / fan_in as f64).sqrt()),
            Role::Gamma => (0.8, 1.2),
            Role::Beta | Role::Mean => symmetric(0.2),
            Role::Variance => bn_var,
            Role::Bias => symmetric(0.1),
        };
        let (middle, half) = ((lo + hi) / 2.0, (hi - lo) / 2.0);
        let elements = parameter.elements() as u64;
        let data = (0..elements).map(|i| (middle + half * unit(t, i)) as f32).collect();
        dict.insert(parameter.name, Tensor { shape: parameter.shape, data });
    }
    dict
}

fn symmetric(bound: f64) -> (f64, f64) {
    (-bound, bound)
}
