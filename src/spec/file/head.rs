//! The entries of the head as they are written.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::yaml::At;

/// One layer of the head.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "head layer", rename_all = "snake_case")]
#[schemars(transform = pool_without_value)]
pub enum HeadLayer {
    /// Mean over all positions: the word alone, or with how the network's program writes it, which
    /// tools that count tell apart. Default: module.
    GlobalAveragePool(Option<At<Pool>>),
    /// Fully connected layer with bias onto the classes.
    Linear,
    /// Does nothing at inference, but takes a place in the numbering of a list.
    Dropout(At<f64>),
}

/// How a global average pool is written.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename = "pool", rename_all = "snake_case")]
pub enum Pool {
    /// A module, `nn.AdaptiveAvgPool2d`.
    Module,
    /// A call of `F.adaptive_avg_pool2d`, as in torchvision's MobileNetV2.
    Function,
    /// A call of `mean` over rows and columns.
    Mean,
    /// A module whose window is the size of the map, `nn.AvgPool2d`.
    #[serde(rename = "avg_pool2d")]
    AvgPool2d,
}

/// Allows `global_average_pool` as a word, too, and demands a value where it is a key.
fn pool_without_value(schema: &mut Schema) {
    let Some(ways) = schema.get_mut("oneOf").and_then(|ways| ways.as_array_mut()) else { return };
    let name = "global_average_pool";
    for way in ways.iter_mut() {
        if let Some(pool) = way.pointer_mut(&format!("/properties/{name}")) {
            *pool = serde_json::json!({"$ref": "#/$defs/pool"});
        }
    }
    let word =
        json_schema!({"type": "string", "const": name, "description": "Mean over all positions."});
    ways.insert(0, word.into());
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
