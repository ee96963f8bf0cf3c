//! Whole networks in process, step by step, as shares of the machine's multiply-add peak.
//!
//!     cargo bench --bench network -- [ISA] [NETWORK[@WIDTH]]...
//!
//! As a test (`--test`) it runs each network once.

use std::env::args;
use std::path::Path;
use std::time::Instant;

use mbgen::block::Variant;
use mbgen::exec::{Session, instruction_sets, peak};
use mbgen::kernels::steps::Serial;
use mbgen::machine::Machine;
use mbgen::plan::{Plan, pack};
use mbgen::{reference, spec, weights};

#[path = "../tests/support/formula.rs"]
mod formula;

fn main() {
    let wanted: Vec<String> = args().skip(1).filter(|arg| !arg.starts_with("--bench")).collect();
    let test = wanted.iter().any(|arg| arg == "--test");
    let sets = instruction_sets();
    let isa =
        wanted.iter().find(|arg| sets.contains(&arg.as_str())).map_or(sets[0], String::as_str);
    let named = |arg: &&String| !sets.contains(&arg.as_str()) && !arg.starts_with("--");
    let mut networks: Vec<&str> = wanted.iter().filter(named).map(String::as_str).collect();
    if networks.is_empty() {
        networks = vec!["v1-paper", "v2", "v1-paper@0.25", "v2@0.5"];
    }
    for network in networks {
        measure(network, isa, if test { 1 } else { 300 });
    }
}

fn measure(network: &str, isa: &str, runs: usize) {
    let (name, width) = network.split_once('@').unwrap_or((network, "1"));
    let width = width.parse().expect("a width multiplier after @");
    let variant = Variant { width: Some(width), ..Variant::default() };
    let graph = spec::load(name).and_then(|spec| spec.graph(&variant)).expect("a shipped spec");
    let plan = Plan::new(&graph, &Machine::REFERENCE).expect("a plan");
    let dict = formula::formula(&graph, (0.5, 1.5));
    let folded = weights::fold(&dict, &graph, 1e-5, Path::new("formula")).expect("weights");
    let blob = pack(&plan, &graph, &folded).expect("packed weights");
    let input = reference::golden_input(graph.input());
    let mut session = Session::new(&plan, &blob, 1);

    let mut times = vec![Vec::with_capacity(runs); plan.steps.len()];
    let mut totals = Vec::with_capacity(runs);
    let mut best = 0.0f64;
    for run in 0..runs + runs / 10 {
        if run % 20 == 0 {
            best = best.max(peak(isa, 3).expect("an instruction set of this CPU"));
        }
        let start = Instant::now();
        let mut last = start;
        let ran = session.run(&input, isa, &Serial, |step, _| {
            let now = Instant::now();
            if run >= runs / 10 {
                times[step].push((now - last).as_secs_f64());
            }
            last = now;
        });
        ran.expect("the plan runs");
        if run >= runs / 10 {
            totals.push(start.elapsed().as_secs_f64());
        }
    }
    let macs = |step: usize| {
        plan.steps[step].layers.iter().map(|&id| graph.layer(id).macs()).sum::<u64>() as f64
    };
    println!(
        "{network} on {isa}: peak {:.1} GFLOP/s, arena {} bytes",
        best * 2e-9,
        plan.arena_bytes()
    );
    let mut all = 0.0;
    for (i, times) in times.iter_mut().enumerate() {
        let time = median(times);
        all += macs(i);
        println!(
            "  {:32} {:8.4} ms {:6.1}% of peak, {:.4} ms above it",
            plan.steps[i].name,
            time * 1e3,
            100.0 * macs(i) / time / best,
            (time - macs(i) / best) * 1e3
        );
    }
    let time = median(&mut totals);
    println!(
        "  {:32} {:8.4} ms {:6.1}% of peak; min {:.4} ms {:.1}%",
        "network",
        time * 1e3,
        100.0 * all / time / best,
        totals[0] * 1e3,
        100.0 * all / totals[0] / best
    );
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
