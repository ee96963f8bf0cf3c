//! The gate: what a network may cost, and whether it does.
//!
//! Limits come from the command line, from a spec's `budgets`, and from a baseline: a file in the
//! user's repository that holds what the networks cost when somebody last agreed to it.

pub mod baseline;
mod check;

pub use baseline::{Baseline, Entry, LayerEntry};
pub use check::{Blame, Check, Origin};

use crate::quantity::{QUANTITY, parse_quantity};
use crate::spec::Metric;

/// A limit on one metric of every network.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What is limited.
    pub metric: Metric,
    /// The largest value allowed, in units or bytes.
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
}

/// An allowed growth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowance {
    /// In percent of the baseline.
    Percent(f64),
    /// In units or bytes.
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
    pub fn parse(text: &str) -> Result<Self, String> {
        let (metric, limit) = text.split_once('=').ok_or("METRIC=LIMIT is allowed")?;
        let metric = parse_metric(metric)?;
        let value = parse_quantity(limit.trim()).ok_or_else(|| format!("{QUANTITY} is allowed"))?;
        Ok(Self { metric, limit: value, text: limit.trim().to_owned() })
    }
}

impl Increase {
    /// Reads `1%`, `macs=1%` or `params=2k`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (metric, amount) = match text.split_once('=') {
            Some((metric, amount)) => (Some(parse_metric(metric)?), amount.trim()),
            None => (None, text.trim()),
        };
        let allowance = match amount.strip_suffix('%') {
            Some(percent) => {
                let percent = percent.trim().parse().ok();
                percent.filter(|p: &f64| p.is_finite() && *p >= 0.0).map(Allowance::Percent)
            }
            // One amount for metrics of different units would mean nothing.
            None => metric.and_then(|_| parse_quantity(amount)).map(Allowance::Absolute),
        };
        let allowed =
            "a percentage such as 1%, or METRIC= and a percentage or a quantity, is allowed";
        Ok(Self { metric, allowance: allowance.ok_or(allowed)? })
    }
}

fn parse_metric(name: &str) -> Result<Metric, String> {
    Metric::from_name(name.trim()).ok_or_else(|| {
        let names: Vec<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        format!("no metric `{}`; there are {}", name.trim(), names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_name_a_metric_and_a_quantity() {
        let limit = Limit::parse("peak=2MiB").unwrap();
        assert_eq!((limit.metric, limit.limit), (Metric::Peak, 2 << 20));
        for wrong in ["", "macs", "macs=", "macs=fast", "speed=3", "=3", "macs=-1"] {
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
        for wrong in ["", "5", "%", "-1%", "nan%", "inf%", "macs=", "speed=1%"] {
            assert!(Increase::parse(wrong).is_err(), "{wrong}");
        }
    }
}
