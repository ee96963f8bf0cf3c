//! `bench`: whole inferences.

use std::fmt::Write;
use std::time::Duration;

use super::measure::{gflops, heading, input, measure, nanoseconds, quartiles};
use super::options::Options;
use crate::network::{CLASSES, INPUT, MACS, Model, Pool, Workspace, boxed_logits};

/// Times inferences.
pub fn run(options: &Options) -> Result<String, String> {
    let model = options.model()?;
    let times = match options.batch {
        Some(batch) => batches(options, &model, batch),
        None => on_threads!(options, single(&model)),
    };
    Ok(report(options, &model, times))
}

/// Times of single inferences.
fn single<const THREADS: usize>(options: &Options, model: &Model) -> Vec<Duration> {
    let pool = Pool::new(options.threads);
    let mut workspace = Workspace::boxed_for::<THREADS>();
    let (input, mut logits) = (input(), boxed_logits());
    measure(options, &mut || model.run_on(&pool, &input, &mut workspace, &mut logits))
}

/// Times of whole batches.
fn batches(options: &Options, model: &Model, batch: usize) -> Vec<Duration> {
    let pool = Pool::new(options.threads);
    let mut workspaces: Vec<_> = (0..options.threads).map(|_| Workspace::boxed()).collect();
    let inputs = input().repeat(batch);
    let mut logits = vec![0.0; batch * CLASSES];
    let (inputs, _) = inputs.as_chunks::<INPUT>();
    let (logits, _) = logits.as_chunks_mut::<CLASSES>();
    measure(options, &mut || model.run_batch(&pool, inputs, &mut workspaces, logits))
}

/// Quartiles and rates; the last line is the median in nanoseconds.
fn report(options: &Options, model: &Model, times: Vec<Duration>) -> String {
    let batch = options.batch.unwrap_or(1);
    let mut text = heading(options, model, batch);
    let [minimum, lower, median, upper, _] = quartiles(times);
    let rows = [
        ("median", median),
        ("lower quartile", lower),
        ("upper quartile", upper),
        ("minimum", minimum),
    ];
    for (name, time) in rows {
        let _ = writeln!(text, "{name:16} {:>10.1} µs", 1e6 * time.as_secs_f64());
    }
    let rate = gflops(MACS * batch as u64, median);
    let _ = writeln!(text, "{:16} {rate:>10.1} GFLOP/s", "speed");
    let images = batch as f64 / median.as_secs_f64();
    let _ = writeln!(text, "{:16} {images:>10.1} images/s", "throughput");
    // A workspace for each thread of a batch, or one for all.
    let [one, two] = [size_of::<Workspace>(), size_of::<Workspace<2>>()];
    let more = if options.batch.is_some() { one } else { two - one };
    let arena = one + (options.threads - 1) * more;
    let _ = writeln!(text, "{:16} {arena:>10} bytes", "arena");
    let _ = writeln!(text, "{}", nanoseconds(median));
    text
}
