//! `mbgen compare`: networks against each other, and against what they may cost.

use super::analyze::style;
use crate::analysis::Analysis;
use crate::analysis::sweep::{Point, Sweep};
use crate::block::{self, Variant};
use crate::cli::cost::{CompareArgs, GateArgs, SweepArgs};
use crate::error::{Error, Result};
use crate::gate::{Baseline, Entry, baseline};
use crate::output::write_with;
use crate::report::compare::failure;
use crate::spec::Loaded;
use crate::tasks::{Asked, Compared};

pub fn run(args: &CompareArgs) -> Result<()> {
    if let (true, Some(path)) = (args.gate.update_baseline, &args.gate.baseline) {
        // Before all the work.
        Baseline::reasons(path)?;
    }
    let SweepArgs { width, resolution, classes, .. } = &args.sweep;
    let asked = Variant {
        width: width.as_ref().and_then(|list| list.first().copied()),
        resolution: resolution.as_ref().and_then(|list| list.first().copied()),
        classes: *classes,
    };
    let specs: Vec<Loaded> =
        args.specs.iter().map(|spec| block::load(spec, &asked)).collect::<Result<_>>()?;
    let SweepArgs { width, resolution, classes, fit } = &args.sweep;
    let sweep = Sweep {
        widths: width.clone().unwrap_or_default(),
        resolutions: resolution.clone().unwrap_or_default(),
        classes: *classes,
        machine: None,
    };
    let baseline = match &args.gate.baseline {
        Some(path) if !args.gate.update_baseline => Some(Baseline::read(path)?),
        _ => None,
    };
    let asked = Asked {
        sweep,
        fit: fit.clone(),
        machine: args.machine.load()?,
        by: args.by,
        max: args.gate.max.clone(),
        baseline: baseline.as_ref(),
        increases: args.gate.max_increase.clone(),
    };
    let compared = Compared::new(specs, asked)?;
    if args.gate.update_baseline {
        Baseline::check_room(&compared.points)?;
    }
    let output = args.output.destination();
    let (format, style) = (args.output.format, style(&output));
    compared.show(|comparison| write_with(&output, |out| comparison.write(format, style, out)))?;
    if let Some(message) = failure(&compared.checks) {
        return Err(Error::Failed(message));
    }
    if args.gate.update_baseline {
        update(&args.gate, &compared.specs, &compared.points)?;
    }
    Ok(())
}

/// Writes the baseline anew, with one reason more.
fn update(gate: &GateArgs, specs: &[Loaded], points: &[Point]) -> Result<()> {
    let (Some(path), Some(reason)) = (&gate.baseline, &gate.reason) else { return Ok(()) };
    let mut reasons = Baseline::reasons(path)?;
    reasons.push(reason.clone());
    let entry = |point: &Point| {
        let loaded = &specs[point.spec];
        let graph = loaded.graph(&point.variant)?;
        Ok(Entry::of(&loaded.name, point, &Analysis::of(&graph).rows))
    };
    let points = points.iter().map(entry).collect::<Result<_>>()?;
    Baseline { schema: baseline::SCHEMA.into(), reasons, points }.write(path)
}
