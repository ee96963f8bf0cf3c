//! Checking points against limits, and naming the layers responsible.

use serde::{Serialize, Serializer};

use super::{Allowance, Baseline, Entry, Increase, LayerEntry, Limit};
use crate::analysis::sweep::Point;
use crate::analysis::{Analysis, Row, align};
use crate::error::{Error, Result};
use crate::spec::{Loaded, Metric};
use crate::text;

/// Most failed checks whose layers are looked for.
const BLAMED_CHECKS: usize = 20;
/// Most layers that a check names.
const BLAMED_LAYERS: usize = 5;

/// One limit on one network, and whether it holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// Which of the points.
    #[serde(skip)]
    pub point: usize,
    /// The spec as the command line named it.
    pub spec: String,
    /// Width multiplier.
    pub width: f64,
    /// Rows and columns of the input.
    pub resolution: [usize; 2],
    /// Name of the metric.
    #[serde(serialize_with = "by_name")]
    pub metric: Metric,
    /// Where the limit comes from.
    pub origin: Origin,
    /// The limit as it was written.
    pub text: String,
    /// The largest value allowed.
    pub limit: u64,
    /// What the network has.
    pub value: u64,
    /// Whether the value is within the limit.
    pub passed: bool,
    /// What the value stands against in the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<u64>,
    /// The layers responsible for a value over its limit.
    pub layers: Vec<Blame>,
}

/// Where a limit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The command line's `--max`.
    Max,
    /// The spec's `budgets`.
    Budget,
    /// A baseline and the command line's `--max-increase`.
    Baseline,
}

/// A layer's part in a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blame {
    /// Module path.
    pub layer: String,
    /// The layer's part of the metric.
    pub value: u64,
    /// How much it grew over the baseline, where the limit comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<i64>,
}

fn by_name<S: Serializer>(metric: &Metric, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(metric.name())
}

impl Check {
    fn new(
        specs: &[Loaded],
        points: &[Point],
        index: usize,
        limit: &Limit,
        origin: Origin,
    ) -> Result<Self> {
        let point = &points[index];
        let loaded = &specs[point.spec];
        let value = point.totals.metric(limit.metric).ok_or_else(|| {
            Error::Usage(format!("{}: no figure for {} to be limited", loaded.name, limit.metric))
        })?;
        Ok(Self {
            point: index,
            spec: loaded.name.clone(),
            width: point.width,
            resolution: point.resolution,
            metric: limit.metric,
            origin,
            text: limit.text.clone(),
            limit: limit.limit,
            value,
            passed: value <= limit.limit,
            base: None,
            layers: Vec::new(),
        })
    }

    /// Checks each point against limits from the command line, and against its spec's budgets
    /// where it is the network that the spec describes.
    pub fn limits(specs: &[Loaded], points: &[Point], limits: &[Limit]) -> Result<Vec<Self>> {
        let mut checks = Vec::new();
        for (index, point) in points.iter().enumerate() {
            let loaded = &specs[point.spec];
            let budgets = loaded.spec.budgets.iter().filter(|_| is_spec_itself(loaded, point));
            let budgets = budgets.map(|budget| {
                let (metric, limit, text) = (budget.metric, budget.limit, budget.text.clone());
                (Limit { metric, limit, text }, Origin::Budget)
            });
            let limits = limits.iter().map(|limit| (limit.clone(), Origin::Max));
            for (limit, origin) in limits.chain(budgets) {
                checks.push(Self::new(specs, points, index, &limit, origin)?);
            }
        }
        Ok(checks)
    }

    /// Checks each point against its entry in a baseline.
    ///
    /// # Errors
    /// Where the baseline lacks a point, or a metric that an increase names.
    pub fn increases(
        specs: &[Loaded],
        points: &[Point],
        baseline: &Baseline,
        increases: &[Increase],
    ) -> Result<Vec<Self>> {
        let mut checks = Vec::new();
        for (index, point) in points.iter().enumerate() {
            let loaded = &specs[point.spec];
            let entry = baseline.entry(&loaded.name, point);
            let entry = entry.ok_or_else(|| missing(loaded, point, "it"))?;
            for metric in Metric::ALL.iter().copied() {
                let named = increases.iter().rfind(|increase| increase.metric == Some(metric));
                let general = increases.iter().rfind(|increase| increase.metric.is_none());
                let base = match (entry.metrics.get(metric.name()), named) {
                    (Some(&base), _) => base,
                    (None, Some(_)) => return Err(missing(loaded, point, metric.name())),
                    (None, None) => continue,
                };
                let allowance = match named.or(general) {
                    Some(increase) => increase.allowance,
                    // With increases for some metrics only, the others are free.
                    None if !increases.is_empty() => continue,
                    None => Allowance::Percent(0.0),
                };
                let limit = Limit { metric, limit: allowance.over(base), text: shown(allowance) };
                let check = Self::new(specs, points, index, &limit, Origin::Baseline)?;
                checks.push(Self { base: Some(base), ..check });
            }
        }
        Ok(checks)
    }

    /// Finds the layers responsible for the first failed checks.
    pub fn blame(
        checks: &mut [Self],
        specs: &[Loaded],
        points: &[Point],
        baseline: Option<&Baseline>,
    ) -> Result<()> {
        let failed = checks.iter_mut().filter(|check| !check.passed);
        for check in failed.take(BLAMED_CHECKS) {
            let point = &points[check.point];
            let entry = match check.origin {
                Origin::Baseline => baseline.and_then(|all| all.entry(&check.spec, point)),
                Origin::Max | Origin::Budget => None,
            };
            let graph = specs[point.spec].graph(&point.variant)?;
            let rows = Analysis::of(&graph).rows;
            check.layers = match entry {
                Some(entry) => grown(&rows, entry, check.metric),
                None => largest(&rows, check.metric),
            };
        }
        Ok(())
    }

    /// The failure in words: network, metric, limit, value, difference, and the layers responsible.
    pub fn message(&self) -> String {
        let [h, w] = self.resolution;
        let number = |n: u64| quantity(self.metric, n);
        let over = self.value.saturating_sub(self.limit);
        let percent = 100.0 * over as f64 / self.limit.max(1) as f64;
        let limit = match (self.origin, self.base) {
            (Origin::Baseline, Some(base)) => {
                format!("{} (baseline {} + {})", number(self.limit), number(base), self.text)
            }
            (Origin::Budget, _) => format!("{} (the spec's budget)", number(self.limit)),
            _ => number(self.limit),
        };
        let mut text = format!(
            "{} {:?} {h}x{w}: {} is {}, over the limit of {limit} by {} ({percent:.2}%)",
            self.spec,
            self.width,
            self.metric,
            number(self.value),
            number(over),
        );
        for Blame { layer, value, change } in &self.layers {
            text += &match change {
                Some(change) => {
                    format!("\n    {layer} {} (+{})", number(*value), number(change.unsigned_abs()))
                }
                None => format!("\n    {layer} {}", number(*value)),
            };
        }
        text
    }
}

/// A value of a metric with its unit, exact.
pub fn quantity(metric: Metric, n: u64) -> String {
    let number = text::thousands(n);
    if metric.is_bytes() { format!("{number} B") } else { number }
}

fn shown(allowance: Allowance) -> String {
    match allowance {
        Allowance::Percent(percent) => format!("{percent}%"),
        Allowance::Absolute(n) => text::thousands(n),
    }
}

fn is_spec_itself(loaded: &Loaded, point: &Point) -> bool {
    let spec = &loaded.spec;
    point.width == spec.width.multiplier
        && point.resolution == [spec.input.height, spec.input.width]
        && point.variant.classes.is_none_or(|classes| classes == spec.classes)
}

fn missing(loaded: &Loaded, point: &Point, what: &str) -> Error {
    let [h, w] = point.resolution;
    Error::Usage(format!(
        "{} {:?} {h}x{w}: the baseline lacks {what}; --update-baseline --reason TEXT adds it",
        loaded.name, point.width
    ))
}

/// The layers with the largest part of a metric.
fn largest(rows: &[Row], metric: Metric) -> Vec<Blame> {
    top(rows.iter().map(|row| (row.name.to_owned(), row.metric(metric), None)).collect())
}

/// The layers that grew most over a baseline; a new layer grew from nothing.
fn grown(rows: &[Row], entry: &Entry, metric: Metric) -> Vec<Blame> {
    let now: Vec<LayerEntry> = rows.iter().map(LayerEntry::of).collect();
    let keys = |layers: &[LayerEntry]| -> Vec<_> {
        layers.iter().map(|layer| (layer.name.clone(), layer.op.clone())).collect()
    };
    let growth = align::align(&keys(&entry.layers), &keys(&now)).into_iter().filter_map(|pair| {
        let layer = &now[pair.1?];
        let value = layer.metric(metric);
        let before = pair.0.map_or(0, |old| entry.layers[old].metric(metric));
        let change = i64::try_from(value.checked_sub(before)?).ok()?;
        (change > 0).then(|| (layer.name.clone(), value, Some(change)))
    });
    top(growth.collect())
}

/// The largest few, by growth where there is one.
fn top(mut layers: Vec<(String, u64, Option<i64>)>) -> Vec<Blame> {
    layers.sort_by_key(|&(_, value, change)| std::cmp::Reverse((change, value)));
    let blame = |(layer, value, change)| Blame { layer, value, change };
    layers.into_iter().take(BLAMED_LAYERS).map(blame).collect()
}
