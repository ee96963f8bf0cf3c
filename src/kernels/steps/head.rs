//! Global average pool and classifier.

use super::super::isa::Ops;
use super::super::ops::linear::LinearPanel;
use super::super::ops::packed;
use super::super::ops::pool::PoolPanel;
use super::Head;
use super::convolve::dense_pool;
use super::join::share;
use super::runner::Pointers;

/// Part `part` of [`Head::PARTS`]: pools its panels and sums their products with their rows of the
/// classifier.
///
/// # Safety
///
/// The step has been checked against the memory, and no other thread works on this part.
pub(super) unsafe fn part(ops: Ops, head: &Head, memory: Pointers, part: usize) {
    let classes = packed(head.classes);
    let sums = memory.shared.wrapping_add(head.sums);
    let y = sums.wrapping_add(part * classes);
    let means = sums.wrapping_add(Head::PARTS * classes + part * head.panel);
    let source = memory.view(&head.source);
    let scale = 1.0 / (head.source.h * head.source.w) as f32;
    let first = head.panels_offset();
    let k = head.dense.map_or(0, |dense| dense.k());
    let panels = share(head.c.div_ceil(head.panel), part, Head::PARTS);
    // SAFETY: y has `classes` values and `means` has `panel`, both this part's own.
    unsafe { y.write_bytes(0, classes) };
    for p in panels.0..panels.1 {
        let channel = p * head.panel;
        let cols = head.panel.min(head.c - channel);
        let weights = memory.weights.wrapping_add(first + head.panel_offset(p));
        let classifier = weights.wrapping_add(k * packed(cols));
        // SAFETY: the panel's weights are inside the packed weights, its channels inside the source
        // and the means.
        unsafe {
            means.write_bytes(0, head.panel);
            if let Some(dense) = &head.dense {
                let bias = memory.weights.wrapping_add(dense.weights + channel);
                // What follows in memory is this panel's classifier rows.
                let lines = cols * classes / 16;
                dense_pool(ops, dense, (weights, bias), &source, p, (means, lines));
            } else {
                let input = source.at(channel, 0);
                let (stride, rows) = (source.pitch(channel), source.rows * source.w);
                ops.pool(&PoolPanel { input, stride, rows, cols, output: means });
            }
            for i in 0..cols {
                *means.add(i) *= scale;
            }
            let (w, cols) = (classifier, head.classes);
            ops.linear(&LinearPanel {
                x: means,
                w,
                y,
                rows: head.panel.min(head.c - channel),
                cols,
            });
        }
    }
}

/// Adds the parts and the bias.
///
/// # Safety
///
/// The step has been checked against the memory, and all parts are done.
pub(super) unsafe fn finish(head: &Head, memory: Pointers) {
    let classes = packed(head.classes);
    let sums = memory.shared.wrapping_add(head.sums);
    let bias = memory.weights.wrapping_add(head.weights);
    for j in 0..head.classes {
        // SAFETY: j is a column of the bias, of each part's sums and of the logits.
        unsafe {
            let mut total = *bias.add(j);
            for part in 0..Head::PARTS {
                total += *sums.add(part * classes + j);
            }
            *memory.logits.add(j) = total;
        }
    }
}
