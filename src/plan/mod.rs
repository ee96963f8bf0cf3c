//! The plan: what runs. Fused steps, their schedule, one arena, the layout of the packed weights.
//!
//! A plan follows from the graph, a machine description and [`Overrides`] alone, so that the same
//! input gives the same plan everywhere. Its steps are made of the plain data that the kernels take.
//!
//! Batch normalisation, activation and residual add are folded into their convolution. In order:
//! `fuse` finds the layers that always run together, the parts; `schedule` chooses for each part
//! panel, band, split and whether it runs depth first with the part before, unless `overrides`, a
//! file, says so; `steps` makes the kernels' data of it, `arena` gives tensors their places, and
//! `pack` orders the weights. `words` says what a step does.

mod arena;
mod fuse;
mod overrides;
mod pack;
mod schedule;
mod steps;
mod words;

use crate::error::Result;
use crate::graph::{LayerGraph, LayerId};
use crate::kernels::steps::{Conv, Dense, Head, Split, Tensor, Unit};
use crate::layer::Shape;
use crate::machine::Machine;

pub use overrides::{Overrides, schema};
pub use pack::pack;
pub use schedule::{Part, Schedule, split_name};

/// Everything that a generated crate does, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Shape of the input.
    pub input: Shape,
    /// Number of outputs.
    pub classes: usize,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Elements of the arena that all threads share.
    pub shared: usize,
    /// Scratch elements of each thread.
    pub scratch: usize,
    /// Elements of the packed weights.
    pub weights: usize,
}

/// One call of the generated network.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Module path of the block, or of the first and last layer where there are more.
    pub name: String,
    /// What it is made of and how that was scheduled: one for each unit of a chain.
    pub parts: Vec<Part>,
    /// The layers it covers, in order.
    pub layers: Vec<LayerId>,
    /// Type of the elements of weights and activations.
    pub element: Element,
    /// What it does.
    pub operation: Operation,
    /// Elements of the shared arena that only this step uses, beside its operands: offset, length.
    pub workspace: Option<(usize, usize)>,
}

/// Element type of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// IEEE single precision.
    F32,
}

/// What a step does; the kernels' own data.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A convolution of a whole tensor.
    Conv(Conv),
    /// Fused convolutions; see the kernels' `Chain`.
    Chain {
        /// Input of the first unit.
        source: Tensor,
        /// The units.
        units: Vec<Unit>,
        /// The projection.
        project: Option<Dense>,
        /// Added to the projection.
        residual: Option<Tensor>,
        /// Output.
        out: Tensor,
        /// How threads share it.
        split: Split,
    },
    /// Pooling and classifier.
    Head(Head),
}

impl Plan {
    /// Plans a graph for a machine.
    ///
    /// # Errors
    ///
    /// Where the graph has a shape that no step covers: a network that does not end in a global
    /// average pool and a linear layer.
    pub fn new(graph: &LayerGraph, machine: &Machine) -> Result<Self> {
        Self::with(graph, machine, &Overrides::default())
    }

    /// Plans a graph for a machine, with some schedules given.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`], and where an override names no part of the graph or asks for what cannot be.
    pub fn with(graph: &LayerGraph, machine: &Machine, overrides: &Overrides) -> Result<Self> {
        let parts = fuse::fuse(graph)?;
        let scheduled = schedule::schedule(graph, parts, machine, overrides)?;
        let mut plan = steps::steps(graph, scheduled)?;
        arena::place(graph, &mut plan);
        Ok(plan)
    }

    /// The names of the parts that do not run as the planner would choose.
    pub fn overridden(&self) -> impl Iterator<Item = &str> {
        let parts = self.steps.iter().flat_map(|step| &step.parts);
        parts.filter(|part| part.overridden).map(|part| part.name.as_str())
    }

    /// Elements of the arena of one thread.
    pub fn arena_elements(&self) -> usize {
        self.shared + self.scratch
    }

    /// Bytes of the arena of one thread.
    pub fn arena_bytes(&self) -> usize {
        self.arena_elements() * size_of::<f32>()
    }
}

impl Operation {
    /// The call that runs it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Conv(_) => "conv",
            Self::Chain { .. } => "chain",
            Self::Head(_) => "head",
        }
    }
}

impl Step {
    /// The step's output; `None` for the head, whose output is the logits.
    pub fn output(&self) -> Option<&Tensor> {
        match &self.operation {
            Operation::Conv(step) => Some(&step.out),
            Operation::Chain { out, .. } => Some(out),
            Operation::Head(_) => None,
        }
    }

    /// The tensors that the step reads.
    pub fn operands(&self) -> impl Iterator<Item = &Tensor> {
        let (source, residual) = match &self.operation {
            Operation::Conv(step) => (&step.source, step.residual.as_ref()),
            Operation::Chain { source, residual, .. } => (source, residual.as_ref()),
            Operation::Head(head) => (&head.source, None),
        };
        std::iter::once(source).chain(residual)
    }

    /// Scratch elements that each thread needs.
    pub fn scratch(&self) -> usize {
        let Operation::Chain { units, project, split, .. } = &self.operation else { return 0 };
        let mut end = 0;
        for (i, unit) in units.iter().enumerate() {
            if unit.dense.is_some() {
                end = end.max(unit.ring + unit.ring_len());
            }
            if rows_in_scratch(i, units.len(), project.is_some(), *split) {
                end = end.max(unit.rows + unit.rows_len());
            }
        }
        end
    }
}

/// Whether unit `i` of a chain of `units` keeps its output rows in the scratch memory: not where they
/// are the step's output, and not where threads share panels of them.
fn rows_in_scratch(i: usize, units: usize, project: bool, split: Split) -> bool {
    (i + 1 < units || project) && split != Split::Panels
}

/// Rounds up to a whole number of cache lines of `f32`.
fn aligned(elements: usize) -> usize {
    elements.next_multiple_of(16)
}

/// Offsets given out one after the other, each on a cache line.
#[derive(Default)]
struct Cursor {
    end: usize,
}

impl Cursor {
    fn take(&mut self, elements: usize) -> usize {
        let at = self.end;
        self.end = aligned(at + elements);
        at
    }
}
