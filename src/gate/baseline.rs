//! `mbgen.baseline/1`: the file that keeps what networks cost, and why that was agreed to.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::analysis::Row;
use crate::analysis::sweep::Point;
use crate::error::{Error, Result};
use crate::input;
use crate::json::line;
use crate::spec::Metric;

/// Version of the file's structure.
pub const SCHEMA: &str = "mbgen.baseline/1";
/// What every version begins with.
const FAMILY: &str = "mbgen.baseline/";

/// Largest file that is read.
const MAX_BYTES: u64 = 32 << 20;
/// Most layers of all networks of a baseline together, a line each in the file.
const MAX_LAYERS: usize = 100_000;

/// What every version of the file says of itself.
#[derive(Deserialize)]
struct Version {
    schema: Option<String>,
}

/// What networks cost when somebody last agreed to it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// [`SCHEMA`].
    pub schema: String,
    /// Why the baseline was set and moved, the newest last.
    pub reasons: Vec<String>,
    /// The networks.
    pub points: Vec<Entry>,
}

/// One network.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The spec as the command line named it.
    pub spec: String,
    /// Width multiplier.
    pub width: f64,
    /// Rows and columns of the input.
    pub resolution: [usize; 2],
    /// Values by the names of [`Metric`].
    pub metrics: BTreeMap<String, u64>,
    /// The layers, to tell which of them a change comes from.
    pub layers: Vec<LayerEntry>,
}

/// One layer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LayerEntry {
    /// Module path.
    pub name: String,
    /// What it computes.
    pub op: String,
    /// Parameters.
    pub params: u64,
    /// Weights.
    pub weights: u64,
    /// MACs.
    pub macs: u64,
    /// Bytes alive while it runs.
    pub live: u64,
}

impl LayerEntry {
    /// The entry of a row.
    pub fn of(row: &Row) -> Self {
        Self {
            name: row.name.to_owned(),
            op: row.first.kind.op().to_owned(),
            params: row.metric(Metric::Params),
            weights: row.metric(Metric::Weights),
            macs: row.macs,
            live: row.metric(Metric::Peak),
        }
    }

    /// The layer's part of a metric.
    pub fn metric(&self, metric: Metric) -> u64 {
        match metric {
            Metric::Params => self.params,
            Metric::Weights => self.weights,
            Metric::Macs => self.macs,
            Metric::Flops => self.macs.saturating_mul(2),
            Metric::Peak | Metric::Arena => self.live,
        }
    }
}

impl Entry {
    /// The entry of a point and its rows.
    pub fn of(spec: &str, point: &Point, rows: &[Row]) -> Self {
        let value =
            |metric: &Metric| Some((metric.name().to_owned(), point.totals.metric(*metric)?));
        Self {
            spec: spec.to_owned(),
            width: point.width,
            resolution: point.resolution,
            metrics: Metric::ALL.iter().filter_map(value).collect(),
            layers: rows.iter().map(LayerEntry::of).collect(),
        }
    }
}

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// Where the file is missing, is not a baseline, or is one of another version.
    pub fn read(path: &Path) -> Result<Self> {
        let wrong = |message: String| Error::Input { path: path.to_owned(), message };
        let text = match input::text(path, MAX_BYTES) {
            Err(error) if error.is_not_found() => {
                let message = "no baseline there; --update-baseline --reason TEXT makes one";
                return Err(wrong(message.into()));
            }
            Err(Error::Input { message, .. }) => {
                return Err(wrong(format!("not a baseline: {message}")));
            }
            text => text?,
        };
        // The version comes first: the rest of another version is not for us to judge.
        let Version { schema } =
            serde_json::from_str(&text).map_err(|e| wrong(format!("not a baseline: {e}")))?;
        match schema.as_deref() {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with(FAMILY) => {
                return Err(wrong(format!(
                    "a baseline of version `{other}`, but this mbgen reads `{SCHEMA}`; \
                     --update-baseline --reason TEXT writes it anew"
                )));
            }
            _ => return Err(wrong(format!("not a baseline: no \"schema\": \"{SCHEMA}\""))),
        }
        serde_json::from_str(&text).map_err(|e| wrong(format!("not a baseline: {e}")))
    }

    /// The entry of a point of the spec called `spec`.
    pub fn entry(&self, spec: &str, point: &Point) -> Option<&Entry> {
        self.points.iter().find(|entry| {
            entry.spec == spec && entry.width == point.width && entry.resolution == point.resolution
        })
    }

    /// The reasons of the file at `path`, which a new baseline is to replace; none where there is no
    /// file, or a baseline of another version.
    ///
    /// # Errors
    /// Where it is no baseline, and so nothing to write over.
    pub fn reasons(path: &Path) -> Result<Vec<String>> {
        // A device or a pipe keeps nothing.
        if !path.is_file() {
            return Ok(Vec::new());
        }
        match Self::read(path) {
            Err(_) if is_of_another_version(path) => Ok(Vec::new()),
            read => Ok(read?.reasons),
        }
    }

    /// Refuses networks that a baseline has no room for.
    pub fn check_room(points: &[Point]) -> Result<()> {
        let layers: usize = points.iter().map(|point| point.totals.n_rows).sum();
        if layers <= MAX_LAYERS {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "a baseline of {} networks would have {layers} layers; at most {MAX_LAYERS} are kept",
            points.len()
        )))
    }

    #[cfg(feature = "cli")]
    /// Writes the file in one step, a line for each layer so that changes read well.
    pub fn write(&self, path: &Path) -> Result<()> {
        crate::output::write(&crate::output::Output::File(path.to_owned()), &self.text())
    }

    fn text(&self) -> String {
        let points = self.points.iter().map(|entry| {
            let Entry { spec, width, resolution, metrics, layers } = entry;
            format!(
                "{{\n      \"spec\": {},\n      \"width\": {},\n      \"resolution\": {},\n      \
                 \"metrics\": {},\n      \"layers\": {}\n    }}",
                line(spec),
                line(width),
                line(resolution),
                line(metrics),
                lines(layers.iter().map(line), 6)
            )
        });
        format!(
            "{{\n  \"schema\": {},\n  \"reasons\": {},\n  \"points\": {}\n}}\n",
            line(&self.schema),
            lines(self.reasons.iter().map(line), 2),
            lines(points, 2)
        )
    }
}

fn is_of_another_version(path: &Path) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let schema = value.get("schema").and_then(|schema| schema.as_str()).unwrap_or_default();
    schema != SCHEMA && schema.starts_with(FAMILY)
}

/// A JSON array with an item on each line, in brackets that stand at `indent`.
fn lines(items: impl Iterator<Item = String>, indent: usize) -> String {
    let outer = " ".repeat(indent);
    let items: Vec<String> = items.map(|item| format!("\n{outer}  {item}")).collect();
    if items.is_empty() { "[]".into() } else { format!("[{}\n{outer}]", items.join(",")) }
}
