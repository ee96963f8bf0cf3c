//! Matrix product over one panel of output channels: pointwise convolution, and any dense
//! convolution whose window is described as runs of the input.
//!
//! A tile of R rows (positions) by V vectors (channels) stays in registers over all of K. Small
//! tiles are best: the CPU overlaps the stores of one with the multiplies of the next.

use super::super::isa::{Tiles, Vector};

use super::{Columns, for_columns};

/// `C[i][j] = clamp(bias[j] + Σ_k A[i][k]·W[k][j] + residual[i][j])` for `rows` × `cols` values.
///
/// Row `i` of A is made of runs: run `r` of `runs` is `run` values from `a + i·lda + r·run_stride`,
/// multiplied by the `run` rows of W from `w + r·w_stride`. Then follows one more run of `last`
/// values from `a_last + i·last` with the rows of W from `w + runs·w_stride`.
#[derive(Clone, Copy, Debug)]
pub struct DensePanel {
    /// First value of A.
    pub a: *const f32,
    /// Distance between rows of A.
    pub lda: usize,
    /// Values of a run.
    pub run: usize,
    /// Number of runs.
    pub runs: usize,
    /// Distance between the runs of a row.
    pub run_stride: usize,
    /// The run with a row distance of its own, if `last` is not zero.
    pub a_last: *const f32,
    /// Values of that run, and its row distance.
    pub last: usize,
    /// Packed weights; a row has `packed(cols)` values.
    pub w: *const f32,
    /// Distance between rows of W.
    pub pitch: usize,
    /// Distance between the weights of two runs.
    pub w_stride: usize,
    /// `packed(cols)` values.
    pub bias: *const f32,
    /// Output.
    pub c: *mut f32,
    /// Distance between rows of C.
    pub ldc: usize,
    /// Values to add, laid out as C; null for none. Does not overlap C.
    pub residual: *const f32,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Clamp bounds.
    pub bounds: (f32, f32),
    /// Sum the rows into `c[0][j]` in place of storing them; `residual` is null.
    pub pool: bool,
    /// Cache lines to prefetch from the end of this panel's weights on.
    pub prefetch: usize,
}

/// Computes the panel.
///
/// # Safety
///
/// The CPU has the instruction set of `T`, and the pointers are valid for the extents above.
#[inline(always)]
pub unsafe fn run<T: Tiles>(panel: &DensePanel) {
    let mut ahead = Ahead { next: panel.w.wrapping_add(panel.weights()), lines: panel.prefetch };
    let mut row = 0;
    // One narrow vector alone needs more rows to keep the multiplies busy.
    if T::Wide::REGISTERS >= 32 && panel.cols <= T::Narrow::LANES {
        while panel.rows - row >= 14 {
            // SAFETY: row + 14 <= panel.rows, and all columns are one narrow vector's.
            unsafe {
                Strip::<14> { panel, row, ahead: &mut ahead }.run::<T::Narrow, 1>(0, panel.cols)
            };
            row += 14;
        }
    }
    // The other rows are dealt out evenly: tiles of `least` or `least + 1` rows.
    let tiles = (panel.rows - row).div_ceil(T::ROWS);
    if tiles == 0 {
        return;
    }
    let (least, mut extra) = ((panel.rows - row) / tiles, (panel.rows - row) % tiles);
    for _ in 0..tiles {
        let rows = least + usize::from(extra > 0);
        extra = extra.saturating_sub(1);
        // SAFETY: row + rows <= panel.rows, and 1 <= rows <= T::ROWS <= 8.
        unsafe {
            match rows {
                8 => strip::<T, 8>(panel, row, &mut ahead),
                7 => strip::<T, 7>(panel, row, &mut ahead),
                6 => strip::<T, 6>(panel, row, &mut ahead),
                5 => strip::<T, 5>(panel, row, &mut ahead),
                4 => strip::<T, 4>(panel, row, &mut ahead),
                3 => strip::<T, 3>(panel, row, &mut ahead),
                2 => strip::<T, 2>(panel, row, &mut ahead),
                _ => strip::<T, 1>(panel, row, &mut ahead),
            }
        }
        row += rows;
    }
}

impl DensePanel {
    /// Number of packed weights from `w` on.
    fn weights(&self) -> usize {
        self.runs * self.w_stride + self.last * self.pitch
    }
}

/// What is still to be prefetched.
struct Ahead {
    next: *const f32,
    lines: usize,
}

/// All columns of `R` rows.
#[inline(always)]
unsafe fn strip<T: Tiles, const R: usize>(panel: &DensePanel, row: usize, ahead: &mut Ahead) {
    if R > T::ROWS {
        return;
    }
    // SAFETY: rows row..row + R and all columns are inside the panel.
    unsafe { for_columns::<T, 2>(panel.cols, &mut Strip::<R> { panel, row, ahead }) }
}

struct Strip<'a, const R: usize> {
    panel: &'a DensePanel,
    row: usize,
    ahead: &'a mut Ahead,
}

impl<const R: usize> Columns for Strip<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector, const N: usize>(&mut self, col: usize, lanes: usize) {
        let (panel, row) = (self.panel, self.row);
        // SAFETY: R rows from `row` and the columns from `col` are inside the panel; a prefetch may
        // have any address.
        unsafe {
            let tile = if N == 2 && self.ahead.lines > 0 {
                let tile = accumulate::<V, R, N, true>(panel, row, col, self.ahead.next);
                let k = panel.runs * panel.run + panel.last;
                self.ahead.next = self.ahead.next.wrapping_add(16 * k);
                self.ahead.lines = self.ahead.lines.saturating_sub(k);
                tile
            } else {
                accumulate::<V, R, N, false>(panel, row, col, panel.w)
            };
            if panel.pool {
                sum(panel, col, lanes, tile);
            } else {
                store(panel, row, col, lanes, tile);
            }
        }
    }
}

/// Bias plus the products over all of K, for `R` rows and `N` vectors; with `PREFETCH`, a cache line
/// from `ahead` on for each k.
#[inline(always)]
unsafe fn accumulate<V: Vector, const R: usize, const N: usize, const PREFETCH: bool>(
    panel: &DensePanel,
    row: usize,
    col: usize,
    mut ahead: *const f32,
) -> [[V; N]; R] {
    // SAFETY: rows row..row + R, columns col..col + N·LANES (rounded up to whole packed vectors) and
    // every k are inside the extents of the panel's type.
    unsafe {
        let mut bias = [V::splat(0.0); N];
        for (j, b) in bias.iter_mut().enumerate() {
            *b = V::load(panel.bias.add(col + j * V::LANES));
        }
        let mut acc = [bias; R];
        let mut a = panel.a.add(row * panel.lda);
        let mut w_run = panel.w.add(col);
        for r in 0..panel.runs + usize::from(panel.last > 0) {
            let (mut run, mut lda) = (panel.run, panel.lda);
            if r == panel.runs {
                a = panel.a_last.add(row * panel.last);
                (run, lda) = (panel.last, panel.last);
            }
            let mut rows = [a; R];
            for i in 1..R {
                rows[i] = rows[i - 1].add(lda);
            }
            let mut w = w_run;
            for k in 0..run {
                let mut index = [k; N];
                for other in &mut index[1..] {
                    *other = if V::FREE_BROADCAST { V::distinct(k) } else { k };
                }
                let mut b = [V::splat(0.0); N];
                for (j, b) in b.iter_mut().enumerate() {
                    *b = V::load(w.add(j * V::LANES));
                }
                for i in 0..R {
                    for j in 0..N {
                        let x = V::splat(*rows[i].add(index[j]));
                        acc[i][j] = x.mul_add(b[j], acc[i][j]);
                    }
                }
                if PREFETCH {
                    V::prefetch(ahead);
                    ahead = ahead.wrapping_add(16);
                }
                w = w.add(panel.pitch);
            }
            a = a.wrapping_add(panel.run_stride);
            w_run = w_run.wrapping_add(panel.w_stride);
        }
        acc
    }
}

/// Residual add, clamp and store of a tile.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
unsafe fn store<V: Vector, const R: usize, const N: usize>(
    panel: &DensePanel,
    row: usize,
    col: usize,
    lanes: usize,
    mut tile: [[V; N]; R],
) {
    let whole = lanes == V::LANES;
    // SAFETY: `lanes` lanes of each vector are inside the columns of the panel, for C as for the
    // residual, which has C's layout.
    unsafe {
        let (lo, hi) = (V::splat(panel.bounds.0), V::splat(panel.bounds.1));
        let at = |i: usize, j: usize| (row + i) * panel.ldc + col + j * V::LANES;
        if !panel.residual.is_null() {
            for i in 0..R {
                for j in 0..N {
                    let skip = panel.residual.add(at(i, j));
                    let skip = if whole { V::load(skip) } else { V::load_first(skip, lanes) };
                    tile[i][j] = tile[i][j].add(skip);
                }
            }
        }
        for i in 0..R {
            for j in 0..N {
                let value = tile[i][j].clamp(lo, hi);
                let c = panel.c.add(at(i, j));
                if whole { value.store(c) } else { value.store_first(c, lanes) }
            }
        }
    }
}

/// Clamps the rows of a tile and adds them to the sums in C.
#[inline(always)]
unsafe fn sum<V: Vector, const R: usize, const N: usize>(
    panel: &DensePanel,
    col: usize,
    lanes: usize,
    tile: [[V; N]; R],
) {
    // SAFETY: `lanes` lanes of each vector are inside the columns of C.
    unsafe {
        let (lo, hi) = (V::splat(panel.bounds.0), V::splat(panel.bounds.1));
        for j in 0..N {
            let c = panel.c.add(col + j * V::LANES);
            let mut sum = V::load_first(c, lanes);
            for row in &tile {
                sum = sum.add(row[j].clamp(lo, hi));
            }
            sum.store_first(c, lanes);
        }
    }
}
