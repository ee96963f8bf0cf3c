//! What a network costs: a [`LayerGraph`] to numbers, without any presentation.
//!
//! Parameters and MACs follow the convention of [`crate::layer`]. Memory is counted in elements, for
//! batch 1, by the lifetime of tensors ([`lifetimes`]). Everything takes time linear in the number of
//! layers; [`Totals::of`] is the short way for sweeps, which needs no row.

pub mod align;
pub mod arena;
mod by;
pub mod clamp;
mod field;
pub mod lifetimes;
pub mod list;
mod metric;
pub mod moves;
pub mod residual;
pub mod roofline;
mod separable;
pub mod sweep;
pub mod tools;
mod totals;

pub use arena::Arena;
pub use by::{By, merged};
pub use lifetimes::Lifetimes;
pub use residual::ResidualPair;
pub use roofline::Roofline;
pub use separable::{Separable, SeparableBlock, StandardModel};
pub use tools::Tool;
pub use totals::{ByOp, Totals};

use crate::graph::{LayerGraph, LayerId};
use crate::layer::{Layer, Parameters, Shape};
use crate::machine::Description;
use crate::plan::Plan;
use field::ReceptiveField;

/// Bytes of an f32 element.
pub const F32_BYTES: u64 = 4;

/// The cost of a network, layer by layer and in total.
#[derive(Clone, Debug)]
pub struct Analysis<'g> {
    /// One row a layer, in execution order.
    pub rows: Vec<Row<'g>>,
    /// Sums and peaks over the rows.
    pub totals: Totals,
    /// Depthwise separable against standard convolution.
    pub separable: Separable<'g>,
    /// Residual blocks, inverted and classic side by side.
    pub residual: Vec<ResidualPair<'g>>,
    /// Lifetimes of the tensors.
    pub lifetimes: Lifetimes,
    /// The generated crate's plan, where one was given.
    pub plan: Option<&'g Plan>,
    /// Its arena.
    pub arena: Option<Arena<'g>>,
    /// The generated crate's time on one thread, where a machine was given.
    pub roofline: Option<Roofline<'g>>,
}

/// The cost of one layer, or of the consecutive layers of a block or stage.
#[derive(Clone, Debug)]
pub struct Row<'g> {
    /// Module path of the layer, block or stage.
    pub name: &'g str,
    /// The first layer of the row.
    pub first: &'g Layer,
    /// The last layer of the row: `first` itself in a row of one layer.
    pub last: &'g Layer,
    /// Number of layers.
    pub layers: usize,
    /// Parameters by kind.
    pub parameters: Parameters,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Elements read: all operands of all layers.
    pub input_elems: u64,
    /// Elements written by all layers.
    pub output_elems: u64,
    /// Most elements that are alive while a layer of the row runs.
    pub live_elems: u64,
    /// Rows and columns of the input image that one output position sees, borders not cut off.
    pub receptive_field: [u64; 2],
    /// Distance on the input image between neighbouring output positions.
    pub effective_stride: u64,
}

impl<'g> Analysis<'g> {
    /// Analyses a network.
    pub fn of(graph: &'g LayerGraph) -> Self {
        let lifetimes = Lifetimes::of(graph);
        let totals = Totals::with_lifetimes(graph, &lifetimes);
        let fields = ReceptiveField::of_layers(graph);
        let rows: Vec<_> = graph
            .layers()
            .zip(&lifetimes.live)
            .zip(fields)
            .map(|(((id, layer), &live), field)| Row::new(graph, id, layer, live, field))
            .collect();
        let separable = Separable::of(graph, &totals);
        let residual = residual::pairs(&rows);
        Self {
            rows,
            totals,
            separable,
            residual,
            lifetimes,
            plan: None,
            arena: None,
            roofline: None,
        }
    }

    /// The same with the plan of the generated crate and its arena.
    pub fn with_plan(mut self, plan: &'g Plan) -> Self {
        self.plan = Some(plan);
        let arena = Arena::of(plan);
        self.totals.arena_bytes = Some(arena.bytes);
        self.arena = Some(arena);
        self
    }

    /// The same with the time that a plan of `graph` takes on one thread of a machine.
    pub fn with_machine(
        mut self,
        graph: &LayerGraph,
        plan: &'g Plan,
        machine: &'g Description,
    ) -> Self {
        let roofline = Roofline::of(graph, plan, machine);
        self.totals.predicted_ns = Some(roofline.predicted_ns());
        self.roofline = Some(roofline);
        self
    }
}

impl<'g> Row<'g> {
    fn new(
        graph: &'g LayerGraph,
        id: LayerId,
        layer: &'g Layer,
        live_elems: u64,
        field: ReceptiveField,
    ) -> Self {
        let operands = graph.operands(id);
        Self {
            name: &layer.name,
            first: layer,
            last: layer,
            layers: 1,
            parameters: layer.parameters(),
            macs: layer.macs(),
            input_elems: operands.iter().map(|&o| elements(graph.shape(o))).sum(),
            output_elems: elements(layer.output),
            live_elems,
            receptive_field: field.size,
            effective_stride: field.stride,
        }
    }

    /// Floating-point operations, two per MAC.
    pub fn flops(&self) -> u64 {
        2 * self.macs
    }

    /// Parameters after folding: a batch normalisation leaves one bias per channel.
    pub fn folded(&self) -> u64 {
        let Parameters { weights, bias, norm, .. } = self.parameters;
        (weights + bias + norm / 2) as u64
    }

    /// Bytes of the folded f32 parameters.
    pub fn weight_bytes(&self) -> u64 {
        self.folded() * F32_BYTES
    }

    /// FLOPs per byte of inputs, outputs and folded weights in f32, each moved once.
    pub fn intensity(&self) -> f64 {
        let bytes = (self.input_elems + self.output_elems) * F32_BYTES + self.weight_bytes();
        self.flops() as f64 / bytes as f64
    }

    /// The row's part of the network's MACs, from 0 to 1.
    pub fn share(&self, totals: &Totals) -> f64 {
        if totals.macs == 0 { 0.0 } else { self.macs as f64 / totals.macs as f64 }
    }
}

fn elements(shape: Shape) -> u64 {
    shape.elements() as u64
}
