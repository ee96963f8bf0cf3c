//! Rows of one panel of a dense or depthwise convolution, from view to view.

use super::super::isa::Ops;
use super::super::ops::dense::DensePanel;
use super::super::ops::depthwise::DepthwisePanel;
use super::super::ops::{MOST_LANES, packed};
use super::view::View;
use super::{Dense, Depthwise, bias_len};

/// The operands of a dense convolution.
#[derive(Clone, Copy)]
pub(super) struct Operands {
    /// Input; one panel of all channels unless the window is 1×1 with stride 1.
    pub source: View,
    /// Rows of the input map.
    pub height: usize,
    /// Added before the clamp; laid out as `out`.
    pub residual: Option<View>,
    /// Output.
    pub out: View,
}

/// Rows `y.0..y.1` of the channels of panel `p`.
///
/// # Safety
///
/// The weights are valid for the packed length of `dense`, the views for the rows that `y` reads and
/// writes, and the output overlaps neither input nor residual.
pub(super) unsafe fn dense_rows(
    ops: Ops,
    dense: &Dense,
    weights: *const f32,
    operands: &Operands,
    p: usize,
    y: (usize, usize),
) {
    let panel = template(dense, weights, p);
    let channel = p * dense.panel;
    if dense.window.kernel > 1 || dense.window.stride > 1 {
        // SAFETY: the caller's contract.
        unsafe { windows(ops, dense, &panel, operands, channel, y) };
        return;
    }
    let Operands { source, residual, out, .. } = operands;
    let whole = source.c / source.panel * source.panel;
    let mut row = y.0;
    while row < y.1 {
        let mut rows = (y.1 - row).min(source.together(row)).min(out.together(row));
        if let Some(residual) = residual {
            rows = rows.min(residual.together(row));
        }
        let panel = DensePanel {
            a: source.at(0, row),
            lda: source.panel,
            run: source.panel,
            runs: source.c / source.panel,
            run_stride: source.panel_rows * source.w * source.panel,
            a_last: if whole < source.c { source.at(whole, row) } else { core::ptr::null() },
            last: source.c - whole,
            w_stride: source.panel * panel.pitch,
            c: out.at(channel, row),
            ldc: out.pitch(channel),
            c_vector_stride: out.vector_stride(),
            residual: residual.map_or(core::ptr::null(), |view| view.at(channel, row).cast_const()),
            rows: rows * out.w,
            ..panel
        };
        // SAFETY: `rows` rows lie together in every view.
        unsafe { ops.dense(&panel) };
        row += rows;
    }
}

/// The pooled output of panel `p` of a pointwise convolution over the whole of `source`: the sums
/// over all positions are added to `sums`.
///
/// # Safety
///
/// As for [`dense_rows`]; `sums` is valid for the channels of the panel.
pub(super) unsafe fn dense_pool(
    ops: Ops,
    dense: &Dense,
    (weights, bias): (*const f32, *const f32),
    source: &View,
    p: usize,
    (sums, first, then): (*mut f32, (*const f32, usize), usize),
) {
    let whole = source.c / source.panel * source.panel;
    let panel = template(dense, weights, p);
    let panel = DensePanel {
        a: source.at(0, 0),
        lda: source.panel,
        run: source.panel,
        runs: source.c / source.panel,
        run_stride: source.panel_rows * source.w * source.panel,
        a_last: if whole < source.c { source.at(whole, 0) } else { core::ptr::null() },
        last: source.c - whole,
        w: weights,
        w_stride: source.panel * panel.pitch,
        bias,
        c: sums,
        rows: source.rows * source.w,
        pool: true,
        prefetch_first: first,
        prefetch: then,
        ..panel
    };
    // SAFETY: the caller's contract.
    unsafe { ops.dense(&panel) };
}

/// Weights, bounds and columns of panel `p`; no operands yet.
fn template(dense: &Dense, weights: *const f32, p: usize) -> DensePanel {
    let channel = p * dense.panel;
    let cols = dense.panel.min(dense.c_out - channel);
    let pitch = packed(cols);
    let next = dense.c_out - channel - cols;
    let first = weights.wrapping_add(dense.weights_at);
    DensePanel {
        a: core::ptr::null(),
        lda: 0,
        run: 0,
        runs: 0,
        run_stride: 0,
        a_last: core::ptr::null(),
        last: 0,
        w: first.wrapping_add(bias_len(dense.c_out) + channel * dense.k()),
        pitch,
        w_stride: 0,
        bias: first.wrapping_add(channel),
        c: core::ptr::null_mut(),
        ldc: 0,
        c_vector_stride: MOST_LANES,
        residual: core::ptr::null(),
        rows: 0,
        cols,
        bounds: dense.clamp,
        pool: false,
        prefetch_first: (core::ptr::null(), 0),
        prefetch: if dense.prefetch { dense.k() * next.min(dense.panel) / 16 } else { 0 },
    }
}

/// Rows `y.0..y.1` of a window: matrix products with a run for each row of its taps. Their rows are
/// outputs that have the same taps: those of a row whose windows lie inside the map's columns; of the
/// other columns, those one below the other.
///
/// # Safety
///
/// As for [`dense_rows`]; `template` is that of the panel from `channel` on.
unsafe fn windows(
    ops: Ops,
    dense: &Dense,
    template: &DensePanel,
    operands: &Operands,
    channel: usize,
    y: (usize, usize),
) {
    let Operands { source, height, residual, out } = operands;
    let (window, c_in) = (dense.window, dense.c_in);
    let tap_row = window.kernel * c_in * template.pitch;
    let row_len = source.w * c_in;
    let taps = |o: usize, n: usize, zeros: usize| {
        let start = o * window.stride;
        (zeros.saturating_sub(start), window.kernel.min((n + zeros).saturating_sub(start)))
    };
    // The first output whose window starts inside a side, and the end of those that end inside.
    let inside = |n: usize, zeros: usize, outputs: usize| {
        let first = zeros.div_ceil(window.stride).min(outputs);
        let fit = (n + zeros).saturating_sub(window.kernel) / window.stride + 1;
        let end = if n + zeros >= window.kernel { fit.min(outputs) } else { 0 };
        (first, end.max(first))
    };
    // `n` outputs from column `x` of row `y` on, one below the other if they go `down`.
    let outputs = |(y, x): (usize, usize), n: usize, down: bool| {
        let (top, bottom) = taps(y, *height, window.top);
        let (left, right) = taps(x, source.w, window.left);
        let row = y * window.stride + top - window.top;
        let column = x * window.stride + left - window.left;
        let pitch = out.pitch(channel);
        let panel = DensePanel {
            a: source.at(0, row).wrapping_add(column * c_in),
            // A stride beyond the map leaves one row.
            lda: window.stride.saturating_mul(if down { row_len } else { c_in }),
            run: right.saturating_sub(left) * c_in,
            runs: bottom.saturating_sub(top),
            run_stride: row_len,
            w: template.w.wrapping_add(top * tap_row + left * c_in * template.pitch),
            w_stride: tap_row,
            c: out.at(channel, y).wrapping_add(x * pitch),
            ldc: if down { out.w * pitch } else { pitch },
            c_vector_stride: out.vector_stride(),
            residual: residual.map_or(core::ptr::null(), |view| {
                view.at(channel, y).wrapping_add(x * view.pitch(channel)).cast_const()
            }),
            rows: n,
            prefetch: 0,
            ..*template
        };
        // SAFETY: the runs are the taps inside the map, the same ones of `n` outputs, in a source
        // whose rows lie together, as those of the output do.
        unsafe { ops.dense(&panel) };
    };
    let columns = inside(source.w, window.left, out.w);
    if columns.0 < columns.1 {
        for y in y.0..y.1 {
            outputs((y, columns.0), columns.1 - columns.0, false);
        }
    }
    let rows = inside(*height, window.top, usize::MAX);
    for x in (0..columns.0).chain(columns.1..out.w) {
        let mut row = y.0;
        while row < y.1 {
            let mut n = 1;
            if row >= rows.0 && row < rows.1 {
                n = (y.1.min(rows.1) - row).min(out.together(row));
                if let Some(residual) = residual {
                    n = n.min(residual.together(row));
                }
            }
            outputs((row, x), n, true);
            row += n;
        }
    }
}

/// Rows `y.0..y.1` of the channels of panel `p` of a depthwise convolution on a map of `in_size`.
///
/// # Safety
///
/// As for [`dense_rows`].
pub(super) unsafe fn depthwise_rows(
    ops: Ops,
    depthwise: &Depthwise,
    weights: *const f32,
    (source, in_size): (&View, [usize; 2]),
    out: &View,
    p: usize,
    y: (usize, usize),
) {
    let channel = p * depthwise.panel;
    let cols = depthwise.panel.min(depthwise.c - channel);
    let taps = depthwise.window.kernel * depthwise.window.kernel;
    let first = weights.wrapping_add(depthwise.weights_at);
    let panel = DepthwisePanel {
        input: source.at(channel, source.first),
        row_stride: source.w * source.pitch(channel),
        ring_rows: source.rows,
        pixel_stride: source.pitch(channel),
        vector_stride: source.vector_stride(),
        in_size,
        w: first.wrapping_add(bias_len(depthwise.c) + channel * taps),
        pitch: packed(cols),
        bias: first.wrapping_add(channel),
        output: out.at(channel, y.0),
        out_row_stride: out.w * out.pitch(channel),
        out_pixel_stride: out.pitch(channel),
        out_width: out.w,
        rows: y,
        cols,
        kernel: depthwise.window.kernel,
        stride: depthwise.window.stride,
        padding: [depthwise.window.top, depthwise.window.left],
        bounds: depthwise.clamp,
    };
    // SAFETY: the caller's contract; the source view starts with row 0, so that row r of the map is
    // row r % ring of the buffer.
    unsafe { ops.depthwise(&panel) };
}
