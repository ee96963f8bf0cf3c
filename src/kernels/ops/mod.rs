//! The operators: each works on one panel of channels and is written once over the vector trait.

pub mod dense;
pub mod depthwise;
pub mod linear;
pub mod needs;
pub mod peak;
pub mod pool;

use super::isa::{Tiles, Vector};
use dense::{Ahead, DensePanel};
use depthwise::DepthwisePanel;

/// Lanes of the widest vector. Layouts may keep the channels of a panel apart by so many.
pub const MOST_LANES: usize = 16;

/// Columns of a packed panel that holds `cols` of them: a multiple of the narrowest tail vector, so
/// that weights are loaded whole. Activations have no such padding.
pub const fn packed(cols: usize) -> usize {
    // Of the last few numbers too large for any memory, still such a number.
    cols.saturating_add(7) / 8 * 8
}

/// Parts of operators as functions of their own: all in one function would be more than an optimiser is
/// quick with, and in an unoptimised build, which keeps what is inlined in a function's frame, more than a
/// thread's stack.
pub trait Parts {
    /// Calls [`dense::strip`] where the instruction set is enabled.
    ///
    /// # Safety
    ///
    /// As for [`dense::strip`].
    unsafe fn strip<const N: usize, const M: usize>(
        panel: &DensePanel,
        col: usize,
        ahead: &mut Ahead,
    ) -> usize;

    /// Calls [`depthwise::windows`] where the instruction set is enabled.
    ///
    /// # Safety
    ///
    /// As for [`depthwise::windows`].
    unsafe fn windows<const K: usize, const S: usize>(panel: &DepthwisePanel) -> usize;

    /// Calls [`depthwise::twice`] where the instruction set is enabled.
    ///
    /// # Safety
    ///
    /// As for [`depthwise::twice`].
    unsafe fn twice(panel: &DepthwisePanel);
}

/// Work on neighbouring columns: whole vectors, or the first lanes of one.
trait Columns {
    /// Handles `VECTORS` whole vectors from column `col` on, or, with `lanes` below
    /// `V::LANES`, the first `lanes` lanes of one.
    ///
    /// # Safety
    ///
    /// The CPU has the instruction set of `V`, and the work has these columns.
    unsafe fn run<V: Vector, const VECTORS: usize>(&mut self, col: usize, lanes: usize);
}

/// Covers `cols` columns by pairs of wide vectors (where `VECTORS` is 2), single wide vectors, narrow
/// vectors, and a part of a narrow vector.
///
/// # Safety
///
/// The CPU has the instruction set of `T`, and `work` has `cols` columns.
#[inline(always)]
unsafe fn for_columns<T: Tiles, const VECTORS: usize>(cols: usize, work: &mut impl Columns) {
    // SAFETY: the caller's contract.
    unsafe { for_some_columns::<T, VECTORS>((0, cols), [true; 3], work) };
}

/// The same for the columns from `cols.0` on, by those of wide vectors, whole narrow ones and a part of
/// one that are `allowed`. Returns the first column that is left.
///
/// # Safety
///
/// As for [`for_columns`], for `cols.1` columns.
#[inline(always)]
unsafe fn for_some_columns<T: Tiles, const VECTORS: usize>(
    (mut col, cols): (usize, usize),
    allowed: [bool; 3],
    work: &mut impl Columns,
) -> usize {
    let wide = T::Wide::LANES;
    let narrow = T::Narrow::LANES;
    while VECTORS == 2 && allowed[0] && cols - col >= 2 * wide {
        // SAFETY: two wide vectors fit into the columns left.
        unsafe { work.run::<T::Wide, 2>(col, wide) };
        col += 2 * wide;
    }
    while allowed[0] && cols - col >= wide {
        // SAFETY: one wide vector fits into the columns left.
        unsafe { work.run::<T::Wide, 1>(col, wide) };
        col += wide;
    }
    while wide > narrow && allowed[1] && cols - col >= narrow {
        // SAFETY: a narrow vector fits into the columns left.
        unsafe { work.run::<T::Narrow, 1>(col, narrow) };
        col += narrow;
    }
    if allowed[2] && cols > col && cols - col <= narrow {
        // SAFETY: no more columns are left than a narrow vector has lanes.
        unsafe { work.run::<T::Narrow, 1>(col, cols - col) };
        col = cols;
    }
    col
}
