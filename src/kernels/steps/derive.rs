//! From layers to a step: what follows from them, and whether it fits.

use super::super::ops::MOST_LANES;
use super::build::{Builder, PANEL, Packed};
use super::sizes::{MOST, aligned, bias_len, sum};
use super::{Built, Chain, Conv, Depthwise, Head, Place, Split, Step, Tensor, Unit};

/// Returns a reason unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $reason:literal) => {
        if !$condition {
            return Err($reason);
        }
    };
}

/// Whether panels have less than a vector more channels than there are.
const fn few(panel: usize, c: usize) -> bool {
    panel < sum([c, MOST_LANES])
}

/// The step of these layers.
impl<const UNITS: usize> Builder<UNITS> {
    /// The step with its output at an offset in the arena; a head has its sums there.
    ///
    /// # Panics
    ///
    /// Where something does not fit; a constant is then refused by the compiler.
    pub const fn at(self, offset: usize) -> Step<UNITS> {
        self.at_with(offset, offset)
    }

    /// As [`Builder::at`] for a chain that threads share by panels, whose projection reads a whole map
    /// at the offset `rows`.
    ///
    /// # Panics
    ///
    /// As [`Builder::at`].
    pub const fn at_with(self, out: usize, rows: usize) -> Step<UNITS> {
        match self.build(out, rows) {
            Ok(step) => step,
            Err(reason) => panic!("{}", reason),
        }
    }

    /// The step with its output at `out`, and what else it needs in the shared arena at `workspace`.
    ///
    /// # Errors
    ///
    /// Why something does not fit.
    pub const fn build(
        mut self,
        out: usize,
        workspace: usize,
    ) -> Result<Step<UNITS>, &'static str> {
        if !self.pooled {
            self.settle();
        }
        if let Some(reason) = self.fault {
            return Err(reason);
        }
        if self.pooled {
            return self.head(workspace);
        }
        if self.len > 0 {
            return self.chain(out, workspace);
        }
        let Some(dense) = self.dense else { return Err("a step has a layer") };
        ensure!(few(dense.panel, dense.c_out), "panels of more channels than there are");
        match self.output(out, dense.panel) {
            Ok(out) => {
                let Self { source, residual, split, .. } = self;
                Ok(Step::Conv(Built(Conv { dense, source, residual, out, split })))
            }
            Err(reason) => Err(reason),
        }
    }

    const fn head(self, sums_at: usize) -> Result<Step<UNITS>, &'static str> {
        let Self { source, dense, c, .. } = self;
        let Some((classes, Packed { start: weights_at, end, panel })) = self.classifier else {
            return Err("a classifier follows a pool");
        };
        ensure!(few(panel, c), "panels of more channels than there are");
        match &dense {
            Some(dense) => {
                let bias = sum([weights_at, bias_len(classes)]);
                ensure!(
                    dense.weights_at == bias && self.dense_end == sum([bias, bias_len(c)]),
                    "the convolution's bias does not follow the classifier's"
                );
                ensure!(dense.panel == panel, "a classifier has the panels of what is pooled");
            }
            None => ensure!(source.panel == c || source.panel == panel, "panels of the source"),
        }
        let head = Head { source, weights_at, dense, c, panel, classes, sums_at };
        let packed = sum([weights_at, head.packed_len()]);
        ensure!(packed <= MOST, "weights larger than any memory");
        ensure!(end == packed, "a layer has other weights");
        ensure!(sum([sums_at, head.sums_len()]) <= MOST, "sums larger than any memory");
        ensure!(source.avoids(sums_at, head.sums_len()), "the sums overlap the source");
        Ok(Step::Head(Built(head)))
    }

    const fn chain(mut self, out: usize, rows_at: usize) -> Result<Step<UNITS>, &'static str> {
        let mut i = 0;
        while i < self.len {
            let shared = self.len == 1 && self.units[i].band == self.units[i].output.0;
            if let Err(reason) = self.units[i].derive(shared) {
                return Err(reason);
            }
            i += 1;
        }
        let (first, last) = (self.units[0], self.units[self.len - 1].depthwise);
        let by_panels = matches!(self.split, Split::Panels);
        let whole = self.len == 1 && first.band == first.output.0;
        ensure!(whole || !by_panels, "threads share panels of one whole map");
        let Self { source, units, len, dense: project, residual, split, .. } = self;
        let panel = first.depthwise.panel;
        ensure!(
            first.dense.is_some() || source.panel == source.c || source.panel == panel,
            "panels of the source"
        );
        let out_panel = match &project {
            Some(dense) => {
                ensure!(dense.panel == PANEL, "a projection has the widest panels");
                PANEL
            }
            None => last.panel,
        };
        let out = match self.output(out, out_panel) {
            Ok(out) => out,
            Err(reason) => return Err(reason),
        };
        let mut chain = Chain { source, units, len, project, residual, out, split };
        let mut scratch = 0;
        let mut i = 0;
        while i < len {
            let (ring, rows) = (chain.units[i].ring_len(), chain.units[i].rows_len());
            if chain.units[i].dense.is_some() {
                chain.units[i].ring_at = scratch;
                scratch = aligned(sum([scratch, ring]));
            }
            if chain.rows_in_scratch(i) {
                chain.units[i].rows_at = scratch;
                scratch = aligned(sum([scratch, rows]));
            }
            i += 1;
        }
        ensure!(scratch <= MOST, "scratch larger than any memory");
        if by_panels && chain.project.is_some() {
            let rows = first.rows_len();
            ensure!(sum([rows_at, rows]) <= MOST, "rows larger than any memory");
            ensure!(source.avoids(rows_at, rows), "the rows overlap the source");
            ensure!(out.avoids(rows_at, rows), "the rows overlap the output");
            if let Some(residual) = &residual {
                ensure!(residual.avoids(rows_at, rows), "the rows overlap what is added");
            }
            chain.units[0].rows_at = rows_at;
        }
        Ok(Step::Chain(Built(chain)))
    }

    /// The output, in panels of so many channels if in any.
    const fn output(&self, at: usize, panel: usize) -> Result<Tensor, &'static str> {
        let Self { source, c, h, w, .. } = *self;
        let maker = match self.weights {
            Some((first, _)) => first,
            None => 0,
        };
        let panel = if self.in_panels && panel < c { panel } else { c };
        let out = Tensor { place: Place::Arena(at), c, h, w, panel, maker };
        ensure!(sum([at, out.len()]) <= MOST, "an output beyond any memory");
        ensure!(source.avoids(at, out.len()), "the output overlaps the source");
        if let Some(residual) = &self.residual {
            let alike = residual.c == c && residual.h == h && residual.w == w;
            ensure!(alike && residual.panel == panel, "what is added has another shape");
            ensure!(residual.avoids(at, out.len()), "the output overlaps what is added");
        }
        Ok(out)
    }
}

impl Unit {
    /// Sets what follows from layers, panel and band; `shared` where all panels use the same rows.
    const fn derive(&mut self, shared: bool) -> Result<(), &'static str> {
        let Depthwise { c, panel, window, .. } = self.depthwise;
        ensure!(few(panel, c), "panels of more channels than there are");
        ensure!(self.band > 0 && self.band <= self.output.0, "a band is one row to all of the map");
        let live = (self.band - 1) * window.stride + window.kernel;
        self.ring_rows = if live < self.input.0 { live } else { self.input.0 };
        self.ring_panel = panel;
        if self.dense.is_some() {
            // One band of the whole map needs the rows of one panel at a time.
            self.ring_shared = shared;
            // A depthwise convolution works on one vector of channels at a time: where all rows of a
            // band do not stay in the first-level cache, those of a vector do, if they lie together.
            let whole_vectors = panel.is_multiple_of(MOST_LANES) && c.is_multiple_of(MOST_LANES);
            if !shared && whole_vectors {
                self.ring_panel = MOST_LANES;
            }
        }
        Ok(())
    }
}

impl Tensor {
    /// Whether `len` elements of the arena from `at` on lie outside the tensor.
    pub(super) const fn avoids(&self, at: usize, len: usize) -> bool {
        match self.place {
            Place::Arena(own) => sum([at, len]) <= own || sum([own, self.len()]) <= at,
            Place::Input | Place::Logits => true,
        }
    }
}
