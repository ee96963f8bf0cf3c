//! Plans run by the kernels against the reference executor, step by step, on every instruction set.

use crate::support::networks::{self, parsed, shipped, spec, v2};
use crate::support::plans;
use crate::support::sweep::sweep;
use mbgen::graph::LayerGraph;
use mbgen::kernels::steps::Network;
use mbgen::machine::{Description, Machine, SHIPPED};
use mbgen::plan::Plan;

/// Checks the graph's plan, none of whose steps may be zero everywhere.
fn check(name: &str, graph: &LayerGraph) {
    assert!(plans::check(name, graph, &Machine::REFERENCE), "{name}: a step is all zero");
}

/// First-level caches of every shipped machine, whose plans differ where maps are large.
#[test]
fn shipped_machines() {
    let cases = [("v1-paper", 0.25, (224, 224)), ("v2", 0.5, (128, 160)), ("v2", 0.35, (112, 112))];
    for shipped in SHIPPED {
        let machine = Description::load(shipped.name).unwrap().machine();
        for (name, width, resolution) in cases {
            let graph = networks::shipped(name, width, resolution, 10);
            let case = format!("{name} {width} {resolution:?} for {}", shipped.name);
            assert!(plans::check(&case, &graph, &machine), "{case}: a step is all zero");
        }
    }
}

#[test]
fn v1_widths_and_sizes() {
    for (width, resolution, classes) in [
        (1.0, (96, 96), 1000),
        (0.75, (128, 128), 10),
        (0.5, (33, 33), 10),
        (0.25, (224, 224), 1000),
        (0.25, (40, 32), 2),
        (0.3, (65, 47), 11),
    ] {
        for name in ["v1", "v1-paper"] {
            check(
                &format!("{name} {width} {resolution:?}"),
                &shipped(name, width, resolution, classes),
            );
        }
    }
}

#[test]
fn v2_widths_and_sizes() {
    for (width, resolution, classes) in [
        (1.0, (224, 224), 1000),
        (1.4, (96, 96), 1001),
        (0.75, (160, 160), 10),
        (0.5, (33, 33), 10),
        (0.35, (40, 32), 7),
        (0.35, (1, 1), 3),
    ] {
        check(&format!("v2 {width} {resolution:?}"), &shipped("v2", width, resolution, classes));
    }
}

#[test]
fn the_article_meets_its_counterpart() {
    for resolution in [(64, 64), (33, 40), (7, 7)] {
        check(&format!("residual {resolution:?}"), &shipped("residual", 1.0, resolution, 10));
        check(&format!("residual {resolution:?}"), &shipped("residual", 0.75, resolution, 10));
    }
    check("custom", &v2([3, 24, 24], 7, 1.0, "[[1, 32, 2, 1], [2, 32, 3, 1], [2, 48, 2, 2]]", 256));
}

/// Every size from 1×1 up, so that every tail of rows and columns is met.
#[test]
fn every_small_size() {
    for height in (1..=18).step_by(if sweep() { 1 } else { 3 }) {
        for width in [1, 2, 3, 5, 8, 14, 17] {
            let graph = shipped("v1-0.25-96-vww", 0.25, (height, width), 2);
            check(&format!("vww {height}x{width}"), &graph);
        }
    }
}

/// Channel counts that are no multiple of a vector, kernels other than 3, strides other than 2.
#[test]
fn odd_blocks() {
    let exact = |stages: &str| {
        let text = spec([1, 23, 19], 5, 1.0, stages);
        parsed(&text.replace("{make_divisible: 8}", "exact"))
    };
    for (i, stages) in [
        "{a: [conv_bn: {c: 5, s: 1}, conv_dsc: {c: 13, s: 2, k: 5}, conv_bn: {c: 37, k: 5, s: 2}]}",
        "{a: [conv_dsc: {c: 3, s: 3}, conv_dsc: {c: 19, s: 1, k: 7}]}",
        "{a: [conv_bn: {c: 33, s: 3, k: 2}, conv_bn: {c: 65, k: 1, s: 2}, conv_dsc: {c: 41, s: 2}]}",
        "{a: [conv_bn: {c: 21, s: 2, activation: relu}, inverted_residual: {columns: [t, c, n, s, k], \
         rows: [[1.5, 21, 2, 1, 3], [3, 11, 2, 2, 5], [0.5, 13, 1, 1, 4]]}]}",
        "{a: [conv_bn: {c: 12, s: 1, padding: same}, residual: {columns: [c, n, s], \
         rows: [[3, 2, 1], [5, 2, 2]]}, conv_dsc: {c: 44, s: 2, padding: same}]}",
        "{a: [inverted_residual: {columns: [t, c, n, s], rows: [[1, 1, 2, 1], [2, 1, 2, 1]]}]}",
    ]
    .iter()
    .enumerate()
    {
        check(&format!("odd {i}"), &exact(stages));
    }
}

/// A crate links the kernels for its network's panels, where these fit their list.
#[test]
fn the_panels_of_shipped_networks_fit_their_list() {
    for (name, width, resolution) in [
        ("v1", 1.0, (224, 224)),
        ("v1-paper", 0.25, (33, 47)),
        ("v2", 1.4, (224, 224)),
        ("v2", 0.35, (96, 128)),
    ] {
        let plan = Plan::new(&shipped(name, width, resolution, 1000), &Machine::REFERENCE).unwrap();
        let steps = plan.named();
        let network = Network::prove(plan.weights, &steps).unwrap();
        assert!(network.panels().is_some(), "{name} {width} {resolution:?}");
    }
}
