//! Receptive field and effective stride.

use crate::graph::{LayerGraph, Source};
use crate::layer::Kind;

/// What one output position sees of the input image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReceptiveField {
    /// Rows and columns.
    pub size: [u64; 2],
    /// Distance between neighbours.
    pub stride: u64,
}

impl ReceptiveField {
    const PIXEL: Self = Self { size: [1, 1], stride: 1 };

    /// The field of every layer's output; of an add, the larger of its operands'.
    pub fn of_layers(graph: &LayerGraph) -> Vec<Self> {
        let mut fields: Vec<Self> = Vec::with_capacity(graph.len());
        for (id, layer) in graph.layers() {
            let input = graph.operands(id).iter().fold(Self::PIXEL, |field, &operand| {
                let other = match operand {
                    Source::Input => Self::PIXEL,
                    Source::Layer(id) => fields[id.0],
                };
                field.union(other)
            });
            fields.push(match layer.kind {
                Kind::GlobalAveragePool(_) => input.slide([layer.input.h, layer.input.w], 1),
                kind => match kind.window() {
                    Some(w) => input.slide([w.kernel; 2], w.stride),
                    None => input,
                },
            });
        }
        fields
    }

    fn union(self, other: Self) -> Self {
        let size = [0, 1].map(|i| self.size[i].max(other.size[i]));
        Self { size, stride: self.stride.max(other.stride) }
    }

    fn slide(self, kernel: [usize; 2], stride: usize) -> Self {
        let grown = |i: usize| self.size[i] + (kernel[i] as u64 - 1) * self.stride;
        Self { size: [grown(0), grown(1)], stride: self.stride * stride as u64 }
    }
}
