//! Every kernel on every instruction set, against oracles of a few lines.
//!
//! Operands are small whole numbers, so that every product and every sum is exact in f32 and a
//! kernel has to give the oracle's values to the last bit, whatever the order of its sums. Sizes are
//! swept one by one through every tail of every tile. Each operand is exactly as long as the panel's
//! type says and ends at a page that cannot be touched; what a kernel must not use is NaN. A fault
//! names the panel.
//!
//! A CPU that lacks an instruction set says so on stderr; `MBGEN_REQUIRE_ISA=avx512,avx2` makes that
//! an error. Sweeps take every eleventh case, with `MBGEN_SWEEP=1` all, and with `MBGEN_SHARE=23` every
//! 23rd, which is for emulators.

#[path = "../support/sets.rs"]
mod available;
#[path = "../support/sweep.rs"]
mod sweep;

mod asm;
mod blob;
mod dense;
mod depthwise;
mod linear;
mod mathematics;
mod memory;
mod needs;
mod pool;
mod sets;
mod steps;
mod threads;

use std::cell::Cell;
use std::io::Write;
use std::sync::LazyLock;

use mbgen::kernels::isa::InstructionSet;
use mbgen::kernels::operators;
use sets::{Kernels, kernels};

/// Rows are a kernel and what is shown of it, for each of the tables of kernels.
macro_rules! on_every_table {
    (@ $table:ident { $($kernel:ident: $($test:ident)*;)* }) => {
        mod $table {
            $(mod $kernel {
                $(#[test]
                fn $test() {
                    crate::on(stringify!($table), crate::$kernel::$test);
                })*
            })*
        }
    };
    ($rows:tt for $($table:ident)*) => {
        const TABLES: &[&str] = &[$(stringify!($table)),*];
        $(on_every_table!(@ $table $rows);)*
    };
}

on_every_table! {
    {
        dense: every_tail deep;
        depthwise: three_every_tail five_every_tail any_window ring;
        linear: every_tail;
        pool: every_tail;
        mathematics: rounding_is_bounded dense_is_linear depthwise_is_linear outputs_are_clamped
            nan_stays_nan infinities any_split_gives_the_same_bits;
    } for avx512 avx512_halves avx2 neon portable portable_compact
}

#[test]
fn every_table_is_tested() {
    let sets = InstructionSet::ALL.map(InstructionSet::name);
    let tables = available::tables().map(|table| table.name());
    for name in tables.chain(sets) {
        assert!(TABLES.contains(&name), "{name}");
    }
    for isa in InstructionSet::available() {
        assert!(operators::tables(isa).any(|(name, _)| name == isa.name()), "{isa}");
    }
}

/// Runs a test with the kernels of `table`.
fn on(table: &str, test: fn(&Kernels)) {
    if let Some(kernels) = kernels(table) {
        test(&kernels);
        let (all, taken) = CASES.get();
        assert!(all == 0 || taken > 0, "none of {all} cases: MBGEN_SHARE={}", share());
        return;
    }
    let isa = table.split('_').next().unwrap_or(table);
    let required = std::env::var("MBGEN_REQUIRE_ISA").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name.trim() == isa),
        "MBGEN_REQUIRE_ISA={required}, but this CPU has no {isa}"
    );
    // Written to stderr itself, which the test harness does not capture.
    let _ = writeln!(std::io::stderr(), "SKIPPED: this CPU has no {isa}");
}

/// Of how many cases of a sweep one is taken.
fn share() -> usize {
    static SHARE: LazyLock<usize> = LazyLock::new(|| {
        let share = std::env::var("MBGEN_SHARE").ok();
        // No divisor of a nested loop's length, which would leave out the same sizes always.
        let default = if sweep::sweep() { 1 } else { 11 };
        share.map_or(default, |share| share.parse().expect("MBGEN_SHARE is a number"))
    });
    *SHARE
}

thread_local! {
    /// Cases of a test so far, and how many of them were taken.
    static CASES: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Whether a sweep leaves out a case.
fn left_out() -> bool {
    let (mut all, mut taken) = CASES.get();
    all += 1;
    let takes = all.is_multiple_of(share());
    taken += usize::from(takes);
    CASES.set((all, taken));
    !takes
}
