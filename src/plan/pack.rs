//! The packed weights: one array that the kernels stream from start to end.

use super::Plan;
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::kernels::ops::linear::BLOCK;
use crate::kernels::ops::packed;
use crate::kernels::steps::{Dense, Depthwise, Head, Step, bias_len};
use crate::weights::{Folded, FoldedLayer};

/// Packs the folded weights of a graph in the order of its plan.
///
/// # Errors
/// Where plan, graph and weights are not of one network.
pub fn pack(plan: &Plan, graph: &LayerGraph, folded: &Folded) -> Result<Vec<f32>> {
    let mut blob = vec![0.0; plan.weights];
    for step in &plan.steps {
        let mut layers = step.layers.iter().filter(|&&id| graph.layer(id).weight_shape().is_some());
        let mut next = || {
            let weights = layers.next().and_then(|&id| folded.layer(id));
            weights.ok_or_else(|| Error::Internal(format!("{} lacks weights", step.name)))
        };
        match &step.operation {
            Step::Conv(conv) => pack_dense(&mut blob, &conv.dense, next()?),
            Step::Chain(chain) => {
                for unit in chain.units() {
                    if let Some(dense) = &unit.dense {
                        pack_dense(&mut blob, dense, next()?);
                    }
                    pack_depthwise(&mut blob, &unit.depthwise, next()?);
                }
                if let Some(dense) = &chain.project {
                    pack_dense(&mut blob, dense, next()?);
                }
            }
            Step::Head(head) => {
                let dense = head.dense.is_some().then(&mut next).transpose()?;
                pack_head(&mut blob, head, dense, next()?);
            }
        }
    }
    Ok(blob)
}

fn pack_dense(blob: &mut [f32], dense: &Dense, layer: &FoldedLayer) {
    blob[dense.weights_at..][..dense.c_out].copy_from_slice(&layer.bias);
    let mut at = dense.weights_at + bias_len(dense.c_out);
    for first in (0..dense.c_out).step_by(dense.panel) {
        at = pack_panel(blob, at, dense, layer, first);
    }
}

/// One panel: for each tap row, tap column and input channel, the weights of the panel's outputs.
fn pack_panel(
    blob: &mut [f32],
    mut at: usize,
    dense: &Dense,
    layer: &FoldedLayer,
    first: usize,
) -> usize {
    let cols = dense.panel.min(dense.c_out - first);
    let taps = dense.window.kernel * dense.window.kernel;
    for tap in 0..taps {
        for i in 0..dense.c_in {
            for o in 0..cols {
                blob[at + o] = layer.weight[((first + o) * dense.c_in + i) * taps + tap];
            }
            at += packed(cols);
        }
    }
    at
}

fn pack_depthwise(blob: &mut [f32], depthwise: &Depthwise, layer: &FoldedLayer) {
    blob[depthwise.weights_at..][..depthwise.c].copy_from_slice(&layer.bias);
    let mut at = depthwise.weights_at + bias_len(depthwise.c);
    let taps = depthwise.window.kernel * depthwise.window.kernel;
    for first in (0..depthwise.c).step_by(depthwise.panel) {
        let cols = depthwise.panel.min(depthwise.c - first);
        for tap in 0..taps {
            for c in 0..cols {
                blob[at + c] = layer.weight[(first + c) * taps + tap];
            }
            at += packed(cols);
        }
    }
}

fn pack_head(blob: &mut [f32], head: &Head, dense: Option<&FoldedLayer>, linear: &FoldedLayer) {
    blob[head.weights_at..][..head.classes].copy_from_slice(&linear.bias);
    if let (Some(spec), Some(layer)) = (&head.dense, dense) {
        blob[spec.weights_at..][..spec.c_out].copy_from_slice(&layer.bias);
    }
    for p in 0..head.c.div_ceil(head.panel) {
        let first = p * head.panel;
        let mut at = head.panels_offset() + head.panel_offset(p);
        if let (Some(spec), Some(layer)) = (&head.dense, dense) {
            at = pack_panel(blob, at, spec, layer, first);
        }
        let rows = head.panel.min(head.c - first);
        for block in (0..packed(head.classes)).step_by(BLOCK) {
            let pitch = BLOCK.min(packed(head.classes) - block);
            for k in 0..rows {
                for j in 0..pitch.min(head.classes.saturating_sub(block)) {
                    blob[at + j] = linear.weight[(block + j) * head.c + first + k];
                }
                at += pitch;
            }
        }
    }
}
