//! The plan: what runs. Fused steps, their schedule, one arena, the layout of the packed weights.
//!
//! A plan follows from the graph, a machine description and [`Overrides`] alone, so that the same
//! input gives the same plan everywhere. Its steps are made of the plain data that the kernels take.
//!
//! Batch normalisation, activation and residual add are folded into their convolution. In order:
//! `fuse` finds the layers that always run together, the parts; `schedule` chooses for each part
//! panel, band, split and whether it runs depth first with the part before, unless `overrides`, a
//! file, says so; `arena` gives tensors their places, `steps` has the kernels' steps built, and
//! `pack` orders the weights. `words` says what a step does.

mod arena;
mod fuse;
mod overrides;
mod pack;
mod schedule;
mod steps;
mod words;

use crate::error::{Error, Result};
use crate::graph::{LayerGraph, LayerId};
use crate::kernels::steps::{self as kernels, Network, Place, Tensor, aligned};
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

/// One step of the network.
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
    /// What it does; the kernels' own data.
    pub operation: kernels::Step,
}

/// Element type of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// IEEE single precision.
    F32,
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
        let places = arena::place(graph, &scheduled);
        let steps = steps::steps(graph, scheduled, &places)?;
        let weights = steps.last().map_or(0, |step| aligned(step.operation.weights().end));
        let mut plan =
            Self { input: graph.input(), classes: 0, steps, shared: 0, scratch: 0, weights };
        let sizes = match Network::prove(weights, &plan.named()) {
            Ok(network) => network.sizes(),
            Err(fault) => return Err(Error::Internal(fault.to_string())),
        };
        (plan.classes, plan.shared, plan.scratch) = (sizes.logits, sizes.shared, sizes.scratch);
        Ok(plan)
    }

    /// The steps with their names, as the kernels' [`Network`] takes them.
    pub fn named(&self) -> Vec<(&str, kernels::Step)> {
        self.steps.iter().map(|step| (&*step.name, step.operation)).collect()
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

impl Step {
    /// The step's output; `None` for the head, whose output is the logits.
    pub fn output(&self) -> Option<Tensor> {
        let out = self.operation.out();
        matches!(out.place, Place::Arena(_)).then_some(out)
    }

    /// The tensors that the step reads.
    pub fn operands(&self) -> impl Iterator<Item = &Tensor> {
        std::iter::once(self.operation.source()).chain(self.operation.residual())
    }

    /// What kind of step it is.
    pub const fn kind(&self) -> &'static str {
        match self.operation {
            kernels::Step::Conv(_) => "conv",
            kernels::Step::Chain(_) => "chain",
            kernels::Step::Head(_) => "head",
        }
    }
}
