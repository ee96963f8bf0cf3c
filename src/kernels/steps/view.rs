//! Rows of a map in memory.

use super::super::ops::MOST_LANES;

/// A buffer that holds some rows of a map in channel panels.
///
/// Row `r` lies at row `(r - first) % rows` of each panel.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// First element. Never dereferenced outside the extent that the step states.
    pub base: *mut f32,
    /// Channels.
    pub c: usize,
    /// Columns.
    pub w: usize,
    /// Channels of a panel.
    pub panel: usize,
    /// Distance between two panels, over the panel's channels; 0 where all share their rows.
    pub panel_rows: usize,
    /// Rows that the buffer holds.
    pub rows: usize,
    /// The map's row that the buffer starts with.
    pub first: usize,
}

impl View {
    /// Distance between neighbouring values of channel `c`: the channels of its panel.
    #[inline(always)]
    pub fn pitch(&self, c: usize) -> usize {
        self.panel.min(self.c - c / self.panel * self.panel)
    }

    /// Address of channel `c` in column 0 of row `r`.
    #[inline(always)]
    pub fn at(&self, c: usize, r: usize) -> *mut f32 {
        let first = c / self.panel * self.panel;
        let row = (r - self.first) % self.rows;
        let start = first * self.panel_rows * self.w;
        self.base.wrapping_add(start + row * self.w * self.pitch(c) + (c - first))
    }

    /// Distance between [`MOST_LANES`] channels and the next, for a convolution whose panels are this view's
    /// or, where those are of so many channels, a multiple of them.
    #[inline(always)]
    pub fn vector_stride(&self) -> usize {
        if self.panel == MOST_LANES { MOST_LANES * self.panel_rows * self.w } else { MOST_LANES }
    }

    /// Number of rows from `r` on that lie together.
    #[inline(always)]
    pub fn together(&self, r: usize) -> usize {
        self.rows - (r - self.first) % self.rows
    }
}

// SAFETY: a view is an address and sizes; threads write disjoint rows or panels through it.
unsafe impl Send for View {}
// SAFETY: as above.
unsafe impl Sync for View {}
