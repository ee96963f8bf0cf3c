//! Matrix product over one panel of output channels: pointwise convolution, and any dense
//! convolution whose window is described as runs of the input.
//!
//! A tile of R rows (positions) by V vectors (channels) stays in registers over all of K. Small
//! tiles are best: the CPU overlaps the stores of one with the multiplies of the next, and where it
//! does not, `overlap.rs` does. How its products are summed is an [`Inner`] loop, a file each:
//! instruction sets differ in where a value may come from that multiplies a vector.

mod broadcast;
mod lanes;
mod overlap;
mod pairs;
mod strip;

pub use broadcast::{EmbeddedBroadcast, RegisterBroadcast};
pub use lanes::{ByLane, Lanes};
pub use pairs::{PairLanes, Pairs};
pub use strip::{Ahead, Strip};
use strip::{Row, Run, Tile};

use super::super::isa::{Tiles, Vector};
use super::Parts;
use super::needs::{self, Needs};

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
    /// Distance between [`MOST_LANES`](super::MOST_LANES) columns of C, counted from the panel's
    /// first, and the next: `MOST_LANES` where the columns of a row lie together, as those of a pooled
    /// panel do.
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
    /// Cache lines to prefetch first: where they begin, and how many.
    pub prefetch_first: (*const f32, usize),
    /// Cache lines to prefetch then, from the end of this panel's weights on.
    pub prefetch: usize,
}

/// The tiles of an instruction set: how the products of each are summed.
pub trait Inner<T: Tiles> {
    /// Computes and finishes `n` tiles of `R` rows, one below the other from `row` on.
    ///
    /// # Safety
    ///
    /// The CPU has the instruction set of `T`; the panel of the strip has these rows and the strip's
    /// columns.
    unsafe fn tiles<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
        n: usize,
    );
}

/// How the products of a row are summed.
///
/// Sums of an element may differ with the vectors across, but not with the rows of a tile: threads
/// share rows as they like.
///
/// # Safety
///
/// The methods have the contract of [`Vector`]'s.
#[allow(clippy::missing_safety_doc)]
trait Products<T: Tiles, const N: usize, const M: usize> {
    /// The sums of a row while products are added to them.
    type Sums: Copy;

    /// Sums of no products yet.
    unsafe fn start(bias: Row<T, N, M>) -> Self::Sums;

    /// Adds the products of a run from its value `from` on, to the sums of each of its rows.
    ///
    /// `run` is one of the strip's.
    unsafe fn add<const R: usize>(
        strip: &mut Strip<T, N, M>,
        run: &Run<R>,
        from: usize,
        sums: &mut [Self::Sums; R],
    );

    /// What the sums of two rows came to.
    unsafe fn end(sums: [Self::Sums; 2]) -> [Row<T, N, M>; 2];
}

/// [`Inner::tiles`], each tile after the one before.
///
/// # Safety
///
/// As for [`Inner::tiles`].
#[inline(always)]
unsafe fn one_by_one<
    P: Products<T, N, M>,
    T: Tiles,
    const R: usize,
    const N: usize,
    const M: usize,
>(
    strip: &mut Strip<T, N, M>,
    row: usize,
    n: usize,
) {
    for t in 0..n {
        // SAFETY: the contract is the caller's.
        unsafe {
            let row = row + t * R;
            let sums = whole_sums::<P, T, R, N, M>(strip, row);
            strip.finish(row, ends::<P, T, R, N, M>(sums));
        }
    }
}

/// The sums of all products of `R` rows from `row` on.
///
/// # Safety
///
/// As for [`Inner::tiles`].
#[inline(always)]
unsafe fn whole_sums<
    P: Products<T, N, M>,
    T: Tiles,
    const R: usize,
    const N: usize,
    const M: usize,
>(
    strip: &mut Strip<T, N, M>,
    row: usize,
) -> [P::Sums; R] {
    // SAFETY: the contract is the caller's; each run is one of the strip's.
    unsafe {
        let mut sums = [P::start(strip.bias()); R];
        for r in 0..strip.runs() {
            P::add(strip, &strip.run(row, r), 0, &mut sums);
        }
        strip.prefetched();
        sums
    }
}

/// What the sums of a tile came to.
///
/// # Safety
///
/// The CPU has the instruction set of `T`.
#[inline(always)]
unsafe fn ends<P: Products<T, N, M>, T: Tiles, const R: usize, const N: usize, const M: usize>(
    sums: [P::Sums; R],
) -> Tile<T, R, N, M> {
    // SAFETY: the instruction set is the caller's contract.
    unsafe {
        let mut tile = [P::end([sums[0]; 2])[0]; R];
        for i in (0..R).step_by(2) {
            let next = if i + 1 < R { i + 1 } else { i };
            [tile[i], tile[next]] = P::end([sums[i], sums[next]]);
        }
        tile
    }
}

/// Computes all rows of `N` wide and `M` narrow vectors of columns from `col` on. Returns how many columns
/// these are.
///
/// # Safety
///
/// As for [`run`]; the columns are inside the panel, the last narrow vector perhaps in part.
#[inline(always)]
pub unsafe fn strip<T: Tiles, U: Needs, const N: usize, const M: usize>(
    panel: &DensePanel,
    col: usize,
    ahead: &mut Ahead,
) -> usize {
    // SAFETY: the contract is the caller's.
    unsafe { Strip::<T, N, M>::new(panel, col, ahead).rows::<U>() }
}

/// Computes the panel.
///
/// # Safety
///
/// The CPU has the instruction set of `T`, and the pointers are valid for the extents above.
#[inline(always)]
pub unsafe fn run<T: Tiles, U: Needs, P: Parts>(panel: &DensePanel) {
    let mut ahead = Ahead::new(panel);
    let mut col = 0;
    while col < panel.cols {
        // Where the network has no such strips there is no code for them, and narrow ones do. After these
        // a wide vector may start where its columns lie apart in Y.
        let aligned = col % T::Wide::LANES == 0;
        macro_rules! strips {
            ($(($n:literal, $m:literal))*) => {
                match needs::strip::<T>(panel.cols - col) {
                    $(($n, $m) if aligned => const {
                        let has = needs::has_strip::<T, U>($n, $m);
                        if has { P::strip::<$n, $m> as StripOf } else { P::strip::<0, 1> }
                    })*
                    _ => P::strip::<0, 1>,
                }
            };
        }
        let strip: StripOf = strips!((4, 0)(3, 1)(2, 1)(2, 0)(1, 1)(1, 0));
        // SAFETY: the strip's columns are among those left, the last of them in a narrow vector.
        col += unsafe { strip(panel, col, &mut ahead) };
    }
}

/// A [`strip`] of some width.
type StripOf = unsafe fn(&DensePanel, usize, &mut Ahead) -> usize;

impl DensePanel {
    /// Number of packed weights from `w` on.
    fn weights(&self) -> usize {
        self.runs * self.w_stride + self.last * self.pitch
    }
}
