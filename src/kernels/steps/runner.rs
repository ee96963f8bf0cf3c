//! Runs steps on the memory of one inference.

use super::super::isa::Ops;
use super::convolve::{Operands, dense_rows};
use super::join::{Deal, Join, share};
use super::view::View;
use super::{Chain, Conv, Head, Place, Split, Tensor, Unit, chain, check, head};

/// The memory of one inference, in `f32` elements.
pub struct Memory<'a> {
    /// The input, HWC.
    pub input: &'a [f32],
    /// The packed weights.
    pub weights: &'a [f32],
    /// The part of the arena that all threads share.
    pub shared: &'a mut [f32],
    /// Scratch memory, `scratch_len` elements for each thread.
    pub scratch: &'a mut [f32],
    /// Scratch elements of one thread.
    pub scratch_len: usize,
    /// The outputs.
    pub logits: &'a mut [f32],
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
            base: self.scratch.wrapping_add(unit.ring),
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
        let base = self.scratch.wrapping_add(unit.rows);
        View { first, ..Self::whole(unit, base) }
    }

    /// A unit's whole output in the shared memory, as a step split by panels keeps it.
    fn map(&self, unit: &Unit) -> View {
        Self::whole(unit, self.shared.wrapping_add(unit.rows))
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
pub struct Runner<'a> {
    ops: Ops,
    join: &'a dyn Deal,
    memory: Memory<'a>,
}

impl<'a> Runner<'a> {
    /// A runner for one inference. `memory.scratch` bounds the number of threads.
    pub fn new(ops: Ops, join: &'a impl Join, memory: Memory<'a>) -> Self {
        Self { ops, join, memory }
    }

    /// Runs a convolution.
    ///
    /// # Panics
    ///
    /// If the step does not fit the memory; as for the other steps.
    pub fn conv(&mut self, step: &Conv) {
        fits(check::conv(step, &self.memory));
        let (ops, pointers) = (self.ops, self.pointers());
        let operands = |memory: &Pointers| Operands {
            source: memory.view(&step.source),
            height: step.source.h,
            residual: step.residual.map(|tensor| memory.view(&tensor)),
            out: memory.view(&step.out),
        };
        let panels = step.dense.c_out.div_ceil(step.dense.panel);
        let threads = self.threads(step.split);
        self.join.for_each((0, threads), &|i| {
            let memory = pointers.of_thread(0, 0);
            let by_rows = step.split == Split::Rows;
            let rows = if by_rows { share(step.out.h, i, threads) } else { (0, step.out.h) };
            let panels = if by_rows { (0, panels) } else { share(panels, i, threads) };
            for p in panels.0..panels.1 {
                // SAFETY: the step fits the memory; each thread has its own rows or panels.
                unsafe {
                    dense_rows(ops, &step.dense, memory.weights, &operands(&memory), p, rows)
                };
            }
        });
    }

    /// Runs fused convolutions.
    pub fn chain(&mut self, step: &Chain) {
        fits(check::chain(step, &self.memory));
        let (ops, pointers, scratch) = (self.ops, self.pointers(), self.memory.scratch_len);
        let threads = self.threads(step.split);
        let Some(last) = step.units.last() else { return };
        if step.split != Split::Panels {
            self.join.for_each((0, threads), &|i| {
                let memory = pointers.of_thread(i, scratch);
                // SAFETY: the step fits the memory; each thread has its own rows and scratch.
                unsafe { chain::rows(ops, step, memory, share(step.out.h, i, threads)) };
            });
            return;
        }
        let made =
            if step.project.is_some() { pointers.map(last) } else { pointers.view(&step.out) };
        self.join.for_each((0, threads), &|i| {
            let memory = pointers.of_thread(i, scratch);
            let panels = share(last.depthwise.panels(), i, threads);
            // SAFETY: the step fits the memory; each thread has its own panels and scratch.
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
            // SAFETY: the step fits the memory; each thread has its own rows or panels.
            unsafe { chain::project(ops, step, pointers.of_thread(0, 0), &made, rows, panels) };
        });
    }

    /// Runs pooling and classifier.
    pub fn head(&mut self, step: &Head) {
        fits(check::head(step, &self.memory));
        let (ops, pointers) = (self.ops, self.pointers());
        self.join.for_each((0, Head::PARTS), &|part| {
            // SAFETY: the step fits the memory; each part has its own sums.
            unsafe { head::part(ops, step, pointers.of_thread(0, 0), part) };
        });
        // SAFETY: the step fits the memory, and all parts are done.
        unsafe { head::finish(step, pointers) };
    }

    /// The values of a tensor after the step that made it.
    pub fn output(&self, tensor: &Tensor) -> Output<'_> {
        let values = match tensor.place {
            Place::Input => self.memory.input,
            Place::Arena(offset) => &self.memory.shared[offset..],
        };
        Output { tensor: *tensor, values }
    }

    /// The outputs of a head after it has run.
    pub fn scores(&self, head: &Head) -> Output<'_> {
        let c = head.classes;
        let tensor = Tensor { place: Place::Arena(0), c, h: 1, w: 1, panel: c };
        Output { tensor, values: self.memory.logits }
    }

    /// The outputs, after the head.
    pub fn logits(&self) -> &[f32] {
        self.memory.logits
    }

    fn threads(&self, split: Split) -> usize {
        let room =
            self.memory.scratch.len().checked_div(self.memory.scratch_len).unwrap_or(usize::MAX);
        if split == Split::Whole { 1 } else { self.join.threads().clamp(1, room.max(1)) }
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

fn fits(check: Result<(), &'static str>) {
    if let Err(reason) = check {
        panic!("the step does not fit its memory: {reason}");
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
