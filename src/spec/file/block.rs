//! The entries of a stage as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Count, Padding};
use crate::yaml::At;

/// One entry of a stage.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "block", rename_all = "snake_case")]
pub enum Block {
    /// Convolution, batch normalisation, activation.
    ConvBn(At<ConvBn>),
    /// Depthwise separable convolution of MobileNetV1.
    ConvDsc(At<ConvDsc>),
    /// Inverted residual blocks of MobileNetV2; columns t, c, n, s and optionally k.
    InvertedResidual(At<Table<InvertedColumn>>),
    /// Bottleneck residual blocks with expansion 4; columns c, n, s.
    Residual(At<Table<ResidualColumn>>),
}

/// Convolution, batch normalisation, activation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvBn {
    /// Output channels at width 1.
    pub c: At<Count>,
    /// Kernel size. Default: 3.
    pub k: Option<At<Count>>,
    /// Stride. Default: 1.
    pub s: Option<At<Count>>,
    /// Default: relu6.
    pub activation: Option<At<Activation>>,
    /// How the width multiplier applies. Default: scale.
    pub width: Option<At<WidthRule>>,
    /// Padding, where it differs from the network's.
    pub padding: Option<At<Padding>>,
}

/// Depthwise k×k and pointwise convolution, each with batch normalisation and activation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvDsc {
    /// Output channels at width 1.
    pub c: At<Count>,
    /// Kernel size of the depthwise convolution. Default: 3.
    pub k: Option<At<Count>>,
    /// Stride of the depthwise convolution. Default: 1.
    pub s: Option<At<Count>>,
    /// Activation after both convolutions. Default: relu6.
    pub activation: Option<At<Activation>>,
    /// Padding, where it differs from the network's.
    pub padding: Option<At<Padding>>,
}

/// A table of blocks, a row for each run of equal ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "C: Deserialize<'de>")]
#[schemars(rename = "{C}s")]
pub struct Table<C> {
    /// What the numbers of a row are, in order.
    pub columns: At<Vec<At<C>>>,
    /// Rows of numbers, one for each column.
    pub rows: At<Vec<At<Vec<At<f64>>>>>,
    /// Default: relu6 in inverted_residual, relu in residual.
    pub activation: Option<At<Activation>>,
    /// Padding, where it differs from the network's.
    pub padding: Option<At<Padding>>,
}

/// A column of an inverted residual table.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename = "column", rename_all = "snake_case")]
#[schemars(rename = "inverted_residual_column")]
pub enum InvertedColumn {
    /// Expansion factor.
    T,
    /// Output channels at width 1.
    C,
    /// Number of blocks.
    N,
    /// Stride of the first block: 1 or 2.
    S,
    /// Kernel size of the depthwise convolution; 3 where the column is left out.
    K,
}

/// A column of a residual table.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename = "column", rename_all = "snake_case")]
#[schemars(rename = "residual_column")]
pub enum ResidualColumn {
    /// Bottleneck channels at width 1; the output has four times as many.
    C,
    /// Number of blocks.
    N,
    /// Stride of the first block.
    S,
}

/// Elementwise activation.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename = "activation", rename_all = "snake_case")]
pub enum Activation {
    /// The identity.
    None,
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
}

/// How the width multiplier applies to a block.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename = "width rule", rename_all = "snake_case")]
pub enum WidthRule {
    /// Channels scale with the multiplier.
    Scale,
    /// Channels scale with max(1, multiplier): never narrower than at width 1.
    AtLeastOne,
}
