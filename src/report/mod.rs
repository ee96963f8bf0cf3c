//! Numbers to text: one file per format.
//!
//! JSON is the machine's view and follows `schema/`. The formats for people draw a [`Document`],
//! which [`cost`] lays out once for all of them.

pub mod json;

use crate::analysis::{Analysis, By};
use crate::layer::Shape;
use crate::spec::Padding;

/// What was analysed.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Name of the network.
    pub name: String,
    /// The spec as the user named it: an embedded network or a file.
    pub spec: String,
    /// Width multiplier.
    pub width: f64,
    /// Shape of the input.
    pub input: Shape,
    /// Number of classes.
    pub classes: usize,
    /// The network's padding rule.
    pub padding: Padding,
}

/// A network's cost, ready to be shown.
#[derive(Clone, Copy, Debug)]
pub struct CostReport<'a> {
    /// What was analysed.
    pub model: &'a Model,
    /// The numbers.
    pub analysis: &'a Analysis<'a>,
    /// What a row stands for.
    pub by: By,
}
