//! Plans run by the kernels against the reference executor, step by step, on every instruction set.

mod support;

use std::path::Path;
use std::thread;

use mbgen::exec::{Session, instruction_sets};
use mbgen::graph::LayerGraph;
use mbgen::kernels::steps::{Join, Serial};
use mbgen::machine::Machine;
use mbgen::plan::{Plan, pack};
use mbgen::reference;
use mbgen::weights::{fold, formula};
use support::networks::{parsed, shipped, spec, v2};

/// Two threads, as plainly as the standard library has them.
struct Threads(usize);

impl Join for Threads {
    fn threads(&self) -> usize {
        self.0
    }

    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        thread::scope(|scope| {
            scope.spawn(a);
            b();
        });
    }
}

/// Runs the graph's plan on every instruction set and compares each step with the oracle, relative
/// to the step's largest magnitude; then on more threads, whose logits must be the same bits.
fn check(name: &str, graph: &LayerGraph) {
    let plan = Plan::new(graph, &Machine::REFERENCE).unwrap();
    let folded = fold(&formula(graph, (0.5, 1.5)), graph, 1e-5, Path::new("formula")).unwrap();
    let blob = pack(&plan, graph, &folded);
    let input = reference::golden_input(graph.input());
    let expected = reference::run(graph, &folded, &input);
    for isa in instruction_sets() {
        let mut worst = (0.0, "");
        let mut compare = |step: usize, values: &mut dyn Iterator<Item = f32>| {
            let step = &plan.steps[step];
            let expected = &expected[step.layers.last().unwrap().0];
            let scale = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            assert!(scale > 0.0, "{name}: step {} is all zero", step.name);
            let mut count = 0;
            for (i, (got, want)) in values.zip(expected).enumerate() {
                let off = (f64::from(got) - want).abs() / scale;
                assert!(off < 1e-4, "{name} on {isa}: {} at {i}: {got} for {want}", step.name);
                worst = if off > worst.0 { (off, &step.name) } else { worst };
                count += 1;
            }
            assert_eq!(count, expected.len(), "{name}: values of {}", step.name);
        };
        let mut session = Session::new(&plan, &blob, 3);
        let logits = session.run(&input, isa, &Serial, |step, output| {
            if let Some(output) = output {
                compare(step, &mut output.iter());
            }
        });
        let logits = logits.unwrap().to_vec();
        compare(plan.steps.len() - 1, &mut logits.iter().copied());
        println!("{name} on {isa}: {:.1e} at {}", worst.0, worst.1);
        for threads in [2, 3] {
            let more = session.run(&input, isa, &Threads(threads), |_, _| {}).unwrap();
            let bits = |logits: &[f32]| logits.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(more), bits(&logits), "{name} on {isa}, {threads} threads");
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
    for height in 1..=18 {
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
         rows: [[1.5, 21, 2, 1, 3], [3, 11, 2, 2, 5], [0.5, 11, 2, 1, 4]]}]}",
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
