//! Tiles one below the other, of which each begins row by row while the one before is stored.
//!
//! Where stores come one after the other, a CPU such as Zen 5 has no multiply-adds to do meanwhile: those
//! of the next tile wait behind them. Here some multiply-adds of a row come after the stores of the row
//! whose registers they take. The sums are the same, in the same order.

use super::super::super::isa::Tiles;
use super::strip::{Row, Run};
use super::{Products, Strip, ends, whole_sums};

/// Values of a row that are multiplied before the next row begins; their weights stay in registers.
pub(super) const BEGIN: usize = 4;

/// Products of the first [`BEGIN`] values of a run, a row at a time.
///
/// # Safety
///
/// As for [`Products`].
#[allow(clippy::missing_safety_doc)]
pub(super) trait Opening<T: Tiles, const N: usize, const M: usize>:
    Products<T, N, M>
{
    /// The rows of W for these values.
    type Weights;

    /// Reads them from `w` on, where the strip's weights of a run begin.
    unsafe fn weights(strip: &mut Strip<T, N, M>, w: *const f32) -> Self::Weights;

    /// Adds the products of the values from `x` on. The compiler does not add them after stores that
    /// follow.
    unsafe fn open(x: *const f32, weights: &Self::Weights, sums: Self::Sums) -> Self::Sums;
}

/// Whether the rows of the strip's panel begin with so many values in one run, and are stored as they
/// are, in whole vectors.
#[inline(always)]
pub(super) fn suits<T: Tiles, const N: usize, const M: usize>(strip: &Strip<T, N, M>) -> bool {
    let panel = strip.panel;
    let first = if panel.runs > 0 { panel.run } else { panel.last };
    first >= BEGIN && !panel.pool && panel.residual.is_null() && (M == 0 || strip.whole())
}

/// As [`Inner::tiles`](super::Inner::tiles).
///
/// # Safety
///
/// As for [`Inner::tiles`](super::Inner::tiles); the tiles [suit](suits).
#[inline(always)]
pub(super) unsafe fn tiles<
    P: Opening<T, N, M>,
    T: Tiles,
    const R: usize,
    const N: usize,
    const M: usize,
>(
    strip: &mut Strip<T, N, M>,
    mut row: usize,
    n: usize,
) {
    const { assert!(R <= 14) };
    if n == 0 {
        return;
    }
    // SAFETY: the tiles' rows and the strip's columns are inside the panel, whose first run has BEGIN
    // values.
    unsafe {
        let start = P::start(strip.bias());
        let mut sums = whole_sums::<P, T, R, N, M>(strip, row);
        for _ in 1..n {
            let run: Run<R> = strip.run(row + R, 0);
            let weights = P::weights(strip, run.w);
            // Written out: a loop would leave the sums in memory.
            macro_rules! begin {
                ($($i:literal $next:literal,)*) => {$(
                    if const { $i < R } {
                        let next = const { if $next < R { $next } else { $i } };
                        let [one, two] = P::end([sums[$i], sums[next]]);
                        strip.store_row(row + $i, one, true);
                        sums[$i] = P::open(run.rows[$i], &weights, start);
                        if next > $i {
                            strip.store_row(row + next, two, true);
                            sums[next] = P::open(run.rows[next], &weights, start);
                        }
                    }
                )*};
            }
            begin!(0 1, 2 3, 4 5, 6 7, 8 9, 10 11, 12 13,);
            P::add(strip, &run, BEGIN, &mut sums);
            for r in 1..strip.runs() {
                P::add(strip, &strip.run(row + R, r), 0, &mut sums);
            }
            strip.prefetched();
            row += R;
        }
        let tile: [Row<T, N, M>; R] = ends::<P, T, R, N, M>(sums);
        for (i, values) in tile.into_iter().enumerate() {
            strip.store_row(row + i, values, true);
        }
    }
}
