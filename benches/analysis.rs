//! Counting: one network, a deep one, and a large sweep, with the goals beside the times.
//!
//!     cargo bench --bench analysis

use std::hint::black_box;
use std::time::{Duration, Instant};

use mbgen::analysis::sweep::Sweep;
use mbgen::analysis::{Analysis, Totals};
use mbgen::block::{Variant, expand, load};
use mbgen::spec::{Block, Loaded};

fn main() {
    let v2 = load("v2").expect("v2 is shipped");
    let graph = || expand(&v2.spec, &Variant::default()).expect("v2 has a graph");
    report(
        "v2, expanded and analysed",
        "100 us",
        median(1000, || Analysis::of(&graph()).rows.len()),
    );
    report("v2, expanded, totals alone", "", median(1000, || Totals::of(&graph()).macs));
    for blocks in [2_500, 25_000] {
        let spec = deep(&v2, blocks);
        let graph = expand(&spec.spec, &Variant::default()).expect("a deep v2 has a graph");
        let time = median(5, || Analysis::of(&graph).rows.len());
        report(&format!("{} layers", graph.len()), "linear", time);
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
    println!("{what:<28} {time:>12.1?}   {goal}");
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
