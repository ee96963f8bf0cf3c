//! `profile`: step by step.

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::measure::{WARM_UP, gflops, heading, input, measure, nanoseconds, quartiles};
use super::options::Options;
use crate::network::{Isa, MACS, Model, Output, Pool, STEPS, Step, Workspace, boxed_logits, peak};

/// Times each step.
pub fn run(options: &Options) -> Result<String, String> {
    let model = options.model()?;
    let profile = on_threads!(options, steps(&model));
    Ok(report(options, &model, profile))
}

/// Times of the steps.
fn steps<const THREADS: usize>(options: &Options, model: &Model) -> Profile {
    let pool = Pool::new(options.threads);
    let mut workspace = Workspace::boxed_for::<THREADS>();
    let (input, mut logits) = (input(), boxed_logits());
    let mut profile = Profile::new(options.runs);
    measure(options, &mut || {
        profile.start(model.isa());
        let observe = |_, _: Output| profile.add();
        model.run_observed(&pool, &input, &mut workspace, &mut logits, observe);
    });
    profile
}

/// A table, or lines for programs.
fn report(options: &Options, model: &Model, profile: Profile) -> String {
    let medians = profile.medians();
    // Loops over a constant number of steps would be unrolled.
    let steps = black_box(STEPS.as_slice());
    if options.csv {
        let mut text = String::from("step,macs,ns,isa,peak_gflops\n");
        for (Step { name, macs, .. }, time) in steps.iter().zip(&medians) {
            let (ns, isa, peak) = (nanoseconds(*time), model.isa(), 2e-9 * profile.peak);
            let _ = writeln!(text, "{name},{macs},{ns},{isa},{peak:.1}");
        }
        return text;
    }
    let total: Duration = medians.iter().sum();
    let cores = 2e-9 * profile.peak * options.threads as f64;
    let mut text = heading(options, model, 1);
    let _ = writeln!(text, "peak {cores:.1} GFLOP/s, multiply-adds alone, in the same run");
    let widest = steps.iter().map(|step| step.name.len()).max().unwrap_or(0).max(5);
    let extent = steps.iter().map(|step| shapes(step).len()).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "{:widest$}  {:extent$} {:>10} {:>7} {:>9} {:>8}",
        "step", "shapes", "µs", "share", "GFLOP/s", "of peak"
    );
    let mut row = |name: &str, shapes: &str, macs: u64, time: Duration| {
        let share = 100.0 * time.as_secs_f64() / total.as_secs_f64();
        let rate = gflops(macs, time);
        let _ = writeln!(
            text,
            "{name:widest$}  {shapes:extent$} {:>10.1} {share:>6.1}% {rate:>9.1} {:>7.1}%",
            1e6 * time.as_secs_f64(),
            100.0 * rate / cores
        );
    };
    for (step, &time) in steps.iter().zip(&medians) {
        row(step.name, &shapes(step), step.macs, time);
    }
    row("total", "", MACS, total);
    text
}

/// What a step reads and makes: channels, rows and columns.
fn shapes(step: &Step) -> String {
    let text = |shape: [usize; 3]| shape.map(|n| n.to_string()).join("x");
    format!("{} -> {}", text(step.input), text(step.output))
}

/// What a profile measures.
struct Profile {
    /// The times of all steps of a run, run after run.
    times: Vec<Duration>,
    /// The last runs of those, which count.
    runs: usize,
    /// Multiply-accumulates a second of one core that does nothing else.
    peak: f64,
    /// The end of the step before.
    last: Instant,
}

impl Profile {
    fn new(runs: usize) -> Self {
        let times = Vec::with_capacity((runs + WARM_UP) * STEPS.len());
        Self { times, runs, peak: 0.0, last: Instant::now() }
    }

    /// Before the first step of a run.
    fn start(&mut self, isa: Isa) {
        // A neighbour of the machine may slow down one of these, but not all.
        if self.times.len().is_multiple_of(10 * STEPS.len()) {
            self.peak = self.peak.max(peak(isa));
        }
        self.last = Instant::now();
    }

    /// After a step.
    fn add(&mut self) {
        let now = Instant::now();
        self.times.push(now - self.last);
        self.last = now;
    }

    /// The median of each step.
    fn medians(&self) -> Vec<Duration> {
        let first = self.times.len().saturating_sub(self.runs * STEPS.len());
        let of_step = |i| self.times[first..].iter().copied().skip(i).step_by(STEPS.len());
        (0..STEPS.len()).map(|i| quartiles(of_step(i).collect())[2]).collect()
    }
}
