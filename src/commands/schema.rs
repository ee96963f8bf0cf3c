//! `mbgen schema`: the JSON Schema of specs, and of machines.

use super::print;
use crate::cli::SchemaArgs;
use crate::error::Result;
use crate::{machine, spec};

pub fn run(args: &SchemaArgs) -> Result<()> {
    let schema = if args.machine { machine::schema() } else { spec::schema() };
    print(schema.as_bytes())
}
