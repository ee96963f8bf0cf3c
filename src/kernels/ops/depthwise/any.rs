//! A window of any size: tap rows in runs of five, two or one columns, whose weights are in registers
//! together. Columns outside the map are read from a vector of zeros, rows outside are left out.

use core::marker::PhantomData;

use super::super::super::isa::Vector;
use super::super::Columns;
use super::super::needs::{self, Needs};
use super::{DepthwisePanel, ZEROS, output};

/// A window with stride `S` and side `K`, or with any where that is 0.
pub(super) struct Any<'a, const S: usize, const K: usize, U> {
    panel: &'a DepthwisePanel,
    needs: PhantomData<U>,
}

impl<'a, const S: usize, const K: usize, U> Any<'a, S, K, U> {
    pub fn new(panel: &'a DepthwisePanel) -> Self {
        Self { panel, needs: PhantomData }
    }
}

impl<const S: usize, const K: usize, U: Needs> Columns for Any<'_, S, K, U> {
    #[inline(always)]
    unsafe fn run<V: Vector, const N: usize>(&mut self, col: usize, lanes: usize) {
        // SAFETY: `lanes` lanes from column `col` are inside the panel.
        unsafe {
            if lanes == V::LANES {
                Strip::<S, K, true> { panel: self.panel, col, lanes }.rows::<V, U>();
            } else {
                Strip::<S, K, false> { panel: self.panel, col, lanes }.rows::<V, U>();
            }
        }
    }
}

/// One vector of channels, of which `WHOLE` uses all lanes.
struct Strip<'a, const S: usize, const K: usize, const WHOLE: bool> {
    panel: &'a DepthwisePanel,
    col: usize,
    lanes: usize,
}

/// The taps of one row of a window.
#[derive(Clone, Copy)]
struct Taps {
    /// Input of the first, which may lie outside the map.
    input: *const f32,
    w: *const f32,
    /// Bit `c` says whether column `c` from the first input's on lies inside the map.
    inside: u32,
}

impl<const S: usize, const K: usize, const WHOLE: bool> Strip<'_, S, K, WHOLE> {
    /// All output rows.
    ///
    /// # Safety
    ///
    /// As for [`run`](super::run), with the instruction set of `V`; the panel has the columns
    /// `col..col + lanes`, and `lanes` are all of the vector's where it is `WHOLE`.
    #[inline(always)]
    unsafe fn rows<V: Vector, U: Needs>(&self) {
        let width = self.panel.out_width;
        for y in self.panel.rows.0..self.panel.rows.1 {
            let mut x = 0;
            // SAFETY: `y` is a row of the panel, and a tile of T outputs is started where T are left.
            unsafe {
                // Of what the network has no tiles of, single outputs take the place.
                macro_rules! has {
                    ($outputs:literal) => {
                        const {
                            // Larger tiles of every size would be most of a program's kernels.
                            let most = if WHOLE && K > 0 && V::OUTPUTS > 4 { 8 } else { 4 };
                            $outputs <= most && needs::has_tile::<U>((K, S), $outputs, most, 1)
                        }
                    };
                }
                if has!(7) && width.is_multiple_of(7) {
                    while x < width {
                        self.tile::<V, 7>(y, x);
                        x += 7;
                    }
                }
                while has!(8) && x + 8 <= width {
                    self.tile::<V, 8>(y, x);
                    x += 8;
                }
                while has!(4) && x + 4 <= width {
                    self.tile::<V, 4>(y, x);
                    x += 4;
                }
                while x < width {
                    self.tile::<V, 1>(y, x);
                    x += 1;
                }
            }
        }
    }

    /// Outputs `x..x + T` of row `y`.
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`]; the panel has these outputs.
    #[inline(always)]
    unsafe fn tile<V: Vector, const T: usize>(&self, y: usize, x: usize) {
        let panel = self.panel;
        let (left, pitch) = (panel.padding[1], panel.pitch);
        let kernel = if K > 0 { K } else { panel.kernel };
        let (first, last) = panel.taps(y, panel.in_size[0], panel.padding[0]);
        // Columns are counted from the first of the border's.
        let start = x * panel.stride;
        let map = (left, left + panel.in_size[1]);
        // SAFETY: the rows `first..last` of taps lie inside the map, `taps` reads no column outside,
        // `w` has a vector for each tap from column `col` on, and `lanes` channels of the outputs exist.
        unsafe {
            let mut acc = [V::load(panel.bias.add(self.col)); T];
            for i in first..last {
                let row = panel.row(y, i, self.col).wrapping_sub(left * panel.pixel_stride);
                let w = panel.w.add(i * kernel * pitch + self.col);
                let mut j = 0;
                while j < kernel {
                    let at = start + j;
                    let taps = Taps {
                        input: row.wrapping_add(at * panel.pixel_stride),
                        w: w.add(j * pitch),
                        inside: bits(at, map),
                    };
                    j += if const { S == 0 } {
                        self.tap(taps, at, map, &mut acc)
                    } else if const { K > 0 } {
                        self.taps::<V, T, K>(taps, &mut acc)
                    } else if kernel - j >= 5 {
                        self.taps::<V, T, 5>(taps, &mut acc)
                    } else if kernel - j >= 2 {
                        self.taps::<V, T, 2>(taps, &mut acc)
                    } else {
                        self.taps::<V, T, 1>(taps, &mut acc)
                    };
                }
            }
            let (lo, hi) = (V::splat(panel.bounds.0), V::splat(panel.bounds.1));
            let mut p = panel.out(y, self.col).add(x * panel.out_pixel_stride);
            for acc in acc {
                let value = acc.clamp(lo, hi);
                if WHOLE {
                    value.store(p)
                } else {
                    value.store_first(p, self.lanes)
                }
                p = p.wrapping_add(panel.out_pixel_stride);
            }
        }
    }

    /// The `lanes` channels at `p`.
    ///
    /// # Safety
    ///
    /// As for [`Strip::rows`]; `p` points to `lanes` values.
    #[inline(always)]
    unsafe fn load<V: Vector>(&self, p: *const f32) -> V {
        // SAFETY: `lanes` readable values at `p` are the caller's contract.
        unsafe { if WHOLE { V::load(p) } else { V::load_first(p, self.lanes) } }
    }

    /// Adds `C` taps to each output, and returns `C`.
    ///
    /// # Safety
    ///
    /// As for [`Strip::tile`]; the columns that are inside are in the buffer, and there are weights for
    /// `C` taps.
    #[inline(always)]
    unsafe fn taps<V: Vector, const T: usize, const C: usize>(
        &self,
        taps: Taps,
        acc: &mut [V; T],
    ) -> usize {
        let panel = self.panel;
        let columns = (T - 1) * S + C;
        // A window reaches over the map's borders by less than half of itself.
        let edge = if K == C { C / 2 } else { columns };
        // SAFETY: there are weights for `C` taps.
        let mut w = unsafe { [V::load(taps.w); C] };
        for (j, w) in w.iter_mut().enumerate() {
            // SAFETY: as above.
            *w = unsafe { V::load(taps.w.add(j * panel.pitch)) };
        }
        // One offset is advanced from column to column: multiples of the stride would not fit the
        // registers.
        let mut offset = 0;
        // Written out rather than looped: a loop over columns leaves the sums in memory. Conditions are
        // constants, so that what is not of this tile is not compiled.
        macro_rules! columns {
            ($($c:literal)*) => {$(
                if const { $c < (T - 1) * S + C } {
                    let outside =
                        ($c < edge || $c + edge >= columns) && taps.inside >> $c & 1 == 0;
                    let p =
                        if outside { ZEROS.as_ptr() } else { taps.input.wrapping_add(offset) };
                    offset = V::distinct(offset + panel.pixel_stride);
                    // SAFETY: `lanes` channels are read, of a column inside the map or of ZEROS.
                    let value: V = unsafe { self.load(p) };
                    taps!($c, value, 0 1 2 3 4);
                }
            )*};
        }
        macro_rules! taps {
            ($c:literal, $value:ident, $($j:literal)*) => {$(
                if const { $j < C && output($c, $j, S) < T } {
                    let o = usize::wrapping_sub($c, $j) / S;
                    // SAFETY: the instruction set is the caller's contract.
                    acc[o] = unsafe { w[$j].mul_add($value, acc[o]) };
                }
            )*};
        }
        columns!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18);
        let _ = offset;
        C
    }

    /// Adds the tap in column `at` of the first output's window to each output, and returns 1.
    ///
    /// # Safety
    ///
    /// As for [`Strip::taps`].
    #[inline(always)]
    unsafe fn tap<V: Vector, const T: usize>(
        &self,
        taps: Taps,
        at: usize,
        map: (usize, usize),
        acc: &mut [V; T],
    ) -> usize {
        let stride = self.panel.stride;
        // SAFETY: there are weights for the tap; columns inside the map are in the buffer.
        unsafe {
            let w = V::load(taps.w);
            for (o, acc) in acc.iter_mut().enumerate() {
                if (map.0..map.1).contains(&(at + o * stride)) {
                    let p = taps.input.wrapping_add(o * stride * self.panel.pixel_stride);
                    *acc = w.mul_add(self.load(p), *acc);
                }
            }
        }
        1
    }
}

/// Bit `c` says whether column `at + c` is one of `map`.
#[inline(always)]
fn bits(at: usize, map: (usize, usize)) -> u32 {
    let below = |column: usize| (1 << column.saturating_sub(at).min(31)) - 1;
    below(map.1) & !below(map.0)
}
