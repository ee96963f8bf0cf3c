//! `mbgen schedule`: how each step of a generated crate runs.

use super::print;
use crate::block::{self, Variant};
use crate::cli::ScheduleArgs;
use crate::error::Result;
use crate::plan::Plan;

pub fn run(args: &ScheduleArgs) -> Result<()> {
    let graph = block::load(&args.spec)?.graph(&Variant::from(&args.variant))?;
    let machine = args.machine.load()?.machine();
    let plan = Plan::with(&graph, &machine, &args.overrides.load()?)?;
    print(plan.schedule().as_bytes())
}
