//! The YAML file as it is written, unchecked. The schema is derived from these types, so their docs
//! are written for authors of files.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::kernels::isa::InstructionSet;
use crate::yaml::{At, Ordered};

/// The schema as pretty-printed JSON, with a final newline.
pub fn schema() -> String {
    let schema = schemars::schema_for!(File);
    format!("{:#}\n", schema.as_value())
}

/// Rates for each instruction set.
pub type Sets = At<Ordered<At<String>, At<Compute>>>;

/// One core of a machine, as mbgen reads it: what it computes at most, and how fast it reads.
/// `mbgen machine` writes one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "mbgen machine")]
pub struct File {
    /// What the machine is called beside what is predicted for it: a letter, then letters, digits,
    /// `_`, `-` or `.`.
    pub name: At<String>,
    /// What it is, and where the figures come from.
    pub source: Option<At<String>>,
    /// Instruction set to what one core computes with it.
    #[schemars(with = "ComputeBySet")]
    pub compute: Sets,
    /// Caches and memory, as one core sees them.
    pub memory: At<Memory>,
}

/// What one core computes at most, in GFLOP/s: two for each multiply-add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compute {
    /// Multiply-adds from register to register.
    pub peak: At<f64>,
    /// What dense convolutions larger than 1x1 attain. Default: peak.
    pub conv: Option<At<f64>>,
    /// What depthwise convolutions attain. Default: peak.
    pub dw: Option<At<f64>>,
    /// What the multiply-adds of 1x1 convolutions attain. Default: peak.
    pub pw: Option<At<f64>>,
    /// Outputs that 1x1 convolutions finish (bias, clamp, store) on top of their multiply-adds, in
    /// billions a second. Default: that takes no time.
    pub pw_out: Option<At<f64>>,
    /// Channels that are computed together, the width of the arithmetic units. Default: 1.
    pub lanes: Option<At<Lanes>>,
}

/// A number of channels.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Lanes(#[schemars(range(min = 1, max = 1024))] pub u64);

/// Caches and memory, as one core sees them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// First-level data cache of a core.
    pub l1: At<Cache>,
    /// Second-level cache.
    pub l2: At<Cache>,
    /// Third-level cache. Default: there is none.
    pub l3: Option<At<Cache>>,
    /// Main memory.
    pub dram: At<Dram>,
}

/// A cache.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// Size, with an optional suffix such as `32KiB` or `1MiB`: of one instance, not of all cores'.
    #[schemars(with = "Size")]
    pub size: At<Quantity>,
    /// What one core reads from it, in GB/s.
    pub read: At<f64>,
}

/// Main memory.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dram {
    /// What one core reads from it, in GB/s.
    pub read: At<f64>,
}

/// A size as it is written.
#[derive(Debug, Deserialize)]
pub struct Quantity(pub String);

/// The schema of a size.
struct Size;

impl JsonSchema for Size {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"] })
    }
}

/// The schema of `compute`.
struct ComputeBySet;

impl JsonSchema for ComputeBySet {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ComputeBySet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = InstructionSet::ALL.map(InstructionSet::name);
        let compute = generator.subschema_for::<Compute>();
        json_schema!({
            "type": "object",
            "propertyNames": { "enum": names },
            "minProperties": 1,
            "additionalProperties": compute,
        })
    }
}
