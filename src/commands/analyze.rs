//! `mbgen analyze`: what one network costs.

use std::path::Path;

use crate::analysis::clamp::Clamp;
use crate::block::{self, Variant};
use crate::cli::cost::AnalyzeArgs;
use crate::error::{Error, Result};
use crate::output::{Output, write};
use crate::report::Style;
use crate::tasks::{Costed, View};
use crate::weights;

pub fn run(args: &AnalyzeArgs) -> Result<()> {
    let loaded = block::load(&args.spec)?;
    let variant = Variant::from(&args.variant);
    // Says first what is wrong with the variant.
    loaded.graph(&variant)?;
    let machine = args.machine.load()?;
    let overrides = match &args.overrides.schedule {
        Some(_) => Some(args.overrides.load()?),
        None => None,
    };
    let costed = Costed::new(loaded, variant, machine, overrides.as_ref())?;
    let clamps = args.relu6.then(|| clamps(args, &costed)).transpose()?;
    let (budgets, failure) = costed.budgets()?;
    let view = View {
        by: args.by,
        details: args.details,
        tool: args.tool,
        budgets: budgets.as_deref(),
        clamps: clamps.as_deref(),
    };
    let output = args.output.destination();
    write(&output, &costed.report(&view, args.output.format, style(&output)))?;
    failure.map_or(Ok(()), |message| Err(Error::Failed(message)))
}

/// What the destination can show: a file holds plain text.
pub(super) fn style(output: &Output) -> Style {
    match output {
        Output::Stdout => Style::of_stdout(),
        Output::File(_) => Style::default(),
    }
}

/// Runs the network without clamps, on the golden input.
fn clamps(args: &AnalyzeArgs, costed: &Costed) -> Result<Vec<Clamp>> {
    let weights = match &args.weights {
        Some(path) => Some((weights::load(path)?, Path::new(path))),
        None => None,
    };
    costed.clamps(weights, args.seed)
}
