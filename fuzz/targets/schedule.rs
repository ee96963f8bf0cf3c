//! A text is a schedule by which a network gives the oracle's values, or is refused.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mbgen::block::Variant;
use mbgen::graph::LayerGraph;
use mbgen::machine::Machine;
use mbgen::plan::{Overrides, Plan};
use mbgen_fuzz::{SMALL, begin_with, plans, taken, tiny};

static GRAPH: LazyLock<LayerGraph> = LazyLock::new(|| tiny().graph(&Variant::default()).unwrap());

fuzz_target!(
    init: {
        let plan = |machine| Plan::new(&GRAPH, &machine).unwrap();
        begin_with("schedule", [SMALL, Machine::REFERENCE].map(|machine| plan(machine).schedule()));
    },
    |text: &str| {
        let Some(overrides) = taken(Overrides::parse(text, "input.yaml")) else { return };
        for machine in [SMALL, Machine::REFERENCE] {
            let Some(plan) = taken(Plan::with(&GRAPH, &machine, &overrides)) else { continue };
            let written = plan.schedule();
            let again = Overrides::parse(&written, "written.yaml").unwrap();
            assert_eq!(Plan::with(&GRAPH, &SMALL, &again).unwrap().schedule(), written);
            plans::run(text, &GRAPH, &plan);
        }
    }
);
