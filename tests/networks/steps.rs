//! What the planner makes of layouts and small maps, and the steps that the kernels refuse to run.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::networks::shipped;
use mbgen::exec::Session;
use mbgen::graph::LayerGraph;
use mbgen::kernels::steps::{Serial, Split, Tensor, Unit};
use mbgen::machine::Machine;
use mbgen::plan::{Operation, Overrides, Plan, Step};

/// Panels of 32 channels on every map.
const WIDE: Machine = Machine { l1: 48 << 10, l2: 1 << 20 };

fn step<'a>(plan: &'a Plan, name: &str) -> Option<&'a Step> {
    plan.steps.iter().find(|step| step.name == name)
}

fn units(step: &Step) -> &[Unit] {
    let Operation::Chain { units, .. } = &step.operation else {
        panic!("{} is a chain", step.name)
    };
    units
}

fn panel(plan: &Plan, name: &str) -> usize {
    step(plan, name).and_then(Step::output).expect("a step with an output").panel
}

#[test]
fn rings_of_long_rows_lie_in_groups() {
    let graph = shipped("v2", 1.0, (224, 224), 10);
    let plan = Plan::new(&graph, &WIDE).unwrap();
    let ring = |name| {
        let unit = units(step(&plan, name).unwrap())[0];
        (unit.ring_panel, unit.depthwise.panel, unit.ring_shared)
    };
    assert_eq!(ring("features.2"), (16, 32, false));
    assert_eq!(ring("features.8"), (32, 32, true));
}

#[test]
fn projections_are_in_panels_where_every_reader_takes_them() {
    let graph = shipped("v1", 1.0, (224, 224), 10);
    let plan = Plan::new(&graph, &WIDE).unwrap();
    assert_eq!(panel(&plan, "stage2.1"), 32);
    let other = Overrides::parse("stage2.2: {panel: 48}", "s.yaml").unwrap();
    let other = Plan::with(&graph, &WIDE, &other).unwrap();
    assert_eq!(panel(&other, "stage2.1"), 512, "the depthwise convolution reads panels of 48");
    assert_eq!(panel(&other, "stage2.2"), 32);

    let graph = shipped("v2", 1.0, (224, 224), 10);
    let plan = Plan::new(&graph, &WIDE).unwrap();
    assert_eq!(panel(&plan, "features.11"), 96, "an add reads it");
    assert_eq!(panel(&plan, "features.13"), 96, "it is a sum");
    assert_eq!(panel(&plan, "features.17"), 32, "the last convolution reads it");
}

#[test]
fn depthwise_runs_first_on_small_maps() {
    let names = |side| {
        let graph = shipped("v1", 0.25, (side, side), 10);
        let plan = Plan::new(&graph, &WIDE).unwrap();
        plan.steps.iter().map(|step| step.name.clone()).collect::<Vec<_>>()
    };
    assert!(names(224).contains(&"stage2.1".to_owned()), "14 x 14: {:?}", names(224));
    assert!(names(240).contains(&"stage2.1.3..stage2.2.0".to_owned()), "15 x 15: {:?}", names(240));
}

/// A chain, as the kernels take it.
type Parts<'a> = (&'a mut Vec<Unit>, &'a mut Tensor, &'a mut Split);

/// What is wrong with a step of a network, and what the kernels say.
type Fault = (&'static str, fn(Parts), &'static str);

const FAULTS: [Fault; 14] = [
    ("features.2", |(units, ..)| units[0].band = 0, "a band of rows"),
    ("features.2", |(units, ..)| units[0].ring_rows -= 1, "the ring holds a band's rows"),
    ("features.2", |(units, ..)| units[0].ring_panel = 8, "panels of the ring"),
    ("features.2", |(units, ..)| units[0].ring_shared = true, "panels of the ring"),
    ("features.8", |(units, ..)| units[0].ring_panel = 16, "panels of the ring"),
    ("features.8", |(units, ..)| units[0].band = 7, "shared ring"),
    ("features.2", |(_, _, split)| *split = Split::Panels, "one unit, the whole map"),
    ("features.2", |(units, ..)| units[0].ring = usize::MAX, "the scratch memory"),
    ("features.2", |(units, ..)| units[0].rows = 1 << 40, "the scratch memory"),
    ("features.2", |(units, ..)| units[0].depthwise.weights = usize::MAX, "the weights"),
    ("features.2", |(units, ..)| units[0].depthwise.panel = 16, "the same panels"),
    ("features.2", |(_, out, _)| out.panel = 16, "the output's panels"),
    ("features.3", |(_, out, _)| out.h -= 1, "the residual's shape"),
    ("features.2", |(units, ..)| units.clear(), "one to eight units"),
];

#[test]
fn steps_that_do_not_fit_are_refused() {
    let graph = shipped("v2", 1.0, (224, 224), 10);
    let plan = Plan::new(&graph, &WIDE).unwrap();
    assert_eq!(run(&graph, &plan), None);
    for (name, change, reason) in FAULTS {
        let mut plan = plan.clone();
        let step = plan.steps.iter_mut().find(|step| step.name == name).expect("the step");
        let Operation::Chain { units, out, split, .. } = &mut step.operation else { panic!() };
        change((units, out, split));
        let said = run(&graph, &plan).unwrap_or_default();
        let expected = format!("the step does not fit its memory: {reason}");
        assert_eq!(said, expected, "{name}");
    }
}

/// What a run panics with, if it does.
fn run(graph: &LayerGraph, plan: &Plan) -> Option<String> {
    let input = vec![0.5; graph.input().elements()];
    let mut session = Session::new(plan, &vec![0.0; plan.weights], 1);
    let run = || session.run(&input, "portable", &Serial, |_, _| {}).map(|logits| logits.len());
    let panic = catch_unwind(AssertUnwindSafe(run)).err()?;
    Some(panic.downcast_ref::<String>().cloned().unwrap_or_default())
}
