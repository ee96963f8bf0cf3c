//! Steps: what one call of an unrolled network computes, as plain data, and how it runs.
//!
//! A step's fields are sizes and offsets in `f32` elements; nothing in it depends on the instruction
//! set. [`Runner`] checks every extent of a step against the memory it was given before it runs it.
//!
//! Activations are kept in channel panels: `panel` neighbouring channels of all positions lie
//! together, the last panel holds the channels that are left, and nothing is padded. A tensor with
//! `panel == c` has one panel, which is the layout known as NHWC.

mod chain;
mod check;
mod convolve;
mod head;
mod join;
mod observe;
mod runner;
mod sizes;
mod view;

pub use join::{Join, Serial};
pub use observe::{Observed, Steps};
pub use runner::{Memory, Output, Runner};
pub use sizes::bias_len;

/// Where a tensor lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The network's input.
    Input,
    /// The shared part of the arena, from this offset on.
    Arena(usize),
}

/// An activation of `c` channels on a map of `h` rows and `w` columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tensor {
    /// Where it lives.
    pub place: Place,
    /// Channels.
    pub c: usize,
    /// Rows.
    pub h: usize,
    /// Columns.
    pub w: usize,
    /// Channels of a panel.
    pub panel: usize,
}

/// A square window with its border zeros above and to the left; those below and to the right follow
/// from the sizes of the maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Side.
    pub kernel: usize,
    /// Step.
    pub stride: usize,
    /// Rows of zeros above the map.
    pub top: usize,
    /// Columns of zeros to the left of the map.
    pub left: usize,
}

/// A dense convolution with its packed weights: bias first (`packed(c_out)` values, up to a multiple
/// of 16), then for each panel of output channels, for each tap row, tap column and input channel, a
/// row of `packed(channels of the panel)` weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dense {
    /// Offset of the bias in the weights.
    pub weights: usize,
    /// Input channels.
    pub c_in: usize,
    /// Output channels.
    pub c_out: usize,
    /// Output channels of a panel, a multiple of 8.
    pub panel: usize,
    /// The window.
    pub window: Window,
    /// Bounds of the activation.
    pub clamp: (f32, f32),
    /// Whether to prefetch the next panel's weights while one is at work.
    pub prefetch: bool,
}

/// A depthwise convolution with its packed weights: bias first (`packed(c)` values, up to a multiple
/// of 16), then for each panel, for each tap, a row of `packed(channels of the panel)` weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Depthwise {
    /// Offset of the bias in the weights.
    pub weights: usize,
    /// Channels.
    pub c: usize,
    /// Channels of a panel, a multiple of 8.
    pub panel: usize,
    /// The window.
    pub window: Window,
    /// Bounds of the activation.
    pub clamp: (f32, f32),
}

/// A dense convolution whose rows feed a depthwise convolution without ever forming a whole tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// What makes the depthwise convolution's input; absent where that is the step's source.
    pub dense: Option<Dense>,
    /// The depthwise convolution.
    pub depthwise: Depthwise,
    /// Rows and columns of the depthwise convolution's input.
    pub input: (usize, usize),
    /// Rows and columns of its output.
    pub output: (usize, usize),
    /// Output rows made at a time.
    pub band: usize,
    /// Offset in the scratch memory of the rows between the two convolutions.
    pub ring: usize,
    /// Rows of a panel kept there.
    pub ring_rows: usize,
    /// Channels of a panel there: the depthwise convolution's own, or [`GROUP`](super::ops::GROUP)
    /// where its panels and channels are multiples of that and the rows are not shared.
    pub ring_panel: usize,
    /// Whether all panels use the same rows, one after the other.
    pub ring_shared: bool,
    /// Offset of the band of output rows, where the output is not the step's: in the scratch memory,
    /// or in the shared memory where threads share panels.
    pub rows: usize,
}

/// How a step is dealt out to threads. Every element is computed in the same order whatever the
/// split, so results do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// Not at all.
    Whole,
    /// By output rows; rows that two threads need are computed by both.
    Rows,
    /// By channel panels, the projection after the depthwise convolution.
    Panels,
}

/// A convolution of a whole tensor, with an optional residual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv {
    /// The convolution.
    pub dense: Dense,
    /// Input.
    pub source: Tensor,
    /// Added before the clamp.
    pub residual: Option<Tensor>,
    /// Output.
    pub out: Tensor,
    /// How threads share it.
    pub split: Split,
}

/// Fused convolutions: units in a row, computed depth first by bands of rows, then optionally a
/// pointwise projection with a residual. One unit and a projection are MobileNetV2's inverted
/// residual block; units alone are runs of MobileNetV1's blocks, and a unit without a dense
/// convolution and a projection is one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chain<'a> {
    /// Input of the first unit.
    pub source: Tensor,
    /// One to [`Chain::MAX_UNITS`] units.
    pub units: &'a [Unit],
    /// The pointwise convolution after the last unit.
    pub project: Option<Dense>,
    /// Added to the projection before its clamp.
    pub residual: Option<Tensor>,
    /// Output.
    pub out: Tensor,
    /// How threads share it.
    pub split: Split,
}

impl Chain<'_> {
    /// Most units that one step fuses.
    pub const MAX_UNITS: usize = 8;
}

/// Global average pool and classifier, optionally after a pointwise convolution whose finished
/// panels are pooled in registers and multiplied by their rows of the classifier at once.
///
/// Packed weights: the classifier's bias (`packed(classes)` values, up to a multiple of 16), the
/// pointwise convolution's bias likewise, then for each panel its pointwise weights and its rows of
/// the classifier in blocks of columns (see `ops::linear`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// Input.
    pub source: Tensor,
    /// Offset of the packed weights.
    pub weights: usize,
    /// The pointwise convolution; its `weights` is the offset of its bias.
    pub dense: Option<Dense>,
    /// Channels that are pooled.
    pub c: usize,
    /// Channels of a panel.
    pub panel: usize,
    /// Outputs.
    pub classes: usize,
    /// Offset in the shared arena of [`Head::PARTS`] × `packed(classes)` sums and
    /// [`Head::PARTS`] × `panel` means.
    pub sums: usize,
}

impl Head {
    /// The panels are summed in this many parts, by however many threads.
    pub const PARTS: usize = 4;
}
