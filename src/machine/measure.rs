//! Measures the host: the only part of mbgen that looks at it.
//!
//! Everything is the best of many tries of about a millisecond, so that what else the machine does
//! in the meantime hardly counts. What kinds of layers attain is measured with the kernels
//! themselves, on shapes from the middle of the MobileNets whose operands stay in caches; bandwidth
//! with the kernel of the linear layer, on half of each cache and on much more than the last.

use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{Caches, Description, Level, LevelName, Rates};
use crate::error::{Error, Result};
use crate::kernels::isa::{InstructionSet, Ops};
use crate::kernels::memory::Values;
use crate::kernels::operators;
use crate::kernels::ops::linear::BLOCK;
use crate::kernels::ops::peak::{PeakRun, read};
use crate::kernels::steps::{
    Memory, Network, PANEL, Packed, RELU6, Runner, Serial, Step, Tensor, Window, aligned,
    dense_len, depthwise_len,
};

/// Time for each figure.
const BUDGET: Duration = Duration::from_millis(250);
/// Time for one try.
const TRY: Duration = Duration::from_millis(1);

/// Measures one core of this machine, on the thread that calls. `doing` hears what is measured.
///
/// # Errors
/// Where the size of the first or second cache is not known.
pub fn measure(
    name: String,
    source: Option<String>,
    caches: Caches,
    doing: impl Fn(String),
) -> Result<Description> {
    let (Some(l1), Some(l2)) = (caches.l1, caches.l2) else {
        return Err(Error::Usage(
            "this system does not tell the sizes of its caches: --l1 SIZE and --l2 SIZE do, and \
             --l3 SIZE where there is one"
                .into(),
        ));
    };
    let best = operators::ops(InstructionSet::detect());
    let mut levels = Vec::new();
    let cached = [(LevelName::L1, Some(l1)), (LevelName::L2, Some(l2)), (LevelName::L3, caches.l3)];
    for (name, size) in cached {
        let Some(size) = size else { continue };
        doing(format!("reads from {name}"));
        levels.push(Level { name, size: Some(size), read: bandwidth(&best, size / 2) });
    }
    doing("reads from dram".into());
    let beyond = (4 * caches.l3.unwrap_or(l2)).clamp(64 << 20, 1 << 30);
    levels.push(Level { name: LevelName::Dram, size: None, read: bandwidth(&best, beyond) });
    let compute = InstructionSet::available().map(|isa| {
        doing(format!("{isa}"));
        (isa, rates(&operators::ops(isa)))
    });
    Ok(Description { name, source, compute: compute.collect(), levels })
}

/// Multiply-adds a second of one core that does nothing else, from one try of about a millisecond.
pub fn peak(ops: &Ops) -> f64 {
    let run = PeakRun { rounds: black_box(300_000), macs: Cell::new(0), sum: Cell::new(0.0) };
    let start = Instant::now();
    ops.peak(&run);
    let seconds = start.elapsed().as_secs_f64();
    black_box(run.sum.get());
    run.macs.get() as f64 / seconds
}

fn rates(ops: &Ops) -> Rates {
    let start = Instant::now();
    let mut most = 0.0f64;
    while start.elapsed() < BUDGET {
        most = most.max(2e-9 * peak(ops));
    }
    // Measured at another moment than the peak, but never above it.
    let attained = |mut layer: Layer| layer.rate(ops).min(most);
    let (pw, pw_out) = pointwise(ops);
    Rates {
        peak: most,
        conv: attained(Layer::conv()),
        dw: attained(Layer::depthwise()),
        pw: pw.min(most),
        pw_out,
        lanes: lanes(ops),
    }
}

/// How many channels are computed together: 8 channels take as long as 16 where that many lanes are
/// computed at once, and half as long where it is 8. All channel counts of the MobileNets are
/// multiples of 8, so that narrower units show no difference.
fn lanes(ops: &Ops) -> u32 {
    let narrow = Layer::dense(256, 8, 14, POINTWISE).rate(ops);
    let wide = Layer::dense(256, 16, 14, POINTWISE).rate(ops);
    if narrow < 0.7 * wide { 16 } else { 8 }
}

/// GFLOP/s of the multiply-adds of 1×1 convolutions, and outputs a nanosecond that they finish: the
/// line through what one output takes with few input channels and with many.
fn pointwise(ops: &Ops) -> (f64, Option<f64>) {
    let (few, many) = (16, 256);
    let output = |c_in: usize, mut layer: Layer| 2.0 * c_in as f64 / layer.rate(ops);
    let short = output(few, Layer::dense(few, 96, 28, POINTWISE));
    let long = output(many, Layer::dense(many, 256, 14, POINTWISE));
    let channel = (long - short) / (many - few) as f64;
    let finish = short - few as f64 * channel;
    // Where outputs cost nothing, what is left of them is noise.
    if finish > 0.02 * short {
        (2.0 / channel, Some(1.0 / finish))
    } else {
        (2.0 * many as f64 / long, None)
    }
}

/// GB/s that one core reads, again and again, from so many bytes.
fn bandwidth(ops: &Ops, bytes: u64) -> f64 {
    let values = Values::new((bytes / 4) as usize, 1.0);
    let mut sums = [0.0; BLOCK];
    let mut count = 0;
    let passes = best(|| count = read(ops, black_box(values.as_slice()), &mut sums));
    black_box(sums);
    4.0 * count as f64 * passes
}

/// How often `work` is done in a nanosecond, at best.
fn best(mut work: impl FnMut()) -> f64 {
    let mut timed = |repeats: u32| {
        let start = Instant::now();
        (0..repeats).for_each(|_| work());
        start.elapsed().max(Duration::from_nanos(1))
    };
    // The first time brings everything where it stays.
    timed(1);
    let once = timed(1);
    let repeats = (TRY.as_nanos() / once.as_nanos()).clamp(1, 1 << 20) as u32;
    let start = Instant::now();
    let mut shortest = timed(repeats);
    while start.elapsed() < BUDGET {
        shortest = shortest.min(timed(repeats));
    }
    f64::from(repeats) / shortest.as_nanos() as f64
}

/// One layer with its memory.
struct Layer {
    step: Step<1>,
    weights: Values,
    input: Values,
    arena: Values,
}

/// The window of a 1×1 convolution.
const POINTWISE: Window = Window::POINTWISE;

impl Layer {
    /// A stem: 3×3, stride 2, from 3 to 32 channels on 112×112.
    fn conv() -> Self {
        Self::dense(3, 32, 112, Window::new(3, 2, [1; 4]))
    }

    fn dense(c_in: usize, c_out: usize, side: usize, window: Window) -> Self {
        let source = Tensor::input(c_in, side, side);
        let len = dense_len(window.kernel, c_in, c_out);
        let weights = Packed::new(0..len, aligned(c_out).min(PANEL));
        Self::new(Step::from(source).conv(c_out, window, RELU6, weights).at(0))
    }

    /// 3×3 on a panel of 14×14, which the layer before left in the first cache.
    fn depthwise() -> Self {
        let source = Tensor::input(32, 14, 14);
        let weights = Packed::new(0..depthwise_len(3, source.c), PANEL);
        Self::new(Step::from(source).depthwise(Window::new(3, 1, [1; 4]), RELU6, weights).at(0))
    }

    fn new(step: Step<1>) -> Self {
        let (weights, input) = (aligned(step.weights().end), step.source().len());
        let (weights, input) = (Values::new(weights, 0.01), Values::new(input, 0.5));
        let arena = Values::new(aligned(step.out().len()), 0.5);
        Self { step, weights, input, arena }
    }

    /// GFLOP/s at best.
    fn rate(&mut self, ops: &Ops) -> f64 {
        let memory = Memory {
            input: self.input.as_slice(),
            weights: self.weights.as_slice(),
            shared: self.arena.as_mut_slice(),
            scratch: &mut [],
            threads: 1,
            logits: &mut [],
        };
        let steps = [("layer", self.step)];
        let network = Network::new(self.weights.as_slice().len(), &steps);
        let mut runner = Runner::new(network, *ops, &Serial, memory).expect("a layer's memory");
        2.0 * self.step.macs() as f64 * best(|| runner.run(&mut |_, _| {}))
    }
}
