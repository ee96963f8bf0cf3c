//! Who is responsible for a value over its limit.

use super::baseline::{Known, PartCost};
use super::{Check, Networks, Origin};
use crate::analysis::align;
use crate::error::Result;
use crate::spec::Metric;

/// Most failed checks whose layers are looked for.
const BLAMED_CHECKS: usize = 20;
/// Most layers that a check names.
const BLAMED_PARTS: usize = 5;

/// A layer's part in a failure; a step's, where only a plan tells the metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// Module path, or name of the step.
    pub name: String,
    /// Its part of the metric.
    pub value: u64,
    /// How much it grew over the baseline, where the limit comes from one.
    pub change: Option<u64>,
}

impl Blame {
    /// Finds the layers and steps responsible for the first failed checks.
    pub fn find(checks: &mut [Check], networks: &Networks, known: Option<&Known>) -> Result<()> {
        let failed = checks.iter_mut().filter(|check| !check.passed);
        for check in failed.take(BLAMED_CHECKS) {
            let point = &networks.points[check.point];
            let now = networks.analysis(point, |analysis| PartCost::of(analysis, check.metric))?;
            let entry = match check.origin {
                Origin::Baseline => known.and_then(|known| known.entry(point)),
                Origin::Max | Origin::Budget => None,
            };
            check.blamed = match entry {
                Some(entry) => grown(&now, entry.parts(check.metric), check.metric),
                None => largest(&now, check.metric),
            };
        }
        Ok(())
    }
}

/// The parts with most of a metric.
fn largest(now: &[PartCost], metric: Metric) -> Vec<Blame> {
    let blame = |part: &PartCost| {
        Some(Blame { name: part.name.clone(), value: part.metric(metric)?, change: None })
    };
    top(now.iter().filter_map(blame).collect())
}

/// The parts that grew most; a new one grew from nothing.
fn grown(now: &[PartCost], before: &[PartCost], metric: Metric) -> Vec<Blame> {
    let keys = |parts: &[PartCost]| -> Vec<_> {
        parts.iter().map(|part| (part.name.clone(), part.op.clone())).collect()
    };
    let pairs = align::align(&keys(before), &keys(now)).into_iter();
    let growth = pairs.filter_map(|(old, new)| {
        let part = &now[new?];
        let value = part.metric(metric)?;
        let before = old.and_then(|old| before[old].metric(metric)).unwrap_or(0);
        let change = value.checked_sub(before).filter(|&change| change > 0)?;
        Some(Blame { name: part.name.clone(), value, change: Some(change) })
    });
    top(growth.collect())
}

/// The largest few, by growth where there is one.
fn top(mut parts: Vec<Blame>) -> Vec<Blame> {
    parts.sort_by_key(|part| std::cmp::Reverse((part.change, part.value)));
    parts.truncate(BLAMED_PARTS);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(macs: &[(&str, &str, u64)]) -> Vec<PartCost> {
        let part = |&(name, op, macs): &(&str, &str, u64)| PartCost {
            name: name.into(),
            op: Some(op.into()),
            metrics: [(Metric::Macs, macs)].into_iter().collect(),
        };
        macs.iter().map(part).collect()
    }

    fn names(blamed: &[Blame]) -> Vec<(&str, u64, Option<u64>)> {
        blamed.iter().map(|part| (&*part.name, part.value, part.change)).collect()
    }

    #[test]
    fn the_largest_are_named_first_and_few() {
        let now = parts(&[("a", "pw", 1), ("b", "pw", 5), ("c", "pw", 3)]);
        assert_eq!(
            names(&largest(&now, Metric::Macs)),
            [("b", 5, None), ("c", 3, None), ("a", 1, None)]
        );
        let many: Vec<_> = (0..9).map(|macs| ("x", "pw", macs)).collect();
        assert_eq!(largest(&parts(&many), Metric::Macs).len(), BLAMED_PARTS);
        assert_eq!(names(&largest(&now, Metric::Flops))[0], ("b", 10, None));
        assert_eq!(largest(&now, Metric::Time), []);
    }

    #[test]
    fn growth_counts_whatever_a_layer_is_called() {
        let before = parts(&[("a", "conv", 10), ("b", "dw", 10), ("c", "pw", 10)]);
        let now =
            parts(&[("a", "conv", 9), ("renamed", "dw", 12), ("c", "pw", 10), ("d", "fc", 5)]);
        let expected = [("d", 5, Some(5)), ("renamed", 12, Some(2))];
        assert_eq!(names(&grown(&now, &before, Metric::Macs)), expected);
    }
}
