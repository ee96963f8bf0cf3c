//! Checking networks against limits.

use super::baseline::Known;
use super::{Allowance, Blame, Increase, Limit, Networks};
use crate::analysis::sweep::Point;
use crate::error::{Error, Result};
use crate::spec::Metric;

/// One limit on one network, and whether it holds. Values are in things, bytes or nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Which of the points.
    pub point: usize,
    /// The metric.
    pub metric: Metric,
    /// Where the limit comes from.
    pub origin: Origin,
    /// The limit, or the increase, as it was written.
    pub text: String,
    /// The largest value allowed.
    pub limit: u64,
    /// What the network has.
    pub value: u64,
    /// Whether the value is within the limit.
    pub passed: bool,
    /// What the value stands against in the baseline.
    pub base: Option<u64>,
    /// The layers, or steps, responsible for a value over its limit.
    pub blamed: Vec<Blame>,
}

/// Where a limit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line's `--max`.
    Max,
    /// The spec's `budgets`.
    Budget,
    /// A baseline and the command line's `--max-increase`.
    Baseline,
}

impl Origin {
    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Budget => "budget",
            Self::Baseline => "baseline",
        }
    }
}

impl Check {
    fn new(networks: &Networks, point: usize, limit: Limit, origin: Origin) -> Result<Self> {
        let network = &networks.points[point];
        let Limit { metric, limit, text } = limit;
        let value = network.totals.metric(metric).ok_or_else(|| {
            let label = networks.label(network);
            Error::Usage(format!("{label}: no figure for {metric} to be limited"))
        })?;
        let (passed, base, blamed) = (value <= limit, None, Vec::new());
        Ok(Self { point, metric, origin, text, limit, value, passed, base, blamed })
    }

    /// Checks each point against limits from the command line, and against its spec's budgets
    /// where it is the network that the spec describes.
    pub fn limits(networks: &Networks, limits: &[Limit]) -> Result<Vec<Self>> {
        let mut checks = Vec::new();
        for (index, point) in networks.points.iter().enumerate() {
            let spec = &networks.spec(point).spec;
            let budgets = spec.budgets.iter().filter(|_| point.is_own(spec)).map(|budget| {
                let (metric, limit, text) = (budget.metric, budget.limit, budget.text.clone());
                (Limit { metric, limit, text }, Origin::Budget)
            });
            let limits = limits.iter().map(|limit| (limit.clone(), Origin::Max));
            for (limit, origin) in limits.chain(budgets) {
                checks.push(Self::new(networks, index, limit, origin)?);
            }
        }
        Ok(checks)
    }

    /// Checks each point against its entry in a baseline.
    ///
    /// # Errors
    /// Where the baseline lacks a point, or a metric that is checked.
    pub fn increases(
        networks: &Networks,
        known: &Known,
        increases: &[Increase],
    ) -> Result<Vec<Self>> {
        let mut checks = Vec::new();
        for (index, point) in networks.points.iter().enumerate() {
            let entry = known.entry(point).ok_or_else(|| {
                let what = format!("it ({} classes, {})", point.classes, known.machine());
                let instead = known.instead(point);
                missing(networks, point, &format!("{what}; {instead}"))
            })?;
            for metric in Metric::ALL {
                let named = increases.iter().rfind(|increase| increase.metric == Some(metric));
                let general = increases.iter().rfind(|increase| increase.metric.is_none());
                let (allowance, text) = match named.or(general) {
                    Some(increase) => (increase.allowance, increase.text.clone()),
                    // With increases for some metrics only, the others are free.
                    None if !increases.is_empty() => continue,
                    None => (Allowance::Percent(0.0), "0%".to_owned()),
                };
                let base = match entry.metrics.get(metric) {
                    Some(base) => base,
                    // Neither then nor now: a network that no crate can be generated for.
                    None if named.is_none() && point.totals.metric(metric).is_none() => continue,
                    None => return Err(missing(networks, point, metric.name())),
                };
                let limit = Limit { metric, limit: allowance.over(base), text };
                let check = Self::new(networks, index, limit, Origin::Baseline)?;
                checks.push(Self { base: Some(base), ..check });
            }
        }
        Ok(checks)
    }
}

fn missing(networks: &Networks, point: &Point, what: &str) -> Error {
    let label = networks.label(point);
    Error::Usage(format!(
        "{label}: the baseline lacks {what}; --update-baseline --reason TEXT adds it"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::baseline::{Baseline, Entry, SCHEMA};
    use super::*;
    use crate::analysis::Totals;
    use crate::block::Variant;
    use crate::spec::{Budget, Loaded, Position, load};

    fn loaded() -> Loaded {
        let mut loaded = load("v2").unwrap();
        loaded.spec.budgets = vec![Budget {
            metric: Metric::Macs,
            limit: 5,
            text: "5".into(),
            at: Position::default(),
        }];
        loaded
    }

    fn point(loaded: &Loaded, variant: Variant, macs: u64) -> Point {
        Point::of(0, loaded, variant, Totals { macs, flops: 2 * macs, ..Totals::default() })
    }

    fn baseline(loaded: &Loaded, point: &Point, metrics: &[(Metric, u64)]) -> Baseline {
        let entry = Entry {
            spec: loaded.name.clone(),
            width: point.width,
            resolution: point.resolution,
            classes: point.classes,
            machine: "m".into(),
            metrics: metrics.iter().copied().collect(),
            layers: Vec::new(),
            steps: Vec::new(),
        };
        Baseline { schema: SCHEMA.into(), reasons: Vec::new(), points: vec![entry] }
    }

    fn networks<'a>(loaded: &'a Loaded, point: &'a Point) -> Networks<'a> {
        use std::slice::from_ref;
        Networks { specs: from_ref(loaded), points: from_ref(point), machine: None }
    }

    #[test]
    fn budgets_hold_for_the_spec_itself() {
        let loaded = loaded();
        for (variant, checked) in [
            (Variant::default(), 1),
            (Variant { width: Some(1.0), classes: Some(1000), ..Variant::default() }, 1),
            (Variant { width: Some(0.5), ..Variant::default() }, 0),
            (Variant { classes: Some(10), ..Variant::default() }, 0),
            (Variant { resolution: Some((96, 96)), ..Variant::default() }, 0),
        ] {
            let point = point(&loaded, variant, 6);
            let checks = Check::limits(&networks(&loaded, &point), &[]).unwrap();
            assert_eq!(checks.len(), checked, "{variant:?}");
            assert!(checks.iter().all(|check| !check.passed && check.origin == Origin::Budget));
        }
    }

    #[test]
    fn a_limit_is_the_largest_value_allowed() {
        let loaded = loaded();
        for (macs, passed) in [(4, true), (5, true), (6, false)] {
            let point = point(&loaded, Variant::default(), macs);
            let limits = [Limit::parse("macs=5").unwrap()];
            let checks = Check::limits(&networks(&loaded, &point), &limits).unwrap();
            assert_eq!(checks[0].passed, passed);
        }
        let point = point(&loaded, Variant::default(), 1);
        let limits = [Limit::parse("arena=5").unwrap()];
        let wrong = Check::limits(&networks(&loaded, &point), &limits).unwrap_err().to_string();
        assert_eq!(wrong, "v2 1.0 224x224: no figure for arena to be limited");
    }

    /// Checks 110 MACs, and what else a network that was not planned has, against a baseline.
    fn against(metrics: &[(Metric, u64)], increases: &[&str]) -> Result<Vec<(Metric, u64, bool)>> {
        let loaded = loaded();
        let point = point(&loaded, Variant::default(), 110);
        let baseline = baseline(&loaded, &point, metrics);
        let known = baseline.known(std::slice::from_ref(&loaded), "m");
        let increases: Vec<_> =
            increases.iter().map(|text| Increase::parse(text).unwrap()).collect();
        let checks = Check::increases(&networks(&loaded, &point), &known, &increases)?;
        Ok(checks.iter().map(|check| (check.metric, check.limit, check.passed)).collect())
    }

    #[test]
    fn what_an_increase_names_is_checked_and_what_the_baseline_lacks_is_wrong() {
        let all = [
            (Metric::Params, 0),
            (Metric::Weights, 0),
            (Metric::Macs, 100),
            (Metric::Flops, 220),
            (Metric::WeightBytes, 0),
            (Metric::Peak, 0),
        ];
        let failed = |increases: &[&str]| -> Vec<Metric> {
            let checks = against(&all, increases).unwrap();
            checks.iter().filter(|(_, _, passed)| !passed).map(|&(metric, ..)| metric).collect()
        };
        assert_eq!(failed(&[]), [Metric::Macs]);
        assert_eq!(failed(&["9%"]), [Metric::Macs]);
        assert_eq!(failed(&["10%"]), []);
        assert_eq!(failed(&["0%", "macs=10"]), []);
        assert_eq!(failed(&["flops=0%"]), []);
        assert_eq!(against(&all, &["flops=0%"]).unwrap(), [(Metric::Flops, 220, true)]);
        let lacks = |increases: &[&str]| against(&all[..3], increases).unwrap_err().to_string();
        assert!(lacks(&[]).contains("the baseline lacks flops; --update-baseline"));
        assert!(lacks(&["1%"]).contains("the baseline lacks flops"));
        assert!(lacks(&["arena=1%"]).contains("the baseline lacks arena"));
        assert!(against(&all[..3], &["macs=20%"]).is_ok());
    }

    #[test]
    fn another_network_or_machine_is_not_in_the_baseline() {
        let loaded = loaded();
        let own = point(&loaded, Variant::default(), 1);
        let baseline = baseline(&loaded, &own, &[]);
        let specs = std::slice::from_ref(&loaded);
        let wrong = |variant, machine| {
            let point = point(&loaded, variant, 1);
            let networks = networks(&loaded, &point);
            let checks = Check::increases(&networks, &baseline.known(specs, machine), &[]);
            checks.unwrap_err().to_string()
        };
        let has = "of this spec it has v2 1.0 224x224, 1000 classes, m; --update-baseline";
        let ten = Variant { classes: Some(10), ..Variant::default() };
        let message = wrong(ten, "m");
        let lacks = "v2 1.0 224x224, 10 classes: the baseline lacks it (10 classes, m); ";
        assert!(message.starts_with(lacks) && message.contains(has), "{message}");
        let message = wrong(Variant::default(), "other");
        assert!(
            message.contains("it (1000 classes, other); ") && message.contains(has),
            "{message}"
        );
    }
}
