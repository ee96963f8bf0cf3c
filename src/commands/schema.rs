//! `mbgen schema`: the JSON Schema of specs.

use super::print;
use crate::error::Result;
use crate::spec;

pub fn run() -> Result<()> {
    print(spec::schema().as_bytes())
}
