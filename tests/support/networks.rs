//! Networks that tests run.

use mbgen::block::{Variant, expand};
use mbgen::graph::LayerGraph;
use mbgen::spec::{Spec, load};

/// The graph of a shipped spec at a width multiplier, a resolution and a number of classes.
pub fn shipped(name: &str, width: f64, resolution: (usize, usize), classes: usize) -> LayerGraph {
    let (width, resolution, classes) = (Some(width), Some(resolution), Some(classes));
    load(name).unwrap().graph(&Variant { width, resolution, classes }).unwrap()
}

/// The graph of a spec's text.
pub fn parsed(yaml: &str) -> LayerGraph {
    let spec = Spec::parse(yaml, "test.yaml").unwrap_or_else(|error| panic!("{error}"));
    expand(&spec).unwrap()
}

/// A spec with 8-channel rounding whose stages are given as YAML, pool and classifier at the end.
pub fn spec(input: [usize; 3], classes: usize, width: f64, stages: &str) -> String {
    let [channels, height, columns] = input;
    format!(
        "name: test
input: {{channels: {channels}, height: {height}, width: {columns}}}
classes: {classes}
width: {{multiplier: {width:?}, rounding: {{make_divisible: 8}}}}
stages: {stages}
head: [{{pool: global_average_pool}}, {{fc: linear}}]
"
    )
}

/// MobileNetV2 with any table of t, c, n, s rows and any last convolution.
pub fn v2(input: [usize; 3], classes: usize, width: f64, rows: &str, last: usize) -> LayerGraph {
    parsed(&v2_spec(input, classes, width, rows, last))
}

/// The spec of [`v2`].
pub fn v2_spec(input: [usize; 3], classes: usize, width: f64, rows: &str, last: usize) -> String {
    let table = format!("inverted_residual: {{columns: [t, c, n, s], rows: {rows}}}");
    let last = format!("conv_bn: {{c: {last}, k: 1, width: at_least_one}}");
    let stages = format!("{{features: [conv_bn: {{c: 32, s: 2}}, {table}, {last}]}}");
    spec(input, classes, width, &stages)
}
