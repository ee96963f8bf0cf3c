//! Limits on what a network may cost.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Position;

/// A cost that a budget can limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename = "metric", rename_all = "snake_case")]
pub enum Metric {
    /// Trainable parameters: weights, biases, batch normalisation's scale and shift.
    Params,
    /// Weights of convolutions and linear layers.
    Weights,
    /// Multiply-accumulates of one inference.
    Macs,
    /// 2 x MACs.
    Flops,
    /// Bytes of the f32 activations that are live at once, at most.
    Peak,
    /// Bytes of the generated crate's activation arena.
    Arena,
}

impl Metric {
    /// Every metric, in the order in which they are listed.
    pub const ALL: &[Self] =
        &[Self::Params, Self::Weights, Self::Macs, Self::Flops, Self::Peak, Self::Arena];

    /// The name used in specs and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Params => "params",
            Self::Weights => "weights",
            Self::Macs => "macs",
            Self::Flops => "flops",
            Self::Peak => "peak",
            Self::Arena => "arena",
        }
    }

    /// The metric called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|metric| metric.name() == name)
    }

    /// Whether the metric counts bytes.
    pub fn is_bytes(self) -> bool {
        matches!(self, Self::Peak | Self::Arena)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A limit on one metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What is limited.
    pub metric: Metric,
    /// The largest value that is within the budget, in units or bytes.
    pub limit: u64,
    /// The limit as it is written, for example `3.5M`.
    pub text: String,
    /// Where the limit stands in the file; `0, 0` where it comes from elsewhere.
    pub at: Position,
}
