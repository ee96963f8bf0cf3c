//! A value at a time, broadcast and multiplied by each vector of weights.

use super::super::super::isa::{Tiles, Vector};
use super::strip::Run;
use super::{Inner, Strip, Tile};

/// The inner loop where a broadcast into a register costs no more than the load of its value.
pub type RegisterBroadcast = Broadcast<false>;

/// The inner loop where a broadcast into a register takes a multiply's place, and one from memory by
/// the multiply itself takes none.
pub type EmbeddedBroadcast = Broadcast<true>;

/// Reads a value for each multiply anew if it is `EMBEDDED` in that.
pub struct Broadcast<const EMBEDDED: bool>;

impl<T: Tiles, const EMBEDDED: bool> Inner<T> for Broadcast<EMBEDDED> {
    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn sums<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
    ) -> Tile<T, R, N, M> {
        let (pitch, ahead) = (strip.panel.pitch, strip.ahead());
        // SAFETY: rows row..row + R, the strip's columns (rounded up to whole packed vectors) and
        // every k are inside the extents of the panel's type.
        unsafe {
            let bias = strip.bias();
            let mut acc = Tile { wide: [bias.0; R], narrow: [bias.1; R] };
            for r in 0..strip.runs() {
                let Run { rows, mut w, len } = strip.run::<R>(row, r);
                for k in 0..len {
                    // A value that is read twice is not kept in a register between.
                    let again = if EMBEDDED { T::Wide::distinct(k) } else { k };
                    let b = Strip::<T, N, M>::load(w);
                    for i in 0..R {
                        let at = |j: usize| if j == 0 { k } else { again };
                        for j in 0..N {
                            let x = *rows[i].add(at(j));
                            acc.wide[i][j] = T::Wide::splat(x).mul_add(b.0[j], acc.wide[i][j]);
                        }
                        for j in 0..M {
                            let x = *rows[i].add(at(N + j));
                            acc.narrow[i][j] =
                                T::Narrow::splat(x).mul_add(b.1[j], acc.narrow[i][j]);
                        }
                    }
                    strip.prefetch(ahead);
                    // After the last k it may lie beyond the weights.
                    w = w.wrapping_add(pitch);
                }
            }
            strip.prefetched();
            acc
        }
    }
}
