//! Every kernel at every shape that the networks have, as shares of the multiply-add peak of the same
//! run.
//!
//!     cargo bench --bench kernels -- [KERNELS]... [NETWORK[@WIDTH]]...
//!
//! Kernels are those of an instruction set, such as `avx2`, or of one of its tables that suits other
//! CPUs, such as `avx512_halves`. Shapes are those of the calls that the plans make: so many positions
//! at a time, from and to channel panels, one panel of weights after the other; beside each depthwise
//! convolution stands the same with a window of 5x5. Operands stay the same between calls, so that what
//! is small stays in the caches: a bound for the step that has the call, not its time.
//!
//! As a test (`--test`) it makes each call once.

#[path = "../tests/support/sets.rs"]
mod sets;

use std::collections::BTreeMap;
use std::env::args;
use std::hint::black_box;
use std::ptr;
use std::time::Instant;

use mbgen::block::Variant;
use mbgen::kernels::memory::Values;
use mbgen::kernels::ops::dense::DensePanel;
use mbgen::kernels::ops::depthwise::DepthwisePanel;
use mbgen::kernels::ops::linear::LinearPanel;
use mbgen::kernels::ops::pool::PoolPanel;
use mbgen::kernels::ops::{MOST_LANES, packed};
use mbgen::kernels::steps::{Chain, Dense, Depthwise, Head, Step, Unit};
use mbgen::machine::Machine;
use mbgen::machine::measure::peak;
use mbgen::plan::Plan;
use mbgen::spec;
use sets::{Kernels, kernels, tables};

fn main() {
    let wanted: Vec<String> = args().skip(1).collect();
    let test = wanted.iter().any(|arg| arg == "--test");
    let all: Vec<&str> = tables().map(|table| table.name()).collect();
    let names = wanted.iter().map(String::as_str).filter(|arg| !arg.starts_with("--"));
    let (mut sets, mut networks): (Vec<&str>, Vec<&str>) = names.partition(|arg| all.contains(arg));
    if sets.is_empty() {
        sets = all;
    }
    if networks.is_empty() {
        networks = vec!["v1-paper", "v1-paper@0.25", "v2", "v2@0.5"];
    }
    let calls = calls(&networks);
    for isa in sets {
        match kernels(isa) {
            Some(set) => measure(&set, &calls, test),
            None => eprintln!("this CPU has no {isa}"),
        }
    }
}

/// Times each call and prints a row for it.
fn measure(set: &Kernels, calls: &BTreeMap<Call, Vec<&str>>, test: bool) {
    let mut best = 0.0f64;
    let mut rows = Vec::new();
    for (call, networks) in calls {
        let mut operands = Operands::new(call);
        best = (0..if test { 1 } else { 3 }).map(|_| peak(set)).fold(best, f64::max);
        let time =
            if test { once(set, call, &mut operands) } else { median(set, call, &mut operands) };
        rows.push((call, time, networks));
    }
    println!("{}: peak {:.1} GFLOP/s", set.name(), best * 2e-9);
    println!("{:50} {:>9} {:>8} {:>6} {:>7}  networks", "call", "us", "GFLOP/s", "peak", "GB/s");
    for (call, time, networks) in rows {
        let rate = call.macs() as f64 / time;
        // A sum has no multiply-adds to speak of.
        let shares = match call {
            Call::Pool { .. } => format!("{:>8} {:>6}", "-", "-"),
            _ => format!("{:8.1} {:5.1}%", rate * 2e-9, 100.0 * rate / best),
        };
        println!(
            "{:50} {:9.2} {shares} {:7.1}  {}",
            call.to_string(),
            time * 1e6,
            4e-9 * call.elements() as f64 / time,
            networks.join(" ")
        );
    }
}

/// Seconds of a call: the median of some samples of about a millisecond.
fn median(set: &Kernels, call: &Call, operands: &mut Operands) -> f64 {
    let repeats = (1e-3 / once(set, call, operands).max(1e-7)).ceil() as usize;
    let mut samples: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            (0..repeats).for_each(|_| call.run(set, operands));
            start.elapsed().as_secs_f64() / repeats as f64
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

fn once(set: &Kernels, call: &Call, operands: &mut Operands) -> f64 {
    call.run(set, operands);
    let start = Instant::now();
    call.run(set, operands);
    start.elapsed().as_secs_f64()
}

/// Calls of one kernel over all panels of a layer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    /// `rows` × `k` by `k` × `cols`; A in runs of `run` values, `stride` between its rows.
    Dense {
        rows: usize,
        k: usize,
        cols: usize,
        panel: usize,
        run: usize,
        stride: usize,
        pool: bool,
        prefetch: bool,
        /// Whether each vector of channels of the output lies on its own.
        by_vectors: bool,
    },
    /// `rows` output rows of a map.
    Depthwise {
        kernel: usize,
        stride: usize,
        zeros: (usize, usize),
        input: (usize, usize),
        output: (usize, usize),
        c: usize,
        panel: usize,
        rows: usize,
        ring: usize,
        /// The same of the input.
        by_vectors: bool,
    },
    /// All panels of a classifier.
    Linear { c: usize, panel: usize, classes: usize },
    /// Column sums of a map in panels.
    Pool { positions: usize, c: usize, panel: usize },
}

/// The calls of some networks' plans, each with the networks that make it.
fn calls<'a>(networks: &[&'a str]) -> BTreeMap<Call, Vec<&'a str>> {
    let mut calls: BTreeMap<Call, Vec<&str>> = BTreeMap::new();
    for &network in networks {
        let mut found = Vec::new();
        for step in &plan(network).steps {
            match &step.operation {
                Step::Conv(conv) => {
                    found.push(Call::dense(&conv.dense, conv.source.panel, conv.out.h, conv.out.w));
                }
                Step::Chain(chain) => found.extend(of_chain(chain)),
                Step::Head(head) => found.extend(of_head(head)),
            }
        }
        let wider: Vec<Call> = found.iter().filter_map(Call::with_five_by_five).collect();
        for call in found.into_iter().chain(wider) {
            let by = calls.entry(call).or_default();
            if !by.contains(&network) {
                by.push(network);
            }
        }
    }
    calls
}

fn plan(network: &str) -> Plan {
    let (name, width) = network.split_once('@').unwrap_or((network, "1"));
    let width = width.parse().expect("a width multiplier after @");
    let variant = Variant { width: Some(width), ..Variant::default() };
    let graph = spec::load(name).and_then(|spec| spec.graph(&variant)).expect("a shipped spec");
    Plan::new(&graph, &Machine::REFERENCE).expect("a plan")
}

fn of_chain(chain: &Chain) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut panel = chain.source.panel;
    for unit in chain.units() {
        let Unit { depthwise, input, output, band, ring_rows, ring_panel, .. } = *unit;
        let by_vectors = unit.dense.is_some() && ring_panel < depthwise.panel;
        if let Some(dense) = &unit.dense {
            let rows = (band * depthwise.window.stride).min(input.0);
            calls.push(Call::dense(dense, panel, rows, input.1).by_vectors(by_vectors));
        }
        let ring = if unit.dense.is_some() { ring_rows } else { input.0 };
        calls.push(Call::depthwise(&depthwise, input, output, band, ring).by_vectors(by_vectors));
        panel = depthwise.panel;
    }
    let band = chain.units().last().map_or(1, |unit| unit.band);
    let project = chain.project.as_ref();
    calls.extend(project.map(|dense| Call::dense(dense, panel, band, chain.out.w)));
    calls
}

fn of_head(head: &Head) -> Vec<Call> {
    let Head { source, c, panel, classes, .. } = *head;
    let mut calls = vec![
        Call::Linear { c, panel, classes },
        Call::Pool { positions: source.h * source.w, c, panel },
    ];
    if let Some(dense) = &head.dense
        && let Call::Dense { rows, k, cols, panel, run, stride, .. } =
            Call::dense(dense, source.panel, source.h, source.w)
    {
        let (pool, prefetch, by_vectors) = (true, true, false);
        calls.push(Call::Dense { rows, k, cols, panel, run, stride, pool, prefetch, by_vectors });
    }
    calls
}

impl Call {
    /// `h` output rows of `w` columns at a time, or for a window one row.
    fn dense(dense: &Dense, source_panel: usize, h: usize, w: usize) -> Self {
        let Dense { c_in, c_out: cols, panel, window, prefetch, .. } = *dense;
        let windowed = window.kernel > 1;
        Self::Dense {
            rows: if windowed { w - window.left } else { h * w },
            k: dense.k(),
            cols,
            panel,
            run: if windowed { window.kernel * c_in } else { source_panel.min(c_in) },
            stride: if windowed { window.stride * c_in } else { source_panel.min(c_in) },
            pool: false,
            prefetch: prefetch && !windowed,
            by_vectors: false,
        }
    }

    /// The same with the rows between two convolutions in vectors of channels, if `yes`.
    fn by_vectors(mut self, yes: bool) -> Self {
        if let Self::Dense { by_vectors, .. } | Self::Depthwise { by_vectors, .. } = &mut self {
            *by_vectors = yes;
        }
        self
    }

    fn depthwise(
        depthwise: &Depthwise,
        input: (usize, usize),
        output: (usize, usize),
        rows: usize,
        ring: usize,
    ) -> Self {
        let Depthwise { c, panel, window, .. } = *depthwise;
        let zeros = (window.top, window.left);
        let (kernel, stride) = (window.kernel, window.stride);
        let by_vectors = false;
        Self::Depthwise { kernel, stride, zeros, input, output, c, panel, rows, ring, by_vectors }
    }

    /// A depthwise convolution over the same map with a window of 5x5.
    fn with_five_by_five(&self) -> Option<Self> {
        let mut wider = *self;
        let Self::Depthwise { kernel: kernel @ 3, stride, zeros, input, rows, ring, .. } =
            &mut wider
        else {
            return None;
        };
        *zeros = (zeros.0 + 1, zeros.1 + 1);
        *ring = ((*rows - 1) * *stride + 5).min(input.0);
        *kernel = 5;
        Some(wider)
    }

    fn macs(&self) -> usize {
        match *self {
            Self::Dense { rows, k, cols, .. } => rows * k * cols,
            Self::Depthwise { kernel, rows, output, c, .. } => {
                kernel * kernel * rows * output.1 * c
            }
            Self::Linear { c, classes, .. } => c * classes,
            Self::Pool { .. } => 0,
        }
    }

    /// Elements of input, packed weights and output.
    fn elements(&self) -> usize {
        let [input, weights, output] = self.lengths();
        input + weights + output
    }

    fn lengths(&self) -> [usize; 3] {
        match *self {
            Self::Dense { rows, k, cols, run, stride, pool, .. } => {
                let runs = k.div_ceil(run);
                let output = if pool { cols } else { rows * cols };
                [runs * (rows * stride).max(run) + run, (k + 1) * packed(cols), output]
            }
            Self::Depthwise { kernel, input, output, c, rows, ring, .. } => {
                [ring * input.1 * c, (kernel * kernel + 1) * packed(c), rows * output.1 * c]
            }
            Self::Linear { c, classes, .. } => [c, c * packed(classes), packed(classes)],
            Self::Pool { positions, c, .. } => [positions * c, 0, c],
        }
    }

    /// Runs the kernel on each panel.
    fn run(&self, set: &Kernels, operands: &mut Operands) {
        let bounds = (0.0, 6.0);
        let Operands { input, weights, output } = operands;
        let input = black_box(input.as_slice().as_ptr());
        let (mut w, mut out) = (weights.as_slice().as_ptr(), output.as_mut_slice().as_mut_ptr());
        let (c, panel) = self.channels();
        for first in (0..c).step_by(panel) {
            let cols = panel.min(c - first);
            let pitch = packed(cols);
            // SAFETY: the operands have the call's `lengths`, which is room for one panel after the
            // other: bias and weights of each, its own part of the output, its own or a shared part
            // of the input.
            unsafe {
                match *self {
                    Self::Dense { rows, k, run, stride, pool, prefetch, by_vectors, .. } => {
                        set.dense(&DensePanel {
                            a: input,
                            lda: stride,
                            run,
                            runs: k / run,
                            run_stride: (rows * stride).max(run),
                            a_last: input.add(k / run * (rows * stride).max(run)),
                            last: k % run,
                            w: w.add(pitch),
                            pitch,
                            w_stride: run * pitch,
                            bias: w,
                            c: out,
                            ldc: if by_vectors { MOST_LANES } else { cols },
                            c_vector_stride: if by_vectors {
                                rows * MOST_LANES
                            } else {
                                MOST_LANES
                            },
                            residual: ptr::null(),
                            rows,
                            cols,
                            bounds,
                            pool,
                            prefetch_first: (ptr::null(), 0),
                            prefetch: if prefetch { k * cols / 16 } else { 0 },
                        });
                        w = w.add((k + 1) * pitch);
                        out = out.add(if pool { cols } else { rows * cols });
                    }
                    Self::Depthwise {
                        kernel,
                        stride,
                        zeros,
                        input: map,
                        output: made,
                        rows,
                        ring,
                        by_vectors,
                        ..
                    } => {
                        let pixel = if by_vectors { MOST_LANES } else { cols };
                        // Rows from the middle of the map, where no window reaches over its ends.
                        let y = (made.0 - rows) / 2;
                        set.depthwise(&DepthwisePanel {
                            input: input.add(ring * map.1 * first),
                            row_stride: map.1 * pixel,
                            ring_rows: ring,
                            pixel_stride: pixel,
                            vector_stride: if by_vectors {
                                ring * map.1 * MOST_LANES
                            } else {
                                MOST_LANES
                            },
                            in_size: [map.0, map.1],
                            w: w.add(pitch),
                            pitch,
                            bias: w,
                            output: out,
                            out_row_stride: made.1 * cols,
                            out_pixel_stride: cols,
                            out_width: made.1,
                            rows: (y, y + rows),
                            cols,
                            kernel,
                            stride,
                            padding: [zeros.0, zeros.1],
                            bounds,
                        });
                        w = w.add((kernel * kernel + 1) * pitch);
                        out = out.add(rows * made.1 * cols);
                    }
                    Self::Linear { classes, .. } => {
                        let x = input.add(first);
                        set.linear(&LinearPanel { x, w, y: out, rows: cols, cols: classes });
                        w = w.add(cols * packed(classes));
                    }
                    Self::Pool { positions: rows, .. } => {
                        let input = input.add(rows * first);
                        set.pool(&PoolPanel { input, stride: cols, rows, cols, output: out });
                        out = out.add(cols);
                    }
                }
            }
        }
        black_box(output);
    }

    /// Channels, and those of a panel.
    fn channels(&self) -> (usize, usize) {
        match *self {
            Self::Dense { cols, panel, .. } => (cols, panel),
            Self::Depthwise { c, panel, .. }
            | Self::Linear { c, panel, .. }
            | Self::Pool { c, panel, .. } => (c, panel),
        }
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let text = match *self {
            Self::Dense { rows, k, cols, panel, run, pool, .. } => {
                let pool = if pool { ", pooled" } else { "" };
                format!("dense {rows} x {k} x {cols}, panels {run} to {panel}{pool}")
            }
            Self::Depthwise { kernel, stride, output, c, panel, rows, .. } => {
                let width = output.1;
                format!(
                    "depthwise {kernel}x{kernel}/{stride} {rows} x {width} x {c}, panels {panel}"
                )
            }
            Self::Linear { c, classes, .. } => format!("linear {c} x {classes}"),
            Self::Pool { positions, c, .. } => format!("pool {positions} x {c}"),
        };
        f.pad(&text)
    }
}

/// Memory for one call, from cache lines on as a crate's.
struct Operands {
    input: Values,
    weights: Values,
    output: Values,
}

impl Operands {
    fn new(call: &Call) -> Self {
        // Values of [-1, 1): nothing subnormal, nothing that grows.
        let some = |len: usize| {
            let mut values = Values::new(len, 0.0);
            for (i, value) in values.as_mut_slice().iter_mut().enumerate() {
                *value = (i * 37 % 64) as f32 / 32.0 - 1.0;
            }
            values
        };
        let [input, weights, output] = call.lengths().map(some);
        Self { input, weights, output }
    }
}
