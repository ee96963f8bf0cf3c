//! What the golden tests of a crate see of single faults: their comparison, on a plan run in process.

use std::path::Path;

use mbgen::codegen::{Golden, Provenance};
use mbgen::exec::Session;
use mbgen::graph::LayerGraph;
use mbgen::initialise::initialise;
use mbgen::kernels::steps::Serial;
use mbgen::machine::Machine;
use mbgen::plan::{Plan, pack};
use mbgen::reference::{self, golden_input};
use mbgen::weights::fold;

use crate::support::networks;
use crate::support::random::Choices;
use crate::support::sweep::{cases, leaves_out};

#[allow(dead_code)]
#[path = "../../templates/crate/tests/golden/expected.rs"]
mod expected;

use expected::{Expected, SCALES};

/// The weights are initial ones, and so is what a crate's tests allow.
const SEED: u64 = 2;

fn tolerance() -> f64 {
    Provenance::Seed(SEED).tolerance()
}

/// A network, its packed weights, and what its tests expect.
struct Network {
    plan: Plan,
    blob: Vec<f32>,
    inputs: Vec<Vec<f32>>,
    /// The steps of each input.
    steps: Vec<String>,
}

impl Network {
    fn new(graph: &LayerGraph) -> Self {
        let input = golden_input(graph.input());
        let dict = initialise(graph, 1e-5, SEED, &input);
        let weights = fold(&dict, graph, 1e-5, Path::new("seed")).unwrap();
        let plan = Plan::new(graph, &Machine::REFERENCE).unwrap();
        let blob = pack(&plan, graph, &weights).unwrap();
        assert_eq!(SCALES, Golden::SCALES, "what mbgen writes and a crate reads");
        let inputs = SCALES.map(|scale| input.iter().map(|x| scale * x).collect::<Vec<f32>>());
        let steps = inputs.each_ref().map(|input| {
            let mut golden = Golden::new(graph, &plan);
            reference::run(graph, &weights, input, |id, values| golden.observe(id, values));
            golden.steps()
        });
        Self { inputs: inputs.into(), steps: steps.into(), plan, blob }
    }

    /// The outputs of all steps, for each input.
    fn run(&self, blob: &[f32]) -> Vec<Vec<Vec<f32>>> {
        self.inputs.iter().map(|input| self.outputs(input, blob)).collect()
    }

    fn outputs(&self, input: &[f32], blob: &[f32]) -> Vec<Vec<f32>> {
        let mut session = Session::new(&self.plan, blob, 1);
        let mut outputs = Vec::new();
        let isa = mbgen::exec::instruction_sets()[0];
        let run = session.run(input, isa, &Serial, |_, output| {
            outputs.push(output.iter().collect::<Vec<f32>>());
        });
        run.unwrap();
        outputs
    }

    /// The first step whose output the tests of a crate refuse.
    fn refused(&self, outputs: &[Vec<Vec<f32>>]) -> Option<usize> {
        let of_input = |(outputs, steps): (&Vec<Vec<f32>>, &String)| {
            let expected = steps.lines().map(Expected::parse);
            outputs.iter().zip(expected).position(|(output, expected)| expected.refuses(output))
        };
        outputs.iter().zip(&self.steps).find_map(of_input)
    }
}

impl Expected<'_> {
    fn refuses(&self, output: &[f32]) -> bool {
        let difference = self.difference(output).0;
        difference.is_nan() || difference > tolerance()
    }
}

/// The largest difference of two outputs, relative to the largest magnitude.
fn off(a: &[f32], b: &[f32]) -> f64 {
    let largest = b.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    f64::from(differences.fold(0.0, f32::max) / largest)
}

/// A value of one step's output is replaced by another value of the same output: that step is named.
#[test]
fn a_wrong_value_names_its_step() {
    for (name, width, resolution) in [("v1", 0.25, (48, 40)), ("v2", 1.0, (224, 224))] {
        if name == "v2" && leaves_out("wrong values in V2") {
            continue;
        }
        let network = Network::new(&networks::shipped(name, width, resolution, 1000));
        let right = network.run(&network.blob);
        assert_eq!(network.refused(&right), None);
        let mut choices = Choices::Seed(1);
        let (mut faults, mut named) = (0, 0);
        for step in 0..network.plan.steps.len() {
            for _ in 0..40 {
                let len = right[0][step].len() as u64;
                let (to, from) = (choices.below(len), choices.below(len));
                // The steps before are right.
                let seen = right.iter().zip(&network.steps).map(|(outputs, lines)| {
                    let mut wrong = outputs[step].clone();
                    wrong[to] = wrong[from];
                    let expected = Expected::parse(lines.lines().nth(step).unwrap());
                    (off(&wrong, &outputs[step]) > tolerance(), expected.refuses(&wrong))
                });
                let (wrong, refused): (Vec<bool>, Vec<bool>) = seen.unzip();
                faults += usize::from(wrong.contains(&true));
                named += usize::from(wrong.contains(&true) && refused.contains(&true));
            }
        }
        println!("{name}: {named} of {faults} wrong values name their step");
        assert!(faults > 400 && named * 100 >= faults * 99, "{named} of {faults}");
    }
}

/// One packed weight or bias is another: where any output changes, the tests refuse it.
#[test]
fn a_wrong_weight_is_seen() {
    let network = Network::new(&networks::shipped("v2", 0.35, (48, 40), 10));
    let right = network.run(&network.blob);
    let mut choices = Choices::Seed(2);
    let (mut faults, mut seen, mut first) = (0, 0, 0);
    let len = network.blob.len() as u64;
    let trials = cases(600);
    for _ in 0..trials {
        let (to, from) = (choices.below(len), choices.below(len));
        let mut blob = network.blob.clone();
        blob[to] = network.blob[from];
        let wrong = network.run(&blob);
        let changed = |(wrong, right): (&Vec<Vec<f32>>, &Vec<Vec<f32>>)| {
            wrong.iter().zip(right).position(|(wrong, right)| off(wrong, right) > tolerance())
        };
        let Some(step) = wrong.iter().zip(&right).filter_map(changed).min() else { continue };
        faults += 1;
        let refused = network.refused(&wrong);
        seen += u64::from(refused.is_some());
        first += usize::from(refused == Some(step));
    }
    println!("{seen} of {faults} wrong weights are seen, {first} at their step");
    assert!(faults * 2 > trials && seen * 10 >= faults * 9, "{seen} of {faults}");
}
