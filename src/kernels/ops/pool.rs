//! Sum over all positions of a map, for a panel of channels.

use super::super::isa::{Tiles, Vector};

use super::{Columns, for_columns};

/// `out[c] = Σ_i in[i][c]` over `rows` positions and `cols` channels.
#[derive(Clone, Copy, Debug)]
pub struct PoolPanel {
    /// First value of the map.
    pub input: *const f32,
    /// Distance between positions.
    pub stride: usize,
    /// Number of positions.
    pub rows: usize,
    /// Number of channels.
    pub cols: usize,
    /// `cols` sums.
    pub output: *mut f32,
}

/// Computes the sums.
///
/// # Safety
///
/// The CPU has the instruction set of `T`, and the pointers are valid for the extents above.
#[inline(always)]
pub unsafe fn run<T: Tiles>(panel: &PoolPanel) {
    // SAFETY: all columns are inside the panel.
    unsafe { for_columns::<T, 2>(panel.cols, &mut Sums { panel }) }
}

struct Sums<'a> {
    panel: &'a PoolPanel,
}

impl Columns for Sums<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector, const N: usize>(&mut self, col: usize, lanes: usize) {
        // SAFETY: `lanes` lanes of each of the `N` vectors are inside the columns of the panel.
        unsafe {
            let mut sums = [V::splat(0.0); N];
            for i in 0..self.panel.rows {
                let row = self.panel.input.add(i * self.panel.stride + col);
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum = sum.add(V::load_first(row.add(j * V::LANES), lanes));
                }
            }
            for (j, sum) in sums.into_iter().enumerate() {
                sum.store_first(self.panel.output.add(col + j * V::LANES), lanes);
            }
        }
    }
}
