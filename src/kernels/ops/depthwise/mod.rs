//! Depthwise convolution of one panel of channels.
//!
//! Windows with stride 1 or 2 run in straight-line tiles of a few outputs whose columns are loaded
//! once each for all the taps that share them: 3×3 windows with all weights in registers, others with
//! those of a few taps at a time. Channels that fill half a vector only are computed two positions at
//! a time where a set has [vectors](super::super::isa::Tiles::Twice) for that. A larger stride, and where code is compact every stride, takes a tap
//! at a time. What lies outside the map is left out or reads zeros.

mod any;
mod three;

use super::super::isa::{Tiles, Vector};
use super::needs::{self, Needs};
use super::{MOST_LANES, Parts, for_some_columns};
use any::Any;
use three::Three;
pub use three::twice;

/// Rows `rows.0..rows.1` of `out[y][x][c] = clamp(bias[c] + Σ in[y·s + i - top][x·s + j - left][c] · w[i][j][c])`.
#[derive(Clone, Copy, Debug)]
pub struct DepthwisePanel {
    /// Input row `r` starts at `input + (r % ring_rows)·row_stride`.
    pub input: *const f32,
    /// Distance between input rows.
    pub row_stride: usize,
    /// Rows that the input buffer holds.
    pub ring_rows: usize,
    /// Distance between neighbouring input values of a channel.
    pub pixel_stride: usize,
    /// Distance between [`MOST_LANES`] input channels, counted from the panel's first, and the next:
    /// `MOST_LANES` where the channels of a position lie together.
    pub vector_stride: usize,
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

/// Computes the columns that whole tiles are for, of windows with side `K`, or any where that is 0, and
/// stride `S`. Returns how many these are.
///
/// # Safety
///
/// As for [`run`]; the panel has such windows.
#[inline(always)]
pub unsafe fn windows<T: Tiles, U: Needs, const K: usize, const S: usize>(
    panel: &DepthwisePanel,
) -> usize {
    let vectors = const { needs::vectors::<T, U>() };
    let all = (0, panel.cols);
    // SAFETY: all columns are inside the panel.
    unsafe {
        if const { K == 3 } {
            for_some_columns::<T, 1>(all, vectors, &mut Three::<S, U>::new(panel))
        } else {
            for_some_columns::<T, 1>(all, vectors, &mut Any::<S, K, U>::new(panel))
        }
    }
}

/// Computes the panel.
///
/// # Safety
///
/// The CPU has the instruction set of `T`, and the pointers are valid for the extents above: the
/// input rows that the windows of `rows` touch are in the buffer, each `in_size[1]` pixels of `cols`
/// channels.
#[inline(always)]
pub unsafe fn run<T: Tiles, U: Needs, P: Parts>(panel: &DepthwisePanel) {
    // A pointer is made only where the network has such windows. To name the function where it is not
    // called would have the compiler look at all of it.
    macro_rules! windows {
        ($kernel:literal $stride:literal) => {
            const {
                if !T::COMPACT && needs::has_tile::<U>(($kernel, $stride), 0, 8, 1) {
                    Some(P::windows::<$kernel, $stride> as unsafe fn(&DepthwisePanel) -> usize)
                } else {
                    None
                }
            }
        };
    }
    let windows = match (panel.kernel, panel.stride) {
        (3, 1) => windows!(3 1),
        (3, 2) => windows!(3 2),
        (5, 1) => windows!(5 1),
        (5, 2) => windows!(5 2),
        (_, 1) => windows!(0 1),
        (_, 2) => windows!(0 2),
        _ => None,
    };
    let pairs = const {
        T::Twice::POSITIONS == 2
            && needs::vectors::<T, U>()[1]
            && needs::has_tile::<U>((3, 1), 0, 8, 1)
    };
    // SAFETY: all columns are inside the panel, and its windows are those of the function called.
    unsafe {
        if pairs && three::is_twice::<T>(panel) {
            P::twice(panel);
            return;
        }
        let done = match windows {
            Some(windows) => windows(panel),
            None => 0,
        };
        let rest = (done, panel.cols);
        for_some_columns::<T, 1>(rest, [true; 3], &mut Any::<0, 0, U>::new(panel));
    }
}

impl DepthwisePanel {
    /// Taps of the window at output `o` that lie inside a side of length `n`.
    #[inline(always)]
    fn taps(&self, o: usize, n: usize, padding: usize) -> (usize, usize) {
        let first = o * self.stride;
        (padding.saturating_sub(first), self.kernel.min((n + padding).saturating_sub(first)))
    }

    /// Input row that tap row `i` of output row `y` reads, from column `col` on.
    ///
    /// # Safety
    ///
    /// `y` is one of `rows`, the row that the tap reads is inside the map, and `col` is a column of
    /// the panel.
    #[inline(always)]
    unsafe fn row(&self, y: usize, i: usize, col: usize) -> *const f32 {
        let r = y * self.stride + i - self.padding[0];
        // SAFETY: the row is one that the windows of `rows` touch.
        unsafe {
            let row = (r as u32 % self.ring_rows as u32) as usize;
            self.channel(col).add(row * self.row_stride)
        }
    }

    /// Input of column `col`, in column 0 of the buffer's first row.
    #[inline(always)]
    fn channel(&self, col: usize) -> *const f32 {
        self.input.wrapping_add(col / MOST_LANES * self.vector_stride + col % MOST_LANES)
    }

    /// Output values of row `y`, from column `col` on.
    ///
    /// # Safety
    ///
    /// `y` is one of `rows`, and `col` is a column of the panel.
    #[inline(always)]
    unsafe fn out(&self, y: usize, col: usize) -> *mut f32 {
        // SAFETY: the row is one of `rows`.
        unsafe { self.output.add((y - self.rows.0) * self.out_row_stride + col) }
    }
}

/// The output whose tap `j` lies in column `c` of a tile with this stride; `usize::MAX` if none's does.
const fn output(c: usize, j: usize, stride: usize) -> usize {
    if stride > 0 && c >= j && (c - j).is_multiple_of(stride) {
        (c - j) / stride
    } else {
        usize::MAX
    }
}

/// Stands for the columns outside the map.
static ZEROS: [f32; 16] = [0.0; 16];
