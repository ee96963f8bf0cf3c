//! The YAML file as it is written: every key, unchecked. The schema is derived from these types,
//! so their docs are written for authors of specs.

mod block;
mod head;
mod preprocess;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

pub use self::block::{
    Activation, Block, ConvBn, ConvDsc, DscColumn, DscTable, Expand, InvertedColumn,
    InvertedResidual, Residual, ResidualColumn, TableOrEntry, WidthRule,
};
pub use self::head::{HeadLayer, Pool};
pub use self::preprocess::{Filter, Preprocess, Resize};
use super::budget::Metric;
use crate::yaml::{At, OneOrList, Ordered};

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
    /// Names of the classes: a list, or a file beside the spec with one a line.
    pub labels: Option<At<OneOrList<String>>>,
    /// Limits on cost, each in its metric's unit: `macs: 300M`, `weight_bytes: 5MB`, `time: 5ms`.
    /// `analyze` and `compare` fail where the network as it is written exceeds one.
    #[schemars(with = "Option<Budgets>")]
    pub budgets: Option<Limits>,
    /// Stages in order. A stage's key starts the parameter names of its blocks.
    pub stages: Named<Vec<At<Block>>>,
    /// Global average pool, then linear layer: modules in order, each a name and what it is.
    pub head: At<Vec<Named<OneOrList<HeadLayer>>>>,
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
    /// None: floor((n-k)/s) + 1 outputs.
    Valid,
}

/// A limit: a number with a suffix, which only a time needs: `3.5M`, `2MiB`, `5ms`.
#[derive(Debug, Deserialize)]
pub struct Quantity(pub String);

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
            "properties": {
                "time": { "type": "string", "description": "Predicted time, with a unit: `5ms`." },
            },
            "additionalProperties": { "type": ["string", "number"] },
        })
    }
}
