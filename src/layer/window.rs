//! Kernel size, stride and padding of a convolution.

use super::Shape;
use crate::spec::Padding;

/// Zeros on each side of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Padding2d {
    /// Rows above.
    pub top: usize,
    /// Columns to the left.
    pub left: usize,
    /// Rows below.
    pub bottom: usize,
    /// Columns to the right.
    pub right: usize,
}

/// A square window sliding over a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Side of the window.
    pub kernel: usize,
    /// Step in both directions.
    pub stride: usize,
    /// Border zeros.
    pub padding: Padding2d,
    /// The rule that gave the padding.
    pub rule: Padding,
}

impl Window {
    /// The window for an input map, with padding by `rule`.
    pub fn new(kernel: usize, stride: usize, rule: Padding, input: Shape) -> Self {
        let (top, bottom) = pads(kernel, stride, rule, input.h);
        let (left, right) = pads(kernel, stride, rule, input.w);
        let padding = Padding2d { top, left, bottom, right };
        Self { kernel, stride, padding, rule }
    }

    /// Number of taps, K².
    pub const fn taps(self) -> usize {
        self.kernel * self.kernel
    }

    /// Shape of the output map with `c` channels: floor((n + padding - k)/s) + 1 in each direction,
    /// or `None` where the window does not fit.
    pub fn output(self, input: Shape, c: usize) -> Option<Shape> {
        let along = |n: usize, before: usize, after: usize| {
            (n + before + after).checked_sub(self.kernel).map(|room| room / self.stride + 1)
        };
        let Padding2d { top, left, bottom, right } = self.padding;
        Some(Shape::new(c, along(input.h, top, bottom)?, along(input.w, left, right)?))
    }
}

/// Zeros before and after a side of length `n`.
fn pads(kernel: usize, stride: usize, rule: Padding, n: usize) -> (usize, usize) {
    match rule {
        Padding::Symmetric => ((kernel - 1) / 2, (kernel - 1) / 2),
        Padding::Valid => (0, 0),
        Padding::Same => {
            let span = (n.div_ceil(stride) - 1) * stride + kernel;
            let total = span.saturating_sub(n);
            (total / 2, total - total / 2)
        }
    }
}
