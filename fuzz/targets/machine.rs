//! A text is a machine that networks are planned and timed for, or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mbgen::block::Variant;
use mbgen::machine::{Description, SHIPPED};
use mbgen::tasks::{Costed, View};
use mbgen_fuzz::{begin_with, render, taken, tiny};

fuzz_target!(
    init: {
        begin_with("machine", SHIPPED.iter().map(|machine| machine.text));
    },
    |text: &str| {
        let Some(machine) = taken(Description::parse(text, "input.yaml")) else { return };
        let written = machine.to_yaml();
        let again = Description::parse(&written, "written.yaml");
        let again = again.unwrap_or_else(|e| panic!("{e}\n{written}"));
        // Rates are written with three digits.
        assert_eq!(again.to_yaml(), written);
        assert_eq!(again.machine(), machine.machine());
        let costed = Costed::new(tiny(), Variant::default(), machine, None).unwrap();
        render(&costed, &View::default());
    }
);
