//! `mbgen schedule`: how each step of a generated crate runs.

use super::generate::planned;
use super::print;
use crate::cli::ScheduleArgs;
use crate::error::Result;

pub fn run(args: &ScheduleArgs) -> Result<()> {
    let planned = planned(&args.spec, &args.variant, &args.machine, &args.overrides)?;
    print(planned.plan.schedule().as_bytes())
}
