//! How long a plan takes on one thread of a machine: the roofline model (Williams, Waterman and
//! Patterson 2009, doi:10.1145/1498765.1498785), layer by layer.
//!
//! A layer takes as long as the slowest of what it needs: its FLOPs at the rate that its kind
//! attains ([`Rates::time`]), and for each level of memory its bytes at the level's bandwidth. All of that overlaps;
//! layers do not, so a step takes the sum over its layers, and a network the sum over its steps.
//!
//! Every layer reads its operands and weights once and writes its output once, as f32:
//!
//! - weights and the network's input are touched once in an inference, so they come from the level
//!   that holds all that an inference touches: input, packed weights and arena;
//! - a tensor between steps lives in the nearest level that holds it;
//! - a tensor inside a step lives in the nearest level that holds the rows of it that exist at once;
//! - what a sum or a pool takes from the layer before it never leaves the registers.
//!
//! That panels read their rows again, from near caches, is part of the rates that kinds attain.

use crate::graph::{LayerGraph, LayerId, Source};
use crate::kernels::isa::InstructionSet;
use crate::kernels::steps;
use crate::layer::{Kind, Layer};
use crate::machine::{Description, LevelName, Rates};
use crate::plan::{Plan, Step};

use super::{F32_BYTES, elements};

/// What a plan takes on one thread of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Roofline<'p> {
    /// The machine.
    pub machine: &'p Description,
    /// The instruction set: the machine's best unless another was asked for.
    pub isa: InstructionSet,
    /// What it computes.
    pub rates: Rates,
    /// Predicted time of an inference, in nanoseconds.
    pub ns: f64,
    /// The steps in order.
    pub steps: Vec<StepTime<'p>>,
}

/// What a step takes.
#[derive(Clone, Debug, PartialEq)]
pub struct StepTime<'p> {
    /// Name of the step.
    pub name: &'p str,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Bytes that it cannot do without: what it reads from and writes for other steps, and weights.
    pub bytes: u64,
    /// Predicted time in nanoseconds.
    pub ns: f64,
    /// What most of the time goes to.
    pub bound: Bound,
    /// The part of the time that goes there, from 0 to 1.
    pub share: f64,
}

/// What limits a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// What its kind attains of the arithmetic; the short name of the kind.
    Compute(&'static str),
    /// The bandwidth of a level, and most of what comes from there.
    Memory(LevelName, Traffic),
}

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Weights.
    Weights,
    /// Inputs and outputs of layers.
    Activations,
}

impl Traffic {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Activations => "activations",
        }
    }
}

impl StepTime<'_> {
    /// FLOPs, two for each multiply-accumulate.
    pub fn flops(&self) -> u64 {
        2 * self.macs
    }

    /// FLOPs for each byte that the step cannot do without.
    pub fn intensity(&self) -> f64 {
        self.flops() as f64 / self.bytes.max(1) as f64
    }

    /// Predicted GFLOP/s.
    pub fn gflops(&self) -> f64 {
        self.flops() as f64 / self.ns
    }
}

impl<'p> Roofline<'p> {
    /// Predicts for a machine's best instruction set.
    pub fn of(graph: &LayerGraph, plan: &'p Plan, machine: &'p Description) -> Self {
        let (isa, rates) = machine.compute[0];
        Self::with(graph, plan, machine, isa, rates)
    }

    /// Predicts for one of a machine's instruction sets; `None` where the machine has no rates of it.
    pub fn with_isa(
        graph: &LayerGraph,
        plan: &'p Plan,
        machine: &'p Description,
        isa: InstructionSet,
    ) -> Option<Self> {
        let rates = machine.rates(isa)?;
        Some(Self::with(graph, plan, machine, isa, rates))
    }

    fn with(
        graph: &LayerGraph,
        plan: &'p Plan,
        machine: &'p Description,
        isa: InstructionSet,
        rates: Rates,
    ) -> Self {
        let touched = plan.input.elements() + plan.weights + plan.arena_elements();
        let home = machine.holding(touched as u64 * F32_BYTES).name;
        let predictor = Predictor { graph, machine, rates, home };
        let steps: Vec<_> = plan.steps.iter().map(|step| predictor.step(step)).collect();
        let ns = steps.iter().map(|step| step.ns).sum();
        Self { machine, isa, rates, ns, steps }
    }

    /// Predicted time in whole nanoseconds.
    pub fn predicted_ns(&self) -> u64 {
        self.ns.round() as u64
    }

    /// The part of the peak that the prediction attains, from 0 to 1.
    pub fn share_of_peak(&self) -> f64 {
        let flops: u64 = self.steps.iter().map(StepTime::flops).sum();
        flops as f64 / self.ns / self.rates.peak
    }
}

struct Predictor<'a> {
    graph: &'a LayerGraph,
    machine: &'a Description,
    rates: Rates,
    /// Where weights and input come from.
    home: LevelName,
}

/// Bytes that a layer moves.
#[derive(Clone, Copy, Debug)]
struct Moved {
    level: LevelName,
    what: Traffic,
    bytes: u64,
    /// Whether other steps, or the weights' file, have them.
    outside: bool,
}

impl Predictor<'_> {
    fn step<'p>(&self, step: &'p Step) -> StepTime<'p> {
        let mut time = StepTime {
            name: &step.name,
            macs: 0,
            bytes: 0,
            ns: 0.0,
            bound: Bound::Compute("pw"),
            share: 0.0,
        };
        let mut bounds: Vec<(Bound, f64)> = Vec::new();
        for &id in &step.layers {
            let layer = self.graph.layer(id);
            let moved = self.moved(step, id, layer);
            let (bound, ns) = self.layer(layer, &moved);
            time.macs += layer.macs();
            time.ns += ns;
            time.bytes += moved.iter().filter(|m| m.outside).map(|m| m.bytes).sum::<u64>();
            match bounds.iter_mut().find(|(known, _)| *known == bound) {
                Some((_, sum)) => *sum += ns,
                None => bounds.push((bound, ns)),
            }
        }
        if let Some((bound, ns)) = bounds.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
            time.bound = bound;
            time.share = ns / time.ns;
        }
        time
    }

    /// What limits a layer, and its time in nanoseconds.
    fn layer(&self, layer: &Layer, moved: &[Moved]) -> (Bound, f64) {
        let compute = (Bound::Compute(layer.kind.op()), self.rates.time(layer));
        let memory = self.machine.levels.iter().filter_map(|level| {
            let here = || moved.iter().filter(|m| m.level == level.name);
            let bytes: u64 = here().map(|m| m.bytes).sum();
            let most = here().max_by_key(|m| m.bytes)?;
            Some((Bound::Memory(level.name, most.what), bytes as f64 / level.read))
        });
        memory.fold(compute, |slowest, other| if other.1 > slowest.1 { other } else { slowest })
    }

    /// What a layer of a step reads and writes.
    fn moved(&self, step: &Step, id: LayerId, layer: &Layer) -> Vec<Moved> {
        let mut moved = Vec::new();
        let mut add = |level, what, bytes: u64, outside| {
            if bytes > 0 {
                moved.push(Moved { level, what, bytes, outside });
            }
        };
        let parameters = layer.parameters();
        let folded = parameters.weights + parameters.bias + parameters.norm / 2;
        add(self.home, Traffic::Weights, folded as u64 * F32_BYTES, true);
        for &operand in self.graph.operands(id).iter() {
            let bytes = elements(self.graph.shape(operand)) * F32_BYTES;
            match operand {
                Source::Layer(made) if step.layers.contains(&made) => {
                    if !in_registers(layer.kind) {
                        add(self.inside(step, bytes), Traffic::Activations, bytes, false);
                    }
                }
                Source::Layer(_) => add(self.between(bytes), Traffic::Activations, bytes, true),
                Source::Input => add(self.home, Traffic::Activations, bytes, true),
            }
        }
        let bytes = elements(layer.output) * F32_BYTES;
        if step.layers.last() == Some(&id) {
            add(self.between(bytes), Traffic::Activations, bytes, true);
        } else {
            let readers = self.graph.consumers(Source::Layer(id));
            if !readers.iter().all(|&reader| in_registers(self.graph.layer(reader).kind)) {
                add(self.inside(step, bytes), Traffic::Activations, bytes, false);
            }
        }
        moved
    }

    /// Where a tensor between steps lives.
    fn between(&self, bytes: u64) -> LevelName {
        self.machine.holding(bytes).name
    }

    /// Where a tensor inside a step lives, of which no more exists than the step has room for.
    fn inside(&self, step: &Step, bytes: u64) -> LevelName {
        let workspace = match step.operation {
            steps::Step::Chain(_) => step.operation.workspace().map_or(0, |(_, len)| len),
            steps::Step::Conv(_) | steps::Step::Head(_) => 0,
        };
        let room = (step.operation.scratch() + workspace) as u64 * F32_BYTES;
        self.machine.holding(bytes.min(room)).name
    }
}

/// Whether a kind of layer takes what the layer before it made from the registers.
fn in_registers(kind: Kind) -> bool {
    matches!(kind, Kind::Add | Kind::GlobalAveragePool(_))
}
