//! Global average pool and classifier.

use super::super::isa::Ops;
use super::super::ops::linear::LinearPanel;
use super::super::ops::packed;
use super::super::ops::pool::PoolPanel;
use super::Head;
use super::convolve::dense_pool;
use super::join::share;
use super::runner::Pointers;

/// Partial sum `i` of [`Head::PARTIAL_SUMS`]: pools its panels and sums their products with their rows
/// of the classifier.
///
/// # Safety
///
/// The memory has the network's sizes, and no other thread makes this sum.
pub(super) unsafe fn partial_sum(ops: Ops, head: &Head, memory: Pointers, i: usize) {
    let classes = packed(head.classes);
    let sums = memory.shared.wrapping_add(head.sums_at);
    let y = sums.wrapping_add(i * classes);
    let means = sums.wrapping_add(Head::PARTIAL_SUMS * classes + i * head.panel);
    let source = memory.view(&head.source);
    let scale = 1.0 / (head.source.h * head.source.w) as f32;
    let first = head.panels_offset();
    let k = head.dense.map_or(0, |dense| dense.k());
    // A panel of weights and its rows of the classifier are prefetched while the panel before is at
    // work, a line for each k of each tile. The classifier reads in order and waits less than tiles do,
    // which read the panel again and again: weights come first where there is room for most of both.
    let (lines, tiles) = ((k + classes) * head.panel / 16, source.rows * source.w / 8);
    let first_lines = if 3 * k * tiles >= 2 * lines { k * head.panel / 16 } else { 0 };
    let panels = share(head.c.div_ceil(head.panel), i, Head::PARTIAL_SUMS);
    // SAFETY: y has `classes` values and `means` has `panel`, both this sum's own.
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
                let bias = memory.weights.wrapping_add(dense.weights_at + channel);
                // What follows in memory is this panel's classifier rows, and then the next panel.
                let values = cols * classes;
                let next = (classifier.wrapping_add(values), first_lines);
                dense_pool(ops, dense, (weights, bias), &source, p, (means, next, values / 16));
            } else {
                let input = source.at(channel, 0);
                let (stride, rows) = (source.pitch(channel), source.rows * source.w);
                ops.pool(&PoolPanel { input, stride, rows, cols, output: means });
            }
            for k in 0..cols {
                *means.add(k) *= scale;
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

/// Adds the partial sums and the bias.
///
/// # Safety
///
/// The memory has the network's sizes, and all partial sums are made.
pub(super) unsafe fn finish(head: &Head, memory: Pointers) {
    let classes = packed(head.classes);
    let sums = memory.shared.wrapping_add(head.sums_at);
    let bias = memory.weights.wrapping_add(head.weights_at);
    for j in 0..head.classes {
        // SAFETY: j is a column of the bias, of each partial sum and of the logits.
        unsafe {
            let mut total = *bias.add(j);
            for i in 0..Head::PARTIAL_SUMS {
                total += *sums.add(i * classes + j);
            }
            *memory.logits.add(j) = total;
        }
    }
}
