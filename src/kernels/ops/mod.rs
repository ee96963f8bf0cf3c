//! The operators: each works on one panel of channels and is written once over the vector trait.

pub mod dense;
pub mod depthwise;
pub mod linear;
pub mod peak;
pub mod pool;

use super::isa::{Tiles, Vector};

/// The unit in which layouts may part the channels of a panel: the lanes of the widest vector.
pub const GROUP: usize = 16;

/// Columns of a packed panel that holds `cols` of them: a multiple of the narrowest tail vector, so
/// that weights are loaded whole. Activations have no such padding.
pub const fn packed(cols: usize) -> usize {
    // Of the last few numbers too large for any memory, still such a number.
    cols.saturating_add(7) / 8 * 8
}

/// Work on a group of neighbouring columns: whole vectors, or the first lanes of one.
trait Columns {
    /// Handles `VECTORS` whole vectors from column `col` on, or, with `lanes` below
    /// `V::LANES`, the first `lanes` lanes of one.
    unsafe fn run<V: Vector, const VECTORS: usize>(&mut self, col: usize, lanes: usize);
}

/// Covers `cols` columns by pairs of wide vectors (where `VECTORS` is 2), single wide vectors, narrow
/// vectors, and a part of a narrow vector.
#[inline(always)]
unsafe fn for_columns<T: Tiles, const VECTORS: usize>(cols: usize, work: &mut impl Columns) {
    let wide = T::Wide::LANES;
    let narrow = T::Narrow::LANES;
    let mut col = 0;
    while VECTORS == 2 && cols - col >= 2 * wide {
        // SAFETY: two wide vectors fit into the columns left.
        unsafe { work.run::<T::Wide, 2>(col, wide) };
        col += 2 * wide;
    }
    while cols - col >= wide {
        // SAFETY: one wide vector fits into the columns left.
        unsafe { work.run::<T::Wide, 1>(col, wide) };
        col += wide;
    }
    while wide > narrow && cols - col >= narrow {
        // SAFETY: a narrow vector fits into the columns left.
        unsafe { work.run::<T::Narrow, 1>(col, narrow) };
        col += narrow;
    }
    if cols > col {
        // SAFETY: fewer columns are left than a narrow vector has lanes.
        unsafe { work.run::<T::Narrow, 1>(col, cols - col) };
    }
}
