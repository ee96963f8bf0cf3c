//! A 3×3 window, in straight-line tiles with all weights in registers. Columns outside the map are read
//! from a vector of zeros, rows outside are left out.

use core::marker::PhantomData;

use super::super::super::isa::{Tiles, Vector};
use super::super::Columns;
use super::super::needs::{self, Needs};
use super::{DepthwisePanel, ZEROS, output};

/// A 3×3 window with stride `S`.
pub(super) struct Three<'a, const S: usize, U> {
    panel: &'a DepthwisePanel,
    needs: PhantomData<U>,
}

impl<'a, const S: usize, U> Three<'a, S, U> {
    pub fn new(panel: &'a DepthwisePanel) -> Self {
        Self { panel, needs: PhantomData }
    }
}

impl<const S: usize, U: Needs> Columns for Three<'_, S, U> {
    #[inline(always)]
    unsafe fn run<V: Vector, const N: usize>(&mut self, col: usize, lanes: usize) {
        // SAFETY: `lanes` lanes from column `col` are inside the panel.
        unsafe {
            let all = (0, self.panel.out_width);
            if lanes == V::LANES {
                Strip::<V, S, true>::new(self.panel, col, lanes).rows::<U>(all);
            } else {
                Strip::<V, S, false>::new(self.panel, col, lanes).rows::<U>(all);
            }
        }
    }
}

/// Whether a panel is computed two positions at a time: its window moves by one, the channels of two
/// positions lie side by side and fill a vector, and one column outside the map is left of it.
pub(super) fn is_twice<T: Tiles>(panel: &DepthwisePanel) -> bool {
    let DepthwisePanel { cols, pixel_stride, out_pixel_stride, padding, .. } = *panel;
    let alone = [cols, pixel_stride, out_pixel_stride] == [T::Narrow::LANES; 3];
    alone && (panel.kernel, panel.stride, padding[1]) == (3, 1, 1)
}

/// Computes a panel of 3×3 windows two positions at a time.
///
/// # Safety
///
/// As for [`run`](super::run); the panel is one that `run` computes so.
#[inline(always)]
pub unsafe fn twice<T: Tiles, U: Needs>(panel: &DepthwisePanel) {
    let pairs = panel.out_width / 2;
    // SAFETY: all columns are inside the panel, and so are two positions side by side.
    unsafe {
        Strip::<T::Twice, 1, true>::new(panel, 0, T::Twice::LANES).rows::<U>((0, pairs));
        if panel.out_width % 2 == 1 {
            let last = (2 * pairs, panel.out_width);
            Strip::<T::Narrow, 1, true>::new(panel, 0, T::Narrow::LANES).rows::<U>(last);
        }
    }
}

/// One vector of channels, of which `WHOLE` uses all lanes. Where it has two positions, outputs are
/// counted by pairs.
struct Strip<'a, V, const S: usize, const WHOLE: bool> {
    panel: &'a DepthwisePanel,
    col: usize,
    lanes: usize,
    /// Weights by tap row and column.
    w: [[V; 3]; 3],
    bias: V,
    lo: V,
    hi: V,
}

/// Weights of tap row `i`, for the vector at column `col`. (Not by `map`: a closure that the library
/// calls would be compiled without the features.)
///
/// # Safety
///
/// The CPU has the instruction set of `V`, and the packed weights of a tap have a vector at `col`.
#[inline(always)]
unsafe fn taps<V: Vector>(panel: &DepthwisePanel, i: usize, col: usize) -> [V; 3] {
    // SAFETY: column `col` is inside the packed weights of each tap.
    unsafe {
        let w = panel.w.add(3 * i * panel.pitch + col);
        [V::load_each(w), V::load_each(w.add(panel.pitch)), V::load_each(w.add(2 * panel.pitch))]
    }
}

/// The input rows of one output row, and the distance between neighbouring values in each: 0 for a
/// row outside the map, all of whose values are one vector of zeros.
struct Rows {
    at: [*const f32; 3],
    stride: [usize; 3],
    out: *mut f32,
}

impl<'a, V: Vector, const S: usize, const WHOLE: bool> Strip<'a, V, S, WHOLE> {
    /// # Safety
    ///
    /// As for [`run`](super::run), with the instruction set of `V`; the panel has the columns `col..col +
    /// lanes`, or `lanes` are those of several positions; and they are all of the vector's where it is
    /// `WHOLE`.
    #[inline(always)]
    unsafe fn new(panel: &'a DepthwisePanel, col: usize, lanes: usize) -> Self {
        // SAFETY: column `col` is inside the packed weights and bias.
        unsafe {
            let w = [taps(panel, 0, col), taps(panel, 1, col), taps(panel, 2, col)];
            let bias = V::load_each(panel.bias.add(col));
            let (lo, hi) = (V::splat(panel.bounds.0), V::splat(panel.bounds.1));
            Self { panel, col, lanes, w, bias, lo, hi }
        }
    }

    /// Outputs `x.0..x.1` of all rows.
    ///
    /// # Safety
    ///
    /// As for [`Strip::new`]; the panel has these outputs.
    #[inline(always)]
    unsafe fn rows<U: Needs>(&self, (first, end): (usize, usize)) {
        let panel = self.panel;
        let (sevens, fourteens) =
            ((end - first).is_multiple_of(7), (end - first).is_multiple_of(14));
        for y in panel.rows.0..panel.rows.1 {
            // SAFETY: `y` is a row of the panel, and a tile of T outputs is started where T are left.
            unsafe {
                let rows = self.inputs(y);
                let mut x = first;
                // Of what the network has no tiles of, single outputs take the place.
                macro_rules! has {
                    ($outputs:literal) => {
                        const {
                            let most = if WHOLE { V::OUTPUTS } else { 4 };
                            $outputs <= most
                                && needs::has_tile::<U>((3, S), $outputs, most, V::POSITIONS)
                        }
                    };
                }
                if has!(14) && fourteens {
                    while x < end {
                        self.tile::<14>(&rows, x);
                        x += 14;
                    }
                }
                if has!(7) && sevens {
                    while x < end {
                        self.tile::<7>(&rows, x);
                        x += 7;
                    }
                }
                while has!(8) && x + 8 <= end {
                    self.tile::<8>(&rows, x);
                    x += 8;
                }
                while has!(4) && x + 4 <= end {
                    self.tile::<4>(&rows, x);
                    x += 4;
                }
                while x < end {
                    self.tile::<1>(&rows, x);
                    x += 1;
                }
            }
        }
    }

    /// The rows that output row `y` reads.
    ///
    /// # Safety
    ///
    /// As for [`Strip::new`]; `y` is a row of the panel.
    #[inline(always)]
    unsafe fn inputs(&self, y: usize) -> Rows {
        let panel = self.panel;
        let (ring, height) = (panel.ring_rows, panel.in_size[0]);
        // Counted from one ring above the map, so that rows above it have a number.
        let first = y * S + ring - panel.padding[0];
        let mut r = (first as u32 % ring as u32) as usize;
        // SAFETY: rows inside the map are in the buffer; `y` is a row of the panel.
        unsafe {
            let mut rows =
                Rows { at: [ZEROS.as_ptr(); 3], stride: [0; 3], out: panel.out(y, self.col) };
            for i in 0..3 {
                if first + i >= ring && first + i < ring + height {
                    rows.at[i] = panel.channel(self.col).add(r * panel.row_stride);
                    rows.stride[i] = panel.pixel_stride;
                }
                r = if r + 1 == ring { 0 } else { r + 1 };
            }
            rows
        }
    }

    /// Outputs `x..x + T`.
    ///
    /// # Safety
    ///
    /// As for [`Strip::new`]; `rows` are those of a row of the panel, which has the outputs `x..x +
    /// T`.
    #[inline(always)]
    unsafe fn tile<const T: usize>(&self, rows: &Rows, x: usize) {
        let panel = self.panel;
        let mut acc = [self.bias; T];
        // SAFETY: `lanes` channels of output `x + t` exist.
        unsafe {
            self.taps(rows, 0, x, &mut acc);
            self.taps(rows, 1, x, &mut acc);
            self.taps(rows, 2, x, &mut acc);
            let step = V::POSITIONS * panel.out_pixel_stride;
            let mut offset = x * step;
            for acc in acc {
                let p = rows.out.add(offset);
                offset = V::distinct(offset + step);
                let value = acc.clamp(self.lo, self.hi);
                if WHOLE { value.store(p) } else { value.store_first(p, self.lanes) }
            }
        }
    }

    /// The `lanes` channels at `p`.
    ///
    /// # Safety
    ///
    /// As for [`Strip::new`]; `p` points to `lanes` values.
    #[inline(always)]
    unsafe fn load(&self, p: *const f32) -> V {
        // SAFETY: `lanes` readable values at `p` are the caller's contract.
        unsafe { if WHOLE { V::load(p) } else { V::load_first(p, self.lanes) } }
    }

    /// Adds the taps of row `i`.
    ///
    /// # Safety
    ///
    /// As for [`Strip::tile`].
    #[inline(always)]
    unsafe fn taps<const T: usize>(&self, rows: &Rows, i: usize, x: usize, acc: &mut [V; T]) {
        if const { V::POSITIONS == 2 } {
            // SAFETY: the contract is the caller's.
            return unsafe { self.taps_of_pairs(rows, i, x, acc) };
        }
        let panel = self.panel;
        let (stride, left) = (rows.stride[i], panel.padding[1]);
        let outside_left = left > x * S;
        let outside_right = (x + T - 1) * S + 2 - left >= panel.in_size[1];
        let columns = (T - 1) * S + 3;
        let row = rows.at[i].wrapping_add(x * S * stride).wrapping_sub(left * stride);
        // One offset is advanced from column to column: multiples of the stride would not fit the
        // registers.
        let mut offset = 0;
        const { assert!((T - 1) * S + 3 <= 29) };
        // Written out rather than looped: a loop over columns leaves the sums in memory.
        macro_rules! columns {
            ($($c:literal)*) => {$(
                if const { $c < (T - 1) * S + 3 } {
                    let outside =
                        $c == 0 && outside_left || $c == columns - 1 && outside_right;
                    let p = if outside { ZEROS.as_ptr() } else { row.wrapping_add(offset) };
                    offset = V::distinct(offset + stride);
                    // The columns are x·S - left .. + columns, of which only the first can be left
                    // of the map and only the last right of it, the padding being at most 1.
                    // SAFETY: `lanes` channels are read, of a column inside the map or of ZEROS.
                    unsafe { self.column::<T, $c, S>(i, self.load(p), acc) };
                }
            )*};
        }
        columns!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28);
        let _ = offset;
    }

    /// The same for pairs of positions. Two columns that begin with an even position are read
    /// together; those between are made of the ones beside them, which costs less than to read 64
    /// bytes across cache lines.
    ///
    /// # Safety
    ///
    /// As for [`Strip::tile`].
    #[inline(always)]
    unsafe fn taps_of_pairs<const T: usize>(
        &self,
        rows: &Rows,
        i: usize,
        x: usize,
        acc: &mut [V; T],
    ) {
        let stride = 2 * rows.stride[i];
        // SAFETY: there is a pair before that of output x if that is not the first, pairs of the same
        // positions as each output's, and after the last a column if that is inside the map.
        unsafe {
            let mut p = rows.at[i].wrapping_add(x * stride);
            let before = if x == 0 { ZEROS.as_ptr() } else { p.wrapping_sub(stride) };
            let mut pair = self.load(before);
            let rest = self.panel.in_size[1] - 2 * (x + T);
            macro_rules! columns {
                ($($even:literal $odd:literal,)*) => {$(
                    if const { $even < 2 * T + 1 } {
                        let next = if const { $even < 2 * T } {
                            self.load(p)
                        } else {
                            V::load_first(p, V::LANES / 2 * rest.min(1))
                        };
                        p = p.wrapping_add(V::distinct(stride));
                        self.column::<T, $even, 2>(i, pair.one_later(next), acc);
                        pair = next;
                        self.column::<T, $odd, 2>(i, pair, acc);
                    }
                )*};
            }
            columns!(
                0 1, 2 3, 4 5, 6 7, 8 9, 10 11, 12 13, 14 15, 16 17, 18 19, 20 21, 22 23, 24 25,
                26 27, 28 29,
            );
            let _ = p;
        }
    }

    /// Adds the products of column `C` of a tile with tap row `i`, where the windows of neighbouring
    /// outputs are `STEP` columns apart.
    ///
    /// # Safety
    ///
    /// The CPU has the instruction set of `V`.
    #[inline(always)]
    unsafe fn column<const T: usize, const C: usize, const STEP: usize>(
        &self,
        i: usize,
        value: V,
        acc: &mut [V; T],
    ) {
        // Conditions are constants, so that what is not of this tile is not compiled.
        macro_rules! taps {
            ($($j:literal)*) => {$(
                if const { output(C, $j, STEP) < T } {
                    let o = const { output(C, $j, STEP) };
                    // SAFETY: the instruction set is the caller's contract.
                    acc[o] = unsafe { self.w[i][$j].mul_add(value, acc[o]) };
                }
            )*};
        }
        taps!(0 1 2);
    }
}
