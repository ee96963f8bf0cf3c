//! Any network, planned for any machine, gives the oracle's values on every instruction set, and the
//! same bits on any number of threads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mbgen::machine::Machine;
use mbgen::plan::Plan;
use mbgen::weights::splitmix::splitmix64;
use mbgen_fuzz::random::{Choices, chosen};
use mbgen_fuzz::{begin_with, plans};

/// Multiply-accumulates of a network that is run.
const RUN: u64 = 20_000_000;

fuzz_target!(
    init: {
        let bytes = |seed: u64| (0..96).map(move |i| splitmix64(seed << 32 | i) as u8);
        begin_with("differential", (0..32).map(|seed| bytes(seed).collect::<Vec<u8>>()));
    },
    |bytes: &[u8]| {
        let mut choices = Choices::Bytes(bytes);
        let cache = |choices: &mut Choices| 1 << choices.among(&[8, 10, 12, 14, 16, 20, 30]);
        let machine = Machine { l1: cache(&mut choices), l2: cache(&mut choices) };
        let threads = choices.up_to(16) as usize;
        let Some((text, graph)) = chosen(&mut choices) else { return };
        if graph.layers().map(|(_, layer)| layer.macs()).sum::<u64>() > RUN {
            return;
        }
        let name = format!("{machine:?}, {threads} threads:\n{text}");
        plans::run_on(&[threads], &name, &graph, &Plan::new(&graph, &machine).unwrap());
    }
);
