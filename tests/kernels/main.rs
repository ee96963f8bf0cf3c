//! Every kernel on every instruction set, against oracles of a few lines.
//!
//! Operands are small whole numbers, so that every product and every sum is exact in f32 and a
//! kernel has to give the oracle's values to the last bit, whatever the order of its sums. Sizes are
//! swept one by one through every tail of every tile. Each operand is exactly as long as the panel's
//! type says and ends at a page that cannot be touched; what a kernel must not use is NaN. A fault
//! names the panel.
//!
//! A CPU that lacks an instruction set says so on stderr; `MBGEN_REQUIRE_ISA=avx512,avx2` makes that
//! an error.

#[path = "../support/sets.rs"]
mod available;

mod asm;
mod blob;
mod dense;
mod depthwise;
mod extents;
mod linear;
mod mathematics;
mod memory;
mod pool;
mod sets;
mod threads;

use std::io::Write;

use mbgen::kernels::isa::InstructionSet;
use sets::{Kernels, avx512, kernels, portable_full};

/// The table: a row is a kernel and what is shown of it, for each instruction set.
macro_rules! on_every_instruction_set {
    (@ $isa:ident $($kernel:ident: $($test:ident)*;)*) => {
        mod $isa {
            $(mod $kernel {
                $(#[test]
                fn $test() {
                    crate::on(stringify!($isa), crate::$kernel::$test);
                })*
            })*
        }
    };
    ($($rows:tt)*) => {
        const TABLE: [&str; 3] = ["avx512", "avx2", "portable"];
        on_every_instruction_set!(@ avx512 $($rows)*);
        on_every_instruction_set!(@ avx512_halves $($rows)*);
        on_every_instruction_set!(@ avx2 $($rows)*);
        on_every_instruction_set!(@ portable $($rows)*);
        on_every_instruction_set!(@ portable_full $($rows)*);
    };
}

on_every_instruction_set! {
    dense: every_tail deep;
    depthwise: three_every_tail any_window ring;
    linear: every_tail;
    pool: every_tail;
    mathematics: rounding_is_bounded dense_is_linear depthwise_is_linear outputs_are_clamped
        nan_stays_nan infinities any_split_gives_the_same_bits;
}

#[test]
fn the_table_has_every_instruction_set() {
    assert_eq!(InstructionSet::ALL.map(InstructionSet::name), TABLE);
}

/// Runs a test with the kernels of `isa`.
fn on(isa: &str, test: fn(&Kernels)) {
    let (isa, set) = match isa {
        "avx512" => (InstructionSet::Avx512, avx512(false)),
        "avx512_halves" => (InstructionSet::Avx512, avx512(true)),
        "portable_full" => (InstructionSet::Portable, Some(portable_full())),
        other => {
            let isa: InstructionSet = other.parse().expect("a row of the table");
            (isa, kernels(isa))
        }
    };
    if let Some(set) = set {
        assert_eq!(set.name(), isa.name());
        return test(&set);
    }
    let required = std::env::var("MBGEN_REQUIRE_ISA").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name.trim() == isa.name()),
        "MBGEN_REQUIRE_ISA={required}, but this CPU has no {isa}"
    );
    // Written to stderr itself, which the test harness does not capture.
    let _ = writeln!(std::io::stderr(), "SKIPPED: this CPU has no {isa}");
}
