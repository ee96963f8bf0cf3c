//! Prints the multiply-adds a second that one core does when it does nothing else, in GFLOP/s: the
//! best over some tries and over the instruction sets that this CPU has.

use mbgen::exec::{instruction_sets, peak};

fn main() {
    let rates = instruction_sets().into_iter().filter_map(|isa| peak(isa, 10));
    println!("{:.2}", 2e-9 * rates.fold(0.0, f64::max));
}
