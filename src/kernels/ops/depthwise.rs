//! Depthwise convolution of one panel of channels.
//!
//! 3×3 windows with stride 1 or 2 run in straight-line tiles of a few outputs whose columns are
//! loaded once each; columns outside the map are read from a vector of zeros, rows outside are left
//! out. Every other window takes the general path, output by output.

use super::super::isa::{Tiles, Vector};

use super::{Columns, for_columns};

/// Rows `rows.0..rows.1` of `out[y][x][c] = clamp(bias[c] + Σ in[y·s + i - top][x·s + j - left][c] · w[i][j][c])`.
#[derive(Clone, Copy, Debug)]
pub struct DepthwisePanel {
    /// Input row `r` starts at `input + (r % ring)·row_stride`.
    pub input: *const f32,
    /// Distance between input rows.
    pub row_stride: usize,
    /// Rows that the input buffer holds.
    pub ring: usize,
    /// Distance between neighbouring input values of a channel.
    pub pixel_stride: usize,
    /// Size of the input map.
    pub in_size: [usize; 2],
    /// Packed weights, a row of `pitch` values for each tap.
    pub w: *const f32,
    /// Distance between the weights of two taps.
    pub pitch: usize,
    /// `packed(cols)` values.
    pub bias: *const f32,
    /// Output row `rows.0`.
    pub output: *mut f32,
    /// Distance between output rows.
    pub out_row_stride: usize,
    /// Distance between neighbouring output values of a channel.
    pub out_pixel_stride: usize,
    /// Columns of the output map.
    pub out_width: usize,
    /// Output rows to compute.
    pub rows: (usize, usize),
    /// Channels of the panel.
    pub cols: usize,
    /// Side of the window.
    pub kernel: usize,
    /// Step of the window.
    pub stride: usize,
    /// Rows above and columns to the left of the map that the first window covers.
    pub padding: [usize; 2],
    /// Clamp bounds.
    pub bounds: (f32, f32),
}

/// Computes the panel.
///
/// # Safety
///
/// The CPU has the instruction set of `T`, and the pointers are valid for the extents above: the
/// input rows that the windows of `rows` touch are in the buffer, each `in_size[1]` pixels of `cols`
/// channels.
#[inline(always)]
pub unsafe fn run<T: Tiles>(panel: &DepthwisePanel) {
    for y in panel.rows.0..panel.rows.1 {
        // SAFETY: row `y` and all columns are inside the panel.
        unsafe {
            match (panel.kernel, panel.stride) {
                (3, 1) => for_columns::<T, 1>(panel.cols, &mut Row3::<1>::new(panel, y)),
                (3, 2) => for_columns::<T, 1>(panel.cols, &mut Row3::<2>::new(panel, y)),
                _ => for_columns::<T, 1>(panel.cols, &mut RowAny { panel, y }),
            }
        }
    }
}

impl DepthwisePanel {
    /// Taps of the window at output `o` that lie inside a side of length `n`.
    #[inline(always)]
    fn taps(&self, o: usize, n: usize, padding: usize) -> (usize, usize) {
        let first = o * self.stride;
        (padding.saturating_sub(first), self.kernel.min((n + padding).saturating_sub(first)))
    }

    /// Input row that tap row `i` of output row `y` reads; the row is inside the map.
    #[inline(always)]
    unsafe fn row(&self, y: usize, i: usize) -> *const f32 {
        let r = y * self.stride + i - self.padding[0];
        // SAFETY: the row is one that the windows of `rows` touch.
        unsafe { self.input.add((r % self.ring) * self.row_stride) }
    }

    /// Output values of row `y`, from column `col` on.
    #[inline(always)]
    unsafe fn out(&self, y: usize, col: usize) -> *mut f32 {
        // SAFETY: the row is one of `rows`.
        unsafe { self.output.add((y - self.rows.0) * self.out_row_stride + col) }
    }
}

/// Stands for the columns outside the map.
static ZEROS: [f32; 16] = [0.0; 16];

/// One output row of a 3×3 window with stride `S`.
struct Row3<'a, const S: usize> {
    panel: &'a DepthwisePanel,
    /// Input rows of the taps `first..last`, those inside the map.
    rows: [*const f32; 3],
    first: usize,
    last: usize,
    out: *mut f32,
}

impl<'a, const S: usize> Row3<'a, S> {
    #[inline(always)]
    unsafe fn new(panel: &'a DepthwisePanel, y: usize) -> Self {
        let (first, last) = panel.taps(y, panel.in_size[0], panel.padding[0]);
        let mut rows = [panel.input; 3];
        for (i, row) in rows.iter_mut().enumerate().take(last).skip(first) {
            // SAFETY: tap row `i` lies inside the map.
            *row = unsafe { panel.row(y, i) };
        }
        // SAFETY: `y` is a row of the panel.
        let out = unsafe { panel.out(y, 0) };
        Self { panel, rows, first, last, out }
    }
}

impl<const S: usize> Columns for Row3<'_, S> {
    #[inline(always)]
    unsafe fn run<V: Vector, const N: usize>(&mut self, col: usize, lanes: usize) {
        let width = self.panel.out_width;
        let mut x = 0;
        // SAFETY: a tile of T outputs is started where T are left, and `lanes` lanes from column
        // `col` are inside the panel.
        unsafe {
            let bias = V::load(self.panel.bias.add(col));
            let strip = Strip3 { row: self, col, lanes, bias };
            if width.is_multiple_of(7) {
                while x < width {
                    strip.tile::<7>(x);
                    x += 7;
                }
            }
            while x + 8 <= width {
                strip.tile::<8>(x);
                x += 8;
            }
            if x + 4 <= width {
                strip.tile::<4>(x);
                x += 4;
            }
            if x + 2 <= width {
                strip.tile::<2>(x);
                x += 2;
            }
            if x < width {
                strip.tile::<1>(x);
            }
        }
    }
}

/// One vector of channels along an output row.
struct Strip3<'a, V, const S: usize> {
    row: &'a Row3<'a, S>,
    col: usize,
    lanes: usize,
    bias: V,
}

impl<V: Vector, const S: usize> Strip3<'_, V, S> {
    /// Outputs `x..x + T`.
    #[inline(always)]
    unsafe fn tile<const T: usize>(&self, x: usize) {
        let mut acc = [self.bias; T];
        // SAFETY: only tap rows inside the map are used; `lanes` channels of output `x + t` exist.
        unsafe {
            for i in self.row.first..self.row.last {
                self.taps(x, i, &mut acc);
            }
            let panel = self.row.panel;
            let bounds = panel.bounds;
            let (lo, hi) = (V::splat(bounds.0), V::splat(bounds.1));
            let mut offset = x * panel.out_pixel_stride + self.col;
            for acc in acc {
                let p = self.row.out.add(offset);
                offset = V::distinct(offset + panel.out_pixel_stride);
                let value = acc.clamp(lo, hi);
                if self.lanes == V::LANES {
                    value.store(p)
                } else {
                    value.store_first(p, self.lanes)
                }
            }
        }
    }

    /// Adds the taps of row `i`.
    #[inline(always)]
    unsafe fn taps<const T: usize>(&self, x: usize, i: usize, acc: &mut [V; T]) {
        let panel = self.row.panel;
        let (stride, left) = (panel.pixel_stride, panel.padding[1]);
        let outside_left = left > x * S;
        let outside_right = (x + T - 1) * S + 2 - left >= panel.in_size[1];
        let columns = (T - 1) * S + 3;
        let row =
            self.row.rows[i].wrapping_add(x * S * stride + self.col).wrapping_sub(left * stride);
        let w = [0, 1, 2].map(|j| {
            // SAFETY: tap (i, j) of the 3×3 packed weights.
            unsafe { V::load(panel.w.add((3 * i + j) * panel.pitch + self.col)) }
        });
        // One offset is advanced from column to column: multiples of the stride would not fit the
        // registers.
        let mut offset = 0;
        // Written out rather than looped: a loop over columns leaves the sums in memory.
        macro_rules! columns {
            ($($c:literal)*) => {$(
                if $c < columns {
                    let outside =
                        $c == 0 && outside_left || $c == columns - 1 && outside_right;
                    let p = if outside { ZEROS.as_ptr() } else { row.wrapping_add(offset) };
                    offset = V::distinct(offset + stride);
                    // SAFETY: the columns are x·S - left .. + columns, of which only the first can
                    // be left of the map and only the last right of it, the padding being at most
                    // 1; `lanes` channels are read.
                    let value = unsafe {
                        if self.lanes == V::LANES { V::load(p) } else { V::load_first(p, self.lanes) }
                    };
                    taps!($c, value, 0 1 2);
                }
            )*};
        }
        macro_rules! taps {
            ($c:literal, $value:ident, $($j:literal)*) => {$(
                if $c >= $j && ($c - $j) % S == 0 && ($c - $j) / S < T {
                    let o = ($c - $j) / S;
                    // SAFETY: the instruction set is the caller's contract.
                    acc[o] = unsafe { w[$j].mul_add($value, acc[o]) };
                }
            )*};
        }
        columns!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
        let _ = offset;
    }
}

/// One output row of any window.
struct RowAny<'a> {
    panel: &'a DepthwisePanel,
    y: usize,
}

impl Columns for RowAny<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector, const N: usize>(&mut self, col: usize, lanes: usize) {
        let (panel, y) = (self.panel, self.y);
        let (first, last) = panel.taps(y, panel.in_size[0], panel.padding[0]);
        for j in 0..N {
            let col = col + j * V::LANES;
            for x in 0..panel.out_width {
                let (left, right) = panel.taps(x, panel.in_size[1], panel.padding[1]);
                // SAFETY: the taps first..last × left..right are inside the map, and `lanes` lanes
                // from column `col` are inside the panel.
                unsafe {
                    let mut acc = V::load(panel.bias.add(col));
                    for i in first..last {
                        let row = panel.row(y, i).add(col);
                        for j in left..right {
                            let column = x * panel.stride + j - panel.padding[1];
                            let value = V::load_first(row.add(column * panel.pixel_stride), lanes);
                            let tap = (i * panel.kernel + j) * panel.pitch + col;
                            acc = V::load(panel.w.add(tap)).mul_add(value, acc);
                        }
                    }
                    let (lo, hi) = (V::splat(panel.bounds.0), V::splat(panel.bounds.1));
                    let p = panel.out(y, col).add(x * panel.out_pixel_stride);
                    acc.clamp(lo, hi).store_first(p, lanes);
                }
            }
        }
    }
}
