//! Matrix product over one panel of output channels: pointwise convolution, and any dense
//! convolution whose window is described as runs of the input.
//!
//! A tile of R rows (positions) by V vectors (channels) stays in registers over all of K. Small
//! tiles are best: the CPU overlaps the stores of one with the multiplies of the next.

use core::marker::PhantomData;

use super::super::isa::{Tiles, Vector};
use super::MOST_LANES;

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
    /// Distance between [`MOST_LANES`] columns of C, counted from the panel's first, and the next:
    /// `MOST_LANES` where the columns of a row lie together, as those of a pooled panel do.
    pub c_vector_stride: usize,
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
    let (wide, narrow) = (T::Wide::LANES, T::Narrow::LANES);
    let mut col = 0;
    while col < panel.cols {
        let left = panel.cols - col;
        // SAFETY: the tiles' columns are among those left, the last `lanes` of them in a narrow vector.
        unsafe {
            if left >= 2 * wide {
                Strip::<T, 2, 0>::new(panel, col, &mut ahead).rows(T::ROWS);
                col += 2 * wide;
            } else if left > wide && left <= wide + narrow {
                Strip::<T, 1, 1>::new(panel, col, &mut ahead).rows(T::ROWS);
                col += left;
            } else if left >= wide && wide > narrow {
                Strip::<T, 1, 0>::new(panel, col, &mut ahead).rows(T::ROWS);
                col += wide;
            } else {
                Strip::<T, 0, 1>::new(panel, col, &mut ahead).rows(T::NARROW_ROWS);
                col += left.min(narrow);
            }
        }
    }
}

impl DensePanel {
    /// Number of packed weights from `w` on.
    fn weights(&self) -> usize {
        self.runs * self.w_stride + self.last * self.pitch
    }

    /// Number of runs with that of `a_last`.
    #[inline(always)]
    fn all_runs(&self) -> usize {
        self.runs + usize::from(self.last > 0)
    }
}

/// A run of some rows of A.
struct Run<const R: usize> {
    rows: [*const f32; R],
    /// Its first row of W, from the strip's columns on.
    w: *const f32,
    /// Values of each row.
    len: usize,
}

/// What is still to be prefetched.
struct Ahead {
    next: *const f32,
    lines: usize,
}

/// All rows of `N` wide vectors of columns and then `M` narrow ones, the last of which may be only
/// `lanes` wide.
struct Strip<'a, T, const N: usize, const M: usize> {
    panel: &'a DensePanel,
    col: usize,
    lanes: usize,
    ahead: &'a mut Ahead,
    tiles: PhantomData<T>,
}

/// The values of a tile of `R` rows.
struct Tile<T: Tiles, const R: usize, const N: usize, const M: usize> {
    wide: [[T::Wide; N]; R],
    narrow: [[T::Narrow; M]; R],
}

/// `N` wide and `M` narrow vectors of columns for two values of k.
type Pairs<T, const N: usize, const M: usize> =
    ([[<T as Tiles>::Wide; 2]; N], [<T as Tiles>::Wide; M]);

impl<'a, T: Tiles, const N: usize, const M: usize> Strip<'a, T, N, M> {
    #[inline(always)]
    fn new(panel: &'a DensePanel, col: usize, ahead: &'a mut Ahead) -> Self {
        let lanes = T::Narrow::LANES.min(panel.cols - col - N * T::Wide::LANES);
        Self { panel, col, lanes, ahead, tiles: PhantomData }
    }

    /// All rows in tiles of `most`, and those that are left dealt out evenly to tiles of at most
    /// [`Tiles::ROWS`].
    ///
    /// # Safety
    ///
    /// As for [`run`]; the strip's columns are inside the panel.
    #[inline(always)]
    unsafe fn rows(&mut self, most: usize) {
        if T::COMPACT {
            // SAFETY: as below.
            unsafe { self.rows_of_two_sizes() };
            return;
        }
        let mut row = 0;
        while most > T::ROWS && self.panel.rows - row >= most {
            // SAFETY: row + most <= panel.rows.
            unsafe {
                match most {
                    14 => self.tile::<14>(row, most),
                    _ => self.tile::<12>(row, most),
                }
            }
            row += most;
        }
        let tiles = (self.panel.rows - row).div_ceil(T::ROWS);
        if tiles == 0 {
            return;
        }
        let (least, mut extra) = ((self.panel.rows - row) / tiles, (self.panel.rows - row) % tiles);
        for _ in 0..tiles {
            let rows = least + usize::from(extra > 0);
            extra = extra.saturating_sub(1);
            // SAFETY: row + rows <= panel.rows, and 1 <= rows <= T::ROWS <= 8.
            unsafe {
                match rows {
                    8 => self.tile::<8>(row, T::ROWS),
                    7 => self.tile::<7>(row, T::ROWS),
                    6 => self.tile::<6>(row, T::ROWS),
                    5 => self.tile::<5>(row, T::ROWS),
                    4 => self.tile::<4>(row, T::ROWS),
                    3 => self.tile::<3>(row, T::ROWS),
                    2 => self.tile::<2>(row, T::ROWS),
                    _ => self.tile::<1>(row, T::ROWS),
                }
            }
            row += rows;
        }
    }

    /// All rows in tiles of four, and those that are left one by one.
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`].
    #[inline(always)]
    unsafe fn rows_of_two_sizes(&mut self) {
        const { assert!(T::ROWS >= 4) };
        let mut row = 0;
        // SAFETY: the rows of a tile are among those left.
        unsafe {
            while self.panel.rows - row >= 4 {
                self.tile::<4>(row, T::ROWS);
                row += 4;
            }
            while row < self.panel.rows {
                self.tile::<1>(row, T::ROWS);
                row += 1;
            }
        }
    }

    /// The tile of `R` rows from `row` on; no code where that is more than `most`, a constant.
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`]; the panel has the rows `row..row + R`.
    #[inline(always)]
    unsafe fn tile<const R: usize>(&mut self, row: usize, most: usize) {
        if R > most {
            return;
        }
        // SAFETY: R rows from `row` and the columns are inside the panel.
        unsafe {
            // The sums of a row are the same in every tile, so that threads may share rows as they like.
            let tile = if T::PAIRS && N < 2 {
                self.accumulate_pairs::<R>(row)
            } else {
                self.accumulate::<R>(row)
            };
            if self.panel.pool {
                self.sum(tile);
            } else {
                self.store(row, tile);
            }
        }
    }

    /// Run `r` of the rows from `row` on.
    ///
    /// # Safety
    ///
    /// As for [`Strip::tile`]; `r` is below [`DensePanel::all_runs`].
    #[inline(always)]
    unsafe fn run<const R: usize>(&self, row: usize, r: usize) -> Run<R> {
        let panel = self.panel;
        // SAFETY: the run is one of the panel's, and so are rows row..row + R.
        unsafe {
            let (a, lda, len) = if r < panel.runs {
                (panel.a.add(row * panel.lda + r * panel.run_stride), panel.lda, panel.run)
            } else {
                (panel.a_last.add(row * panel.last), panel.last, panel.last)
            };
            let mut rows = [a; R];
            for i in 1..R {
                rows[i] = rows[i - 1].add(lda);
            }
            Run { rows, w: panel.w.add(self.col + r * panel.w_stride), len }
        }
    }

    /// Bias plus the products over all of K. Tiles of two wide vectors prefetch a cache line for
    /// each k; when all are done, the next one again and again, which costs less than a branch.
    ///
    /// # Safety
    ///
    /// As for [`Strip::tile`].
    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn accumulate<const R: usize>(&mut self, row: usize) -> Tile<T, R, N, M> {
        let panel = self.panel;
        let ahead = if self.ahead.lines > 0 { 16 } else { 0 };
        // SAFETY: rows row..row + R, the strip's columns (rounded up to whole packed vectors) and
        // every k are inside the extents of the panel's type; a prefetch may have any address.
        unsafe {
            let bias = Self::load(panel.bias.add(self.col));
            let mut acc = Tile { wide: [bias.0; R], narrow: [bias.1; R] };
            for r in 0..panel.all_runs() {
                let Run { rows, mut w, len } = self.run::<R>(row, r);
                for k in 0..len {
                    let second = if T::EMBEDDED_BROADCAST { T::Wide::distinct(k) } else { k };
                    let b = Self::load(w);
                    for i in 0..R {
                        let x = *rows[i].add(k);
                        for j in 0..N {
                            let x = if j == 0 { x } else { *rows[i].add(second) };
                            acc.wide[i][j] = T::Wide::splat(x).mul_add(b.0[j], acc.wide[i][j]);
                        }
                        for j in 0..M {
                            let x = if N == 0 { x } else { *rows[i].add(second) };
                            acc.narrow[i][j] =
                                T::Narrow::splat(x).mul_add(b.1[j], acc.narrow[i][j]);
                        }
                    }
                    if N == 2 {
                        T::Wide::prefetch(self.ahead.next);
                        self.ahead.next = self.ahead.next.wrapping_add(ahead);
                    }
                    w = w.add(panel.pitch);
                }
            }
            if N == 2 {
                let lines = panel.runs * panel.run + panel.last;
                self.ahead.lines = self.ahead.lines.saturating_sub(lines);
            }
            acc
        }
    }

    /// As `accumulate`, two values of k at a time: each vector has the sums of its columns over even k
    /// and over odd k side by side.
    ///
    /// # Safety
    ///
    /// As for [`Strip::tile`].
    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn accumulate_pairs<const R: usize>(&self, row: usize) -> Tile<T, R, N, M> {
        let panel = self.panel;
        // SAFETY: as for `accumulate`.
        unsafe {
            let zero = ([T::Wide::splat(0.0); N], [T::Narrow::splat(0.0); M]);
            let bias = Self::interleave(Self::load(panel.bias.add(self.col)), zero);
            let mut acc = [bias; R];
            for r in 0..panel.all_runs() {
                let Run { rows, mut w, len } = self.run::<R>(row, r);
                for k in 0..len / 2 {
                    let b = Self::interleave(Self::load(w), Self::load(w.add(panel.pitch)));
                    for i in 0..R {
                        acc[i] = Self::mul_add(T::splat_pair(rows[i].add(2 * k)), b, acc[i]);
                    }
                    w = w.add(2 * panel.pitch);
                }
                if len % 2 == 1 {
                    let b = Self::interleave(Self::load(w), zero);
                    for i in 0..R {
                        acc[i] = Self::mul_add(T::splat_even(*rows[i].add(len - 1)), b, acc[i]);
                    }
                }
            }
            let mut tile = Tile { wide: [zero.0; R], narrow: [zero.1; R] };
            for i in 0..R {
                for j in 0..N {
                    tile.wide[i][j] = T::pair_sums(acc[i].0[j]);
                }
            }
            for i in (0..R).step_by(2) {
                let next = if i + 1 < R { i + 1 } else { i };
                for j in 0..M {
                    let sums = T::pair_sums_narrow([acc[i].1[j], acc[next].1[j]]);
                    [tile.narrow[i][j], tile.narrow[next][j]] = sums;
                }
            }
            tile
        }
    }

    /// Two rows of values side by side.
    ///
    /// # Safety
    ///
    /// The CPU has the instruction set of `T`.
    #[inline(always)]
    unsafe fn interleave(
        even: ([T::Wide; N], [T::Narrow; M]),
        odd: ([T::Wide; N], [T::Narrow; M]),
    ) -> Pairs<T, N, M> {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            let mut pairs = ([[T::Wide::splat(0.0); 2]; N], [T::Wide::splat(0.0); M]);
            for j in 0..N {
                pairs.0[j] = T::interleave(even.0[j], odd.0[j]);
            }
            for j in 0..M {
                pairs.1[j] = T::interleave_narrow(even.1[j], odd.1[j]);
            }
            pairs
        }
    }

    /// `x * b + acc`.
    ///
    /// # Safety
    ///
    /// The CPU has the instruction set of `T`.
    #[inline(always)]
    unsafe fn mul_add(x: T::Wide, b: Pairs<T, N, M>, mut acc: Pairs<T, N, M>) -> Pairs<T, N, M> {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            for j in 0..N {
                for h in 0..2 {
                    acc.0[j][h] = x.mul_add(b.0[j][h], acc.0[j][h]);
                }
            }
            for j in 0..M {
                acc.1[j] = x.mul_add(b.1[j], acc.1[j]);
            }
            acc
        }
    }

    /// The packed values from `p` on.
    ///
    /// # Safety
    ///
    /// The CPU has the instruction set of `T`; `p` points to as many values as the strip has
    /// columns, rounded up to whole narrow vectors.
    #[inline(always)]
    unsafe fn load(p: *const f32) -> ([T::Wide; N], [T::Narrow; M]) {
        // SAFETY: the strip's columns, rounded up to whole narrow vectors, are the caller's contract.
        unsafe {
            let mut values = ([T::Wide::splat(0.0); N], [T::Narrow::splat(0.0); M]);
            for (j, value) in values.0.iter_mut().enumerate() {
                *value = T::Wide::load(p.add(j * T::Wide::LANES));
            }
            for value in &mut values.1 {
                *value = T::Narrow::load(p.add(N * T::Wide::LANES));
            }
            values
        }
    }

    /// Residual add, clamp and store of a tile.
    ///
    /// # Safety
    ///
    /// As for [`Strip::tile`].
    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn store<const R: usize>(&self, row: usize, tile: Tile<T, R, N, M>) {
        let Tile { mut wide, mut narrow } = tile;
        let panel = self.panel;
        let whole = self.lanes == T::Narrow::LANES;
        // SAFETY: the strip's columns are inside the panel, for C as for the residual, which has C's
        // layout.
        unsafe {
            let at = |i: usize, j: usize| {
                let col = self.col + j * T::Wide::LANES;
                (row + i) * panel.ldc + col / MOST_LANES * panel.c_vector_stride + col % MOST_LANES
            };
            if !panel.residual.is_null() {
                for i in 0..R {
                    for j in 0..N {
                        wide[i][j] = wide[i][j].add(T::Wide::load(panel.residual.add(at(i, j))));
                    }
                    for j in 0..M {
                        let p = panel.residual.add(at(i, N));
                        let skip = if whole {
                            T::Narrow::load(p)
                        } else {
                            T::Narrow::load_first(p, self.lanes)
                        };
                        narrow[i][j] = narrow[i][j].add(skip);
                    }
                }
            }
            let (lo, hi) = panel.bounds;
            let (wide_lo, wide_hi) = (T::Wide::splat(lo), T::Wide::splat(hi));
            let (narrow_lo, narrow_hi) = (T::Narrow::splat(lo), T::Narrow::splat(hi));
            for i in 0..R {
                for j in 0..N {
                    wide[i][j].clamp(wide_lo, wide_hi).store(panel.c.add(at(i, j)));
                }
                for j in 0..M {
                    let value = narrow[i][j].clamp(narrow_lo, narrow_hi);
                    let c = panel.c.add(at(i, N));
                    if whole { value.store(c) } else { value.store_first(c, self.lanes) }
                }
            }
        }
    }

    /// Clamps the rows of a tile and adds them to the sums in C.
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`], for a panel that is pooled.
    #[inline(always)]
    unsafe fn sum<const R: usize>(&self, tile: Tile<T, R, N, M>) {
        let (lo, hi) = self.panel.bounds;
        // SAFETY: the strip's columns are inside C.
        unsafe {
            let c = self.panel.c.add(self.col);
            let (wide_lo, wide_hi) = (T::Wide::splat(lo), T::Wide::splat(hi));
            for j in 0..N {
                let c = c.add(j * T::Wide::LANES);
                let mut sum = T::Wide::load(c);
                for row in &tile.wide {
                    sum = sum.add(row[j].clamp(wide_lo, wide_hi));
                }
                sum.store(c);
            }
            let (narrow_lo, narrow_hi) = (T::Narrow::splat(lo), T::Narrow::splat(hi));
            for j in 0..M {
                let c = c.add(N * T::Wide::LANES);
                let mut sum = T::Narrow::load_first(c, self.lanes);
                for row in &tile.narrow {
                    sum = sum.add(row[j].clamp(narrow_lo, narrow_hi));
                }
                sum.store_first(c, self.lanes);
            }
        }
    }
}
