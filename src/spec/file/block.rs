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
    /// Depthwise separable convolution of MobileNetV1, or a table of them; columns c, s and
    /// optionally n, k.
    ConvDsc(At<TableOrEntry<DscTable, ConvDsc>>),
    /// Inverted residual blocks of MobileNetV2; columns t, c, n, s and optionally k.
    InvertedResidual(At<InvertedResidual>),
    /// Bottleneck residual blocks with expansion 4; columns c, n, s.
    Residual(At<Residual>),
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

/// What a block is written as: a table where it has columns or rows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "$mbgen::TableOrEntry", rename_all = "snake_case")]
#[schemars(inline, untagged)]
pub enum TableOrEntry<T, E> {
    Table(T),
    Entry(E),
}

/// Depthwise separable convolutions, a row for each run of equal ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DscTable {
    /// What the numbers of a row are, in order.
    pub columns: At<Vec<At<DscColumn>>>,
    /// Rows of numbers, one for each column.
    pub rows: At<Vec<At<Vec<At<f64>>>>>,
    /// Activation after both convolutions. Default: relu6.
    pub activation: Option<At<Activation>>,
    /// Padding, where it differs from the network's.
    pub padding: Option<At<Padding>>,
}

/// Inverted residual blocks, a row for each run of equal ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvertedResidual {
    /// What the numbers of a row are, in order.
    pub columns: At<Vec<At<InvertedColumn>>>,
    /// Rows of numbers, one for each column.
    pub rows: At<Vec<At<Vec<At<f64>>>>>,
    /// Activation after expansion and depthwise convolution. Default: relu6.
    pub activation: Option<At<Activation>>,
    /// Which blocks have an expansion. Default: unless_one.
    pub expand: Option<At<Expand>>,
    /// Padding, where it differs from the network's.
    pub padding: Option<At<Padding>>,
}

/// Bottleneck residual blocks, a row for each run of equal ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Residual {
    /// What the numbers of a row are, in order.
    pub columns: At<Vec<At<ResidualColumn>>>,
    /// Rows of numbers, one for each column.
    pub rows: At<Vec<At<Vec<At<f64>>>>>,
    /// Activation inside the blocks and after their sums. Default: relu.
    pub activation: Option<At<Activation>>,
    /// Padding, where it differs from the network's.
    pub padding: Option<At<Padding>>,
}

/// A column of a table of depthwise separable convolutions.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename = "column", rename_all = "snake_case")]
#[schemars(rename = "conv_dsc_column")]
pub enum DscColumn {
    /// Output channels at width 1.
    C,
    /// Stride of the first block.
    S,
    /// Number of blocks; 1 where the column is left out.
    N,
    /// Kernel size of the depthwise convolution; 3 where the column is left out.
    K,
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

/// Which blocks of a table have an expansion.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename = "expand", rename_all = "snake_case")]
pub enum Expand {
    /// Those with t other than 1.
    UnlessOne,
    /// Every block, those with t = 1 too.
    Always,
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
