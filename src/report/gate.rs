//! Limits and baselines: what failed, what changed, what was renewed.

use serde_json::{Value, json};

use super::sheet::{Cell, Column, Section};
use crate::gate::{Blame, Change, Check, Networks, Origin, Renewal};
use crate::spec::Metric;
use crate::text::{exact_percent, quantity, thousands};

/// Most failed checks that are listed.
const LISTED: usize = 20;

/// The failure of a check in words: network, metric, limit, value, difference, and the layers
/// responsible.
pub fn message(check: &Check, networks: &Networks) -> String {
    let number = |n: u64| quantity(n, check.metric.unit());
    let over = check.value.saturating_sub(check.limit);
    let percent = exact_percent(over, check.limit);
    let percent = percent.map_or(String::new(), |percent| format!(" ({percent})"));
    let limit = match (check.origin, check.base) {
        (Origin::Baseline, Some(base)) => {
            format!("{} (baseline {} + {})", number(check.limit), number(base), check.text)
        }
        (Origin::Budget, _) => format!("{} (the spec's budget)", number(check.limit)),
        _ => number(check.limit),
    };
    let mut text = format!(
        "{}: {} is {}, over the limit of {limit} by {}{percent}",
        networks.label(&networks.points[check.point]),
        check.metric,
        number(check.value),
        number(over),
    );
    for Blame { name, value, change } in &check.blamed {
        let change = change.map_or(String::new(), |change| format!(" (+{})", number(change)));
        text += &format!("\n    {name} {}{change}", number(*value));
    }
    text
}

/// The failures in words, the first ones.
fn messages(checks: &[Check], networks: &Networks) -> Vec<String> {
    let failed = || checks.iter().filter(|check| !check.passed);
    let mut lines: Vec<String> = failed()
        .take(LISTED)
        .flat_map(|check| message(check, networks).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let more = failed().count().saturating_sub(LISTED);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
}

fn heading(checks: &[Check]) -> String {
    let (all, failed) = (thousands(checks.len() as u64), failed(checks));
    match (failed, checks.len()) {
        (0, 1) => "1 limit holds".into(),
        (0, _) => format!("All {all} limits hold"),
        (_, 1) => "1 limit does not hold".into(),
        _ => format!("{failed} of {all} limits do not hold"),
    }
}

fn failed(checks: &[Check]) -> usize {
    checks.iter().filter(|check| !check.passed).count()
}

/// What failed, in words, or how many limits hold.
pub(super) fn checks(checks: &[Check], networks: &Networks) -> Section {
    let notes = messages(checks, networks);
    Section { key: "checks", heading: heading(checks), notes, ..Section::default() }
}

/// The message of a gate that failed.
pub fn failure(checks: &[Check], networks: &Networks) -> Option<String> {
    let lines = messages(checks, networks).join("\n  ");
    (failed(checks) > 0).then(|| format!("{}\n  {lines}", heading(checks)))
}

/// A spec's budgets, each beside what the network has. `checks` is empty where the network is not the
/// one that the spec describes.
pub(super) fn budgets(checks: &[Check]) -> Section {
    let row = |check: &Check| {
        let unit = check.metric.unit();
        let left = i128::from(check.limit) - i128::from(check.value);
        let left = i64::try_from(left).map_or(Cell::Empty, |left| Cell::Difference(left, unit));
        vec![
            Cell::Text(check.metric.name().into()),
            Cell::Quantity(check.limit, unit),
            Cell::Quantity(check.value, unit),
            left,
            Cell::Text(if check.passed { "holds" } else { "does not hold" }.into()),
        ]
    };
    let failed = checks.iter().enumerate().filter(|(_, check)| !check.passed);
    if checks.is_empty() {
        let heading = "Budgets of the spec hold for the network as it is written, not for this one";
        return Section { key: "budgets", heading: heading.into(), ..Section::default() };
    }
    Section {
        key: "budgets",
        heading: "Budgets of the spec".into(),
        columns: vec![
            Column::text("metric", "metric"),
            Column::number("limit", "limit"),
            Column::number("value", "value"),
            Column::number("left", "left"),
            Column::text("verdict", ""),
        ],
        rows: checks.iter().map(row).collect(),
        marked: failed.map(|(i, _)| i).collect(),
        ..Section::default()
    }
}

/// Networks against their baseline: then, now, and the difference, whichever way it went. Only what
/// changed, unless all is wanted.
pub(super) fn changes(
    changes: &[Change],
    checks: &[Check],
    networks: &Networks,
    all: bool,
) -> Section {
    let shown: Vec<&Change> = changes.iter().filter(|c| all || c.is_change()).collect();
    let check = |change: &Change| {
        let same = |check: &&Check| {
            (check.origin, check.point, check.metric)
                == (Origin::Baseline, change.point, change.metric)
        };
        checks.iter().find(same)
    };
    let row = |change: &&Change| {
        let point = &networks.points[change.point];
        let unit = change.metric.unit();
        let value = |value: Option<u64>| value.map_or(Cell::Empty, |n| Cell::Quantity(n, unit));
        let difference = change.difference();
        let growth = difference.zip(change.before).map(|(n, before)| Cell::Growth(n, before));
        let mut cells = super::compare::identity(point, networks);
        cells.extend([
            Cell::Text(change.metric.name().into()),
            value(change.before),
            value(change.now),
            difference.map_or(Cell::Empty, |n| Cell::Difference(n, unit)),
            growth.unwrap_or(Cell::Empty),
            value(check(change).map(|check| check.limit)),
        ]);
        cells
    };
    let over = |change: &Change| check(change).is_some_and(|check| !check.passed);
    let changed = changes.iter().filter(|change| change.is_change()).count();
    let heading = match changed {
        0 => format!("Against the baseline: all {} figures are as they were", changes.len()),
        _ => format!("Against the baseline: {changed} of {} figures changed", changes.len()),
    };
    let mut columns = super::compare::identity_columns(networks);
    columns.extend([
        Column::text("metric", "metric"),
        Column::number("before", "baseline"),
        Column::number("now", "now"),
        Column::number("difference", "difference"),
        Column::number("growth", "%"),
        Column::number("limit", "at most").turn(1),
    ]);
    let marked = shown.iter().enumerate().filter(|(_, change)| over(change)).map(|(i, _)| i);
    Section {
        key: "changes",
        heading,
        marked: marked.collect(),
        columns: if shown.is_empty() && !all { Vec::new() } else { columns },
        rows: shown.iter().map(row).collect(),
        ..Section::default()
    }
}

/// What a renewal did to a baseline called `name`, for the terminal.
pub fn renewal(renewal: &Renewal, name: &str) -> String {
    let renewed = &renewal.renewed;
    let added = renewed.iter().filter(|network| network.added).count();
    let changed = renewed.iter().filter(|network| !network.changes.is_empty()).count();
    let same = renewed.len() - added - changed;
    let counts =
        [(changed, "changed"), (added, "added"), (same, "as before"), (renewal.kept, "kept")];
    let counts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let mut text = format!("{name}: {}", counts.join(", "));
    if let Some(version) = renewal.upgraded_from {
        text += &format!("; upgraded from {version} to {}", renewal.baseline.schema);
    }
    for network in renewed.iter().filter(|network| network.added || !network.changes.is_empty()) {
        text += &format!("\n  {}{}", network.label, if network.added { ": added" } else { "" });
        for &(metric, before, now) in &network.changes {
            text += &format!("\n    {}", moved(metric, before, now));
        }
    }
    text
}

/// A metric that moved, in words.
fn moved(metric: Metric, before: Option<u64>, now: Option<u64>) -> String {
    let unit = metric.unit();
    let (before, now) = match (before, now) {
        (Some(before), Some(now)) => (before, now),
        (None, Some(now)) => return format!("{metric} {}, unknown before", quantity(now, unit)),
        (Some(before), None) => {
            return format!("{metric} {}, unknown now", quantity(before, unit));
        }
        (None, None) => return format!("{metric} unknown"),
    };
    let mut text = format!("{metric} {} to {}", quantity(before, unit), quantity(now, unit));
    let change = Change { point: 0, metric, before: Some(before), now: Some(now) };
    if let Some(difference) = change.difference() {
        text += &format!(", {}", Cell::Difference(difference, unit).shown());
        let growth = Cell::Growth(difference, before).shown();
        if !growth.is_empty() {
            text += &format!(" ({growth})");
        }
    }
    text
}

/// A check for JSON, without what tells its network: values are in their metric's unit.
pub fn check_json(check: &Check) -> Value {
    let Check { metric, origin, text, limit, value, passed, base, blamed, .. } = check;
    let number = |n: u64| metric.unit().number(n);
    let blame = |Blame { name, value, change }: &Blame| {
        let mut blame = json!({"layer": name, "value": number(*value)});
        if let Some(change) = change {
            blame["change"] = number(*change).into();
        }
        blame
    };
    let mut json = json!({
        "metric": metric.name(),
        "origin": origin.name(),
        "text": text,
        "limit": number(*limit),
        "value": number(*value),
        "passed": passed,
    });
    if let Some(base) = base {
        json["base"] = number(*base).into();
    }
    json["layers"] = blamed.iter().map(blame).collect();
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Totals;
    use crate::analysis::sweep::Point;
    use crate::block::Variant;
    use crate::spec::load;

    fn said(limit: u64, value: u64, base: Option<u64>) -> String {
        let specs = [load("v2").unwrap()];
        let points = [Point::of(0, &specs[0], Variant::default(), Totals::default())];
        let networks = Networks { specs: &specs, points: &points, machine: None };
        let origin = if base.is_some() { Origin::Baseline } else { Origin::Max };
        let (text, blamed) = ("0%".into(), Vec::new());
        let metric = Metric::Macs;
        let check =
            Check { point: 0, metric, origin, text, limit, value, passed: false, base, blamed };
        message(&check, &networks)
    }

    #[test]
    fn a_failure_has_digits_that_tell_and_no_percentage_of_zero() {
        let said_of =
            |limit, value, base| said(limit, value, base).split(" by ").nth(1).unwrap().to_owned();
        assert_eq!(said_of(300_774_272, 300_774_291, None), "19 (0.0000063%)");
        assert_eq!(said_of(290_000_000, 300_774_272, None), "10,774,272 (3.72%)");
        assert_eq!(said_of(0, 7, None), "7");
        assert_eq!(
            said(0, 7, Some(0)),
            "v2 1.0 224x224: macs is 7, over the limit of 0 (baseline 0 + 0%) by 7"
        );
    }

    #[test]
    fn a_metric_that_moved_says_from_where_and_how_far() {
        let time = moved(Metric::Time, Some(5_000_000), Some(4_500_000));
        assert_eq!(time, "time 5 ms to 4.5 ms, -500 µs (-10.00%)");
        assert_eq!(moved(Metric::Macs, Some(0), Some(3)), "macs 0 to 3, +3");
        assert_eq!(moved(Metric::Arena, None, Some(3)), "arena 3 B, unknown before");
    }
}
