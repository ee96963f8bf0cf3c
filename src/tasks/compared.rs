//! Networks against each other, and against what they may cost.

use crate::analysis::sweep::{Point, Sweep};
use crate::analysis::{Analysis, By, merged};
use crate::error::{Error, Result};
use crate::gate::{Baseline, Check, Increase, Limit};
use crate::graph::LayerGraph;
use crate::machine::Description;
use crate::report::compare::{Comparison, Layers};
use crate::spec::{Loaded, Metric};

/// Up to as many points, each is planned, for its arena and its time.
const PLANNED: usize = 1_000;

/// What to compare, and at what to hold it.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The points; its machine is set here.
    pub sweep: Sweep,
    /// What points must fit to be listed, largest first. Without widths and resolutions, the points
    /// are then those of a grid.
    pub fit: Vec<Limit>,
    /// What times are predicted for.
    pub machine: Description,
    /// Rows of two networks side by side.
    pub by: Option<By>,
    /// Limits of every network.
    pub max: Vec<Limit>,
    /// What the networks cost when last agreed to.
    pub baseline: Option<&'a Baseline>,
    /// Growth over the baseline that is allowed.
    pub increases: Vec<Increase>,
}

impl Asked<'_> {
    /// The points of a sweep, held to nothing but their specs' budgets.
    pub fn of(sweep: Sweep, machine: Description) -> Self {
        let (fit, max, increases) = (Vec::new(), Vec::new(), Vec::new());
        Self { sweep, fit, machine, by: None, max, baseline: None, increases }
    }
}

/// A comparison with all that it shows.
#[derive(Debug)]
pub struct Compared {
    /// The specs that points refer to.
    pub specs: Vec<Loaded>,
    /// The points in order.
    pub points: Vec<Point>,
    /// Limits that were checked.
    pub checks: Vec<Check>,
    searched: Option<usize>,
    machine: Option<Description>,
    by: Option<By>,
    graphs: Vec<LayerGraph>,
}

impl Compared {
    /// Compares.
    ///
    /// # Errors
    /// Where a point has no graph or no figure that is limited, or there are not two where rows are
    /// to stand side by side.
    pub fn new(specs: Vec<Loaded>, asked: Asked) -> Result<Self> {
        let Asked { fit, by, .. } = &asked;
        let (searches, by) = (!fit.is_empty(), *by);
        let sweep = sweep(&asked, specs.len());
        let mut points = sweep.run(&specs)?;
        let searched = searches.then_some(points.len());
        if searches {
            points.retain(|point| fits(point, fit));
            points.sort_by_key(|p| std::cmp::Reverse((p.totals.macs, p.totals.params)));
        }
        let checks = checks(&asked, &specs, &points)?;
        let graphs = layer_graphs(by, &specs, &points)?;
        Ok(Self { specs, points, checks, searched, machine: sweep.machine, by, graphs })
    }

    /// Shows it to `show`.
    pub fn show<T>(&self, show: impl FnOnce(&Comparison) -> T) -> T {
        let by = self.by.unwrap_or_default();
        let rows: Vec<_> =
            self.graphs.iter().map(|graph| merged(&Analysis::of(graph).rows, by)).collect();
        let layers = match &rows[..] {
            [first, second] => Some(Layers { by, first, second }),
            _ => None,
        };
        show(&Comparison {
            specs: &self.specs,
            points: &self.points,
            searched: self.searched,
            checks: &self.checks,
            layers,
            machine: self.machine.as_ref(),
        })
    }
}

/// The sweep that was asked for; a search without one goes over a grid.
fn sweep(asked: &Asked, specs: usize) -> Sweep {
    let mut sweep = asked.sweep.clone();
    if !asked.fit.is_empty() && sweep.widths.is_empty() && sweep.resolutions.is_empty() {
        sweep.widths = (5..=30).map(|i| f64::from(i) / 20.0).collect();
        sweep.resolutions = (64..=320).step_by(16).map(|side| (side, side)).collect();
    }
    let limits = asked.fit.iter().chain(&asked.max).map(|limit| limit.metric);
    let increases = asked.increases.iter().filter_map(|increase| increase.metric);
    let planned = limits.chain(increases).any(|metric| metric == Metric::Arena);
    let few = sweep.variants().nth(PLANNED / specs.max(1)).is_none();
    sweep.machine = (planned || few).then(|| asked.machine.clone());
    sweep
}

fn fits(point: &Point, fit: &[Limit]) -> bool {
    let within = |value: Option<u64>, limit| value.is_some_and(|value| value <= limit);
    fit.iter().all(|limit| within(point.totals.metric(limit.metric), limit.limit))
}

fn checks(asked: &Asked, specs: &[Loaded], points: &[Point]) -> Result<Vec<Check>> {
    let mut checks = Check::limits(specs, points, &asked.max)?;
    if let Some(baseline) = asked.baseline {
        checks.extend(Check::increases(specs, points, baseline, &asked.increases)?);
    }
    Check::blame(&mut checks, specs, points, asked.baseline)?;
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
