//! How many elements tensors, packed weights and buffers have.
//!
//! What is too much for a `usize` is as much as one can say, which no memory holds: [`Builder`] refuses
//! what is more than [`MOST`].
//!
//! [`Builder`]: super::Builder

use core::ops::Range;

use super::super::ops::packed;
use super::{Built, Chain, Conv, Dense, Depthwise, Head, Split, Step, Tensor, Unit};

/// Most elements that any memory has.
pub(super) const MOST: usize = isize::MAX as usize / size_of::<f32>();

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

/// Rounds up to a whole number of cache lines.
pub const fn aligned(elements: usize) -> usize {
    // Of the last few numbers too large for any memory, still such a number.
    elements.saturating_add(15) / 16 * 16
}

/// Elements from a layer's bias to its first weight.
pub const fn bias_len(c: usize) -> usize {
    aligned(packed(c))
}

/// Elements of the packed weights of a dense convolution, with its bias.
pub const fn dense_len(kernel: usize, c_in: usize, c_out: usize) -> usize {
    sum([bias_len(c_out), product([kernel, kernel, c_in, packed(c_out)])])
}

/// Elements of the packed weights of a depthwise convolution, with its bias.
pub const fn depthwise_len(kernel: usize, c: usize) -> usize {
    sum([bias_len(c), product([kernel, kernel, packed(c)])])
}

/// Elements of the packed weights of a head that pools `c` channels, with its biases; `c_in` are those
/// that its pointwise convolution reads.
pub const fn head_len(classes: usize, c: usize, c_in: Option<usize>) -> usize {
    let dense = match c_in {
        Some(c_in) => dense_len(1, c_in, c),
        None => 0,
    };
    sum([bias_len(classes), product([c, packed(classes)]), dense])
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
        dense_len(self.window.kernel, self.c_in, self.c_out)
    }
}

impl Depthwise {
    /// Elements of the packed weights and bias.
    pub const fn packed_len(&self) -> usize {
        depthwise_len(self.window.kernel, self.c)
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
    /// Elements of the arena used from `sums_at` on.
    pub const fn sums_len(&self) -> usize {
        Self::sums(self.classes, self.panel)
    }

    /// The same for so many outputs and channels of a panel.
    pub const fn sums(classes: usize, panel: usize) -> usize {
        product([Self::PARTIAL_SUMS, sum([packed(classes), panel])])
    }

    /// Offset of the first panel's weights.
    pub const fn panels_offset(&self) -> usize {
        sum([self.weights_at, self.biases_len()])
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
        let c_in = match &self.dense {
            Some(dense) => Some(dense.c_in),
            None => None,
        };
        head_len(self.classes, self.c, c_in)
    }

    /// Elements of the biases of the classifier and of the convolution.
    const fn biases_len(&self) -> usize {
        let dense = if self.dense.is_some() { bias_len(self.c) } else { 0 };
        sum([bias_len(self.classes), dense])
    }
}

impl<const UNITS: usize> Chain<UNITS> {
    /// Whether the rows that unit `i` makes are in the scratch memory: not where they are the step's
    /// output, and not where threads share panels of them.
    pub(super) const fn rows_in_scratch(&self, i: usize) -> bool {
        (i + 1 < self.len || self.project.is_some()) && matches!(self.split, Split::Rows)
    }
}

impl<const UNITS: usize> Step<UNITS> {
    /// Where its packed weights lie.
    pub const fn weights(&self) -> Range<usize> {
        let (first, last, len) = match self {
            Self::Conv(Built(Conv { dense, .. })) => {
                (dense.weights_at, dense.weights_at, dense.packed_len())
            }
            Self::Chain(Built(chain)) => {
                let units = chain.units();
                let (first, last) = (&units[0], &units[units.len() - 1].depthwise);
                let first = match &first.dense {
                    Some(dense) => dense.weights_at,
                    None => first.depthwise.weights_at,
                };
                match &chain.project {
                    Some(dense) => (first, dense.weights_at, dense.packed_len()),
                    None => (first, last.weights_at, last.packed_len()),
                }
            }
            Self::Head(Built(head)) => (head.weights_at, head.weights_at, head.packed_len()),
        };
        first..sum([last, len])
    }

    /// Elements of the shared arena that only this step uses, beside its operands: offset, length.
    pub const fn workspace(&self) -> Option<(usize, usize)> {
        match self {
            Self::Head(Built(head)) => Some((head.sums_at, head.sums_len())),
            Self::Chain(Built(chain))
                if chain.project.is_some() && matches!(chain.split, Split::Panels) =>
            {
                let unit = &chain.units()[0];
                Some((unit.rows_at, unit.rows_len()))
            }
            _ => None,
        }
    }

    /// Scratch elements that each thread needs.
    pub const fn scratch(&self) -> usize {
        let Self::Chain(Built(chain)) = self else { return 0 };
        let mut end = 0;
        let mut i = 0;
        while i < chain.len {
            let unit = &chain.units[i];
            if unit.dense.is_some() {
                end = sum([unit.ring_at, unit.ring_len()]);
            }
            if chain.rows_in_scratch(i) {
                end = sum([unit.rows_at, unit.rows_len()]);
            }
            i += 1;
        }
        end
    }

    /// Multiply-accumulates.
    pub const fn macs(&self) -> u64 {
        match self {
            Self::Conv(Built(step)) => step.dense.macs((step.out.h, step.out.w)),
            Self::Chain(Built(chain)) => {
                let mut macs = match &chain.project {
                    Some(dense) => dense.macs((chain.out.h, chain.out.w)),
                    None => 0,
                };
                let mut i = 0;
                while i < chain.len {
                    let Unit { dense, depthwise, input, output, .. } = &chain.units[i];
                    if let Some(dense) = dense {
                        macs = macs.saturating_add(dense.macs(*input));
                    }
                    let taps = (depthwise.window.kernel * depthwise.window.kernel) as u64;
                    let outputs = (depthwise.c * output.0 * output.1) as u64;
                    macs = macs.saturating_add(taps.saturating_mul(outputs));
                    i += 1;
                }
                macs
            }
            Self::Head(Built(head)) => {
                let dense = match &head.dense {
                    Some(dense) => dense.macs((head.source.h, head.source.w)),
                    None => 0,
                };
                dense.saturating_add((head.c * head.classes) as u64)
            }
        }
    }
}

impl Dense {
    /// Multiply-accumulates of a map of so many rows and columns.
    const fn macs(&self, map: (usize, usize)) -> u64 {
        (self.k() as u64).saturating_mul((self.c_out * map.0 * map.1) as u64)
    }
}
