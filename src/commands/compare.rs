//! `mbgen compare`: networks against each other, and against what they may cost.

use super::analyze::style;
use crate::analysis::sweep::{Point, Sweep};
use crate::analysis::{Analysis, By, merged};
use crate::block;
use crate::cli::cost::{CompareArgs, GateArgs, SweepArgs};
use crate::error::{Error, Result};
use crate::escape;
use crate::gate::{Baseline, Blame, Check, Entry, Networks, changes, renew};
use crate::graph::LayerGraph;
use crate::machine::Description;
use crate::output::write_with;
use crate::report::{Comparison, SideBySide, compare, gate};
use crate::spec::Loaded;

/// Up to as many points, each is planned, for its arena and its time.
const PLANNED: usize = 1_000;

pub fn run(args: &CompareArgs) -> Result<()> {
    let specs: Vec<Loaded> =
        args.specs.iter().map(|spec| block::load(spec)).collect::<Result<_>>()?;
    // Read in any case: a wrong file is an error, however many points there are.
    let machine = args.machine.load()?;
    let sweep = sweep(args, &specs, &machine)?;
    let mut points = sweep.run(&specs)?;
    let searched = (!args.sweep.fit.is_empty()).then_some(points.len());
    if !args.sweep.fit.is_empty() {
        points.retain(|point| fits(point, &args.sweep));
        points.sort_by_key(|p| std::cmp::Reverse((p.totals.macs, p.totals.params)));
    }
    let networks = Networks { specs: &specs, points: &points, machine: sweep.machine.as_ref() };
    let mut checks = Check::limits(&networks, &args.gate.max)?;
    let baseline = match &args.gate.baseline {
        Some(path) if !args.gate.update_baseline => Some(Baseline::read(path)?),
        _ => None,
    };
    let known = baseline.as_ref().map(|baseline| baseline.known(&specs, &machine.name));
    if let Some(known) = &known {
        checks.extend(Check::increases(&networks, known, &args.gate.max_increase)?);
    }
    Blame::find(&mut checks, &networks, known.as_ref())?;
    let changes = known.as_ref().map(|known| changes(&points, known));
    let graphs = layer_graphs(args.by, &specs, &points)?;
    let rows: Vec<_> = graphs
        .iter()
        .map(|graph| merged(&Analysis::of(graph).rows, args.by.unwrap_or_default()))
        .collect();
    let side_by_side = match (&rows[..], args.by) {
        ([first, second], Some(by)) => Some(SideBySide { by, first, second }),
        _ => None,
    };
    let (checks, changes) = (&checks[..], changes.as_deref());
    let comparison = Comparison { networks, searched, checks, changes, side_by_side };
    let (output, format) = (args.output.destination(), args.output.format);
    compare::check(&comparison, format)?;
    write_with(&output, |out| compare::write(&comparison, format, style(&output), out))?;
    if let Some(message) = gate::failure(checks, &networks) {
        return Err(Error::Failed(message));
    }
    if args.gate.update_baseline { update(&args.gate, &networks, &machine) } else { Ok(()) }
}

/// The sweep that was asked for; a search without one goes over a grid.
fn sweep(args: &CompareArgs, specs: &[Loaded], machine: &Description) -> Result<Sweep> {
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
    let budgets = specs.iter().flat_map(|loaded| &loaded.spec.budgets);
    let mut asked = limits.chain(budgets.map(|budget| budget.metric));
    let asked = args.gate.baseline.is_some() || asked.any(|metric| metric.is_planned());
    let few = sweep.variants().nth(PLANNED / specs.len().max(1)).is_none();
    sweep.machine = (asked || few).then(|| machine.clone());
    Ok(sweep)
}

fn fits(point: &Point, sweep: &SweepArgs) -> bool {
    let within = |value: Option<u64>, limit| value.is_some_and(|value| value <= limit);
    sweep.fit.iter().all(|limit| within(point.totals.metric(limit.metric), limit.limit))
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

/// Puts the networks into the baseline, with one reason more, and says what that changed.
fn update(args: &GateArgs, networks: &Networks, machine: &Description) -> Result<()> {
    let (Some(path), Some(reason)) = (&args.baseline, &args.reason) else { return Ok(()) };
    let entry = |point: &Point| {
        let loaded = networks.spec(point);
        networks.analysis(point, |analysis| Entry::of(loaded, point, &machine.name, analysis))
    };
    let entries = networks.points.iter().map(entry).collect::<Result<_>>()?;
    let renewal = renew(path, entries, reason)?;
    renewal.baseline.write(path)?;
    eprintln!("{}", escape::visible_lines(&gate::renewal(&renewal, &escape::path(path))));
    Ok(())
}
