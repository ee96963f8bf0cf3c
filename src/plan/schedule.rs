//! Panels, bands and splits of each step.

use super::group::{Group, UnitLayers};
use super::{Cursor, Element, Operation, Plan, Step};
use crate::graph::{LayerGraph, LayerId, Source};
use crate::kernels::ops::GROUP;
use crate::kernels::steps::{
    Chain, Conv, Dense, Depthwise, Head, Place, Split, Tensor, Unit, Window,
};
use crate::layer::{Kind, Layer, Shape};
use crate::machine::Machine;

/// Channels of a panel: two vectors of the widest instruction set.
const PANEL: usize = 32;
/// Channels of a panel where rows are long and channels few.
const NARROW_PANEL: usize = 16;

/// Joins neighbouring chains into one that runs depth first, where the tensor between them would not
/// stay in the second-level cache.
pub fn merge(graph: &LayerGraph, groups: Vec<Group>, machine: &Machine) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        if let Some(Group::Chain { units, project: project @ None }) = merged.last_mut()
            && let Group::Chain { units: more, project: end } = &group
            && let Some(last) = units.last()
            && units.len() + more.len() <= Chain::MAX_UNITS
            && more[0].dense.is_some_and(|dense| follows(graph, dense, last.depthwise))
            && bytes(graph.layer(last.depthwise).output) > machine.l2 / 2
        {
            units.extend(more);
            *project = *end;
        } else {
            merged.push(group);
        }
    }
    merged
}

/// Whether `dense` is pointwise and the only reader of `before`.
fn follows(graph: &LayerGraph, dense: LayerId, before: LayerId) -> bool {
    matches!(graph.layer(dense).kind, Kind::Pointwise(window) if window.stride == 1)
        && graph.consumers(Source::Layer(before)) == [dense]
}

/// Steps with everything but the places of tensors in the arena.
pub fn steps(graph: &LayerGraph, groups: &[Group], machine: &Machine) -> Plan {
    let mut weights = Cursor::default();
    let mut outputs: Vec<(LayerId, Tensor)> = Vec::new();
    let mut steps = Vec::new();
    let mut classes = 0;
    for group in groups {
        let tensor = |source| match source {
            Source::Input => whole(Place::Input, graph.input()),
            Source::Layer(id) => outputs
                .iter()
                .rev()
                .find(|(made, _)| *made == id)
                .map_or_else(|| whole(Place::Arena(0), graph.layer(id).output), |(_, t)| *t),
        };
        let source = tensor(group.source(graph));
        let residual = group.residual(graph).map(tensor);
        let mut out = whole(Place::Arena(0), graph.layer(group.last()).output);
        let operation = match group {
            Group::Conv(fused) => {
                let mut dense = dense(graph.layer(fused.dense), PANEL, &mut weights);
                activation_of(graph, group, &mut dense);
                let by_rows = out.h >= 14;
                let split = if by_rows { Split::Rows } else { Split::Panels };
                Operation::Conv(Conv { dense, source, residual, out, split })
            }
            Group::Chain { units, project } => {
                let schedule = Schedule::of(graph, units, project.is_some(), machine);
                let units = schedule.units(graph, units, project.is_some(), &mut weights);
                let project = project.map(|fused| {
                    let mut dense = dense(graph.layer(fused.dense), PANEL, &mut weights);
                    activation_of(graph, group, &mut dense);
                    dense
                });
                if project.is_none() && reads_panels(graph, group.last()) {
                    out.panel = units[units.len() - 1].depthwise.panel.min(out.c);
                }
                let split = schedule.split;
                Operation::Chain { source, units, project, residual, out, split }
            }
            Group::Head { dense: pointwise, pool, linear } => {
                classes = graph.layer(*linear).output.c;
                let c = graph.layer(*pool).input.c;
                let mut head = Head {
                    source,
                    weights: 0,
                    dense: pointwise
                        .map(|id| dense(graph.layer(id), PANEL, &mut Cursor::default())),
                    c,
                    panel: PANEL,
                    classes,
                    sums: 0,
                };
                head.weights = weights.take(head.packed_len());
                let bias = head.weights + crate::kernels::steps::bias_len(classes);
                if let Some(dense) = &mut head.dense {
                    dense.weights = bias;
                }
                Operation::Head(head)
            }
        };
        outputs.push((group.last(), out));
        let layers = group.layers();
        let name = name(graph, &layers);
        steps.push(Step { name, layers, element: Element::F32, operation, workspace: None });
    }
    Plan { input: graph.input(), classes, steps, shared: 0, scratch: 0, weights: weights.end }
}

/// The clamp of a fused add replaces that of its convolution, which has none.
fn activation_of(graph: &LayerGraph, group: &Group, dense: &mut Dense) {
    dense.clamp = graph.layer(group.last()).activation.bounds();
}

/// Whether all readers of a tensor can take it in panels: pointwise convolutions, pooling and
/// depthwise convolutions, but no window over all channels and no sum.
fn reads_panels(graph: &LayerGraph, id: LayerId) -> bool {
    graph.consumers(Source::Layer(id)).iter().all(|&reader| match graph.layer(reader).kind {
        Kind::Pointwise(window) => window.stride == 1,
        Kind::GlobalAveragePool => true,
        _ => false,
    })
}

/// How the units of one chain run.
struct Schedule {
    panel: usize,
    band: usize,
    ring_shared: bool,
    split: Split,
}

impl Schedule {
    fn of(graph: &LayerGraph, units: &[UnitLayers], project: bool, machine: &Machine) -> Self {
        let last = units[units.len() - 1];
        let depthwise = graph.layer(last.depthwise);
        let (input, output) = (depthwise.input, depthwise.output);
        let map = input.positions() * PANEL * size_of::<f32>();
        // Small maps: the whole map of one panel stays in the first-level cache between the two
        // convolutions, and the weights are streamed once.
        let small = map <= machine.l1;
        if units.len() == 1 && (small || !project && map <= machine.l2 / 4) {
            return Self { panel: PANEL, band: output.h, ring_shared: true, split: Split::Panels };
        }
        if units.len() > 1 {
            return Self { panel: PANEL, band: 1, ring_shared: false, split: Split::Rows };
        }
        // A small first-level cache holds the rows of a narrow panel only.
        let narrow = input.w >= 56 && machine.l1 < 48 << 10;
        let panel = if narrow { NARROW_PANEL } else { PANEL };
        let row = output.w * output.c * size_of::<f32>();
        let band = (2 * machine.l1 / row).clamp(1, 4).min(output.h);
        Self { panel, band, ring_shared: false, split: Split::Rows }
    }

    fn units(
        &self,
        graph: &LayerGraph,
        units: &[UnitLayers],
        project: bool,
        weights: &mut Cursor,
    ) -> Vec<Unit> {
        let mut scratch = Cursor::default();
        let make = |(i, unit): (usize, &UnitLayers)| {
            let layer = graph.layer(unit.depthwise);
            let window = window(layer);
            let band = self.band.min(layer.output.h);
            let live = (band - 1) * window.stride + window.kernel;
            // A depthwise convolution works on one group of channels at a time: where all rows of a
            // band do not stay in the first-level cache, those of a group do, if they lie together.
            let grouped = !self.ring_shared && layer.input.c.is_multiple_of(GROUP);
            let mut made = Unit {
                dense: unit.dense.map(|id| dense(graph.layer(id), self.panel, weights)),
                depthwise: depthwise(layer, self.panel, weights),
                input: (layer.input.h, layer.input.w),
                output: (layer.output.h, layer.output.w),
                band,
                ring: 0,
                ring_rows: live.min(layer.input.h),
                ring_panel: if grouped { GROUP } else { self.panel },
                ring_shared: self.ring_shared && unit.dense.is_some(),
                rows: 0,
            };
            if made.dense.is_some() {
                made.ring = scratch.take(made.ring_len());
            }
            let own_rows = i + 1 < units.len() || project;
            if own_rows && self.split != Split::Panels {
                made.rows = scratch.take(made.rows_len());
            }
            made
        };
        units.iter().enumerate().map(make).collect()
    }
}

fn whole(place: Place, shape: Shape) -> Tensor {
    Tensor { place, c: shape.c, h: shape.h, w: shape.w, panel: shape.c }
}

fn dense(layer: &Layer, panel: usize, weights: &mut Cursor) -> Dense {
    let mut dense = Dense {
        weights: 0,
        c_in: layer.input.c,
        c_out: layer.output.c,
        panel,
        window: window(layer),
        clamp: layer.activation.bounds(),
        // Small layers keep their weights in the first-level cache from row to row.
        prefetch: layer.output.positions() <= 14 * 14,
    };
    dense.weights = weights.take(dense.packed_len());
    dense
}

fn depthwise(layer: &Layer, panel: usize, weights: &mut Cursor) -> Depthwise {
    let mut depthwise = Depthwise {
        weights: 0,
        c: layer.output.c,
        panel,
        window: window(layer),
        clamp: layer.activation.bounds(),
    };
    depthwise.weights = weights.take(depthwise.packed_len());
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

fn bytes(shape: Shape) -> usize {
    shape.elements() * size_of::<f32>()
}

/// The block's module path, or those of the first and the last layer.
fn name(graph: &LayerGraph, layers: &[LayerId]) -> String {
    let (first, last) = (graph.layer(layers[0]), graph.layer(layers[layers.len() - 1]));
    if first.block == last.block {
        return first.block.to_string();
    }
    format!("{}..{}", first.name, last.name)
}
