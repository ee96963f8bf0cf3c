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
    unsafe fn sums<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
    ) -> Tile<T, R, N, M> {
        // SAFETY: rows row..row + R and the strip's columns are inside the panel, each run is one of
        // its runs.
        unsafe {
            let (bias, ahead) = (strip.bias(), strip.ahead());
            let mut acc = Tile { wide: [bias.0; R], narrow: [bias.1; R] };
            for r in 0..strip.runs() {
                let run = strip.run::<R>(row, r);
                products::<T, EMBEDDED, R, N, M>(strip, run, 0, ahead, &mut acc);
            }
            strip.prefetched();
            acc
        }
    }
}

/// Adds the products of a run from its value `from` on.
///
/// # Safety
///
/// The CPU has the instruction set of `T`; `run` is one of the strip's.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
pub(super) unsafe fn products<
    T: Tiles,
    const EMBEDDED: bool,
    const R: usize,
    const N: usize,
    const M: usize,
>(
    strip: &mut Strip<T, N, M>,
    run: Run<R>,
    from: usize,
    ahead: usize,
    acc: &mut Tile<T, R, N, M>,
) {
    let Run { rows, w, len } = run;
    let pitch = strip.panel.pitch;
    let mut w = w.wrapping_add(from * pitch);
    // SAFETY: the strip's columns (rounded up to whole packed vectors) and every k are inside the
    // extents of the panel's type.
    unsafe {
        for k in from..len {
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
                    acc.narrow[i][j] = T::Narrow::splat(x).mul_add(b.1[j], acc.narrow[i][j]);
                }
            }
            strip.prefetch(ahead);
            // After the last k it may lie beyond the weights.
            w = w.wrapping_add(pitch);
        }
    }
}
