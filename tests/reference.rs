//! The reference executor against PyTorch's logits and against sums done by hand.

mod support;

use std::path::Path;

use mbgen::graph::LayerGraph;
use mbgen::layer::Shape;
use mbgen::reference::{golden_input, run};
use mbgen::weights::{fold, formula};
use serde_json::Value;
use support::{data, json, largest_difference, networks, numbers};

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
        let outputs = run(&graph, &folded, &input);
        let off = largest_difference(outputs.last().unwrap(), &numbers(&entry["logits_f64"]));
        println!("{name}: {off:.1e}");
        assert!(off < 1e-5, "{name} is off by {off:e}");
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
