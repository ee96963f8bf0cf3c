//! Prints the multiply-adds a second that one core does when it does nothing else, in GFLOP/s: the
//! best over some tries and over the instruction sets that this CPU has.

#[path = "../../src/kernels/mod.rs"]
mod kernels;

use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant;

use kernels::isa::{InstructionSet, Isa, Task};
use kernels::ops::peak::PeakRun;

struct Peak;

impl Task for Peak {
    type Output = f64;

    fn on<I: Isa>(self, isa: I) -> f64 {
        let run = PeakRun { rounds: black_box(300_000), macs: Cell::new(0), sum: Cell::new(0.0) };
        let start = Instant::now();
        kernels::peak_on(isa, &run);
        let seconds = start.elapsed().as_secs_f64();
        black_box(run.sum.get());
        2e-9 * run.macs.get() as f64 / seconds
    }
}

fn main() {
    let tries = (0..10).flat_map(|_| InstructionSet::available().map(|isa| isa.run(Peak)));
    println!("{:.2}", tries.fold(0.0, f64::max));
}
