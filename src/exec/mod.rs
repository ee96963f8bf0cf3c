//! Runs a plan in process, with the kernels that a generated crate has: for tests, fuzzing and
//! verification.

use crate::error::{Error, Result};
use crate::kernels::isa::InstructionSet;
use crate::kernels::memory::Values;
use crate::kernels::operators;
use crate::kernels::steps::{Join, Memory, Network, Output, Runner, Step};
use crate::machine::measure;
use crate::plan::Plan;

/// The names of the instruction sets that this CPU has, best first.
pub fn instruction_sets() -> Vec<&'static str> {
    InstructionSet::available().map(InstructionSet::name).collect()
}

/// The instruction set called `name`, if this CPU has it.
fn available(name: &str) -> Option<InstructionSet> {
    InstructionSet::available().find(|isa| isa.name() == name)
}

/// A plan with its weights and the memory to run it.
pub struct Session<'a> {
    steps: Vec<(&'a str, Step)>,
    weights: Values,
    shared: Guarded,
    scratch: Guarded,
    threads: usize,
    logits: Vec<f32>,
}

impl<'a> Session<'a> {
    /// Memory for up to `threads` threads.
    pub fn new(plan: &'a Plan, weights: &[f32], threads: usize) -> Self {
        let mut copy = Values::new(weights.len(), 0.0);
        copy.as_mut_slice().copy_from_slice(weights);
        Self {
            steps: plan.named(),
            weights: copy,
            shared: Guarded::new(plan.shared),
            scratch: Guarded::new(plan.scratch * threads),
            threads,
            logits: vec![f32::NAN; plan.classes],
        }
    }

    /// Runs the plan on an input in HWC order with the instruction set called `isa`, and returns the
    /// logits. `observe` sees the output of each step.
    ///
    /// # Errors
    ///
    /// Where this CPU lacks the instruction set, or weights and input are not the plan's.
    ///
    /// # Panics
    ///
    /// If a kernel wrote beside its memory.
    pub fn run(
        &mut self,
        input: &[f32],
        isa: &str,
        join: &impl Join,
        mut observe: impl FnMut(usize, Output),
    ) -> Result<&[f32]> {
        let lacks = || Error::Usage(format!("this CPU does not have {isa}"));
        let ops = operators::ops(available(isa).ok_or_else(lacks)?);
        let network = Network::prove(self.weights.as_slice().len(), &self.steps);
        let network = network.map_err(|fault| Error::Internal(fault.to_string()))?;
        let memory = Memory {
            input,
            weights: self.weights.as_slice(),
            shared: self.shared.get(),
            scratch: self.scratch.get(),
            threads: self.threads,
            logits: &mut self.logits,
        };
        let runner = Runner::new(network, ops, join, memory);
        let less = || Error::Internal("less memory than the plan needs".into());
        runner.ok_or_else(less)?.run(&mut observe);
        let intact = self.shared.is_intact() && self.scratch.is_intact();
        assert!(intact, "a kernel wrote beside its memory");
        Ok(&self.logits)
    }
}

/// Values from a cache line's start on, as a generated crate has them, between guards.
struct Guarded {
    values: Values,
    len: usize,
}

/// What stands on both sides of the values.
const GUARD: f32 = -123_456.0;
/// How often: two cache lines.
const MARGIN: usize = 32;

impl Guarded {
    /// `len` NaNs, which show every read of a value that no step has written.
    fn new(len: usize) -> Self {
        let mut guarded = Self { values: Values::new(len + 2 * MARGIN, GUARD), len };
        guarded.get().fill(f32::NAN);
        guarded
    }

    fn get(&mut self) -> &mut [f32] {
        &mut self.values.as_mut_slice()[MARGIN..][..self.len]
    }

    /// Whether nothing was written beside the values.
    fn is_intact(&self) -> bool {
        let (before, rest) = self.values.as_slice().split_at(MARGIN);
        before.iter().chain(&rest[self.len..]).all(|&x| x == GUARD)
    }
}

/// Multiply-adds a second that one core does with the instruction set called `isa` when it does
/// nothing else: the best of `tries` tries of about a millisecond.
pub fn peak(isa: &str, tries: usize) -> Option<f64> {
    let ops = operators::ops(available(isa)?);
    Some((0..tries.max(1)).map(|_| measure::peak(&ops)).fold(0.0, f64::max))
}
