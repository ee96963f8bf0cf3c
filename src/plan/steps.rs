//! Steps built as their layers, their schedule and their places say.

use std::collections::HashMap;

use super::arena::Places;
use super::fuse::{StepLayers, name};
use super::schedule::{Part, Scheduled};
use super::{Element, Step};
use crate::error::{Error, Result};
use crate::graph::{LayerGraph, LayerId, Source};
use crate::kernels::steps::{
    self, MAX_UNITS, PANEL, Packed, Split, Tensor, Window, aligned, bias_len, dense_len,
    depthwise_len, head_len,
};
use crate::layer::{Kind, Layer, Padding2d};

type Builder = steps::Builder<MAX_UNITS>;

/// The steps of a network.
pub fn steps(
    graph: &LayerGraph,
    scheduled: Vec<Scheduled>,
    places: &[Places],
) -> Result<Vec<Step>> {
    let mut weights = Cursor::default();
    let mut outputs: HashMap<LayerId, Tensor> = HashMap::new();
    // Panel of the first part of the step that begins with a layer.
    let panel_from: HashMap<LayerId, usize> = scheduled
        .iter()
        .map(|step| (step.layers.layers()[0], step.parts[0].schedule.panel))
        .collect();
    let step = |(Scheduled { layers: covered, parts }, places): (Scheduled, &Places)| {
        let layers = covered.layers();
        let name = name(graph, &layers);
        let wrong = |reason: &str| Error::Internal(format!("{name}: {reason}"));
        let input = graph.input();
        let tensor = |source| match source {
            Source::Input => Ok(Tensor::input(input.c, input.h, input.w)),
            Source::Layer(id) => {
                outputs.get(&id).copied().ok_or_else(|| wrong("it reads what is not made yet"))
            }
        };
        let source = steps::Step::from(tensor(covered.source(graph))?);
        let residual = covered.residual(graph).map(tensor).transpose()?;
        let mut builder = built(graph, &covered, &parts, source, &mut weights);
        if let Some(tensor) = residual {
            builder = builder.add(tensor);
        }
        builder = builder.split(parts[0].schedule.split.unwrap_or(Split::Panels));
        if let StepLayers::Chain { project, .. } = &covered {
            let panel = match project {
                Some(_) => PANEL,
                None => parts[parts.len() - 1].schedule.panel,
            };
            let readers = graph.consumers(Source::Layer(covered.last()));
            let alike = |reader: &LayerId| in_panels(graph, *reader, panel, &panel_from);
            if residual.is_none() && readers.iter().all(alike) {
                builder = builder.in_panels();
            }
        }
        let operation = builder.build(places.out, places.workspace).map_err(wrong)?;
        outputs.insert(covered.last(), operation.out());
        Ok(Step { name, parts, layers, element: Element::F32, operation })
    };
    scheduled.into_iter().zip(places).map(step).collect()
}

/// Weights given out one layer after the other, each from a cache line on.
#[derive(Default)]
struct Cursor {
    end: usize,
}

impl Cursor {
    fn take(&mut self, elements: usize, panel: usize) -> Packed {
        let at = aligned(self.end);
        self.end = at + elements;
        Packed::new(at..self.end, panel)
    }
}

/// The layers of a step on what it reads.
fn built(
    graph: &LayerGraph,
    covered: &StepLayers,
    parts: &[Part],
    source: Builder,
    weights: &mut Cursor,
) -> Builder {
    let conv = |builder: Builder, id: LayerId, clamped: LayerId, at: Packed| {
        let (layer, clamp) = (graph.layer(id), graph.layer(clamped).activation.bounds());
        builder.conv(layer.output.c, window(layer), clamp, at)
    };
    // The clamp of a fused add replaces that of its convolution, which has none.
    let dense = |builder, id: LayerId, clamped, panel, weights: &mut Cursor| {
        let layer = graph.layer(id);
        let len = dense_len(window(layer).kernel, layer.input.c, layer.output.c);
        conv(builder, id, clamped, weights.take(len, panel))
    };
    match covered {
        StepLayers::Conv(fused) => {
            dense(source, fused.dense, covered.last(), parts[0].schedule.panel, weights)
        }
        StepLayers::Chain { units, project } => {
            let mut builder = source;
            for (unit, part) in units.iter().zip(parts) {
                if let Some(id) = unit.dense {
                    builder = dense(builder, id, id, part.schedule.panel, weights);
                }
                let layer = graph.layer(unit.depthwise);
                let (window, clamp) = (window(layer), layer.activation.bounds());
                let len = depthwise_len(window.kernel, layer.output.c);
                let at = weights.take(len, part.schedule.panel);
                builder = builder.depthwise(window, clamp, at);
                builder = builder.bands(part.schedule.band.unwrap_or(layer.output.h));
            }
            match project {
                Some(fused) => dense(builder, fused.dense, covered.last(), PANEL, weights),
                None => builder,
            }
        }
        StepLayers::Head { dense: pointwise, pool, linear } => {
            let (c, classes) = (graph.layer(*pool).input.c, graph.layer(*linear).output.c);
            let c_in = pointwise.map(|id| graph.layer(id).input.c);
            let panel = parts[0].schedule.panel;
            let at = weights.take(head_len(classes, c, c_in), panel);
            let builder = match pointwise {
                Some(id) => {
                    let bias = at.values().start + bias_len(classes);
                    conv(source, *id, *id, Packed::new(bias..bias + bias_len(c), panel))
                }
                None => source,
            };
            builder.pool().classify(classes, at)
        }
    }
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

fn window(layer: &Layer) -> Window {
    layer.kind.window().map_or(Window::POINTWISE, |window| {
        let Padding2d { top, left, bottom, right } = window.padding;
        Window::new(window.kernel, window.stride, [top, left, bottom, right])
    })
}
