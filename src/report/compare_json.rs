//! `mbgen.compare/1`: a comparison as JSON, written point by point so that no sweep is too large.

use std::io::{Result, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::compare::{Comparison, Layers};
use crate::analysis::moves::Move;
use crate::analysis::sweep::{Plateau, Point, plateaus};
use crate::analysis::{Row, Totals, align};
use crate::spec::Metric;

/// Version of the document's structure.
pub const SCHEMA: &str = "mbgen.compare/1";

/// Writes the comparison, a line for each point.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> Result<()> {
    let specs = comparison.specs;
    write!(out, "{{\n  \"schema\": \"{SCHEMA}\",\n  \"points\": [")?;
    for (i, point) in comparison.points.iter().enumerate() {
        out.write_all(if i == 0 { b"\n    " } else { b",\n    " })?;
        let point = PointJson {
            spec: &specs[point.spec].name,
            width: point.width,
            resolution: point.resolution,
            totals: &point.totals,
            ratios: comparison.points.first().map(|first| Ratios::of(point, first)),
        };
        serde_json::to_writer(&mut *out, &point)?;
    }
    out.write_all(b"\n  ]")?;
    let rounding = comparison.moves().map(|(spec, width, m)| rounded(&specs[spec].name, width, &m));
    member(out, "rounding", &rounding.collect::<Vec<_>>())?;
    let plateau = |p: &Plateau| {
        json!({
            "spec": specs[p.spec].name,
            "resolution": p.resolution,
            "widths": p.widths,
            "peak_live_bytes": p.peak_live_bytes,
        })
    };
    let plateaus = plateaus(comparison.points);
    member(out, "plateaus", &plateaus.iter().map(plateau).collect::<Vec<_>>())?;
    member(out, "checks", comparison.checks)?;
    if let Some(machine) = comparison.machine {
        let (isa, _) = machine.compute[0];
        let who = json!({"name": machine.name, "isa": isa.name(), "threads": 1});
        member(out, "machine", &who)?;
    }
    if let Some(layers) = comparison.layers {
        member(out, "by", layers.by.name())?;
        member(out, "layers", &aligned(layers))?;
    }
    out.write_all(b"\n}\n")
}

/// One more member of the document.
fn member(out: &mut dyn Write, name: &str, value: &(impl Serialize + ?Sized)) -> Result<()> {
    write!(out, ",\n  \"{name}\": ")?;
    Ok(serde_json::to_writer(out, value)?)
}

#[derive(Serialize)]
struct PointJson<'a> {
    spec: &'a str,
    width: f64,
    resolution: [usize; 2],
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
fn aligned(layers: Layers) -> Vec<Value> {
    let row = |row: &Row| json!({"name": row.name, "params": row.metric(Metric::Params), "macs": row.macs});
    let pair = |(a, b): align::Pair| {
        json!([a.map(|i| row(&layers.first[i])), b.map(|i| row(&layers.second[i]))])
    };
    align::rows(layers.first, layers.second).into_iter().map(pair).collect()
}
