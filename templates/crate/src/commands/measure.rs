//! How times are taken and told.

use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use super::options::Options;
use crate::network::{INPUT, Model, NAME, boxed_input, golden_input};

/// Most runs that are not counted before those that are.
pub const WARM_UP: usize = 5;

/// An input to measure with.
pub fn input() -> Box<[f32; INPUT]> {
    let mut input = boxed_input();
    golden_input(&mut input);
    input
}

/// The first line of a report.
pub fn heading(options: &Options, model: &Model, batch: usize) -> String {
    let threads = options.threads;
    format!(
        "{NAME}, {} on {threads} thread{}, {} runs of {batch}\n",
        model.isa(),
        if threads == 1 { "" } else { "s" },
        options.runs
    )
}

/// Times of runs, after some that are not counted.
pub fn measure(options: &Options, run: &mut dyn FnMut()) -> Vec<Duration> {
    for _ in 0..options.runs.min(WARM_UP) {
        run();
    }
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..options.runs).map(time).collect()
}

/// Minimum, quartiles and maximum, of no times zeros.
pub fn quartiles(times: Vec<Duration>) -> [Duration; 5] {
    // A heap sorts with the least code.
    let times = BinaryHeap::from(times).into_sorted_vec();
    let last = times.len().saturating_sub(1);
    [0, 1, 2, 3, 4].map(|q| times.get(last * q / 4).copied().unwrap_or_default())
}

/// A time as a whole number.
pub fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos() as u64
}

/// Two operations for each multiply-accumulate, in billions a second.
pub fn gflops(macs: u64, time: Duration) -> f64 {
    2e-9 * macs as f64 / time.as_secs_f64().max(1e-9)
}
