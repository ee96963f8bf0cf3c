//! The entries of the head as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::yaml::At;

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
