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
    let size = |key: &str| spec[key].as_u64().unwrap() as usize;
    let [c, h, w] = numbers(&spec["input_chw"])[..] else { panic!("input_chw") };
    let input = (c as usize, h as usize, w as usize);
    let (width, classes) = (spec["width_mult"].as_f64().unwrap(), size("num_classes"));
    let row = |row: &Value| {
        let [t, c, n, s] = numbers(row)[..] else { panic!("tcns") };
        (t, c as usize, n as usize, s as usize)
    };
    networks::graph(&match spec["model"].as_str().unwrap() {
        "v1_paper" => networks::v1(input, classes, width, 1),
        "v1_seed" => networks::v1(input, classes, width, 2),
        "v2" => {
            let rows: Vec<_> = spec["tcns"].as_array().unwrap().iter().map(row).collect();
            networks::v2(input, classes, width, &rows, size("last"))
        }
        other => panic!("model {other}"),
    })
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
