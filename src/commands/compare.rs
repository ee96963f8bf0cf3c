//! `mbgen compare`: networks against each other, and against what they may cost.

use super::analyze::style;
use crate::analysis::sweep::{Point, Sweep};
use crate::analysis::{Analysis, By, merged};
use crate::block::{self, Variant};
use crate::cli::cost::{CompareArgs, GateArgs, SweepArgs};
use crate::error::{Error, Result};
use crate::gate::{Baseline, Check, Entry, baseline};
use crate::graph::LayerGraph;
use crate::output::write_with;
use crate::report::compare::{Comparison, Layers, failure};
use crate::spec::{Loaded, Metric};

/// Up to as many points, each is planned, for its arena and its time.
const PLANNED: usize = 1_000;

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
    let sweep = sweep(args, &specs)?;
    let mut points = sweep.run(&specs)?;
    let searched = (!args.sweep.fit.is_empty()).then_some(points.len());
    if !args.sweep.fit.is_empty() {
        points.retain(|point| fits(point, &args.sweep));
        points.sort_by_key(|p| std::cmp::Reverse((p.totals.macs, p.totals.params)));
    }
    if args.gate.update_baseline {
        Baseline::check_room(&points)?;
    }
    let checks = checks(&args.gate, &specs, &points)?;
    let graphs = layer_graphs(args.by, &specs, &points)?;
    let rows: Vec<_> = graphs
        .iter()
        .map(|graph| merged(&Analysis::of(graph).rows, args.by.unwrap_or_default()))
        .collect();
    let layers = match (&rows[..], args.by) {
        ([first, second], Some(by)) => Some(Layers { by, first, second }),
        _ => None,
    };
    let machine = sweep.machine.as_ref();
    let comparison =
        Comparison { specs: &specs, points: &points, searched, checks: &checks, layers, machine };
    let output = args.output.destination();
    write_with(&output, |out| comparison.write(args.output.format, style(&output), out))?;
    if let Some(message) = failure(&checks) {
        return Err(Error::Failed(message));
    }
    if args.gate.update_baseline {
        update(&args.gate, &specs, &points)?;
    }
    Ok(())
}

/// The sweep that was asked for; a search without one goes over a grid.
fn sweep(args: &CompareArgs, specs: &[Loaded]) -> Result<Sweep> {
    let SweepArgs { width, resolution, classes, fit } = &args.sweep;
    let search = !fit.is_empty() && width.is_none() && resolution.is_none();
    let mut sweep = Sweep {
        widths: width.clone().unwrap_or_default(),
        resolutions: resolution.clone().unwrap_or_default(),
        classes: *classes,
        machine: None,
    };
    if search {
        sweep.widths = (5..=30).map(|i| f64::from(i) / 20.0).collect();
        sweep.resolutions = (64..=320).step_by(16).map(|side| (side, side)).collect();
    }
    let limits = fit.iter().chain(&args.gate.max).map(|limit| limit.metric);
    let increases = args.gate.max_increase.iter().filter_map(|increase| increase.metric);
    let asked = limits.chain(increases).any(|metric| metric == Metric::Arena);
    let few = sweep.variants().nth(PLANNED / specs.len().max(1)).is_none();
    // Read in any case: a wrong file is an error, however many points there are.
    let machine = args.machine.load()?;
    sweep.machine = (asked || few).then_some(machine);
    Ok(sweep)
}

fn fits(point: &Point, sweep: &SweepArgs) -> bool {
    let within = |value: Option<u64>, limit| value.is_some_and(|value| value <= limit);
    sweep.fit.iter().all(|limit| within(point.totals.metric(limit.metric), limit.limit))
}

fn checks(gate: &GateArgs, specs: &[Loaded], points: &[Point]) -> Result<Vec<Check>> {
    let mut checks = Check::limits(specs, points, &gate.max)?;
    let baseline = match &gate.baseline {
        Some(path) if !gate.update_baseline => Some(Baseline::read(path)?),
        _ => None,
    };
    if let Some(baseline) = &baseline {
        checks.extend(Check::increases(specs, points, baseline, &gate.max_increase)?);
    }
    Check::blame(&mut checks, specs, points, baseline.as_ref())?;
    Ok(checks)
}

/// The graphs of the two networks that are to be shown row by row.
fn layer_graphs(by: Option<By>, specs: &[Loaded], points: &[Point]) -> Result<Vec<LayerGraph>> {
    if by.is_none() {
        return Ok(Vec::new());
    }
    if points.len() != 2 {
        let n = points.len();
        return Err(Error::Usage(format!("--by compares two networks, but there are {n} here")));
    }
    points.iter().map(|point| specs[point.spec].graph(&point.variant)).collect()
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
