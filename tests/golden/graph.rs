//! Rounding and the channels of MobileNetV2 against the reference program, value for value.

use mbgen::block::Variant;
use mbgen::layer::Kind;
use mbgen::spec::{Rounding, load, make_divisible};
use serde_json::Value;

fn golden(name: &str) -> Value {
    let path = format!("{}/tests/data/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn int(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn scaled_channels() {
    let golden = golden("make_divisible.json");
    let cases = golden["scaled"].as_array().unwrap();
    assert!(cases.len() > 100);
    for case in cases {
        let (channels, width) = (int(&case[0]), case[1].as_f64().unwrap());
        let rounded = Rounding::MakeDivisible(int(&case[2])).apply(channels, width);
        assert_eq!(rounded, Some(int(&case[3])), "{case}");
    }
}

#[test]
fn make_divisible_itself() {
    let golden = golden("make_divisible.json");
    let cases = golden["direct"].as_array().unwrap();
    assert!(cases.len() >= 30);
    for case in cases {
        let min = case[2].as_u64().map(|min| usize::try_from(min).unwrap());
        let rounded = make_divisible(case[0].as_f64().unwrap(), int(&case[1]), min);
        assert_eq!(rounded, int(&case[3]), "{case}");
    }
}

#[test]
fn v2_channels_and_adds() {
    let golden = golden("v2_channels.json");
    let widths = golden.as_object().unwrap();
    assert_eq!(widths.len(), 6);
    let loaded = load("v2").unwrap();
    for (width, expected) in widths {
        let variant = Variant { width: Some(width.parse().unwrap()), ..Variant::default() };
        let graph = loaded.graph(&variant).unwrap();
        let mut channels: Vec<(String, usize)> = Vec::new();
        let mut adds = Vec::new();
        for (_, layer) in graph.layers().filter(|(_, layer)| layer.block.starts_with("features.")) {
            if layer.kind == Kind::Add {
                adds.push(layer.block.to_string());
            }
            match channels.last_mut() {
                Some((block, c)) if **block == *layer.block => *c = layer.output.c,
                _ => channels.push((layer.block.to_string(), layer.output.c)),
            }
        }
        let channels: Vec<usize> = channels.into_iter().map(|(_, c)| c).collect();
        let numbers: Vec<usize> =
            expected["channels"].as_array().unwrap().iter().map(int).collect();
        assert_eq!(channels, numbers, "width {width}");
        let names: Vec<&str> = expected["adds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert_eq!(adds, names, "width {width}");
    }
}

#[test]
fn hidden_channels_round_ties_to_even() {
    let text = "{name: n, input: {channels: 3, height: 8, width: 8}, classes: 2, stages: {f: [\
        {conv_bn: {c: 5}}, {inverted_residual: {columns: [t, c, n, s], rows: [\
        [0.5, 7, 1, 1], [0.5, 6, 1, 1], [1.5, 3, 1, 1]]}}]}, \
        head: [{g: global_average_pool}, {l: linear}]}";
    let spec = mbgen::spec::Spec::parse(text, "ties").unwrap();
    let graph = mbgen::block::expand(&spec).unwrap();
    let hidden = |block: &str| {
        let name = format!("{block}.conv.0.0");
        let layer = graph.layers().find(|(_, layer)| *layer.name == *name);
        layer.map(|(_, layer)| layer.output.c)
    };
    // 5 x 0.5 = 2.5, 7 x 0.5 = 3.5, 6 x 1.5 = 9.
    assert_eq!([hidden("f.1"), hidden("f.2"), hidden("f.3")], [Some(2), Some(4), Some(9)]);
}

#[test]
fn every_input_size_works() {
    for arch in ["v1", "v1-0.5-160", "v2", "residual"] {
        let loaded = load(arch).unwrap();
        for resolution in [(1, 1), (1, 500), (2, 2), (3, 7), (31, 33), (225, 224)] {
            let variant = Variant { resolution: Some(resolution), ..Variant::default() };
            let graph = loaded.graph(&variant).unwrap();
            let last = graph.layers().last().unwrap().1;
            assert_eq!(last.output.c, loaded.spec.classes, "{arch} {resolution:?}");
        }
    }
}
