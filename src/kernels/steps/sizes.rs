//! How many elements tensors, packed weights and buffers have.
//!
//! What is too much for a `usize` is as much as one can say, which no memory holds: a step with such
//! sizes does not fit.

use super::super::ops::packed;
use super::{Dense, Depthwise, Head, Tensor, Unit};

/// The product of sizes.
pub(super) const fn product<const N: usize>(sizes: [usize; N]) -> usize {
    let mut product = 1usize;
    let mut i = 0;
    while i < N {
        product = product.saturating_mul(sizes[i]);
        i += 1;
    }
    product
}

/// The sum of sizes.
pub(super) const fn sum<const N: usize>(sizes: [usize; N]) -> usize {
    let mut sum = 0usize;
    let mut i = 0;
    while i < N {
        sum = sum.saturating_add(sizes[i]);
        i += 1;
    }
    sum
}

/// Elements from a layer's bias to its first weight.
pub const fn bias_len(c: usize) -> usize {
    packed(c).saturating_add(15) / 16 * 16
}

impl Tensor {
    /// Number of elements.
    pub const fn len(&self) -> usize {
        product([self.c, self.h, self.w])
    }

    /// Whether the tensor has no elements.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Offset of channel `c` at position `i` (row times width plus column) from the tensor's start.
    pub const fn offset(&self, c: usize, i: usize) -> usize {
        let first = c / self.panel * self.panel;
        let left = self.c - first;
        let pitch = if left < self.panel { left } else { self.panel };
        first * self.h * self.w + i * pitch + (c - first)
    }
}

impl Dense {
    /// Weights of one output channel.
    pub const fn k(&self) -> usize {
        product([self.window.kernel, self.window.kernel, self.c_in])
    }

    /// Elements of the packed weights and bias.
    pub const fn packed_len(&self) -> usize {
        sum([bias_len(self.c_out), product([self.k(), packed(self.c_out)])])
    }
}

impl Depthwise {
    /// Elements of the packed weights and bias.
    pub const fn packed_len(&self) -> usize {
        let weights = product([self.window.kernel, self.window.kernel, packed(self.c)]);
        sum([bias_len(self.c), weights])
    }

    /// Number of channel panels.
    pub(super) const fn panels(&self) -> usize {
        self.c.div_ceil(self.panel)
    }
}

impl Unit {
    /// Elements of the rows between the two convolutions.
    pub const fn ring_len(&self) -> usize {
        let Depthwise { c, panel, .. } = self.depthwise;
        let channels = if self.ring_shared && panel < c { panel } else { c };
        product([channels, self.ring_rows, self.input.1])
    }

    /// Elements of a band of output rows.
    pub const fn rows_len(&self) -> usize {
        product([self.depthwise.c, self.band, self.output.1])
    }
}

impl Head {
    /// Elements of the arena used from `sums` on.
    pub const fn sums_len(&self) -> usize {
        product([Self::PARTS, sum([packed(self.classes), self.panel])])
    }

    /// Offset of the first panel's weights.
    pub const fn panels_offset(&self) -> usize {
        sum([self.weights, self.biases_len()])
    }

    /// Distance from the first panel's weights to those of panel `p`.
    pub const fn panel_offset(&self, p: usize) -> usize {
        let k = match &self.dense {
            Some(dense) => dense.k(),
            None => 0,
        };
        let classes = packed(self.classes);
        let channel = product([p, self.panel]);
        let (channel, tail) = if channel <= self.c {
            (channel, 0)
        } else {
            (channel - self.panel, self.c % self.panel)
        };
        sum([
            product([channel, sum([k, classes])]),
            product([k, packed(tail)]),
            product([tail, classes]),
        ])
    }

    /// Elements of the packed weights and biases.
    pub const fn packed_len(&self) -> usize {
        sum([self.biases_len(), self.panel_offset(self.c.div_ceil(self.panel))])
    }

    /// Elements of the biases of the classifier and of the convolution.
    const fn biases_len(&self) -> usize {
        let dense = if self.dense.is_some() { bias_len(self.c) } else { 0 };
        sum([bias_len(self.classes), dense])
    }
}
