//! Vector-matrix product, a few rows of the matrix at a time: the classifier.
//!
//! The matrix is far larger than the arithmetic is long, so all that counts is to stream it once. It
//! is packed in blocks of [`BLOCK`] columns, so that a block's sums stay in registers.

use super::super::isa::{Tiles, Vector};

use super::packed;

/// Columns of a block of the packed matrix; the last block has `packed` of the rest.
pub const BLOCK: usize = 192;

/// `y[j] += Σ_k x[k]·w[k][j]` for `rows` values of k and `cols` columns.
#[derive(Clone, Copy, Debug)]
pub struct LinearPanel {
    /// `rows` values.
    pub x: *const f32,
    /// Blocks in order; a block has `rows` rows.
    pub w: *const f32,
    /// `packed(cols)` values.
    pub y: *mut f32,
    /// Number of rows of the matrix.
    pub rows: usize,
    /// Number of columns of the matrix.
    pub cols: usize,
}

/// Computes the product.
///
/// # Safety
///
/// The CPU has the instruction set of `T`, and the pointers are valid for the extents above.
#[inline(always)]
pub unsafe fn run<T: Tiles>(panel: &LinearPanel) {
    let cols = packed(panel.cols);
    let (wide, narrow) = (T::Wide::LANES, T::Narrow::LANES);
    let mut block = 0;
    while block < cols {
        let pitch = BLOCK.min(cols - block);
        let mut col = 0;
        while col < pitch {
            // SAFETY: the block starts at column `block` of `rows` rows, and each call covers
            // columns that are left in it; `pitch` is a multiple of 8 and so of `narrow`.
            unsafe {
                let w = panel.w.add(block * panel.rows + col);
                let y = panel.y.add(block + col);
                if !T::COMPACT && pitch - col >= 12 * wide {
                    columns::<T::Wide, 12>(panel, w, pitch, y);
                    col += 12 * wide;
                } else if pitch - col >= 4 * wide {
                    columns::<T::Wide, 4>(panel, w, pitch, y);
                    col += 4 * wide;
                } else if pitch - col >= wide {
                    columns::<T::Wide, 1>(panel, w, pitch, y);
                    col += wide;
                } else {
                    columns::<T::Narrow, 1>(panel, w, pitch, y);
                    col += narrow;
                }
            }
        }
        block += pitch;
    }
}

/// `N` vectors of columns over all rows.
///
/// # Safety
///
/// The CPU has the instruction set of `V`; `y`, and each of the panel's rows of `pitch` values from
/// `w` on, have `N` vectors.
#[inline(always)]
unsafe fn columns<V: Vector, const N: usize>(
    panel: &LinearPanel,
    mut w: *const f32,
    pitch: usize,
    y: *mut f32,
) {
    // SAFETY: `N` vectors at `y` and in each of the `rows` rows of the block are the caller's
    // contract.
    unsafe {
        let mut acc = [V::splat(0.0); N];
        for (j, acc) in acc.iter_mut().enumerate() {
            *acc = V::load(y.add(j * V::LANES));
        }
        for k in 0..panel.rows {
            let x = V::splat(*panel.x.add(k));
            for (j, acc) in acc.iter_mut().enumerate() {
                *acc = x.mul_add(V::load(w.add(j * V::LANES)), *acc);
            }
            w = w.wrapping_add(pitch);
        }
        for (j, acc) in acc.into_iter().enumerate() {
            acc.store(y.add(j * V::LANES));
        }
    }
}
