//! How networks differ from a baseline, whether that is allowed or not.

use super::baseline::Known;
use crate::analysis::sweep::Point;
use crate::spec::Metric;

/// A metric of a network, then and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which of the points.
    pub point: usize,
    /// The metric.
    pub metric: Metric,
    /// The baseline's value, if it has one.
    pub before: Option<u64>,
    /// The network's value, if it has one.
    pub now: Option<u64>,
}

impl Change {
    /// Whether there is anything to tell.
    pub fn is_change(&self) -> bool {
        self.before != self.now
    }

    /// The difference, where both values are known.
    pub fn difference(&self) -> Option<i64> {
        let difference = i128::from(self.now?) - i128::from(self.before?);
        i64::try_from(difference).ok()
    }
}

/// Every metric of every point that a baseline has, changed or not.
pub fn changes(points: &[Point], known: &Known) -> Vec<Change> {
    let mut all = Vec::new();
    for (point, network) in points.iter().enumerate() {
        let Some(entry) = known.entry(network) else { continue };
        for metric in Metric::ALL {
            let (before, now) = (entry.metrics.get(metric), network.totals.metric(metric));
            if before.is_some() || now.is_some() {
                all.push(Change { point, metric, before, now });
            }
        }
    }
    all
}
