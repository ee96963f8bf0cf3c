//! Steps in the making, layer by layer.

use core::ops::Range;

use super::sizes::{MOST, aligned, product, sum};
use super::{Dense, Depthwise, Place, Split, Tensor, Unit, Window};

/// Channels of a projection's panel, and of any other that has as many: two vectors of the widest
/// instruction set.
pub const PANEL: usize = 32;

/// Where a layer's packed weights lie, and the channels of a panel that they are packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) panel: usize,
}

impl Packed {
    /// Values from an offset to another, in panels of `panel` channels.
    pub const fn new(values: Range<usize>, panel: usize) -> Self {
        Self { start: values.start, end: values.end, panel }
    }

    /// The values.
    pub const fn values(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Most positions of a map for whose dense convolution the next panel's weights are prefetched; on larger
/// ones weights stay in the first-level cache from row to row.
const PREFETCHED: usize = 14 * 14;

/// Most rows of a map whose windows are found by 32-bit remainders.
const MOST_ROWS: usize = 1 << 31;

/// A unit that is not there.
const NONE: Unit = Unit {
    dense: None,
    depthwise: Depthwise {
        weights_at: 0,
        c: 0,
        panel: 0,
        window: Window::POINTWISE,
        clamp: super::LINEAR,
    },
    input: (0, 0),
    output: (0, 0),
    band: 0,
    ring_at: 0,
    ring_rows: 0,
    ring_panel: 0,
    ring_shared: false,
    rows_at: 0,
};

/// A step in the making, layer by layer.
///
/// Which step it is follows from its layers: with a depthwise convolution it is a chain, with a pool a
/// head, otherwise a convolution. All maps follow from the source. What does not fit is refused when the
/// step is built, with the first reason.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Builder<const UNITS: usize> {
    pub(super) source: Tensor,
    /// What the layers so far make.
    pub(super) c: usize,
    pub(super) h: usize,
    pub(super) w: usize,
    pub(super) units: [Unit; UNITS],
    pub(super) len: usize,
    /// The dense convolution that no depthwise one has followed yet, and the end of its weights.
    pub(super) dense: Option<Dense>,
    pub(super) dense_end: usize,
    pub(super) residual: Option<Tensor>,
    pub(super) pooled: bool,
    /// Outputs of the classifier, and where the weights of all lie.
    pub(super) classifier: Option<(usize, Packed)>,
    pub(super) split: Split,
    pub(super) in_panels: bool,
    /// Where the weights so far begin and end.
    pub(super) weights: Option<(usize, usize)>,
    /// The first thing that is wrong.
    pub(super) fault: Option<&'static str>,
}

/// The layers, in order. Each says where its packed weights lie: after those of the layer before, from a
/// cache line on; its panels are those of its weights.
impl<const UNITS: usize> Builder<UNITS> {
    pub(super) const fn new(source: Tensor) -> Self {
        let Tensor { place, c, h, w, panel, .. } = source;
        let mut new = Self {
            source,
            c,
            h,
            w,
            units: [NONE; UNITS],
            len: 0,
            dense: None,
            dense_end: 0,
            residual: None,
            pooled: false,
            classifier: None,
            split: Split::Rows,
            in_panels: false,
            weights: None,
            fault: None,
        };
        new.map_fits();
        new.require(panel > 0 && panel <= c, "panels of the source");
        new.require(!matches!(place, Place::Logits), "no step reads the logits");
        new
    }

    /// A dense convolution to `c` channels. Only a step's first layer has another window than 1×1.
    pub const fn conv(
        mut self,
        c: usize,
        window: Window,
        clamp: (f32, f32),
        weights: Packed,
    ) -> Self {
        let last = self.dense.is_some() || self.pooled;
        self.require(!last, "a dense convolution follows a depthwise one or the source");
        let source = self.source.panel == self.source.c && self.len == 0;
        let reads = window.is_pointwise() || source;
        self.require(reads, "a window over all channels reads a source in one panel");
        let c_in = self.c;
        self.slide(c, &window);
        let prefetch = product([self.h, self.w]) <= PREFETCHED;
        let Packed { start: weights_at, panel, .. } = weights;
        self.whole_vectors(panel);
        let dense = Dense { weights_at, c_in, c_out: c, panel, window, clamp, prefetch };
        (self.dense, self.dense_end) = (Some(dense), weights.end);
        self
    }

    /// A pointwise convolution to `c` channels.
    pub const fn pointwise(self, c: usize, clamp: (f32, f32), weights: Packed) -> Self {
        self.conv(c, Window::POINTWISE, clamp, weights)
    }

    /// A pointwise convolution to more channels: MobileNetV2's expansion.
    pub const fn expand(self, c: usize, clamp: (f32, f32), weights: Packed) -> Self {
        self.pointwise(c, clamp, weights)
    }

    /// A pointwise convolution without activation: MobileNetV2's projection.
    pub const fn project(self, c: usize, weights: Packed) -> Self {
        self.pointwise(c, super::LINEAR, weights)
    }

    /// A depthwise convolution, by bands of all rows unless [`Builder::bands`] says otherwise.
    pub const fn depthwise(mut self, window: Window, clamp: (f32, f32), weights: Packed) -> Self {
        let first = self.len == 0 && !self.pooled;
        self.require(
            first || self.dense.is_some(),
            "a depthwise convolution follows a dense one or the source",
        );
        self.require(self.residual.is_none(), "nothing follows a sum");
        self.require(self.len < UNITS, "more depthwise convolutions than a step may have");
        self.require(self.h <= MOST_ROWS, "more rows than a depthwise convolution may have");
        let input = (self.h, self.w);
        let c = self.c;
        self.slide(c, &window);
        let Packed { start: weights_at, panel, .. } = weights;
        self.whole_vectors(panel);
        let depthwise = Depthwise { weights_at, c, panel, window, clamp };
        let alike = match &self.dense {
            Some(dense) => dense.panel == panel,
            None => true,
        };
        self.require(alike, "a depthwise convolution has the panels of the dense one before it");
        self.settle();
        self.packed(weights.values(), depthwise.packed_len());
        if self.len < UNITS {
            let (dense, output) = (self.dense, (self.h, self.w));
            self.units[self.len] = Unit { dense, depthwise, input, output, band: self.h, ..NONE };
            self.len += 1;
        }
        self.dense = None;
        self
    }

    /// Adds a tensor to the dense convolution before, whose clamp then bounds the sum.
    pub const fn add(mut self, residual: Tensor) -> Self {
        let one = self.dense.is_some() && self.residual.is_none() && !self.pooled;
        self.require(one, "a sum follows a dense convolution");
        self.residual = Some(residual);
        self
    }

    /// Global average pool.
    pub const fn pool(mut self) -> Self {
        let pointwise = match &self.dense {
            Some(dense) => dense.window.is_pointwise(),
            None => true,
        };
        let alone = self.len == 0 && self.residual.is_none() && !self.pooled;
        self.require(alone && pointwise, "a pool follows a pointwise convolution or the source");
        self.pooled = true;
        self
    }

    /// The classifier. Its bias is in front of the convolution's, its weights are among those.
    pub const fn classify(mut self, classes: usize, weights: Packed) -> Self {
        self.require(self.pooled && self.classifier.is_none(), "a classifier follows a pool");
        self.require(classes > 0, "a classifier has outputs");
        self.whole_vectors(weights.panel);
        self.classifier = Some((classes, weights));
        self
    }

    /// Rows of the last depthwise convolution that are made at a time.
    pub const fn bands(mut self, rows: usize) -> Self {
        self.require(self.len > 0, "bands are rows of a depthwise convolution");
        if self.len > 0 {
            self.units[self.len - 1].band = rows;
        }
        self
    }

    /// How threads share the step; by rows if nothing is said.
    pub const fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// Keeps the output in panels, for readers that all take it so.
    pub const fn in_panels(mut self) -> Self {
        self.in_panels = true;
        self
    }

    const fn require(&mut self, condition: bool, reason: &'static str) {
        if !condition && self.fault.is_none() {
            self.fault = Some(reason);
        }
    }

    /// A window slides over the map, to a map of `c` channels.
    const fn slide(&mut self, c: usize, window: &Window) {
        let Window { kernel, stride, top, left, bottom, right } = *window;
        self.require(kernel > 0 && stride > 0, "an empty window");
        let half = kernel / 2;
        let inside = top <= half && left <= half && bottom <= half && right <= half;
        self.require(inside, "a window reaches over a border by more than half of itself");
        let (h, w) = (sum([self.h, top, bottom]), sum([self.w, left, right]));
        self.require(h >= kernel && w >= kernel, "a window is larger than its map");
        if self.fault.is_none() {
            (self.h, self.w) = ((h - kernel) / stride + 1, (w - kernel) / stride + 1);
        }
        self.c = c;
        self.map_fits();
    }

    const fn whole_vectors(&mut self, panel: usize) {
        self.require(panel > 0 && panel.is_multiple_of(8), "panels of whole vectors");
    }

    const fn map_fits(&mut self) {
        let elements = product([self.c, self.h, self.w]);
        self.require(elements > 0, "an empty map");
        self.require(elements <= MOST, "a map larger than any memory");
    }

    /// The weights of the dense convolution before, which is not part of a head.
    pub(super) const fn settle(&mut self) {
        if let Some(dense) = self.dense {
            self.packed(dense.weights_at..self.dense_end, dense.packed_len());
        }
    }

    /// The weights of the next layer.
    const fn packed(&mut self, at: Range<usize>, len: usize) {
        let (first, next) = match self.weights {
            Some((first, end)) => (first, aligned(end)),
            None => (at.start, at.start),
        };
        self.require(sum([at.start, len]) <= MOST, "weights larger than any memory");
        self.require(at.end == sum([at.start, len]), "a layer has other weights");
        self.require(at.start == next, "a layer's weights do not follow those before them");
        self.weights = Some((first, at.end));
    }
}
