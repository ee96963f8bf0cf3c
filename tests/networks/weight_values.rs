//! The values of weights: folding, and the initialisation from a seed.

use std::path::Path;

use crate::support::formula::formula;
use crate::support::plans::outputs;
use crate::support::{largest_difference, networks};
use mbgen::graph::{LayerGraph, LayerId};
use mbgen::initialise::initialise;
use mbgen::layer::{Kind, Layer};
use mbgen::reference::golden_input;
use mbgen::weights::{Folded, FoldedLayer, StateDict, Tensor, fold};

const EPS: f64 = 1e-3;

fn small() -> LayerGraph {
    let stages = "{body: [conv_bn: {c: 8, s: 2, activation: none}, \
                  conv_dsc: {c: 16, activation: none}]}";
    networks::parsed(&networks::spec([3, 9, 8], 5, 1.0, stages))
}

fn folded(dict: &StateDict, graph: &LayerGraph) -> Folded {
    fold(dict, graph, EPS, Path::new("test")).unwrap_or_else(|error| panic!("{error}"))
}

/// γ·(y - μ)/√(σ² + ε) + β for a map that the bare convolution gave.
fn normalised(dict: &StateDict, layer: &Layer, map: &[f64]) -> Vec<f64> {
    let norm = layer.norm.as_ref().unwrap();
    let value = |name: &str, i: usize| {
        f64::from(dict.get(&format!("{norm}.{name}")).unwrap().data[i % layer.output.c])
    };
    let normalise = |(i, y): (usize, &f64)| {
        let deviation = (value("running_var", i) + EPS).sqrt();
        value("weight", i) * (y - value("running_mean", i)) / deviation + value("bias", i)
    };
    map.iter().enumerate().map(normalise).collect()
}

#[test]
fn folding_equals_normalising() {
    let graph = small();
    let dict = formula(&graph, (0.5, 1.5));
    let weights = folded(&dict, &graph);
    let input = golden_input(graph.input());
    let maps = outputs(&graph, &weights, &input);
    for (id, layer) in graph.layers().filter(|(_, layer)| layer.norm.is_some()) {
        // The same network, where this layer has its own weights and no bias.
        let weight = dict.get(&format!("{}.weight", layer.name)).unwrap().data.clone();
        let bare = FoldedLayer { weight, bias: vec![0.0; layer.output.c] };
        let mut layers: Vec<_> =
            (0..graph.len()).map(|i| weights.layer(LayerId(i)).cloned()).collect();
        layers[id.0] = Some(bare);
        let map = &outputs(&graph, &Folded::new(layers), &input)[id.0];
        let off = largest_difference(&normalised(&dict, layer, map), &maps[id.0]);
        assert!(off < 1e-6, "{} is off by {off:e}", layer.name);
    }
}

#[test]
fn subnormals_become_zero() {
    let graph = small();
    let mut dict = formula(&graph, (0.5, 1.5));
    for (name, offset, value) in [("fc.weight", 3, 1e-39), ("body.0.1.weight", 1, 1e-38)] {
        let mut tensor = dict.remove(name).unwrap();
        tensor.data[offset] = value;
        dict.insert(name, tensor);
    }
    let weights = folded(&dict, &graph);
    let classifier = weights.layer(LayerId(graph.len() - 1)).unwrap();
    assert_eq!(classifier.weight[3], 0.0);
    let first = weights.layer(LayerId(0)).unwrap();
    assert!(first.weight[27..54].contains(&0.0), "a share of the filter is below 2^-126");
    for (id, _) in graph.layers() {
        let values = weights.layer(id).into_iter().flat_map(|l| l.weight.iter().chain(&l.bias));
        assert!(values.clone().all(|x| x.is_finite() && !x.is_subnormal()));
    }
}

/// 64-bit FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[test]
fn a_seed_gives_the_same_bytes_everywhere() {
    let graph = networks::shipped("v2", 0.35, (33, 32), 10);
    let input = golden_input(graph.input());
    let bytes = |seed| initialise(&graph, 1e-5, seed, &input).to_safetensors();
    assert_eq!(hash(&bytes(7)), 0xB885_710D_E345_DBF6, "the pinned bytes of seed 7");
    assert_ne!(bytes(7), bytes(8));
    let dict = initialise(&graph, 1e-5, 7, &input);
    let first = &dict.get("features.0.0.weight").unwrap().data[..3];
    assert_eq!(first, [-0.11104613, -0.15224631, -0.11801414]);
}

#[test]
fn initial_weights_are_the_articles() {
    let graph = networks::shipped("v1", 0.5, (64, 64), 1000);
    let dict = initialise(&graph, 1e-5, 1, &golden_input(graph.input()));
    let moments = |tensor: &Tensor| {
        let n = tensor.data.len() as f64;
        let mean = tensor.data.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let square = tensor.data.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / n;
        (mean, square.sqrt(), n.sqrt())
    };
    for (_, layer) in graph.layers() {
        let Some(shape) = layer.weight_shape() else { continue };
        let weight = dict.get(&format!("{}.weight", layer.name)).unwrap();
        assert_eq!(weight.shape, shape);
        let expected = match layer.kind {
            Kind::Linear => 0.01,
            _ => (2.0 / (shape[0] * shape[2] * shape[3]) as f64).sqrt(),
        };
        let (mean, deviation, root) = moments(weight);
        assert!(mean.abs() < 5.0 * expected / root, "{}: mean {mean}", layer.name);
        assert!((deviation / expected - 1.0).abs() < 4.0 / root, "{}: {deviation}", layer.name);
        if let Some(norm) = &layer.norm {
            let constant = |name: &str, value| {
                dict.get(&format!("{norm}.{name}")).unwrap().data.iter().all(|&x| x == value)
            };
            assert!(constant("weight", 1.0));
            let (mean, deviation, root) = moments(dict.get(&format!("{norm}.bias")).unwrap());
            assert!(mean.abs() < 5.0 * 0.25 / root, "{norm}: mean {mean}");
            assert!((deviation / 0.25 - 1.0).abs() < 4.0 / root, "{norm}: {deviation}");
        }
    }
    // A quarter of the logits' deviation, which is about a hundredth of their 512 terms'.
    let biases = &dict.get("fc1.bias").unwrap().data;
    assert!(biases.iter().all(|&x| x != 0.0 && x.abs() < 1.0));
}

#[test]
fn initial_activations_stay_in_range_at_every_size() {
    for name in ["v1", "v1-paper", "v2", "residual", "v1-0.25-96-vww"] {
        for size in [(1, 1), (1, 7), (2, 3), (8, 8), (33, 31), (64, 64)] {
            let graph = networks::shipped(name, 0.25, size, 10);
            let input = golden_input(graph.input());
            let dict = initialise(&graph, 1e-5, 3, &input);
            let weights = fold(&dict, &graph, 1e-5, Path::new("seed")).unwrap();
            for ((_, layer), output) in graph.layers().zip(outputs(&graph, &weights, &input)) {
                let largest = output.iter().fold(0.0f64, |max, x| max.max(x.abs()));
                let range = if layer.kind == Kind::Linear { 1e-3..10.0 } else { 0.02..100.0 };
                assert!(range.contains(&largest), "{name} {size:?} {}: {largest}", layer.name);
            }
        }
    }
}

#[test]
fn an_input_of_zeros_keeps_the_statistics_of_pytorch() {
    let graph = small();
    let dict = initialise(&graph, EPS, 1, &vec![0.0; graph.input().elements()]);
    assert!(dict.get("body.0.1.running_mean").unwrap().data.iter().all(|&x| x == 0.0));
    assert!(dict.get("body.0.1.running_var").unwrap().data.iter().all(|&x| x == 1.0));
}
