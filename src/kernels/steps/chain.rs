//! Fused convolutions, depth first by bands of rows.

use super::super::isa::Ops;
use super::convolve::{Operands, dense_rows, depthwise_rows};
use super::runner::Pointers;
use super::view::View;
use super::{Chain, Unit};

/// What one thread does of a chain.
struct Work<'a, const UNITS: usize> {
    ops: Ops,
    chain: &'a Chain<UNITS>,
    memory: Pointers,
    source: View,
    out: View,
    /// Rows of each unit's depthwise input that are made.
    done: [usize; UNITS],
    /// Panels of the first unit to compute.
    panels: (usize, usize),
}

/// Output rows `y.0..y.1` of a chain.
///
/// # Safety
///
/// The memory has the network's sizes; no other thread writes these rows, and the scratch
/// memory is this thread's own.
pub(super) unsafe fn rows<const UNITS: usize>(
    ops: Ops,
    chain: &Chain<UNITS>,
    memory: Pointers,
    y: (usize, usize),
) {
    let last = &chain.units()[chain.units().len() - 1];
    let panels = (0, chain.units()[0].depthwise.panels());
    let mut work = Work::new(ops, chain, memory, panels);
    work.start(y.0);
    let out_rows = chain.project.is_none().then_some(work.out);
    let band = last.band;
    let mut row = y.0;
    while row < y.1 {
        let end = (row + band).min(y.1);
        let made = out_rows.unwrap_or_else(|| memory.band(last, row));
        // SAFETY: the caller's contract.
        unsafe {
            work.produce(chain.units().len() - 1, &made, (row, end));
            work.project(&made, (row, end), (0, usize::MAX));
        }
        row = end;
    }
}

/// All rows of the panels `panels` of a chain of one unit, without the projection.
///
/// # Safety
///
/// As for [`rows`], for these panels; where there is a projection, `made` holds the whole map.
pub(super) unsafe fn panels<const UNITS: usize>(
    ops: Ops,
    chain: &Chain<UNITS>,
    memory: Pointers,
    made: &View,
    panels: (usize, usize),
) {
    let mut work = Work::new(ops, chain, memory, panels);
    work.start(0);
    // SAFETY: the caller's contract.
    unsafe { work.produce(0, made, (0, chain.units()[0].output.0)) };
}

/// Rows `y` of the panels `panels` of the projection, from `made`.
///
/// # Safety
///
/// As for [`rows`], for these rows and panels.
pub(super) unsafe fn project<const UNITS: usize>(
    ops: Ops,
    chain: &Chain<UNITS>,
    memory: Pointers,
    made: &View,
    y: (usize, usize),
    panels: (usize, usize),
) {
    let work = Work::new(ops, chain, memory, (0, 0));
    // SAFETY: the caller's contract.
    unsafe { work.project(made, y, panels) };
}

impl<'a, const UNITS: usize> Work<'a, UNITS> {
    fn new(ops: Ops, chain: &'a Chain<UNITS>, memory: Pointers, panels: (usize, usize)) -> Self {
        Self {
            ops,
            chain,
            memory,
            source: memory.view(&chain.source),
            out: memory.view(&chain.out),
            done: [0; UNITS],
            panels,
        }
    }

    /// Marks as done the rows that output rows from `y` on do not need.
    fn start(&mut self, y: usize) {
        let mut first = y;
        for (unit, done) in self.chain.units().iter().zip(&mut self.done).rev() {
            first = (first * unit.depthwise.window.stride)
                .saturating_sub(unit.depthwise.window.top)
                .min(unit.input.0);
            *done = first;
        }
    }

    /// Rows `y.0..y.1` of the output of unit `i`, into `made`.
    ///
    /// # Safety
    ///
    /// As for [`rows`]; `made` has room for the rows `y`, at most a band of the unit's, and those
    /// before them were made or left out by [`Work::start`].
    unsafe fn produce(&mut self, i: usize, made: &View, y: (usize, usize)) {
        let unit = &self.chain.units()[i];
        let window = unit.depthwise.window;
        let need = ((y.1 - 1) * window.stride + window.kernel)
            .saturating_sub(window.top)
            .min(unit.input.0)
            .max(self.done[i]);
        let ring = self.memory.ring(unit, &self.source);
        let in_size = [unit.input.0, unit.input.1];
        let weights = self.memory.weights;
        // The first unit makes the rows of a panel and uses them at once, while they are in the
        // first-level cache; a later one needs all channels of a band of the unit before it.
        if i > 0 {
            let before = &self.chain.units()[i - 1];
            while self.done[i] < need {
                let rows = (self.done[i], (self.done[i] + before.band).min(need));
                let band = self.memory.band(before, rows.0);
                // SAFETY: the band has room for `rows`, the ring for the rows that this band of
                // outputs needs.
                unsafe {
                    self.produce(i - 1, &band, rows);
                    for p in 0..unit.depthwise.panels() {
                        self.dense(unit, &band, &ring, p, rows);
                    }
                }
                self.done[i] = rows.1;
            }
        }
        let panels = if i == 0 { self.panels } else { (0, unit.depthwise.panels()) };
        for p in panels.0..panels.1 {
            // SAFETY: as above.
            unsafe {
                if i == 0 {
                    self.dense(unit, &self.source, &ring, p, (self.done[0], need));
                }
                let source = (&ring, in_size);
                depthwise_rows(self.ops, &unit.depthwise, weights, source, made, p, y);
            }
        }
        self.done[i] = need;
    }

    /// Rows `y` of panel `p` of the unit's dense convolution.
    ///
    /// # Safety
    ///
    /// As for [`dense_rows`], from `source` to `ring`.
    unsafe fn dense(&self, unit: &Unit, source: &View, ring: &View, p: usize, y: (usize, usize)) {
        let Some(dense) = &unit.dense else { return };
        let height = self.chain.source.h;
        let operands = Operands { source: *source, height, residual: None, out: *ring };
        // SAFETY: the caller's contract.
        unsafe { dense_rows(self.ops, dense, self.memory.weights, &operands, p, y) };
    }

    /// Rows `y` of the panels `panels` of the projection.
    ///
    /// # Safety
    ///
    /// As for [`rows`]; `made` holds the rows `y` of the last unit's output.
    unsafe fn project(&self, made: &View, y: (usize, usize), panels: (usize, usize)) {
        let Some(dense) = &self.chain.project else { return };
        let operands = Operands {
            source: *made,
            height: self.chain.out.h,
            residual: self.chain.residual.map(|tensor| self.memory.view(&tensor)),
            out: self.out,
        };
        for p in panels.0..panels.1.min(dense.c_out.div_ceil(dense.panel)) {
            // SAFETY: the caller's contract.
            unsafe { dense_rows(self.ops, dense, self.memory.weights, &operands, p, y) };
        }
    }
}
