//! Runs steps on the memory of one inference.

use super::super::isa::Ops;
use super::convolve::{Operands, dense_rows};
use super::join::{DynJoin, Join, share};
use super::view::View;
use super::{Chain, Conv, Head, Network, Place, Split, Step, Tensor, Unit, chain, head};

/// The memory of one inference, in `f32` elements.
pub struct Memory<'a> {
    /// The input, HWC.
    pub input: &'a [f32],
    /// The packed weights.
    pub weights: &'a [f32],
    /// The part of the arena that all threads share.
    pub shared: &'a mut [f32],
    /// Scratch memory, the same share of it for each thread.
    pub scratch: &'a mut [f32],
    /// Most threads that work at once.
    pub threads: usize,
    /// The outputs.
    pub logits: &'a mut [f32],
}

impl Memory<'_> {
    /// Scratch elements of one thread.
    fn scratch_len(&self) -> usize {
        self.scratch.len() / self.threads.max(1)
    }
}

/// The addresses of a [`Memory`], for one thread.
#[derive(Clone, Copy)]
pub(super) struct Pointers {
    pub input: *const f32,
    pub weights: *const f32,
    pub shared: *mut f32,
    pub scratch: *mut f32,
    pub logits: *mut f32,
}

// SAFETY: threads write disjoint rows or panels of the shared memory, and each its own scratch.
unsafe impl Send for Pointers {}
// SAFETY: as above.
unsafe impl Sync for Pointers {}

impl Pointers {
    /// The whole of a tensor.
    pub fn view(&self, tensor: &Tensor) -> View {
        let base = match tensor.place {
            Place::Input => self.input.cast_mut(),
            Place::Arena(offset) => self.shared.wrapping_add(offset),
            Place::Logits => self.logits,
        };
        let Tensor { c, h, w, panel, .. } = *tensor;
        View { base, c, w, panel, panel_rows: h, rows: h, first: 0 }
    }

    /// The rows between the convolutions of a unit: `source` where there is only one.
    pub fn ring(&self, unit: &Unit, source: &View) -> View {
        if unit.dense.is_none() {
            return *source;
        }
        View {
            base: self.scratch.wrapping_add(unit.ring_at),
            c: unit.depthwise.c,
            w: unit.input.1,
            panel: unit.ring_panel,
            panel_rows: if unit.ring_shared { 0 } else { unit.ring_rows },
            rows: unit.ring_rows,
            first: 0,
        }
    }

    /// The band of output rows of a unit that starts with row `first`, in this thread's scratch.
    pub fn band(&self, unit: &Unit, first: usize) -> View {
        let base = self.scratch.wrapping_add(unit.rows_at);
        View { first, ..Self::whole(unit, base) }
    }

    /// A unit's whole output in the shared memory, as a step split by panels keeps it.
    fn map(&self, unit: &Unit) -> View {
        Self::whole(unit, self.shared.wrapping_add(unit.rows_at))
    }

    fn whole(unit: &Unit, base: *mut f32) -> View {
        View {
            base,
            c: unit.depthwise.c,
            w: unit.output.1,
            panel: unit.depthwise.panel,
            panel_rows: unit.band,
            rows: unit.band,
            first: 0,
        }
    }
}

/// Runs the steps of a network one after the other.
pub struct Runner<'a, const UNITS: usize> {
    network: Network<'a, UNITS>,
    ops: Ops,
    join: &'a dyn DynJoin,
    memory: Memory<'a>,
}

impl<'a, const UNITS: usize> Runner<'a, UNITS> {
    /// A runner for one inference; `None` where the memory is less than the network's [`Sizes`].
    /// However many threads the executor has, it is given at most `memory.threads` closures that work
    /// at once; one that waits in a `join` does not work.
    ///
    /// [`Sizes`]: super::Sizes
    pub fn new(
        network: Network<'a, UNITS>,
        ops: Ops,
        join: &'a impl Join,
        memory: Memory<'a>,
    ) -> Option<Self> {
        let sizes = network.sizes();
        let enough = memory.input.len() >= sizes.input
            && memory.weights.len() >= sizes.weights
            && memory.shared.len() >= sizes.shared
            && memory.scratch_len() >= sizes.scratch
            && memory.logits.len() >= sizes.logits;
        enough.then_some(Self { network, ops, join, memory })
    }

    /// Runs the network. `observe` sees the output of each step, with its number from 0.
    pub fn run(&mut self, observe: &mut dyn FnMut(usize, Output)) {
        for (i, (_, step)) in self.network.steps().iter().enumerate() {
            match step {
                Step::Conv(conv) => self.conv(conv),
                Step::Chain(chain) => self.chain(chain),
                Step::Head(head) => self.head(head),
            }
            observe(i, self.output(&step.out()));
        }
    }

    fn conv(&mut self, step: &Conv) {
        let (ops, pointers) = (self.ops, self.pointers());
        let operands = |memory: &Pointers| Operands {
            source: memory.view(&step.source),
            height: step.source.h,
            residual: step.residual.map(|tensor| memory.view(&tensor)),
            out: memory.view(&step.out),
        };
        let panels = step.dense.c_out.div_ceil(step.dense.panel);
        let threads = self.threads();
        self.join.for_each((0, threads), &|i| {
            let memory = pointers.of_thread(0, 0);
            let by_rows = step.split == Split::Rows;
            let rows = if by_rows { share(step.out.h, i, threads) } else { (0, step.out.h) };
            let panels = if by_rows { (0, panels) } else { share(panels, i, threads) };
            for p in panels.0..panels.1 {
                // SAFETY: the network fits the memory; each thread has its own rows or panels.
                unsafe {
                    dense_rows(ops, &step.dense, memory.weights, &operands(&memory), p, rows)
                };
            }
        });
    }

    fn chain(&mut self, step: &Chain<UNITS>) {
        let (ops, pointers, scratch) = (self.ops, self.pointers(), self.memory.scratch_len());
        let threads = self.threads();
        let last = &step.units()[step.units().len() - 1];
        if step.split != Split::Panels {
            self.join.for_each((0, threads), &|i| {
                let memory = pointers.of_thread(i, scratch);
                // SAFETY: the network fits the memory; each thread has its own rows and scratch.
                unsafe { chain::rows(ops, step, memory, share(step.out.h, i, threads)) };
            });
            return;
        }
        let made =
            if step.project.is_some() { pointers.map(last) } else { pointers.view(&step.out) };
        self.join.for_each((0, threads), &|i| {
            let memory = pointers.of_thread(i, scratch);
            let panels = share(last.depthwise.panels(), i, threads);
            // SAFETY: the network fits the memory; each thread has its own panels and scratch.
            unsafe { chain::panels(ops, step, memory, &made, panels) };
        });
        let Some(project) = &step.project else { return };
        // Few panels do not divide evenly: threads share them by rows where that is fairer.
        let panels = project.c_out.div_ceil(project.panel);
        let by_panels = panels.is_multiple_of(threads);
        self.join.for_each((0, threads), &|i| {
            let whole = (0, step.out.h);
            let rows = if by_panels { whole } else { share(step.out.h, i, threads) };
            let panels = if by_panels { share(panels, i, threads) } else { (0, panels) };
            // SAFETY: the network fits the memory; each thread has its own rows or panels.
            unsafe { chain::project(ops, step, pointers.of_thread(0, 0), &made, rows, panels) };
        });
    }

    fn head(&mut self, step: &Head) {
        let (ops, pointers) = (self.ops, self.pointers());
        let threads = self.threads().min(Head::PARTIAL_SUMS);
        self.join.for_each((0, threads), &|i| {
            let sums = share(Head::PARTIAL_SUMS, i, threads);
            for sum in sums.0..sums.1 {
                // SAFETY: the network fits the memory; each partial sum has its own place there.
                unsafe { head::partial_sum(ops, step, pointers.of_thread(0, 0), sum) };
            }
        });
        // SAFETY: the network fits the memory, and all partial sums are made.
        unsafe { head::finish(step, pointers) };
    }

    /// The values of a tensor after the step that made it.
    fn output(&self, tensor: &Tensor) -> Output<'_> {
        let values = match tensor.place {
            Place::Input => self.memory.input,
            Place::Arena(offset) => &self.memory.shared[offset..],
            Place::Logits => self.memory.logits,
        };
        Output { tensor: *tensor, values }
    }

    fn threads(&self) -> usize {
        self.join.threads().min(self.memory.threads).max(1)
    }

    fn pointers(&mut self) -> Pointers {
        Pointers {
            input: self.memory.input.as_ptr(),
            weights: self.memory.weights.as_ptr(),
            shared: self.memory.shared.as_mut_ptr(),
            scratch: self.memory.scratch.as_mut_ptr(),
            logits: self.memory.logits.as_mut_ptr(),
        }
    }
}

impl Pointers {
    /// These addresses with the scratch memory of thread `i`.
    fn of_thread(self, i: usize, scratch_len: usize) -> Self {
        Self { scratch: self.scratch.wrapping_add(i * scratch_len), ..self }
    }
}

/// A step's output, whatever its layout.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a> {
    tensor: Tensor,
    values: &'a [f32],
}

impl Output<'_> {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.tensor.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Value `i` in HWC order.
    pub fn get(&self, i: usize) -> f32 {
        self.values[self.tensor.offset(i % self.tensor.c, i / self.tensor.c)]
    }

    /// The values in HWC order.
    pub fn iter(&self) -> impl Iterator<Item = f32> {
        (0..self.len()).map(|i| self.get(i))
    }
}
