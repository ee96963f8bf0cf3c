//! `mbgen schedule`: how each step of a generated crate runs.

use super::generate::planned;
use crate::cli::ScheduleArgs;
use crate::error::Result;
use crate::output::{Output, write};

pub fn run(args: &ScheduleArgs) -> Result<()> {
    let planned = planned(&args.spec, &args.variant, &args.machine, &args.overrides)?;
    write(&Output::of(args.output.clone()), &planned.plan.schedule())
}
