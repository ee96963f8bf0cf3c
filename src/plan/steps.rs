//! Steps as the kernels take them, with everything but the places of tensors in the arena.

use std::collections::HashMap;

use super::fuse::{StepLayers, UnitLayers, name};
use super::schedule::{PANEL, Part, Schedule, Scheduled};
use super::{Cursor, Element, Operation, Plan, Step, rows_in_scratch};
use crate::error::{Error, Result};
use crate::graph::{LayerGraph, LayerId, Source};
use crate::kernels::ops::MOST_LANES;
use crate::kernels::steps::{Conv, Dense, Depthwise, Head, Place, Split, Tensor, Unit, Window};
use crate::layer::{Kind, Layer, Shape};

/// Steps with everything but the places of tensors in the arena.
pub fn steps(graph: &LayerGraph, scheduled: Vec<Scheduled>) -> Result<Plan> {
    let mut weights = Cursor::default();
    let mut outputs: Vec<(LayerId, Tensor)> = Vec::new();
    let mut steps = Vec::new();
    let mut classes = 0;
    // Panel of the first part of the step that begins with a layer.
    let panel_from: HashMap<LayerId, usize> = scheduled
        .iter()
        .map(|step| (step.layers.layers()[0], step.parts[0].schedule.panel))
        .collect();
    for Scheduled { layers: covered, parts } in scheduled {
        let tensor = |source| match source {
            Source::Input => Ok(whole(Place::Input, graph.input())),
            Source::Layer(id) => {
                let made = outputs.iter().rev().find(|(made, _)| *made == id);
                made.map(|(_, tensor)| *tensor).ok_or_else(|| {
                    let name = &graph.layer(id).name;
                    Error::Internal(format!("a step reads {name}, which no step before it makes"))
                })
            }
        };
        let source = tensor(covered.source(graph))?;
        let residual = covered.residual(graph).map(tensor).transpose()?;
        let mut out = whole(Place::Arena(0), graph.layer(covered.last()).output);
        let Schedule { panel, split, .. } = parts[0].schedule;
        let split = split.unwrap_or(Split::Whole);
        let operation = match &covered {
            StepLayers::Conv(fused) => {
                let mut dense = dense(graph.layer(fused.dense), panel, &mut weights);
                activation_of(graph, covered.last(), &mut dense);
                Operation::Conv(Conv { dense, source, residual, out, split })
            }
            StepLayers::Chain { units, project } => {
                let units = self::units(graph, units, project.is_some(), &parts, &mut weights);
                let project = project.map(|fused| {
                    let mut dense = dense(graph.layer(fused.dense), PANEL, &mut weights);
                    activation_of(graph, covered.last(), &mut dense);
                    dense
                });
                let readers = graph.consumers(Source::Layer(covered.last()));
                let out_panel = match project {
                    None => units[units.len() - 1].depthwise.panel,
                    Some(dense) => dense.panel,
                };
                let alike = |reader: &LayerId| in_panels(graph, *reader, out_panel, &panel_from);
                if residual.is_none() && readers.iter().all(alike) {
                    out.panel = out_panel.min(out.c);
                }
                Operation::Chain { source, units, project, residual, out, split }
            }
            StepLayers::Head { dense: pointwise, pool, linear } => {
                classes = graph.layer(*linear).output.c;
                let c = graph.layer(*pool).input.c;
                let dense =
                    pointwise.map(|id| dense(graph.layer(id), panel, &mut Cursor::default()));
                let mut head = Head { source, weights_at: 0, dense, c, panel, classes, sums_at: 0 };
                head.weights_at = weights.take(head.packed_len());
                let bias = head.weights_at + crate::kernels::steps::bias_len(classes);
                if let Some(dense) = &mut head.dense {
                    dense.weights_at = bias;
                }
                Operation::Head(head)
            }
        };
        outputs.push((covered.last(), out));
        let layers = covered.layers();
        let name = name(graph, &layers);
        let element = Element::F32;
        steps.push(Step { name, parts, layers, element, operation, workspace: None });
    }
    Ok(Plan { input: graph.input(), classes, steps, shared: 0, scratch: 0, weights: weights.end })
}

/// The units of a chain, each scheduled as its part.
fn units(
    graph: &LayerGraph,
    units: &[UnitLayers],
    project: bool,
    parts: &[Part],
    weights: &mut Cursor,
) -> Vec<Unit> {
    let mut scratch = Cursor::default();
    let make = |(i, (unit, part)): (usize, (&UnitLayers, &Part))| {
        let layer = graph.layer(unit.depthwise);
        let window = window(layer);
        let Schedule { panel, band, split, .. } = part.schedule;
        let band = band.unwrap_or(1);
        let live = (band - 1) * window.stride + window.kernel;
        // One band needs the rows of one panel at a time.
        let shared = unit.dense.is_some() && units.len() == 1 && band == layer.output.h;
        // A depthwise convolution works on one vector of channels at a time: where all rows of a band
        // do not stay in the first-level cache, those of a vector do, if they lie together.
        let by_vectors = !shared && layer.input.c.is_multiple_of(MOST_LANES);
        let mut made = Unit {
            dense: unit.dense.map(|id| dense(graph.layer(id), panel, weights)),
            depthwise: depthwise(layer, panel, weights),
            input: (layer.input.h, layer.input.w),
            output: (layer.output.h, layer.output.w),
            band,
            ring_at: 0,
            ring_rows: live.min(layer.input.h),
            ring_panel: if by_vectors { MOST_LANES } else { panel },
            ring_shared: shared,
            rows_at: 0,
        };
        if made.dense.is_some() {
            made.ring_at = scratch.take(made.ring_len());
        }
        if rows_in_scratch(i, units.len(), project, split.unwrap_or(Split::Whole)) {
            made.rows_at = scratch.take(made.rows_len());
        }
        made
    };
    units.iter().zip(parts).enumerate().map(make).collect()
}

/// The clamp of a fused add replaces that of its convolution, which has none.
fn activation_of(graph: &LayerGraph, last: LayerId, dense: &mut Dense) {
    dense.clamp = graph.layer(last).activation.bounds();
}

/// Whether a layer can read panels of `panel` channels: a pointwise convolution can, whatever their
/// width, and a depthwise one that begins a step with panels as wide; no window over all channels and
/// no sum can.
fn in_panels(
    graph: &LayerGraph,
    reader: LayerId,
    panel: usize,
    panel_from: &HashMap<LayerId, usize>,
) -> bool {
    match graph.layer(reader).kind {
        Kind::Pointwise(window) => window.stride == 1,
        Kind::Depthwise(_) => panel_from.get(&reader) == Some(&panel),
        _ => false,
    }
}

fn whole(place: Place, shape: Shape) -> Tensor {
    Tensor { place, c: shape.c, h: shape.h, w: shape.w, panel: shape.c }
}

fn dense(layer: &Layer, panel: usize, weights: &mut Cursor) -> Dense {
    let mut dense = Dense {
        weights_at: 0,
        c_in: layer.input.c,
        c_out: layer.output.c,
        panel,
        window: window(layer),
        clamp: layer.activation.bounds(),
        // Small layers keep their weights in the first-level cache from row to row.
        prefetch: layer.output.positions() <= 14 * 14,
    };
    dense.weights_at = weights.take(dense.packed_len());
    dense
}

fn depthwise(layer: &Layer, panel: usize, weights: &mut Cursor) -> Depthwise {
    let mut depthwise = Depthwise {
        weights_at: 0,
        c: layer.output.c,
        panel,
        window: window(layer),
        clamp: layer.activation.bounds(),
    };
    depthwise.weights_at = weights.take(depthwise.packed_len());
    depthwise
}

fn window(layer: &Layer) -> Window {
    layer.kind.window().map_or(Window { kernel: 1, stride: 1, top: 0, left: 0 }, |w| Window {
        kernel: w.kernel,
        stride: w.stride,
        top: w.padding.top,
        left: w.padding.left,
    })
}
