//! The reference executor against PyTorch's logits and against sums done by hand.

use std::path::Path;

use crate::support::formula::formula;
use crate::support::plans::outputs;
use crate::support::{data, json, largest_difference, networks, numbers};
use mbgen::analysis::Totals;
use mbgen::block::expand;
use mbgen::graph::{LayerGraph, LayerId, Source};
use mbgen::layer::{Kind, Layer, Shape, Window};
use mbgen::reference::golden_input;
use mbgen::spec::Spec;
use mbgen::weights::{FoldedLayer, fold};
use serde_json::Value;

/// The graph that an entry of `infer.json` describes.
fn golden_network(spec: &Value) -> LayerGraph {
    let size = |value: &Value| value.as_u64().unwrap() as usize;
    let input = [0, 1, 2].map(|i| size(&spec["input_chw"][i]));
    let (width, classes) = (spec["width_mult"].as_f64().unwrap(), size(&spec["num_classes"]));
    let v1 = |name| networks::shipped(name, width, (input[1], input[2]), classes);
    match spec["model"].as_str().unwrap() {
        "v1_paper" => v1("v1-paper"),
        "v1_seed" => v1("v1"),
        "v2" => {
            let rows = spec["tcns"].to_string();
            networks::v2(input, classes, width, &rows, size(&spec["last"]))
        }
        other => panic!("model {other}"),
    }
}

fn int(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// The numbers of a JSON array that are exact in f32.
fn singles(value: &Value) -> Vec<f32> {
    numbers(value).iter().map(|&x| x as f32).collect()
}

#[test]
fn golden_networks_have_pytorchs_logits() {
    let golden = json(&data("golden/infer.json"));
    for entry in golden.as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let graph = golden_network(&entry["spec"]);
        let range = numbers(&entry["bn_var_range"]);
        let dict = formula(&graph, (range[0], range[1]));
        assert_eq!(dict.len() as u64, entry["tensors"].as_u64().unwrap(), "{name}");

        let (_, first) = graph.layers().next().unwrap();
        let first = &dict.get(&format!("{}.weight", first.name)).unwrap().data[..3];
        assert_eq!(first, singles(&entry["first_weights"]), "{name}");
        let input = golden_input(graph.input());
        let first: Vec<f32> = (0..3).map(|p| input[p * graph.input().c]).collect();
        assert_eq!(first, singles(&entry["first_inputs"]), "{name}");

        let folded = fold(&dict, &graph, 1e-5, Path::new("formula")).unwrap();
        let outputs = outputs(&graph, &folded, &input);
        let off = largest_difference(outputs.last().unwrap(), &numbers(&entry["logits_f64"]));
        println!("{name}: {off:.1e}");
        assert!(off < 1e-5, "{name} is off by {off:e}");
    }
}

/// Convolutions without padding, tables of `conv_dsc` and expansions of t = 1, as PyTorch has them.
#[test]
fn blocks_are_pytorchs_modules() {
    let golden = json(&data("golden/blocks.json"));
    for entry in golden["networks"].as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let graph = networks::parsed(entry["spec"].as_str().unwrap());
        let convolutions = graph.layers().filter(|(_, layer)| layer.kind.window().is_some());
        let maps: Vec<_> =
            convolutions.map(|(_, l)| [l.output.c, l.output.h, l.output.w]).collect();
        assert_eq!(serde_json::to_value(maps).unwrap(), entry["maps"], "{name}");
        let totals = Totals::of(&graph);
        assert_eq!((totals.macs, totals.params), (int(&entry["macs"]), int(&entry["params"])));

        let range = numbers(&entry["bn_var_range"]);
        let dict = formula(&graph, (range[0], range[1]));
        let names = entry["names"].as_array().unwrap();
        assert_eq!(dict.len(), names.len(), "{name}");
        for tensor in names {
            assert!(dict.get(tensor.as_str().unwrap()).is_some(), "{name}: {tensor}");
        }
        let folded = fold(&dict, &graph, 1e-5, Path::new("formula")).unwrap();
        let outputs = outputs(&graph, &folded, &golden_input(graph.input()));
        let off = largest_difference(outputs.last().unwrap(), &numbers(&entry["logits_f64"]));
        assert!(off < 1e-6, "{name} is off by {off:e}");
    }
}

#[test]
fn golden_input_is_the_chw_formula_as_hwc() {
    let shape = Shape::new(3, 2, 2);
    let plane = golden_input(Shape::new(1, 1, 12));
    let input = golden_input(shape);
    for (p, pixel) in input.chunks(3).enumerate() {
        assert_eq!(pixel, [plane[p], plane[4 + p], plane[8 + p]]);
    }
}

/// The value at a position of an HWC map, zero outside of it.
fn at(map: &[f64], shape: Shape, y: isize, x: isize, c: usize) -> f64 {
    let inside = |i: isize, n: usize| (0..n as isize).contains(&i);
    if !inside(y, shape.h) || !inside(x, shape.w) {
        return 0.0;
    }
    map[(y as usize * shape.w + x as usize) * shape.c + c]
}

/// A convolution as the definition has it: one sum for one output value.
fn convolved(layer: &Layer, window: Window, weights: &FoldedLayer, map: &[f64]) -> Vec<f64> {
    let (input, output, k) = (layer.input, layer.output, window.kernel);
    let group = output.c / layer.groups();
    let inputs = input.c / layer.groups();
    let mut values = Vec::new();
    for oy in 0..output.h {
        for ox in 0..output.w {
            for o in 0..output.c {
                let mut sum = f64::from(weights.bias[o]);
                for i in 0..inputs {
                    for tap in 0..k * k {
                        let y = (oy * window.stride + tap / k) as isize;
                        let x = (ox * window.stride + tap % k) as isize;
                        let (y, x) =
                            (y - window.padding.top as isize, x - window.padding.left as isize);
                        let weight = weights.weight[(o * inputs + i) * k * k + tap];
                        let channel = o / group * inputs + i;
                        sum += at(map, input, y, x, channel) * f64::from(weight);
                    }
                }
                let (low, high) = layer.activation.bounds();
                values.push(sum.clamp(low.into(), high.into()));
            }
        }
    }
    values
}

#[test]
fn convolutions_are_their_definition() {
    for padding in ["symmetric", "same", "valid"] {
        for (kernel, stride) in [(1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (5, 2), (7, 1)] {
            for [h, w] in [[1, 1], [4, 5], [7, 6]] {
                let block = format!("c: 8, k: {kernel}, s: {stride}, padding: {padding}");
                let stages = format!("{{a: [conv_bn: {{{block}}}, conv_dsc: {{{block}}}]}}");
                let spec = Spec::parse(&networks::spec([3, h, w], 2, 1.0, &stages), "test");
                let Ok(graph) = expand(&spec.unwrap()) else { continue };
                let dict = formula(&graph, (0.5, 1.5));
                let weights = fold(&dict, &graph, 1e-5, Path::new("formula")).unwrap();
                let input = golden_input(graph.input());
                let outputs = outputs(&graph, &weights, &input);
                let mut map: Vec<f64> = input.iter().copied().map(f64::from).collect();
                for (id, layer) in graph.layers() {
                    let Some(window) = layer.kind.window() else { break };
                    let expected = convolved(layer, window, weights.layer(id).unwrap(), &map);
                    let off = largest_difference(&outputs[id.0], &expected);
                    assert!(off < 1e-13, "{block} {h}x{w} {}: {off}", layer.name);
                    map = expected;
                }
            }
        }
    }
}

#[test]
fn sums_add_before_the_activation() {
    let graph = networks::shipped("residual", 0.25, (17, 16), 4);
    let dict = formula(&graph, (0.5, 1.5));
    let weights = fold(&dict, &graph, 1e-5, Path::new("formula")).unwrap();
    let outputs = outputs(&graph, &weights, &golden_input(graph.input()));
    let mut sums = 0;
    for (id, layer) in graph.layers().filter(|(_, layer)| layer.kind == Kind::Add) {
        let [Source::Layer(a), Source::Layer(b)] = graph.operands(id)[..] else { panic!() };
        let terms = outputs[a.0].iter().zip(&outputs[b.0]);
        let expected: Vec<f64> = terms.map(|(a, b)| (a + b).max(0.0)).collect();
        assert_eq!(outputs[id.0], expected, "{}", layer.name);
        sums += 1;
    }
    assert!(sums > 2);
}

#[test]
fn a_nan_reaches_the_logits() {
    let graph = networks::shipped("v2", 0.35, (32, 32), 4);
    let dict = formula(&graph, (0.5, 1.5));
    let weights = fold(&dict, &graph, 1e-5, Path::new("formula")).unwrap();
    let mut input = golden_input(graph.input());
    input[0] = f32::NAN;
    let outputs = outputs(&graph, &weights, &input);
    assert!(outputs.last().unwrap().iter().all(|x| x.is_nan()));
    let nans = outputs[0].iter().filter(|x| x.is_nan()).count();
    assert_eq!(nans, graph.layer(LayerId(0)).output.c, "one position of the first map");
}
