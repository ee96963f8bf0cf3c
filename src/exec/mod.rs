//! Runs a plan in process, with the kernels that a generated crate has: for tests, fuzzing and
//! verification.

use crate::kernels::isa::InstructionSet;
use crate::kernels::steps::{Chain, Join, Memory, Output, Runner};
use crate::machine::measure;
use crate::plan::{Operation, Plan};

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
    plan: &'a Plan,
    weights: Aligned,
    shared: Aligned,
    scratch: Aligned,
    threads: usize,
    logits: Vec<f32>,
}

impl<'a> Session<'a> {
    /// Memory for up to `threads` threads.
    pub fn new(plan: &'a Plan, weights: &[f32], threads: usize) -> Self {
        let mut copy = Aligned::new(weights.len());
        copy.get().copy_from_slice(weights);
        Self {
            plan,
            weights: copy,
            shared: Aligned::new(plan.shared),
            scratch: Aligned::new(plan.scratch * threads),
            threads,
            logits: vec![f32::NAN; plan.classes],
        }
    }

    /// Runs the plan on an input in HWC order with the instruction set called `isa`, and returns the
    /// logits; `None` where this CPU does not have it. `observe` sees the output of each step, of
    /// the last one nothing but its number.
    ///
    /// # Panics
    ///
    /// If a kernel wrote beside its memory.
    pub fn run(
        &mut self,
        input: &[f32],
        isa: &str,
        join: &impl Join,
        mut observe: impl FnMut(usize, Option<Output>),
    ) -> Option<&[f32]> {
        let ops = available(isa)?.ops();
        let memory = Memory {
            input,
            weights: self.weights.get(),
            shared: self.shared.get(),
            scratch: self.scratch.get(),
            threads: self.threads,
            logits: &mut self.logits,
        };
        let mut runner = Runner::new(ops, join, memory);
        for (i, step) in self.plan.steps.iter().enumerate() {
            match &step.operation {
                Operation::Conv(conv) => runner.conv(conv),
                Operation::Chain { source, units, project, residual, out, split } => {
                    runner.chain(&Chain {
                        source: *source,
                        units,
                        project: *project,
                        residual: *residual,
                        out: *out,
                        split: *split,
                    });
                }
                Operation::Head(head) => runner.head(head),
            }
            observe(i, step.output().map(|out| runner.output(out)));
        }
        let intact = self.shared.is_intact() && self.scratch.is_intact();
        assert!(intact, "a kernel wrote beside its memory");
        Some(&self.logits)
    }
}

/// Elements from a cache line's start on, as a generated crate has them, between guards.
struct Aligned {
    elements: Vec<f32>,
    len: usize,
}

/// What stands on both sides of the elements.
const GUARD: f32 = -123_456.0;

impl Aligned {
    /// `len` NaNs, which show every read of an element that no step has written.
    fn new(len: usize) -> Self {
        let mut aligned = Self { elements: vec![GUARD; len + 64], len };
        aligned.get().fill(f32::NAN);
        aligned
    }

    fn get(&mut self) -> &mut [f32] {
        let start = self.start();
        &mut self.elements[start..][..self.len]
    }

    fn start(&self) -> usize {
        16 + self.elements[16..].as_ptr().align_offset(64)
    }

    /// Whether nothing was written beside the elements.
    fn is_intact(&self) -> bool {
        let (before, rest) = self.elements.split_at(self.start());
        before.iter().chain(&rest[self.len..]).all(|&x| x == GUARD)
    }
}

/// Multiply-adds a second that one core does with the instruction set called `isa` when it does
/// nothing else: the best of `tries` tries of about a millisecond.
pub fn peak(isa: &str, tries: usize) -> Option<f64> {
    let ops = available(isa)?.ops();
    Some((0..tries.max(1)).map(|_| measure::peak(&ops)).fold(0.0, f64::max))
}
