//! Runs a plan in process, with the kernels that a generated crate has: for tests, fuzzing and
//! verification.

#[cfg(target_arch = "x86_64")]
use crate::kernels::isa::{Avx2, Avx512};
use crate::kernels::isa::{Isa, Portable};
use crate::kernels::steps::{Chain, Join, Memory, Output, Runner};
use crate::plan::{Operation, Plan};

/// The names of the instruction sets that this CPU has, best first.
pub fn instruction_sets() -> Vec<&'static str> {
    let mut names = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        names.extend(Avx512::new().map(|_| Avx512::NAME));
        names.extend(Avx2::new().map(|_| Avx2::NAME));
    }
    names.push(Portable::NAME);
    names
}

/// Runs a plan on an input in HWC order, with the instruction set called `isa`; `None` where this
/// CPU does not have it. `observe` sees the output of each step but the last.
pub fn run(
    plan: &Plan,
    weights: &[f32],
    input: &[f32],
    isa: &str,
    join: &impl Join,
    observe: impl FnMut(usize, Output),
) -> Option<Vec<f32>> {
    let run = Run { plan, weights, input, join };
    match isa {
        #[cfg(target_arch = "x86_64")]
        Avx512::NAME => Some(run.on(Avx512::new()?, observe)),
        #[cfg(target_arch = "x86_64")]
        Avx2::NAME => Some(run.on(Avx2::new()?, observe)),
        Portable::NAME => Some(run.on(Portable, observe)),
        _ => None,
    }
}

struct Run<'a, J> {
    plan: &'a Plan,
    weights: &'a [f32],
    input: &'a [f32],
    join: &'a J,
}

impl<J: Join> Run<'_, J> {
    fn on(&self, isa: impl Isa, mut observe: impl FnMut(usize, Output)) -> Vec<f32> {
        let plan = self.plan;
        // NaN shows every read of an element that no step has written.
        let mut shared = vec![f32::NAN; plan.shared];
        let mut scratch = vec![f32::NAN; plan.scratch * self.join.threads()];
        let mut logits = vec![f32::NAN; plan.classes];
        let memory = Memory {
            input: self.input,
            weights: self.weights,
            shared: &mut shared,
            scratch: &mut scratch,
            scratch_len: plan.scratch,
            logits: &mut logits,
        };
        let mut runner = Runner::new(isa, self.join, memory);
        for (i, step) in plan.steps.iter().enumerate() {
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
            if let Some(out) = step.output() {
                observe(i, runner.output(out));
            }
        }
        logits
    }
}
