//! A value at a time, broadcast and multiplied by each vector of weights.

use super::super::super::isa::{Tiles, Vector};
use super::overlap::{self, Opening};
use super::strip::{Row, Run};
use super::{Inner, Products, Strip, one_by_one};

/// The inner loop where a broadcast into a register costs no more than the load of its value.
pub type RegisterBroadcast = Broadcast<false>;

/// The inner loop where a broadcast into a register takes a multiply's place, and one from memory by
/// the multiply itself takes none.
pub type EmbeddedBroadcast = Broadcast<true>;

/// Reads a value for each multiply anew if it is `EMBEDDED` in that.
pub struct Broadcast<const EMBEDDED: bool>;

impl<T: Tiles, const EMBEDDED: bool> Inner<T> for Broadcast<EMBEDDED> {
    #[inline(always)]
    unsafe fn tiles<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
        n: usize,
    ) {
        // SAFETY: the contract is the caller's.
        unsafe { one_by_one::<Self, T, R, N, M>(strip, row, n) }
    }
}

impl<T: Tiles, const EMBEDDED: bool, const N: usize, const M: usize> Products<T, N, M>
    for Broadcast<EMBEDDED>
{
    type Sums = Row<T, N, M>;

    #[inline(always)]
    unsafe fn start(bias: Row<T, N, M>) -> Self::Sums {
        bias
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn add<const R: usize>(
        strip: &mut Strip<T, N, M>,
        run: &Run<R>,
        from: usize,
        sums: &mut [Self::Sums; R],
    ) {
        let (pitch, ahead) = (strip.panel.pitch, strip.ahead());
        let mut w = run.w.wrapping_add(from * pitch);
        // SAFETY: the strip's columns (rounded up to whole packed vectors) and every k are inside the
        // extents of the panel's type.
        unsafe {
            for k in from..run.len {
                // A value that is read twice is not kept in a register between.
                let again = if EMBEDDED { T::Wide::distinct(k) } else { k };
                let b = Strip::<T, N, M>::load(w);
                for i in 0..R {
                    let at = |j: usize| if j == 0 { k } else { again };
                    for j in 0..N {
                        let x = *run.rows[i].add(at(j));
                        sums[i].0[j] = T::Wide::splat(x).mul_add(b.0[j], sums[i].0[j]);
                    }
                    for j in 0..M {
                        let x = *run.rows[i].add(at(N + j));
                        sums[i].1[j] = T::Narrow::splat(x).mul_add(b.1[j], sums[i].1[j]);
                    }
                }
                strip.prefetch(ahead);
                // After the last k it may lie beyond the weights.
                w = w.wrapping_add(pitch);
            }
        }
    }

    #[inline(always)]
    unsafe fn end(sums: [Self::Sums; 2]) -> [Row<T, N, M>; 2] {
        sums
    }
}

impl<T: Tiles, const N: usize, const M: usize> Opening<T, N, M> for Broadcast<false> {
    type Weights = [Row<T, N, M>; overlap::BEGIN];

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn weights(strip: &mut Strip<T, N, M>, w: *const f32) -> Self::Weights {
        let (pitch, ahead) = (strip.panel.pitch, strip.ahead());
        // SAFETY: the caller's contract.
        unsafe {
            let mut weights = [Strip::<T, N, M>::load(w); overlap::BEGIN];
            for k in 0..overlap::BEGIN {
                weights[k] = Strip::<T, N, M>::load(w.add(k * pitch));
                strip.prefetch(ahead);
            }
            weights
        }
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn open(x: *const f32, weights: &Self::Weights, mut sums: Self::Sums) -> Self::Sums {
        // SAFETY: the caller's contract.
        unsafe {
            for k in 0..overlap::BEGIN {
                let x = *x.add(k);
                for j in 0..N {
                    sums.0[j] = T::Wide::splat(x).mul_add(weights[k].0[j], sums.0[j]);
                }
                for j in 0..M {
                    sums.1[j] = T::Narrow::splat(x).mul_add(weights[k].1[j], sums.1[j]);
                }
            }
            for sum in &mut sums.0 {
                *sum = sum.settled();
            }
            for sum in &mut sums.1 {
                *sum = sum.settled();
            }
            sums
        }
    }
}
