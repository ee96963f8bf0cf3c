//! `mbgen analyze`: what one network costs.

use crate::block::{self, Variant};
use crate::cli::cost::AnalyzeArgs;
use crate::error::{Error, Result};
use crate::output::{Output, write};
use crate::report::Style;
use crate::tasks::{Costed, View};
use crate::weights::{self, Selection};

pub fn run(args: &AnalyzeArgs) -> Result<()> {
    let variant = Variant::from(&args.variant);
    let loaded = block::load(&args.spec, &variant)?;
    let machine = args.machine.load()?;
    let overrides = args.overrides.schedule.is_some().then(|| args.overrides.load()).transpose()?;
    let costed = Costed::new(loaded, variant, machine, overrides.as_ref())?;
    let weights = match &args.weights {
        Some(path) => {
            let dict = Selection::from(&args.tensors).of(weights::load(path)?, path)?;
            Some((dict, path.as_path()))
        }
        None => None,
    };
    let clamps = args.relu6.then(|| costed.clamps(weights, args.seed)).transpose()?;
    let (budgets, failure) = costed.budgets()?;
    let (by, details, tool) = (args.by, args.details, args.tool);
    let (budgets, clamps) = (budgets.as_deref(), clamps.as_deref());
    let view = View { by, details, tool, budgets, clamps };
    let output = args.output.destination();
    write(&output, &costed.report(&view, args.output.format(), style(&output)))?;
    failure.map_or(Ok(()), |message| Err(Error::Failed(message)))
}

/// What the destination can show: a file holds plain text.
pub(super) fn style(output: &Output) -> Style {
    match output {
        Output::Stdout => Style::of_stdout(),
        Output::File(_) => Style::default(),
    }
}
