//! The tiles of some columns of a panel: which rows they have, and what becomes of their sums.

use core::marker::PhantomData;

use super::super::super::isa::{Tiles, Vector};
use super::super::MOST_LANES;
use super::super::needs::{self, Needs};
use super::{DensePanel, Inner};

/// A run of some rows of A.
pub(super) struct Run<const R: usize> {
    pub rows: [*const f32; R],
    /// Its first row of W, from the strip's columns on.
    pub w: *const f32,
    /// Values of each row.
    pub len: usize,
}

/// What is still to be prefetched: so many lines, and then others.
pub struct Ahead {
    next: *const f32,
    lines: usize,
    then: (*const f32, usize),
}

/// All rows of `N` wide vectors of columns and then `M` narrow ones, the last of which may be only
/// `lanes` wide.
pub struct Strip<'a, T, const N: usize, const M: usize> {
    pub(super) panel: &'a DensePanel,
    col: usize,
    lanes: usize,
    ahead: &'a mut Ahead,
    tiles: PhantomData<T>,
}

/// The values of a row of a tile.
pub(super) type Row<T, const N: usize, const M: usize> =
    ([<T as Tiles>::Wide; N], [<T as Tiles>::Narrow; M]);

/// The values of a tile of `R` rows.
pub(super) type Tile<T, const R: usize, const N: usize, const M: usize> = [Row<T, N, M>; R];

impl Ahead {
    pub(super) fn new(panel: &DensePanel) -> Self {
        let (next, lines) = panel.prefetch_first;
        let mut ahead =
            Self { next, lines, then: (panel.w.wrapping_add(panel.weights()), panel.prefetch) };
        ahead.count(0);
        ahead
    }

    /// Counts lines that have been prefetched.
    fn count(&mut self, lines: usize) {
        self.lines = self.lines.saturating_sub(lines);
        if self.lines == 0 && self.then.1 > 0 {
            (self.next, self.lines) = self.then;
            self.then.1 = 0;
        }
    }
}

impl<'a, T: Tiles, const N: usize, const M: usize> Strip<'a, T, N, M> {
    #[inline(always)]
    pub(super) fn new(panel: &'a DensePanel, col: usize, ahead: &'a mut Ahead) -> Self {
        let lanes = T::Narrow::LANES.min(panel.cols - col - N * T::Wide::LANES);
        Self { panel, col, lanes, ahead, tiles: PhantomData }
    }

    /// Width in narrow vectors.
    const WIDTH: usize = N * (T::Wide::LANES / T::Narrow::LANES) + M;
    /// Rows of most tiles; 1 where there are none so wide.
    const ROWS: usize = if Self::WIDTH <= T::ROWS.len() { T::ROWS[Self::WIDTH - 1] } else { 1 };
    /// Rows at most of the tiles for what those leave.
    const REST: usize = if Self::ROWS > 8 { Self::ROWS / 2 } else { Self::ROWS };

    /// Computes all rows, those that whole tiles leave dealt out evenly to smaller ones. Returns how
    /// many columns are done.
    ///
    /// # Safety
    ///
    /// As for [`run`](super::run); the strip's columns are inside the panel.
    #[inline(always)]
    pub(super) unsafe fn rows<U: Needs>(mut self) -> usize {
        let cols = N * T::Wide::LANES + M * self.lanes;
        let mut row = 0;
        // Where the network has no tiles of so many rows there is no code for them, and single rows do.
        macro_rules! tiles {
            ($n:expr, $rows:expr; $($height:literal)*) => {{
                let (n, rows) = ($n, $rows);
                match rows {
                    $($height if const { Self::has::<U>($height) } => {
                        T::Inner::tiles::<$height, N, M>(&mut self, row, n);
                    })*
                    _ => T::Inner::tiles::<1, N, M>(&mut self, row, n * rows),
                }
                row += n * rows;
            }};
        }
        // SAFETY: all rows of a tile are among those left, dealt out to tiles of REST rows at most.
        unsafe {
            if T::COMPACT {
                tiles!(self.panel.rows / 4, 4; 4);
                tiles!(self.panel.rows - row, 1;);
            } else {
                if Self::ROWS > Self::REST {
                    tiles!(self.panel.rows / Self::ROWS, Self::ROWS; 14 12);
                }
                let left = self.panel.rows - row;
                let tiles = left.div_ceil(Self::REST).max(1);
                let (least, more) = (left / tiles, left % tiles);
                for (n, rows) in [(more, least + 1), (tiles - more, least)] {
                    tiles!(n, rows; 8 7 6 5 4 3 2);
                }
            }
            debug_assert!(row == self.panel.rows);
        }
        cols
    }

    /// Whether there are tiles of `rows` rows.
    const fn has<U: Needs>(rows: usize) -> bool {
        let some = rows <= Self::REST || rows == Self::ROWS;
        let heights = needs::heights::<U>(Self::ROWS, Self::REST);
        some && needs::has_strip::<T, U>(N, M) && (T::COMPACT || heights >> rows & 1 == 1)
    }

    /// Adds a tile to what is pooled, or stores it.
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`]; the panel has the rows `row..row + R`.
    #[inline(always)]
    pub(super) unsafe fn finish<const R: usize>(&self, row: usize, tile: Tile<T, R, N, M>) {
        // SAFETY: the contract is the caller's.
        unsafe {
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
    /// The panel has the rows `row..row + R`; `r` is below [`Strip::runs`].
    #[inline(always)]
    pub(super) unsafe fn run<const R: usize>(&self, row: usize, r: usize) -> Run<R> {
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
            Run { rows, w: panel.w.wrapping_add(self.col + r * panel.w_stride), len }
        }
    }

    /// Number of runs with that of `a_last`.
    #[inline(always)]
    pub(super) fn runs(&self) -> usize {
        self.panel.runs + usize::from(self.panel.last > 0)
    }

    /// The bias of the strip's columns.
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`].
    #[inline(always)]
    pub(super) unsafe fn bias(&self) -> Row<T, N, M> {
        // SAFETY: the strip's columns, rounded up to whole packed vectors, are inside the bias.
        unsafe { Self::load(self.panel.bias.add(self.col)) }
    }

    /// Distance between the prefetches of a tile: tiles of the widest strip prefetch a cache line for
    /// each k. When all are done it is the next one again and again, which costs less than a branch.
    #[inline(always)]
    pub(super) fn ahead(&self) -> usize {
        if self.ahead.lines > 0 { 16 } else { 0 }
    }

    /// Prefetches a line.
    #[inline(always)]
    pub(super) fn prefetch(&mut self, distance: usize) {
        if Self::WIDTH == T::ROWS.len() {
            T::Wide::prefetch(self.ahead.next);
            self.ahead.next = self.ahead.next.wrapping_add(distance);
        }
    }

    /// Counts what a tile has prefetched.
    #[inline(always)]
    pub(super) fn prefetched(&mut self) {
        if Self::WIDTH == T::ROWS.len() {
            self.ahead.count(self.panel.runs * self.panel.run + self.panel.last);
        }
    }

    /// The packed values from `p` on.
    ///
    /// # Safety
    ///
    /// The CPU has the instruction set of `T`; `p` points to as many values as the strip has
    /// columns, rounded up to whole narrow vectors.
    #[inline(always)]
    pub(super) unsafe fn load(p: *const f32) -> Row<T, N, M> {
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
    /// As for [`Strip::rows`]; the panel has the rows `row..row + R`.
    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn store<const R: usize>(&self, row: usize, mut tile: Tile<T, R, N, M>) {
        let residual = self.panel.residual;
        // SAFETY: the strip's columns are inside the residual, which has C's layout.
        unsafe {
            if !residual.is_null() {
                for i in 0..R {
                    for j in 0..N {
                        let skip = T::Wide::load(residual.add(self.at(row + i, j)));
                        tile[i].0[j] = tile[i].0[j].add(skip);
                    }
                    for j in 0..M {
                        let p = residual.add(self.at(row + i, N));
                        let skip = if self.whole() {
                            T::Narrow::load(p)
                        } else {
                            T::Narrow::load_first(p, self.lanes)
                        };
                        tile[i].1[j] = tile[i].1[j].add(skip);
                    }
                }
            }
            for i in 0..R {
                self.store_row(row + i, tile[i], self.whole());
            }
        }
    }

    /// Clamp and store of a row to which nothing is to be added. `whole` says whether the strip [is
    /// whole](Strip::whole).
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`]; the panel has the row.
    #[inline(always)]
    pub(super) unsafe fn store_row(&self, row: usize, (wide, narrow): Row<T, N, M>, whole: bool) {
        let (lo, hi) = self.panel.bounds;
        // SAFETY: the strip's columns are inside C.
        unsafe {
            for (j, value) in wide.into_iter().enumerate() {
                let value = value.clamp(T::Wide::splat(lo), T::Wide::splat(hi));
                value.store(self.panel.c.add(self.at(row, j)));
            }
            for value in narrow {
                let value = value.clamp(T::Narrow::splat(lo), T::Narrow::splat(hi));
                let c = self.panel.c.add(self.at(row, N));
                if whole { value.store(c) } else { value.store_first(c, self.lanes) }
            }
        }
    }

    /// Distance of the strip's vector `j` in row `row` from the first value of C, or of the residual.
    #[inline(always)]
    fn at(&self, row: usize, j: usize) -> usize {
        let col = self.col + j * T::Wide::LANES;
        row * self.panel.ldc + col / MOST_LANES * self.panel.c_vector_stride + col % MOST_LANES
    }

    /// Whether the last narrow vector has all its lanes.
    #[inline(always)]
    pub(super) fn whole(&self) -> bool {
        self.lanes == T::Narrow::LANES
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
                for (wide, _) in &tile {
                    sum = sum.add(wide[j].clamp(wide_lo, wide_hi));
                }
                sum.store(c);
            }
            let (narrow_lo, narrow_hi) = (T::Narrow::splat(lo), T::Narrow::splat(hi));
            for j in 0..M {
                let c = c.add(N * T::Wide::LANES);
                let mut sum = T::Narrow::load_first(c, self.lanes);
                for (_, narrow) in &tile {
                    sum = sum.add(narrow[j].clamp(narrow_lo, narrow_hi));
                }
                sum.store_first(c, self.lanes);
            }
        }
    }
}
