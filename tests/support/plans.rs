//! Plans run by the kernels, against the reference executor.

use std::path::Path;
use std::thread;

use mbgen::exec::{Session, instruction_sets};
use mbgen::graph::LayerGraph;
use mbgen::kernels::steps::{Join, Serial};
use mbgen::layer::Kind;
use mbgen::machine::Machine;
use mbgen::plan::{Plan, pack};
use mbgen::reference;
use mbgen::weights::{Folded, fold};

use super::formula::formula;

/// A few threads, as plainly as the standard library has them.
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

/// Folded and packed weights of a plan.
fn weights(graph: &LayerGraph, plan: &Plan) -> (Folded, Vec<f32>) {
    let folded = fold(&formula(graph, (0.5, 1.5)), graph, 1e-5, Path::new("formula")).unwrap();
    let blob = pack(plan, graph, &folded).unwrap();
    (folded, blob)
}

/// What the oracle gives for each layer, by its number.
pub fn outputs(graph: &LayerGraph, weights: &Folded, input: &[f32]) -> Vec<Vec<f64>> {
    let mut outputs = Vec::with_capacity(graph.len());
    reference::run(graph, weights, input, |_, values| outputs.push(values.to_vec()));
    outputs
}

/// As [`run`], with the graph's plan for a machine. Returns whether every step has values other than
/// zero.
pub fn check(name: &str, graph: &LayerGraph, machine: &Machine) -> bool {
    run(name, graph, &Plan::new(graph, machine).unwrap()).telling
}

/// What a plan gave.
pub struct Ran {
    /// Whether every step has values other than zero.
    pub telling: bool,
    /// The bits of the logits, for each instruction set.
    pub logits: Vec<Vec<u32>>,
}

/// Runs a plan on every instruction set and compares each step with the oracle, relative to the step's
/// scale; then on more threads, whose logits must be the same bits.
pub fn run(name: &str, graph: &LayerGraph, plan: &Plan) -> Ran {
    run_on(&[2, 3], name, graph, plan)
}

/// As [`run`], on these numbers of threads after one.
pub fn run_on(threads: &[usize], name: &str, graph: &LayerGraph, plan: &Plan) -> Ran {
    let (folded, blob) = weights(graph, plan);
    let input = reference::golden_input(graph.input());
    let expected_of = outputs(graph, &folded, &input);
    let (mut telling, mut all) = (true, Vec::new());
    for isa in instruction_sets() {
        let mut worst = (0.0, "");
        let mut compare = |step: usize, values: &mut dyn Iterator<Item = f32>| {
            let step = &plan.steps[step];
            let last = *step.layers.last().unwrap();
            let expected = &expected_of[last.0];
            let before =
                last.0.checked_sub(1).map_or(0.0, |i| reference::magnitude(&expected_of[i]));
            let mut scale = reference::scale(expected, before);
            // What is added may cancel, and a clamp cut what is left.
            if graph.layer(last).kind == Kind::Add {
                scale = scale.max(before);
            }
            telling &= scale > 0.0;
            // Below that, what is left is the rounding of sums that cancel.
            let scale = scale.max(1e-3);
            let mut count = 0;
            for (i, (got, want)) in values.zip(expected).enumerate() {
                let off = (f64::from(got) - want).abs() / scale;
                assert!(off < 1e-4, "{name} on {isa}: {} at {i}: {got} for {want}", step.name);
                worst = if off > worst.0 { (off, &step.name) } else { worst };
                count += 1;
            }
            assert_eq!(count, expected.len(), "{name}: values of {}", step.name);
        };
        let mut session = Session::new(plan, &blob, threads.iter().copied().max().unwrap_or(1));
        let logits = session.run(&input, isa, &Serial, |step, output| {
            compare(step, &mut output.iter());
        });
        let logits = logits.unwrap().to_vec();
        println!("{name} on {isa}: {:.1e} at {}", worst.0, worst.1);
        let bits = |logits: &[f32]| logits.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let logits = bits(&logits);
        for &threads in threads {
            let more = session.run(&input, isa, &Threads(threads), |_, _| {}).unwrap();
            assert_eq!(bits(more), logits, "{name} on {isa}, {threads} threads");
        }
        all.push(logits);
    }
    Ran { telling, logits: all }
}

/// Whether an input of NaN alone gives logits of NaN alone, on every instruction set.
pub fn check_nan(name: &str, graph: &LayerGraph, machine: &Machine) {
    let plan = Plan::new(graph, machine).unwrap();
    let (_, blob) = weights(graph, &plan);
    let input = vec![f32::NAN; graph.input().elements()];
    for isa in instruction_sets() {
        let mut session = Session::new(&plan, &blob, 1);
        let logits = session.run(&input, isa, &Serial, |_, _| {}).unwrap();
        assert!(logits.iter().all(|x| x.is_nan()), "{name} on {isa}: {logits:?}");
    }
}
