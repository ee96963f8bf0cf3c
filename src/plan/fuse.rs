//! Which layers always run in one step: the parts that steps are made of.

use crate::error::{Error, Result};
use crate::graph::{LayerGraph, LayerId, Source};
use crate::layer::{Kind, Layer};

/// The layers of a part, or of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum StepLayers {
    /// A dense convolution, with the residual add that follows it.
    Conv(Fused),
    /// Depthwise convolutions, each with the dense one before it, and a projection.
    Chain { units: Vec<UnitLayers>, project: Option<Fused> },
    /// Pool and classifier, with the pointwise convolution before them.
    Head { dense: Option<LayerId>, pool: LayerId, linear: LayerId },
}

/// A dense convolution and the add that takes its output, if it is fused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fused {
    pub dense: LayerId,
    pub add: Option<LayerId>,
}

/// A depthwise convolution and the dense one whose only reader it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitLayers {
    pub dense: Option<LayerId>,
    pub depthwise: LayerId,
}

impl StepLayers {
    /// The layers in execution order.
    pub fn layers(&self) -> Vec<LayerId> {
        let fused = |f: &Fused| [Some(f.dense), f.add];
        let mut layers: Vec<LayerId> = match self {
            Self::Conv(conv) => fused(conv).into_iter().flatten().collect(),
            Self::Chain { units, project } => {
                let units = units.iter().flat_map(|u| [u.dense, Some(u.depthwise)]);
                units.chain(project.iter().flat_map(fused)).flatten().collect()
            }
            Self::Head { dense, pool, linear } => {
                [*dense, Some(*pool), Some(*linear)].into_iter().flatten().collect()
            }
        };
        layers.sort_unstable();
        layers
    }

    /// The tensor that is read first.
    pub fn source(&self, graph: &LayerGraph) -> Source {
        graph.operands(self.layers()[0])[0]
    }

    /// The operand that is added to the output.
    pub fn residual(&self, graph: &LayerGraph) -> Option<Source> {
        let (Self::Conv(fused) | Self::Chain { project: Some(fused), .. }) = self else {
            return None;
        };
        let own = Source::Layer(fused.dense);
        graph.operands(fused.add?).iter().copied().find(|&operand| operand != own)
    }

    /// The last layer, whose output is that of all.
    pub fn last(&self) -> LayerId {
        match self {
            Self::Conv(fused) | Self::Chain { project: Some(fused), .. } => {
                fused.add.unwrap_or(fused.dense)
            }
            Self::Chain { units, .. } => units[units.len() - 1].depthwise,
            Self::Head { linear, .. } => *linear,
        }
    }
}

/// The name of consecutive layers: the module path of their block where they are all of it, otherwise
/// those of the first and the last, the latter within the block where both are of one.
pub fn name(graph: &LayerGraph, layers: &[LayerId]) -> String {
    let (first, last) = (layers[0], layers[layers.len() - 1]);
    let block = &graph.layer(first).block;
    let other = |id: Option<usize>| {
        let beside = id.filter(|&id| id < graph.len()).map(|id| &graph.layer(LayerId(id)).block);
        beside != Some(block)
    };
    let one_block = graph.layer(last).block == *block;
    if one_block && other(first.0.checked_sub(1)) && other(Some(last.0 + 1)) {
        return block.to_string();
    }
    let (from, to) = (&graph.layer(first).name, &graph.layer(last).name);
    if first == last {
        return from.to_string();
    }
    let inside = to.strip_prefix(&**block).and_then(|to| to.strip_prefix('.'));
    format!("{from}..{}", inside.filter(|_| one_block).unwrap_or(to))
}

/// The layers of each part of a graph: a unit for each depthwise convolution, with at most one unit
/// in a chain.
pub fn fuse(graph: &LayerGraph) -> Result<Vec<StepLayers>> {
    let mut parts = Vec::new();
    let mut next = 0;
    while next < graph.len() {
        let part = part_at(graph, LayerId(next))?;
        next = part.last().0 + 1;
        parts.push(part);
    }
    Ok(parts)
}

fn part_at(graph: &LayerGraph, id: LayerId) -> Result<StepLayers> {
    match graph.layer(id).kind {
        Kind::Conv(_) | Kind::Pointwise(_) => Ok(match only_reader(graph, id) {
            Some((reader, Kind::Depthwise(_))) => chain(graph, Some(id), reader),
            Some((pool, Kind::GlobalAveragePool(_))) if is_pointwise(graph.layer(id)) => {
                return head(graph, Some(id), pool);
            }
            _ => StepLayers::Conv(fuse_add(graph, id)),
        }),
        Kind::Depthwise(_) => Ok(chain(graph, None, id)),
        Kind::GlobalAveragePool(_) => head(graph, None, id),
        Kind::Linear | Kind::Add => Err(unplanned(graph.layer(id))),
    }
}

/// Positions of the first one's input up to which a pointwise convolution between two depthwise ones
/// runs with the first of them, so that threads that split rows need next to nothing of each other.
/// Above, it runs with the second, which then finds its input in the first-level cache.
const SMALL: usize = 14 * 14;

/// A unit, and the projection after it unless that runs with a later depthwise convolution or a head.
fn chain(graph: &LayerGraph, dense: Option<LayerId>, depthwise: LayerId) -> StepLayers {
    let project = match only_reader(graph, depthwise) {
        Some((reader, Kind::Pointwise(_))) if is_pointwise(graph.layer(reader)) => {
            let next = only_reader(graph, reader).map(|(_, kind)| kind);
            let goes_on = match next {
                Some(Kind::Depthwise(_)) => graph.layer(depthwise).input.positions() > SMALL,
                next => matches!(next, Some(Kind::GlobalAveragePool(_))),
            };
            (!goes_on).then(|| fuse_add(graph, reader))
        }
        _ => None,
    };
    StepLayers::Chain { units: vec![UnitLayers { dense, depthwise }], project }
}

fn head(graph: &LayerGraph, dense: Option<LayerId>, pool: LayerId) -> Result<StepLayers> {
    match only_reader(graph, pool) {
        Some((linear, Kind::Linear)) => Ok(StepLayers::Head { dense, pool, linear }),
        _ => Err(unplanned(graph.layer(pool))),
    }
}

/// An add fuses into the last of its operands to be computed, if nothing else reads that one and no
/// activation stands between.
fn fuse_add(graph: &LayerGraph, dense: LayerId) -> Fused {
    let linear = graph.layer(dense).activation == crate::spec::Activation::None;
    let add = match only_reader(graph, dense) {
        Some((add, Kind::Add)) if linear && add.0 == dense.0 + 1 => Some(add),
        _ => None,
    };
    Fused { dense, add }
}

fn only_reader(graph: &LayerGraph, id: LayerId) -> Option<(LayerId, Kind)> {
    match graph.consumers(Source::Layer(id))[..] {
        [reader] => Some((reader, graph.layer(reader).kind)),
        _ => None,
    }
}

fn is_pointwise(layer: &Layer) -> bool {
    matches!(layer.kind, Kind::Pointwise(window) if window.stride == 1)
}

fn unplanned(layer: &Layer) -> Error {
    Error::Usage(format!(
        "no step covers layer {} ({}): a network ends in a global average pool and a linear layer, \
         and a sum follows a convolution without activation",
        layer.name,
        layer.kind.op()
    ))
}
