//! Vector-matrix product.

use mbgen::kernels::ops::linear::{BLOCK, LinearPanel};
use mbgen::kernels::ops::packed;

use crate::memory::{Numbers, Operand};
use crate::sets::Kernels;

/// Columns through two blocks and more, then as many as real classifiers have.
pub fn every_tail(set: &Kernels) {
    let [mut x, mut w, mut y] = [1 << 6, 1 << 16, 1 << 11].map(Operand::new);
    let mut numbers = Numbers::new(1);
    for cols in (1..=2 * BLOCK + 70).chain([1000, 1001]) {
        for rows in (1..=20).chain([32]) {
            if crate::left_out() {
                continue;
            }
            x.numbers(rows, &mut numbers);
            let weights = w.blank(rows * packed(cols));
            // Column j is column j % BLOCK of block j / BLOCK.
            let at = |k: usize, j: usize| {
                let block = j / BLOCK * BLOCK;
                block * rows + k * BLOCK.min(packed(cols) - block) + j % BLOCK
            };
            let (mut sums, width) = (Vec::new(), packed(cols));
            let start = y.blank(width);
            for (j, start) in start[..cols].iter_mut().enumerate() {
                *start = numbers.whole();
                let mut sum = f64::from(*start);
                for k in 0..rows {
                    weights[at(k, j)] = numbers.whole();
                    sum += f64::from(x.values()[k]) * f64::from(weights[at(k, j)]);
                }
                sums.push(sum);
            }
            let panel = LinearPanel { x: x.at(), w: w.at(), y: y.at(), rows, cols };
            // SAFETY: the operands have the lengths that the panel's type states.
            unsafe { set.linear(&panel) };
            for (j, sum) in sums.into_iter().enumerate() {
                let got = y.take(j);
                assert!(
                    f64::from(got) == sum,
                    "{}: {rows} rows, {cols} columns: {got} for {sum} at column {j}",
                    set.name()
                );
            }
            // Up to `packed(cols)` the sums may be anything; before them nothing may change.
            for j in cols..width {
                y.take(j);
            }
            y.is_untouched();
        }
    }
}
