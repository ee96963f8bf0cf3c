//! Four values at a time, each of which multiplies from its lane of a vector.

use super::super::super::isa::{Tiles, Vector};
use super::strip::Run;
use super::{Inner, Strip, Tile};

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
    #[allow(clippy::needless_range_loop)]
    unsafe fn sums<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
    ) -> Tile<T, R, N, M> {
        const { assert!(V::LANES == 4) };
        let (pitch, ahead) = (strip.panel.pitch, strip.ahead());
        // SAFETY: as for `Broadcast`; four values from k on are read where so many are left.
        unsafe {
            let bias = strip.bias();
            let mut acc = Tile { wide: [bias.0; R], narrow: [bias.1; R] };
            for r in 0..strip.runs() {
                let Run { mut rows, mut w, len } = strip.run::<R>(row, r);
                // Not known to be a distance apart, rows need no additions to be addressed.
                for row in &mut rows {
                    *row = row.wrapping_add(V::distinct(0));
                }
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
                                    acc.wide[i][j] =
                                        b.0[j].mul_add_lane::<$lane>(x[i], acc.wide[i][j]);
                                }
                            }
                            for j in 0..M {
                                for i in 0..R {
                                    acc.narrow[i][j] =
                                        b.1[j].mul_add_lane::<$lane>(x[i], acc.narrow[i][j]);
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
                            acc.wide[i][j] = x.mul_add(b.0[j], acc.wide[i][j]);
                        }
                        for j in 0..M {
                            acc.narrow[i][j] = x.mul_add(b.1[j], acc.narrow[i][j]);
                        }
                    }
                    strip.prefetch(ahead);
                    w = w.wrapping_add(pitch);
                }
            }
            strip.prefetched();
            acc
        }
    }
}
