//! `mbgen.compare/1`: a comparison as JSON, written point by point so that no sweep is too large.

use std::io::{Result, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::gate::check_json;
use super::{Comparison, SideBySide, compare};
use crate::analysis::moves::Move;
use crate::analysis::sweep::{Plateau, Point, plateaus};
use crate::analysis::{Row, Totals, align};
use crate::gate::{Change, Check, Metrics};

/// Version of the document's structure.
pub const SCHEMA: &str = "mbgen.compare/1";

/// Writes the comparison, a line for each point.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> Result<()> {
    let networks = &comparison.networks;
    let specs = networks.specs;
    write!(out, "{{\n  \"schema\": \"{SCHEMA}\",\n  \"points\": [")?;
    for (i, point) in networks.points.iter().enumerate() {
        out.write_all(if i == 0 { b"\n    " } else { b",\n    " })?;
        let point = PointJson {
            spec: &specs[point.spec].name,
            width: point.width,
            resolution: point.resolution,
            classes: point.classes,
            metrics: point.totals.metrics().collect(),
            totals: &point.totals,
            ratios: networks.points.first().map(|first| Ratios::of(point, first)),
        };
        serde_json::to_writer(&mut *out, &point)?;
    }
    out.write_all(b"\n  ]")?;
    let rounding = compare::rounded(networks);
    let rounding = rounding.map(|(spec, width, m)| rounded(&specs[spec].name, width, &m));
    member(out, "rounding", &rounding.collect::<Vec<_>>())?;
    let plateau = |p: &Plateau| {
        json!({
            "spec": specs[p.spec].name,
            "resolution": p.resolution,
            "widths": p.widths,
            "peak_live_bytes": p.peak_live_bytes,
        })
    };
    let plateaus = plateaus(networks.points);
    member(out, "plateaus", &plateaus.iter().map(plateau).collect::<Vec<_>>())?;
    let judged = |check: &Check| {
        let mut json = of_network(&networks.points[check.point], comparison);
        json.extend(check_json(check).as_object().cloned().unwrap_or_default());
        json
    };
    member(out, "checks", &comparison.checks.iter().map(judged).collect::<Vec<_>>())?;
    if let Some(changes) = comparison.changes {
        let changed = |change: &Change| {
            let number = |n: Option<u64>| n.map(|n| change.metric.unit().number(n));
            let mut json = of_network(&networks.points[change.point], comparison);
            json.insert("metric".into(), change.metric.name().into());
            json.insert("before".into(), json!(number(change.before)));
            json.insert("now".into(), json!(number(change.now)));
            json
        };
        member(out, "changes", &changes.iter().map(changed).collect::<Vec<_>>())?;
    }
    if let Some(machine) = networks.machine {
        let (isa, _) = machine.compute[0];
        let who = json!({"name": machine.name, "isa": isa.name(), "threads": 1});
        member(out, "machine", &who)?;
    }
    if let Some(pair) = comparison.side_by_side {
        member(out, "by", pair.by.name())?;
        member(out, "layers", &aligned(pair))?;
    }
    out.write_all(b"\n}\n")
}

/// One more member of the document.
fn member(out: &mut dyn Write, name: &str, value: &(impl Serialize + ?Sized)) -> Result<()> {
    write!(out, ",\n  \"{name}\": ")?;
    Ok(serde_json::to_writer(out, value)?)
}

/// What tells a point from others.
fn of_network(point: &Point, comparison: &Comparison) -> Map<String, Value> {
    let identity = [
        ("spec", json!(comparison.networks.spec(point).name)),
        ("width", json!(point.width)),
        ("resolution", json!(point.resolution)),
        ("classes", json!(point.classes)),
    ];
    identity.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
}

#[derive(Serialize)]
struct PointJson<'a> {
    spec: &'a str,
    width: f64,
    resolution: [usize; 2],
    classes: usize,
    metrics: Metrics,
    #[serde(flatten)]
    totals: &'a Totals,
    ratios: Option<Ratios>,
}

/// Values over those of the first point.
#[derive(Serialize)]
struct Ratios {
    params: f64,
    macs: f64,
    peak_live_bytes: f64,
}

impl Ratios {
    fn of(point: &Point, first: &Point) -> Self {
        let ratio =
            |of: fn(&Totals) -> u64| of(&point.totals) as f64 / of(&first.totals).max(1) as f64;
        Self {
            params: ratio(|t| t.params),
            macs: ratio(|t| t.macs),
            peak_live_bytes: ratio(|t| t.peak_live_bytes),
        }
    }
}

fn rounded(spec: &str, width: f64, m: &Move) -> Value {
    json!({
        "spec": spec,
        "width": width,
        "block": m.block,
        "channels": m.channels,
        "scaled": m.scaled,
        "rounded": m.rounded,
    })
}

/// Pairs of rows; null stands for a row that the other network does not have.
fn aligned(pair: SideBySide) -> Vec<Value> {
    let row = |row: &Row| json!({"name": row.name, "params": row.params(), "macs": row.macs});
    let both = |(a, b): align::Pair| {
        json!([a.map(|i| row(&pair.first[i])), b.map(|i| row(&pair.second[i]))])
    };
    align::rows(pair.first, pair.second).into_iter().map(both).collect()
}
