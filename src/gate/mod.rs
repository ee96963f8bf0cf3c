//! The gate: what a network may cost, and whether it does.
//!
//! Limits come from the command line, from a spec's `budgets`, and from a baseline: a file in the
//! user's repository that holds what the networks cost when somebody last agreed to it.

pub mod baseline;
mod blame;
mod change;
mod check;
mod renew;

pub use baseline::{Baseline, Entry, Metrics, PartCost, check_room};
pub use blame::Blame;
pub use change::{Change, changes};
pub use check::{Check, Origin};
pub use renew::{Renewal, Renewed, check_renewable, renew};

use crate::analysis::Analysis;
use crate::analysis::sweep::Point;
use crate::error::Result;
use crate::machine::Description;
use crate::plan::Plan;
use crate::spec::{Loaded, Metric};
use crate::text;

/// The networks that are judged.
#[derive(Clone, Copy, Debug)]
pub struct Networks<'a> {
    /// The specs that points refer to.
    pub specs: &'a [Loaded],
    /// The networks.
    pub points: &'a [Point],
    /// The machine that they are planned for, where they are.
    pub machine: Option<&'a Description>,
}

impl<'a> Networks<'a> {
    /// The spec of a point.
    pub fn spec(&self, point: &Point) -> &'a Loaded {
        &self.specs[point.spec]
    }

    /// The spec as the command line named it, width and resolution of a point, and its number of
    /// classes where that is not the spec's.
    pub fn label(&self, point: &Point) -> String {
        let loaded = self.spec(point);
        let classes = (point.classes != loaded.spec.classes).then_some(point.classes);
        text::network(&loaded.name, point.width, point.resolution, classes)
    }

    /// What `read` finds in the analysis of a point, planned where there is a machine.
    pub fn analysis<T>(&self, point: &Point, read: impl FnOnce(&Analysis) -> T) -> Result<T> {
        let graph = self.spec(point).graph(&point.variant)?;
        let machine = self.machine;
        let plan = machine.and_then(|machine| Plan::new(&graph, &machine.machine()).ok());
        let analysis = Analysis::of(&graph);
        Ok(match (&plan, machine) {
            (Some(plan), Some(machine)) => {
                read(&analysis.with_plan(plan).with_machine(&graph, plan, machine))
            }
            _ => read(&analysis),
        })
    }
}

/// A limit on one metric of every network.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What is limited.
    pub metric: Metric,
    /// The largest value allowed: things, bytes or nanoseconds.
    pub limit: u64,
    /// The limit as it was written.
    pub text: String,
}

/// How much a metric may grow over its baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Increase {
    /// The metric; every metric of the baseline where there is none.
    pub metric: Option<Metric>,
    /// The growth allowed.
    pub allowance: Allowance,
    /// The growth as it was written.
    pub text: String,
}

/// An allowed growth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowance {
    /// In percent of the baseline.
    Percent(f64),
    /// In things, bytes or nanoseconds.
    Absolute(u64),
}

impl Allowance {
    /// The largest value allowed over `base`.
    pub fn over(self, base: u64) -> u64 {
        base.saturating_add(match self {
            Self::Percent(percent) => (base as f64 * percent / 100.0) as u64,
            Self::Absolute(more) => more,
        })
    }
}

impl Limit {
    /// Reads `METRIC=LIMIT`, for example `macs=300M`.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let (metric, limit) = text.split_once('=').ok_or("METRIC=LIMIT is allowed")?;
        let (metric, limit) = (parse_metric(metric)?, limit.trim());
        let value = metric.parse(limit).map_err(|wrong| wrong.to_string())?;
        Ok(Self { metric, limit: value, text: limit.to_owned() })
    }
}

impl Increase {
    /// Reads `1%`, `macs=1%` or `params=2k`.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let (metric, amount) = match text.split_once('=') {
            Some((metric, amount)) => (Some(parse_metric(metric)?), amount.trim()),
            None => (None, text.trim()),
        };
        let allowed =
            "a percentage such as 1%, or METRIC= and a percentage or a quantity, is allowed";
        let allowance = match (amount.strip_suffix('%'), metric) {
            (Some(percent), _) => {
                let percent = percent.trim().parse().ok();
                let percent = percent.filter(|p: &f64| p.is_finite() && *p >= 0.0);
                Allowance::Percent(percent.ok_or(allowed)?)
            }
            (None, Some(metric)) => {
                let amount = metric.parse(amount);
                Allowance::Absolute(amount.map_err(|wrong| format!("{wrong}, or a percentage"))?)
            }
            // One amount for metrics of different units would mean nothing.
            (None, None) => return Err(allowed.into()),
        };
        Ok(Self { metric, allowance, text: amount.to_owned() })
    }
}

fn parse_metric(name: &str) -> std::result::Result<Metric, String> {
    Metric::from_name(name.trim()).ok_or_else(|| {
        let names = Metric::ALL.map(Metric::name);
        format!("no metric `{}`; there are {}", name.trim(), names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_name_a_metric_and_a_quantity_in_its_unit() {
        let limit = Limit::parse("peak=2MiB").unwrap();
        assert_eq!((limit.metric, limit.limit), (Metric::Peak, 2 << 20));
        let limit = Limit::parse("time=5ms").unwrap();
        assert_eq!((limit.metric, limit.limit), (Metric::Time, 5_000_000));
        for wrong in [
            "",
            "macs",
            "macs=",
            "macs=fast",
            "speed=3",
            "=3",
            "macs=-1",
            "macs=310MB",
            "weights=5MB",
            "params=1KiB",
            "peak=5ms",
            "time=5MB",
            "time=5M",
        ] {
            assert!(Limit::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn increases_are_percentages_or_quantities_of_one_metric() {
        let increase = Increase::parse("1.5%").unwrap();
        assert_eq!((increase.metric, increase.allowance.over(1000)), (None, 1015));
        let increase = Increase::parse("params=2k").unwrap();
        assert_eq!((increase.metric, increase.allowance.over(1)), (Some(Metric::Params), 2001));
        assert_eq!(Increase::parse("macs=0%").unwrap().allowance.over(u64::MAX), u64::MAX);
        let increase = Increase::parse("time=1us").unwrap();
        assert_eq!(increase.allowance, Allowance::Absolute(1000));
        for wrong in
            ["", "5", "%", "-1%", "nan%", "inf%", "macs=", "speed=1%", "macs=1kB", "time=1k"]
        {
            assert!(Increase::parse(wrong).is_err(), "{wrong}");
        }
    }
}
