//! `mbgen schema`: the JSON Schema of specs, of machines, and of schedules.

use super::print;
use crate::cli::SchemaArgs;
use crate::error::Result;
use crate::{machine, plan, spec};

pub fn run(args: &SchemaArgs) -> Result<()> {
    let schema = match args {
        SchemaArgs { machine: true, .. } => machine::schema(),
        SchemaArgs { schedule: true, .. } => plan::schema(),
        _ => spec::schema(),
    };
    print(schema.as_bytes())
}
