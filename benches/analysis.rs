//! Counting: one network, deep ones from spec to report, and a large sweep, with the goals beside
//! the times.
//!
//!     cargo bench --bench analysis

use std::hint::black_box;
use std::time::{Duration, Instant};

use mbgen::analysis::sweep::Sweep;
use mbgen::analysis::{Analysis, Totals};
use mbgen::block::{Variant, expand, load};
use mbgen::machine::Machine;
use mbgen::plan::Plan;
use mbgen::report::{CostReport, Format, Network, Style};
use mbgen::spec::{Block, Loaded};

fn main() {
    let v2 = load("v2", &Variant::default()).expect("v2 is shipped");
    let graph = || expand(&v2.spec).expect("v2 has a graph");
    report(
        "v2, expanded and analysed",
        "100 us",
        median(1000, || Analysis::of(&graph()).rows.len()),
    );
    report("v2, expanded, totals alone", "", median(1000, || Totals::of(&graph()).macs));
    // Linear means that the three lines of each kind are 1 : 3 : 10.
    for layers in [900, 3_000, 9_000] {
        stages(&deep(&v2, layers / 4));
    }
    let sweep = Sweep {
        widths: (0..1000).map(|i| 0.2 + f64::from(i) * 0.0015).collect(),
        resolutions: (128..228).map(|side| (side, side)).collect(),
        ..Sweep::default()
    };
    let specs = [v2];
    let time = median(1, || sweep.run(&specs).map_or(0, |points| points.len()));
    report("100,000 points", "5 s", time);
}

/// Every stage from the spec to a report.
fn stages(loaded: &Loaded) {
    let variant = Variant::default();
    let graph = expand(&loaded.spec).expect("a deep v2 has a graph");
    let machine = Machine::REFERENCE;
    let plan = Plan::new(&graph, &machine).expect("a deep v2 has a plan");
    let analysis = Analysis::of(&graph).with_plan(&plan);
    let network = Network::of(loaded, &variant);
    let cost = CostReport { details: true, ..CostReport::of(&network, &analysis) };
    let layers = graph.len();
    let line = |what: &str, time| report(&format!("{layers} layers, {what}"), "linear", time);
    line("expanded", median(3, || expand(&loaded.spec).map(|graph| graph.len())));
    line("analysed", median(3, || Analysis::of(&graph).rows.len()));
    line("planned", median(3, || Plan::new(&graph, &machine).map(|plan| plan.shared)));
    for format in Format::ALL {
        let time = median(3, || cost.render(format, Style::default()).len());
        line(format.name(), time);
    }
}

fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[runs / 2]
}

fn report(what: &str, goal: &str, time: Duration) {
    println!("{what:<32} {time:>12.1?}   {goal}");
}

/// The network with one table row of so many more blocks.
fn deep(loaded: &Loaded, blocks: usize) -> Loaded {
    let mut loaded = loaded.clone();
    for block in loaded.spec.stages.iter_mut().flat_map(|stage| &mut stage.blocks) {
        if let Block::InvertedResidual(table) = block {
            table.rows[3].n += blocks;
        }
    }
    loaded
}
