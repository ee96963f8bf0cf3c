//! `mbgen compare`: networks against each other, and against what they may cost.

use super::analyze::style;
use crate::analysis::sweep::Sweep;
use crate::block::{self, Variant};
use crate::cli::cost::{CompareArgs, GateArgs, SweepArgs};
use crate::disk;
use crate::error::{Error, Result};
use crate::escape;
use crate::gate::{Baseline, check_renewable, check_room, renew};
use crate::output::write_with;
use crate::report::{compare, gate};
use crate::spec::Loaded;
use crate::tasks::{Asked, Compared};

pub fn run(args: &CompareArgs) -> Result<()> {
    let GateArgs { max, baseline, max_increase, update_baseline, .. } = &args.gate;
    if let (Some(baseline), Some(output)) = (baseline, &args.output.output)
        && disk::is_same(baseline, output)
    {
        let message = "--baseline and --output name one file; the report needs another".into();
        return Err(Error::Usage(message));
    }
    let baseline = match baseline {
        Some(path) if *update_baseline => {
            // Before all the work.
            check_renewable(path)?;
            None
        }
        path => path.as_deref().map(Baseline::read).transpose()?,
    };
    let SweepArgs { width, resolution, classes, fit } = &args.sweep;
    let first = Variant {
        width: width.as_ref().and_then(|list| list.first().copied()),
        resolution: resolution.as_ref().and_then(|list| list.first().copied()),
        classes: *classes,
    };
    let specs: Vec<Loaded> =
        args.specs.iter().map(|spec| block::load(spec, &first)).collect::<Result<_>>()?;
    let sweep = Sweep {
        widths: width.clone().unwrap_or_default(),
        resolutions: resolution.clone().unwrap_or_default(),
        classes: *classes,
        machine: None,
    };
    // A search may leave few of its networks.
    if *update_baseline && fit.is_empty() {
        check_room(sweep.points(&specs), sweep.layers(&specs))?;
    }
    let asked = Asked {
        fit: fit.clone(),
        planned: *update_baseline,
        by: args.by,
        max: max.clone(),
        baseline: baseline.as_ref(),
        increases: max_increase.clone(),
        ..Asked::of(sweep, args.machine.load()?)
    };
    let compared = Compared::new(specs, asked)?;
    if *update_baseline {
        let layers = compared.points.iter().map(|point| point.totals.n_rows);
        check_room(layers.len(), layers)?;
    }
    let (output, format) = (args.output.destination(), args.output.format());
    compared.show(|comparison| {
        compare::check(comparison, format)?;
        write_with(&output, |out| compare::write(comparison, format, style(&output), out))
    })?;
    if let Some(message) = compared.failure() {
        return Err(Error::Failed(message));
    }
    if *update_baseline { update(&args.gate, &compared) } else { Ok(()) }
}

/// Puts the networks into the baseline, with one reason more, and says what that changed.
fn update(args: &GateArgs, compared: &Compared) -> Result<()> {
    let (Some(path), Some(reason)) = (&args.baseline, &args.reason) else { return Ok(()) };
    let renewal = renew(path, compared.entries()?, reason)?;
    renewal.baseline.write(path)?;
    eprintln!("{}", escape::visible_lines(&gate::renewal(&renewal, &escape::path(path))));
    Ok(())
}
