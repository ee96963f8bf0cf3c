//! Tiles one below the other, of which each begins row by row while the one before is stored.
//!
//! Where stores come one after the other, a CPU such as Zen 5 has no multiply-adds to do meanwhile: those
//! of the next tile wait behind them. Here some multiply-adds of a row come after the stores of the row
//! whose registers they take. The sums are the same, in the same order.

use super::super::super::isa::{Tiles, Vector};
use super::broadcast::products;
use super::strip::Row;
use super::{Inner, RegisterBroadcast, Strip};

/// Rows of a tile.
pub(super) const ROWS: usize = 7;

/// Values of a row that are multiplied before the next row begins; their weights stay in registers.
const BEGIN: usize = 4;

/// Whether the rows of the strip's panel begin with so many values in one run, and are stored as they
/// are.
#[inline(always)]
pub(super) fn suits<T: Tiles, const N: usize, const M: usize>(strip: &Strip<T, N, M>) -> bool {
    let panel = strip.panel;
    let first = if panel.runs > 0 { panel.run } else { panel.last };
    first >= BEGIN && !panel.pool && panel.residual.is_null()
}

/// As [`Inner::tiles`], a value at a time, broadcast.
///
/// # Safety
///
/// As for [`Inner::tiles`]; the tiles [suit](suits).
#[inline(always)]
#[allow(clippy::needless_range_loop)]
pub(super) unsafe fn tiles<T: Tiles, const N: usize, const M: usize>(
    strip: &mut Strip<T, N, M>,
    mut row: usize,
    n: usize,
) {
    if n == 0 {
        return;
    }
    let pitch = strip.panel.pitch;
    // SAFETY: the tiles' rows and the strip's columns are inside the panel, whose first run has BEGIN
    // values.
    unsafe {
        let mut tile = <RegisterBroadcast as Inner<T>>::sums::<ROWS, N, M>(strip, row);
        for _ in 1..n {
            let (bias, ahead) = (strip.bias(), strip.ahead());
            let run = strip.run::<ROWS>(row + ROWS, 0);
            let mut first: [Row<T, N, M>; BEGIN] = [bias; BEGIN];
            for k in 0..BEGIN {
                first[k] = Strip::<T, N, M>::load(run.w.add(k * pitch));
                strip.prefetch(ahead);
            }
            // Written out: a loop would leave the sums in memory.
            macro_rules! begin {
                ($($i:literal)*) => {$(
                    strip.store_row(row + $i, (tile.wide[$i], tile.narrow[$i]));
                    (tile.wide[$i], tile.narrow[$i]) = bias;
                    for k in 0..BEGIN {
                        let x = *run.rows[$i].add(k);
                        for j in 0..N {
                            let b = first[k].0[j];
                            tile.wide[$i][j] = T::Wide::splat(x).mul_add(b, tile.wide[$i][j]);
                        }
                        for j in 0..M {
                            let b = first[k].1[j];
                            tile.narrow[$i][j] =
                                T::Narrow::splat(x).mul_add(b, tile.narrow[$i][j]);
                        }
                    }
                    for sum in &mut tile.wide[$i] {
                        *sum = sum.settled();
                    }
                )*};
            }
            begin!(0 1 2 3 4 5 6);
            products::<T, false, ROWS, N, M>(strip, run, BEGIN, ahead, &mut tile);
            for r in 1..strip.runs() {
                let run = strip.run::<ROWS>(row + ROWS, r);
                products::<T, false, ROWS, N, M>(strip, run, 0, ahead, &mut tile);
            }
            strip.prefetched();
            row += ROWS;
        }
        for i in 0..ROWS {
            strip.store_row(row + i, (tile.wide[i], tile.narrow[i]));
        }
    }
}
