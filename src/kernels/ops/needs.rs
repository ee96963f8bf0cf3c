//! What a network needs of the operators, so that its program links nothing else of them.

use super::super::isa::{Tiles, Vector};

/// What is needed. Panels of every other size are computed as well, but slowly.
pub trait Needs {
    /// The panels of a network; `None` for whatever there may be.
    const PANELS: Option<Panels>;
}

/// The sizes of panels.
#[derive(Clone, Copy, Debug)]
pub struct Panels {
    /// Columns of dense and of depthwise panels.
    dense: Columns,
    depthwise: Columns,
    /// Rows of dense panels: so many, or a multiple up to so many times.
    rows: [(usize, usize); 32],
    /// Windows of depthwise panels: side, stride and outputs in a row.
    windows: [(usize, usize, usize); 32],
    lens: (usize, usize),
}

/// A set of numbers of columns. Those above 32, which every set of tiles divides, are 32 and the rest.
#[derive(Clone, Copy, Debug)]
struct Columns(u64);

impl Columns {
    const fn with(self, cols: usize) -> Self {
        let whole = if cols >= 32 { 1 << 32 } else { 0 };
        Self(self.0 | whole | 1 << (cols % 32))
    }

    const fn has(self, cols: usize) -> bool {
        self.0 >> cols & 1 == 1
    }
}

impl Panels {
    /// No panels.
    pub const NONE: Self = Self {
        dense: Columns(0),
        depthwise: Columns(0),
        rows: [(0, 0); 32],
        windows: [(0, 0, 0); 32],
        lens: (0, 0),
    };

    /// With dense panels of `cols` columns, and of `rows` rows or a multiple up to `times` times. `None`
    /// where these are too many different ones.
    pub const fn with_dense(mut self, cols: usize, rows: usize, times: usize) -> Option<Self> {
        self.dense = self.dense.with(cols);
        let mut i = 0;
        while i < self.lens.0 && !(self.rows[i].0 == rows && self.rows[i].1 >= times) {
            i += 1;
        }
        if i == self.rows.len() {
            return None;
        }
        if i == self.lens.0 {
            self.rows[i] = (rows, times);
            self.lens.0 += 1;
        }
        Some(self)
    }

    /// With depthwise panels of `cols` columns, `width` outputs in a row. `None` likewise.
    pub const fn with_depthwise(
        mut self,
        cols: usize,
        (kernel, stride): (usize, usize),
        width: usize,
    ) -> Option<Self> {
        self.depthwise = self.depthwise.with(cols);
        let mut i = 0;
        while i < self.lens.1 {
            let known = self.windows[i];
            if known.0 == kernel && known.1 == stride && known.2 == width {
                return Some(self);
            }
            i += 1;
        }
        if i == self.windows.len() {
            return None;
        }
        self.windows[i] = (kernel, stride, width);
        self.lens.1 += 1;
        Some(self)
    }

    /// Bit `r` says whether there is a matrix tile of `r` rows, where tiles have `most` and those for
    /// the rest at most `rest`.
    const fn heights(&self, most: usize, rest: usize) -> u32 {
        let (mut heights, mut i) = (0, 0);
        while i < self.lens.0 {
            let (rows, times) = self.rows[i];
            // Beyond that nothing new comes: what is left of whole tiles recurs, and where there are
            // more tiles than rows in one they differ by one row at most.
            let times = if times < 64 { times } else { 64 };
            let mut n = 1;
            while n <= times {
                let mut left = n * rows;
                if most > rest && left >= most {
                    heights |= 1 << most;
                    left %= most;
                }
                if left > 0 {
                    let tiles = left.div_ceil(rest);
                    heights |= 1 << (left / tiles) | 1 << left.div_ceil(tiles);
                }
                n += 1;
            }
            i += 1;
        }
        heights
    }

    /// Whether some depthwise panel has the window, of side and stride, and, where `outputs` is not 0, a
    /// tile of as many of `most` at most, of so many positions each. A side of 0 is any but 3 and 5, a
    /// stride of 0 any above 2.
    const fn has_tile(
        &self,
        window: (usize, usize),
        outputs: usize,
        most: usize,
        positions: usize,
    ) -> bool {
        let mut i = 0;
        while i < self.lens.1 {
            let (kernel, stride, width) = self.windows[i];
            let width = width / positions;
            let fourteens = most == 14 && width.is_multiple_of(14);
            let sevens = most >= 8 && width.is_multiple_of(7);
            let left = if most >= 8 { width % 8 } else { width };
            let tile = match outputs {
                0 => true,
                14 => fourteens,
                7 => sevens && !fourteens,
                8 => !sevens && width >= 8,
                4 => !sevens && left >= 4,
                _ => !sevens && left % 4 > 0,
            };
            let (any_kernel, any_stride) = (kernel != 3 && kernel != 5, stride > 2);
            let same = (kernel == window.0 || window.0 == 0 && (any_kernel || any_stride))
                && (stride == window.1 || window.1 == 0 && any_stride);
            if same && tile {
                return true;
            }
            i += 1;
        }
        false
    }
}

/// The vectors of the next columns of a panel with `left` of them: so many wide ones, and then perhaps
/// a narrow one, which may be only part of one.
#[inline(always)]
pub(super) const fn strip<T: Tiles>(left: usize) -> (usize, usize) {
    let (wide, narrow) = (T::Wide::LANES, T::Narrow::LANES);
    let most = T::ROWS.len() * narrow / wide;
    let whole = (left - 1) / wide;
    if left >= most * wide {
        (most, 0)
    } else if whole > 0 && left <= whole * wide + narrow {
        (whole, 1)
    } else if left >= wide && wide > narrow {
        (left / wide, 0)
    } else {
        (0, 1)
    }
}

/// Whether dense panels have strips of `wide` and `narrow` vectors: some that tiles are for.
pub(super) const fn has_strip<T: Tiles, N: Needs>(wide: usize, narrow: usize) -> bool {
    let dense = match N::PANELS {
        Some(panels) => panels.dense,
        None => Columns(!0),
    };
    let mut cols = 1;
    while cols <= 32 {
        let mut left = if dense.has(cols) { cols } else { 0 };
        while left > 0 {
            let (n, m) = strip::<T>(left);
            if n == wide && m == narrow {
                return true;
            }
            let taken = n * T::Wide::LANES + m * T::Narrow::LANES;
            left = left.saturating_sub(taken);
        }
        cols += 1;
    }
    false
}

/// Bit `r` says whether dense panels have tiles of `r` rows; see [`Panels::heights`].
pub(super) const fn heights<N: Needs>(most: usize, rest: usize) -> u32 {
    match N::PANELS {
        Some(panels) => panels.heights(most, rest),
        None => !0,
    }
}

/// Whether depthwise panels have wide vectors, whole narrow ones, and parts of them.
pub(super) const fn vectors<T: Tiles, N: Needs>() -> [bool; 3] {
    let Some(panels) = N::PANELS else { return [true; 3] };
    let (wide, narrow) = (T::Wide::LANES, T::Narrow::LANES);
    let mut has = [false; 3];
    let mut cols = 1;
    while cols <= 32 {
        if panels.depthwise.has(cols) {
            let left = cols % wide;
            has[0] |= cols >= wide;
            has[1] |= left >= narrow;
            has[2] |= left % narrow > 0;
        }
        cols += 1;
    }
    has
}

/// Whether depthwise panels have a window and tiles; see [`Panels::has_tile`].
pub(super) const fn has_tile<N: Needs>(
    window: (usize, usize),
    outputs: usize,
    most: usize,
    positions: usize,
) -> bool {
    match N::PANELS {
        Some(panels) => panels.has_tile(window, outputs, most, positions),
        None => true,
    }
}
