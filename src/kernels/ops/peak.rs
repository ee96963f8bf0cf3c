//! What limits a core: multiply-adds from register to register, and reads from memory.

use core::cell::Cell;

use super::super::isa::{Ops, Tiles, Vector};
use super::linear::{BLOCK, LinearPanel};

/// `rounds` rounds of independent multiply-adds.
#[derive(Debug)]
pub struct PeakRun {
    /// Number of rounds.
    pub rounds: usize,
    /// Out: multiply-adds that were done.
    pub macs: Cell<u64>,
    /// Out: what they came to.
    pub sum: Cell<f32>,
}

/// Does the rounds.
///
/// # Safety
///
/// The CPU has the instruction set of `T`.
#[inline(always)]
pub unsafe fn run<T: Tiles>(run: &PeakRun) {
    // SAFETY: the instruction set is the caller's contract; `last` has room for a vector.
    unsafe {
        let (scale, shift) = (T::Wide::splat(0.999_999), T::Wide::splat(1e-9));
        let mut acc = [T::Wide::splat(1.0); 16];
        for _ in 0..run.rounds {
            for acc in &mut acc[..T::IN_FLIGHT] {
                *acc = acc.mul_add(scale, shift);
            }
        }
        let mut last = [0.0; 16];
        for i in 0..T::IN_FLIGHT {
            acc[0] = acc[0].add(acc[i]);
        }
        acc[0].store(last.as_mut_ptr());
        run.sum.set(last[0]);
    }
    run.macs.set((run.rounds * T::IN_FLIGHT * T::Wide::LANES) as u64);
}

/// Reads `values`, rows of [`BLOCK`] columns, once and as fast as the instruction set can, by adding
/// them up column by column. Returns how many were read: those of whole rows.
pub fn read(ops: &Ops, values: &[f32], sums: &mut [f32; BLOCK]) -> usize {
    const ROWS: usize = 256;
    let ones = [1.0; ROWS];
    let (rows, _) = values.as_chunks::<BLOCK>();
    for rows in rows.chunks(ROWS) {
        let (x, w, y) = (ones.as_ptr(), rows.as_ptr().cast(), sums.as_mut_ptr());
        let panel = LinearPanel { x, w, y, rows: rows.len(), cols: BLOCK };
        // SAFETY: `x` has a value for each of the rows, `y` one for each of the columns.
        unsafe { ops.linear(&panel) };
    }
    rows.len() * BLOCK
}
