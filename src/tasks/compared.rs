//! Networks against each other, and against what they may cost.

use crate::analysis::sweep::{MAX_PLANNED, Point, Sweep};
use crate::analysis::{Analysis, By, merged};
use crate::error::{Error, Result};
use crate::gate::{Baseline, Blame, Change, Check, Entry, Increase, Limit, Networks, changes};
use crate::graph::LayerGraph;
use crate::machine::Description;
use crate::report::{Comparison, SideBySide, gate};
use crate::spec::Loaded;

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
    /// Whether all points are planned, however many there are.
    pub planned: bool,
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
        Self { sweep, fit, machine, planned: false, by: None, max, baseline: None, increases }
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
    /// The networks against the baseline, where there is one.
    pub changes: Option<Vec<Change>>,
    searched: Option<usize>,
    machine: Option<Description>,
    by: Option<By>,
    graphs: Vec<LayerGraph>,
}

impl Compared {
    /// Compares.
    ///
    /// # Errors
    /// Where a point has no graph or no figure that is limited, the baseline lacks a point or a metric
    /// that is checked, or there are not two where rows are to stand side by side.
    pub fn new(specs: Vec<Loaded>, asked: Asked) -> Result<Self> {
        let Asked { fit, by, .. } = &asked;
        let (searches, by) = (!fit.is_empty(), *by);
        let sweep = sweep(&asked, &specs);
        let mut points = sweep.run(&specs)?;
        let searched = searches.then_some(points.len());
        if searches {
            points.retain(|point| fits(point, fit));
            points.sort_by_key(|p| std::cmp::Reverse((p.totals.macs, p.totals.params)));
        }
        let machine = sweep.machine;
        let networks = Networks { specs: &specs, points: &points, machine: machine.as_ref() };
        let (checks, changes) = judge(&asked, &networks)?;
        let graphs = layer_graphs(by, &networks)?;
        Ok(Self { specs, points, checks, changes, searched, machine, by, graphs })
    }

    /// The networks.
    pub fn networks(&self) -> Networks<'_> {
        let Self { specs, points, machine, .. } = self;
        Networks { specs, points, machine: machine.as_ref() }
    }

    /// What failed, in words: a search that found nothing, or a limit.
    pub fn failure(&self) -> Option<String> {
        if let (Some(tried), []) = (self.searched, &self.points[..]) {
            return Some(format!("none of the networks tried fits ({tried})"));
        }
        gate::failure(&self.checks, &self.networks())
    }

    /// What a baseline keeps of the networks; nothing where they are not planned.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let networks = self.networks();
        let Some(machine) = networks.machine else { return Ok(Vec::new()) };
        let entry = |point| {
            let loaded = networks.spec(point);
            networks.analysis(point, |analysis| Entry::of(loaded, point, &machine.name, analysis))
        };
        self.points.iter().map(entry).collect()
    }

    /// Shows it to `show`.
    pub fn show<T>(&self, show: impl FnOnce(&Comparison) -> T) -> T {
        let by = self.by.unwrap_or_default();
        let rows: Vec<_> =
            self.graphs.iter().map(|graph| merged(&Analysis::of(graph).rows, by)).collect();
        let side_by_side = match &rows[..] {
            [first, second] => Some(SideBySide { by, first, second }),
            _ => None,
        };
        show(&Comparison {
            networks: self.networks(),
            searched: self.searched,
            checks: &self.checks,
            changes: self.changes.as_deref(),
            side_by_side,
        })
    }
}

/// The sweep that was asked for; a search without one goes over a grid.
fn sweep(asked: &Asked, specs: &[Loaded]) -> Sweep {
    let mut sweep = asked.sweep.clone();
    if !asked.fit.is_empty() && sweep.widths.is_empty() && sweep.resolutions.is_empty() {
        sweep.widths = (5..=30).map(|i| f64::from(i) / 20.0).collect();
        sweep.resolutions = (64..=320).step_by(16).map(|side| (side, side)).collect();
    }
    let limits = asked.fit.iter().chain(&asked.max).map(|limit| limit.metric);
    let budgets = specs.iter().flat_map(|loaded| &loaded.spec.budgets);
    let mut limited = limits.chain(budgets.map(|budget| budget.metric));
    let planned = asked.planned || asked.baseline.is_some();
    let planned = planned || limited.any(|metric| metric.is_planned());
    let few = sweep.points(specs) <= MAX_PLANNED;
    sweep.machine = (planned || few).then(|| asked.machine.clone());
    sweep
}

fn fits(point: &Point, fit: &[Limit]) -> bool {
    let within = |value: Option<u64>, limit| value.is_some_and(|value| value <= limit);
    fit.iter().all(|limit| within(point.totals.metric(limit.metric), limit.limit))
}

/// The networks against limits and a baseline.
fn judge(asked: &Asked, networks: &Networks) -> Result<(Vec<Check>, Option<Vec<Change>>)> {
    let mut checks = Check::limits(networks, &asked.max)?;
    let known = asked.baseline.map(|baseline| baseline.known(networks.specs, &asked.machine.name));
    if let Some(known) = &known {
        checks.extend(Check::increases(networks, known, &asked.increases)?);
    }
    Blame::find(&mut checks, networks, known.as_ref())?;
    Ok((checks, known.map(|known| changes(networks.points, &known))))
}

/// The graphs of the two networks that are to be shown row by row.
fn layer_graphs(by: Option<By>, networks: &Networks) -> Result<Vec<LayerGraph>> {
    let points = networks.points;
    if by.is_none() {
        return Ok(Vec::new());
    }
    if points.len() != 2 {
        let n = points.len();
        return Err(Error::Usage(format!("--by compares two networks, but there are {n} here")));
    }
    points.iter().map(|point| networks.spec(point).graph(&point.variant)).collect()
}
