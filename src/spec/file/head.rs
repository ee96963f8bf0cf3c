//! The entries of the head as they are written.

use schemars::{JsonSchema, Schema, json_schema};
use serde::Deserialize;

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
