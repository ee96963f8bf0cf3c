//! Column sums.

use mbgen::kernels::ops::pool::PoolPanel;

use crate::memory::{Numbers, Operand};
use crate::sets::Kernels;

/// Columns through two pairs of vectors and more, alone and among those of a wider tensor.
pub fn every_tail(set: &Kernels) {
    let [mut input, mut output] = [1 << 13, 1 << 7].map(Operand::new);
    let mut numbers = Numbers::new(2);
    for cols in 1..=70 {
        for rows in (1..=20).chain([49]) {
            for stride in [cols, cols + 1, cols + 13] {
                if crate::left_out() {
                    continue;
                }
                input.matrix((rows, cols), (cols, stride), &mut numbers);
                output.blank(cols);
                let panel =
                    PoolPanel { input: input.at(), stride, rows, cols, output: output.at() };
                // SAFETY: the operands have the lengths that the panel's type states.
                unsafe { set.pool(&panel) };
                for c in 0..cols {
                    let sum: f32 = (0..rows).map(|i| input.values()[i * stride + c]).sum();
                    let got = output.take(c);
                    assert!(
                        got == sum,
                        "{}: {rows} positions {stride} apart, {cols} channels: {got} for {sum} at {c}",
                        set.name()
                    );
                }
                output.is_untouched();
            }
        }
    }
}
