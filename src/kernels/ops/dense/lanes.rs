//! Four values at a time, each of which multiplies from its lane of a vector.

use super::super::super::isa::{Tiles, Vector};
use super::strip::{Row, Run};
use super::{Inner, Products, Strip, one_by_one};

/// Vectors of four lanes, each of which can multiply a whole vector.
///
/// # Safety
///
/// As for [`Vector`].
#[allow(clippy::missing_safety_doc)]
pub trait ByLane: Vector {
    /// `self * x[LANE] + c`, lane by lane.
    unsafe fn mul_add_lane<const LANE: i32>(self, x: Self, c: Self) -> Self;
}

/// The inner loop where a multiply-add takes one of its factors from a lane: one load brings four
/// values of a row, and none is ever broadcast.
pub struct Lanes;

impl<V: ByLane, T: Tiles<Wide = V, Narrow = V>> Inner<T> for Lanes {
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

impl<V: ByLane, T: Tiles<Wide = V, Narrow = V>, const N: usize, const M: usize> Products<T, N, M>
    for Lanes
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
        const { assert!(V::LANES == 4) };
        let (pitch, ahead) = (strip.panel.pitch, strip.ahead());
        let &Run { mut rows, mut w, len } = run;
        // SAFETY: as for `Broadcast`; four values from k on are read where so many are left.
        unsafe {
            // Not known to be a distance apart, rows need no additions to be addressed.
            for row in &mut rows {
                *row = row.wrapping_add(V::distinct(from));
            }
            w = w.wrapping_add(from * pitch);
            let len = len - from;
            // In bytes, as addresses are; the compiler would count values and scale each time.
            let (step, mut k) = (4 * size_of::<f32>(), 0);
            while k < len / 4 * step {
                let mut x = [V::load(rows[0].byte_add(k)); R];
                for i in 1..R {
                    x[i] = V::load(rows[i].byte_add(k));
                }
                macro_rules! lanes {
                    ($($lane:literal)*) => {$(
                        let b = Strip::<T, N, M>::load(w);
                        for j in 0..N {
                            for i in 0..R {
                                sums[i].0[j] = b.0[j].mul_add_lane::<$lane>(x[i], sums[i].0[j]);
                            }
                        }
                        for j in 0..M {
                            for i in 0..R {
                                sums[i].1[j] = b.1[j].mul_add_lane::<$lane>(x[i], sums[i].1[j]);
                            }
                        }
                        strip.prefetch(ahead);
                        w = w.wrapping_add(pitch);
                    )*};
                }
                lanes!(0 1 2 3);
                k = V::distinct(k + step);
            }
            for k in len / 4 * 4..len {
                let b = Strip::<T, N, M>::load(w);
                for i in 0..R {
                    let x = V::splat(*rows[i].add(k));
                    for j in 0..N {
                        sums[i].0[j] = x.mul_add(b.0[j], sums[i].0[j]);
                    }
                    for j in 0..M {
                        sums[i].1[j] = x.mul_add(b.1[j], sums[i].1[j]);
                    }
                }
                strip.prefetch(ahead);
                w = w.wrapping_add(pitch);
            }
        }
    }

    #[inline(always)]
    unsafe fn end(sums: [Self::Sums; 2]) -> [Row<T, N, M>; 2] {
        sums
    }
}
