//! The YAML file as it is written: every key, unchecked. The schema is derived from these types,
//! so their docs are written for authors of specs.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::at::{At, Ordered};
use super::budget::Metric;

/// A mapping under names of the author's choice.
pub type Named<V> = At<Ordered<At<String>, At<V>>>;

/// A limit for each metric.
pub type Limits = At<Ordered<At<Metric>, At<Quantity>>>;

/// A count: channels, sizes, strides, blocks.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Count(#[schemars(range(min = 1, max = 2_147_483_648u64))] pub u64);

/// A network of the MobileNet family, as mbgen reads it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "mbgen network spec")]
pub struct File {
    /// Name of the network: a letter, then letters, digits, `_` or `-`. The generated crate is
    /// called after it.
    pub name: At<String>,
    /// Citation of the table that the spec copies.
    pub source: Option<At<String>>,
    /// Size of the input image.
    pub input: At<Input>,
    /// Number of outputs of the classifier.
    pub classes: At<Count>,
    /// Width multiplier and rounding of scaled channel counts. Default: multiplier 1, exact.
    pub width: Option<At<Width>>,
    /// Padding of the convolutions. Default: symmetric.
    pub padding: Option<At<Padding>>,
    /// Epsilon of every batch normalisation. Default: 1e-5, PyTorch's.
    pub bn_eps: Option<At<f64>>,
    /// How a photo becomes an input.
    pub preprocess: Option<At<Preprocess>>,
    /// File of class names beside the spec, one a line.
    pub labels: Option<At<String>>,
    /// Limits on cost: metric to limit, such as `macs: 300M` or `peak: 2MiB`.
    #[schemars(with = "Option<Budgets>")]
    pub budgets: Option<Limits>,
    /// Stages in order. A stage's key starts the parameter names of its blocks.
    pub stages: Named<Vec<At<Block>>>,
    /// Global average pool, then linear layer: modules in order, each a name and what it is.
    pub head: At<Vec<Named<Head>>>,
}

/// Size of the input image.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// 3 for RGB, 1 for luma.
    pub channels: At<Count>,
    /// Rows.
    pub height: At<Count>,
    /// Columns.
    pub width: At<Count>,
}

/// The width multiplier and how scaled channel counts are rounded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Width {
    /// Factor on every channel count.
    pub multiplier: At<f64>,
    /// How a scaled channel count becomes a whole number.
    pub rounding: At<Rounding>,
}

/// How a scaled channel count becomes a whole number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "rounding", rename_all = "snake_case")]
pub enum Rounding {
    /// The nearest multiple of N, at least N, never more than 10% below (MobileNetV2).
    MakeDivisible(At<Count>),
    /// max(int(c*width), M) (TF-slim's MobileNetV1).
    Floor(At<Count>),
    /// A fraction is an error.
    Exact,
}

/// Where a convolution's border zeros go.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename = "padding", rename_all = "snake_case")]
pub enum Padding {
    /// (k-1)/2 on every side, as in PyTorch's models.
    Symmetric,
    /// TensorFlow's SAME: ceil(n/s) outputs, the odd zero at the bottom and right.
    Same,
}

/// x = (pixel/255 - mean)/std, after a resize and a centre crop.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// Length of the shorter side before the crop. Default: the input's.
    pub resize: Option<At<Count>>,
    /// One number for each input channel.
    pub mean: At<Vec<At<f64>>>,
    /// One number for each input channel.
    pub std: At<Vec<At<f64>>>,
}

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

/// A limit: a number with an optional suffix, such as `3.5M` or `2MiB`.
#[derive(Debug, Deserialize)]
pub struct Quantity(pub String);

/// One layer of the head.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "head layer", rename_all = "snake_case")]
pub enum HeadLayer {
    /// Mean over all positions.
    GlobalAveragePool,
    /// Fully connected layer with bias onto the classes.
    Linear,
    /// Does nothing at inference, but takes a place in the numbering of a list.
    Dropout(At<f64>),
}

/// What stands behind a head's module name: one layer, or a list of them.
#[derive(Debug)]
pub enum Head {
    One(HeadLayer),
    Sequence(Vec<At<HeadLayer>>),
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeadVisitor;

        impl<'de> Visitor<'de> for HeadVisitor {
            type Value = Head;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a layer or a list of layers")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                layer: D,
            ) -> Result<Head, D::Error> {
                HeadLayer::deserialize(layer).map(Head::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Head, A::Error> {
                let mut layers = Vec::new();
                while let Some(layer) = seq.next_element()? {
                    layers.push(layer);
                }
                Ok(Head::Sequence(layers))
            }
        }

        deserializer.deserialize_any(HeadVisitor)
    }
}

impl JsonSchema for Head {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Head".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let layer = generator.subschema_for::<HeadLayer>();
        json_schema!({ "anyOf": [layer, { "type": "array", "items": layer }] })
    }
}

/// The schema of `budgets`: a quantity for each metric.
struct Budgets;

impl JsonSchema for Budgets {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Budgets".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let metrics = generator.subschema_for::<Metric>();
        json_schema!({
            "type": "object",
            "propertyNames": metrics,
            "additionalProperties": { "type": ["string", "number"] },
        })
    }
}
