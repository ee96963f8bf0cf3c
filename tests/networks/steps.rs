//! What the planner makes of layouts and small maps, and plans that do not run.

use crate::support::networks::shipped;
use mbgen::exec::Session;
use mbgen::kernels::steps::{self, Serial, Unit};
use mbgen::machine::Machine;
use mbgen::plan::{Overrides, Plan, Step};

/// Panels of 32 channels on every map.
const WIDE: Machine = Machine { l1: 48 << 10, l2: 1 << 20 };

fn step<'a>(plan: &'a Plan, name: &str) -> Option<&'a Step> {
    plan.steps.iter().find(|step| step.name == name)
}

fn units(step: &Step) -> &[Unit] {
    let steps::Step::Chain(chain) = &step.operation else { panic!("{} is a chain", step.name) };
    chain.units()
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

#[test]
fn a_plan_that_is_not_a_network_does_not_run() {
    let graph = shipped("v2", 1.0, (224, 224), 10);
    let mut plan = Plan::new(&graph, &WIDE).unwrap();
    let input = vec![0.5; graph.input().elements()];
    let weights = vec![0.0; plan.weights];
    plan.steps.swap(3, 4);
    let mut session = Session::new(&plan, &weights, 1);
    let run = session.run(&input, "portable", &Serial, |_, _| {});
    let error = run.unwrap_err().to_string();
    assert!(error.contains("features.5: its weights do not begin where"), "{error}");
    plan.steps.swap(3, 4);
    let mut session = Session::new(&plan, &weights, 1);
    let error = session.run(&input[1..], "portable", &Serial, |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("less memory than the plan needs"), "{error}");
}
