//! `mbgen.baseline/2`: the file that keeps what networks cost, and why that was agreed to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

use crate::analysis::sweep::Point;
use crate::analysis::{Analysis, F32_BYTES, Row};
use crate::error::{Error, Result};
use crate::escape;
use crate::input;
use crate::json::line;
use crate::spec::{EMBEDDED, Loaded, Metric};
use crate::text;

/// Version of the file's structure.
pub const SCHEMA: &str = "mbgen.baseline/2";
/// The version before this one: no classes, no machine, no time.
pub(super) const FIRST_SCHEMA: &str = "mbgen.baseline/1";
/// What every version begins with.
const FAMILY: &str = "mbgen.baseline/";

/// Characters of a name in an error.
const SHOWN: usize = 60;

/// Largest file that is read.
pub(super) const MAX_BYTES: u64 = 48 << 20;
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

/// One network: everything that changes a figure, and the figures.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The spec as the command line named it.
    pub spec: String,
    /// Width multiplier.
    pub width: f64,
    /// Rows and columns of the input.
    pub resolution: [usize; 2],
    /// Number of classes.
    pub classes: usize,
    /// Name of the machine that it was planned for.
    pub machine: String,
    /// What it costs.
    pub metrics: Metrics,
    /// The layers, to tell which of them a change comes from.
    pub layers: Vec<PartCost>,
    /// The steps of the generated crate, for what only a plan tells.
    pub steps: Vec<PartCost>,
}

/// What a layer, or a step of the generated crate, has of its network's metrics.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PartCost {
    /// Module path of the layer, or name of the step.
    pub name: String,
    /// What a layer computes; a step computes several things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// Its part of the metrics; FLOPs follow from the MACs.
    pub metrics: Metrics,
}

/// Values of metrics, in things, bytes or nanoseconds; in JSON by name, each in its unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics(BTreeMap<Metric, u64>);

impl Metrics {
    /// The value of a metric, if it is there.
    pub fn get(&self, metric: Metric) -> Option<u64> {
        self.0.get(&metric).copied()
    }
}

impl FromIterator<(Metric, u64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (Metric, u64)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (metric, &value) in &self.0 {
            map.serialize_entry(metric.name(), &metric.unit().number(value))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let values = BTreeMap::<String, Number>::deserialize(deserializer)?;
        let read = |(name, number): (String, Number)| {
            let metric = Metric::from_name(&name);
            let metric = metric.ok_or_else(|| D::Error::custom(format!("no metric `{name}`")))?;
            let value = metric.unit().quantity(&number);
            let wrong = || D::Error::custom(format!("`{name}` cannot be {number}"));
            Ok((metric, value.ok_or_else(wrong)?))
        };
        values.into_iter().map(read).collect()
    }
}

impl PartCost {
    /// The layers of an analysis.
    pub fn layers(analysis: &Analysis) -> Vec<Self> {
        let kept = || Metric::ALL.into_iter().filter(|&metric| metric != Metric::Flops);
        let part = |row: &Row| Self {
            name: row.name.to_owned(),
            op: Some(row.first.kind.op().to_owned()),
            metrics: kept().filter_map(|metric| Some((metric, row.metric(metric)?))).collect(),
        };
        analysis.rows.iter().map(part).collect()
    }

    /// The part's value of a metric, if it has a part in it.
    pub fn metric(&self, metric: Metric) -> Option<u64> {
        match metric {
            Metric::Flops => self.metrics.get(Metric::Macs).map(|macs| macs.saturating_mul(2)),
            metric => self.metrics.get(metric),
        }
    }

    /// The steps of an analysis with a plan and a machine; none without.
    pub fn steps(analysis: &Analysis) -> Vec<Self> {
        let (Some(arena), Some(roofline)) = (&analysis.arena, &analysis.roofline) else {
            return Vec::new();
        };
        let steps = arena.steps.iter().zip(&roofline.steps).map(|(step, time)| {
            let held = (step.used_elems + step.scratch_elems) * F32_BYTES;
            let metrics = [(Metric::Arena, held), (Metric::Time, time.ns.round() as u64)];
            Self { name: step.name.to_owned(), op: None, metrics: metrics.into_iter().collect() }
        });
        steps.collect()
    }

    /// The parts that a metric comes from.
    pub fn of(analysis: &Analysis, metric: Metric) -> Vec<Self> {
        if metric.is_planned() { Self::steps(analysis) } else { Self::layers(analysis) }
    }
}

impl Entry {
    /// The entry of a network that was planned for the machine of that name.
    pub fn of(loaded: &Loaded, point: &Point, machine: &str, analysis: &Analysis) -> Self {
        Self {
            spec: loaded.name.clone(),
            width: point.width,
            resolution: point.resolution,
            classes: point.classes,
            machine: machine.to_owned(),
            metrics: point.totals.metrics().collect(),
            layers: PartCost::layers(analysis),
            steps: PartCost::steps(analysis),
        }
    }

    /// The parts that a metric comes from.
    pub fn parts(&self, metric: Metric) -> &[PartCost] {
        if metric.is_planned() { &self.steps } else { &self.layers }
    }

    /// Everything that tells the entry from others.
    pub fn label(&self) -> String {
        let network = text::network(&self.spec, self.width, self.resolution, Some(self.classes));
        format!("{network}, {}", self.machine)
    }

    /// Whether it is of the same network on the same machine; `spec` says whether the specs are.
    pub(super) fn is_at(&self, point: &Point, machine: &str) -> bool {
        self.width == point.width
            && self.resolution == point.resolution
            && self.classes == point.classes
            && self.machine == machine
    }
}

/// What the name of a spec means: a shipped network, or a file wherever it is named from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    Shipped(String),
    File(PathBuf),
}

impl Meaning {
    pub(super) fn of(name: &str) -> Self {
        if EMBEDDED.iter().any(|spec| spec.name == name) {
            return Self::Shipped(name.to_owned());
        }
        let absolute = || std::path::absolute(name).unwrap_or_else(|_| name.into());
        Self::File(fs::canonicalize(name).unwrap_or_else(|_| without_dots(&absolute())))
    }
}

/// The path without `.` and `..`, for a file that is not there.
fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A baseline beside the networks of a command.
#[derive(Clone, Debug)]
pub struct Known<'b> {
    baseline: &'b Baseline,
    machine: &'b str,
    /// Meaning of each spec of the command.
    specs: Vec<Meaning>,
    /// Meaning of each entry's spec.
    entries: Vec<Meaning>,
}

impl<'b> Known<'b> {
    /// The entry of a point; `None` where the baseline lacks it.
    pub fn entry(&self, point: &Point) -> Option<&'b Entry> {
        let mut same = self.of_spec(point);
        same.find(|entry| entry.is_at(point, self.machine))
    }

    /// The entries of a point's spec.
    fn of_spec(&self, point: &Point) -> impl Iterator<Item = &'b Entry> {
        let spec = &self.specs[point.spec];
        let entries = self.baseline.points.iter().zip(&self.entries);
        entries.filter(move |(_, meaning)| *meaning == spec).map(|(entry, _)| entry)
    }

    /// What the baseline has in place of a point that it lacks, for messages.
    pub fn instead(&self, point: &Point) -> String {
        const MOST: usize = 5;
        let listed = |mut names: Vec<String>| {
            let more = names.len().saturating_sub(MOST);
            names.truncate(MOST);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!("{}{more}", names.join("; "))
        };
        let same: Vec<String> = self.of_spec(point).map(Entry::label).collect();
        if !same.is_empty() {
            return format!("of this spec it has {}", listed(same));
        }
        let mut specs: Vec<String> =
            self.baseline.points.iter().map(|entry| entry.spec.clone()).collect();
        specs.dedup();
        if specs.is_empty() { "it is empty".into() } else { format!("it has {}", listed(specs)) }
    }

    /// The machine that the command plans for.
    pub fn machine(&self) -> &'b str {
        self.machine
    }
}

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// Where the file is missing, is not a baseline, or is one of another version.
    pub fn read(path: &Path) -> Result<Self> {
        let text = match input::text(path, MAX_BYTES) {
            Err(error) if error.is_not_found() => {
                let message = "no baseline there; --update-baseline --reason TEXT makes one";
                return Err(wrong(path, message));
            }
            text => not_a_baseline(text, path)?,
        };
        Self::parse(&text, path)
    }

    /// Reads the text of a baseline file; errors name `path`.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        match &*version(text, path)? {
            SCHEMA => Self::from_text(text, path),
            FIRST_SCHEMA => Err(wrong(
                path,
                format!(
                    "a baseline of version `{FIRST_SCHEMA}`, but this mbgen reads `{SCHEMA}`; \
                     --update-baseline --reason TEXT upgrades it"
                ),
            )),
            version => Err(unknown(version, path)),
        }
    }

    pub(super) fn from_text(text: &str, path: &Path) -> Result<Self> {
        let baseline: Self =
            serde_json::from_str(text).map_err(|e| wrong(path, format!("not a baseline: {e}")))?;
        let mut networks = BTreeSet::new();
        for entry in &baseline.points {
            let Entry { spec, width, resolution, classes, machine, .. } = entry;
            let key = (Meaning::of(spec), width.to_bits(), resolution, classes, machine);
            if !networks.insert(key) {
                let [height, w] = resolution;
                let network = escape::excerpt(spec, SHOWN);
                return Err(wrong(
                    path,
                    format!(
                        "{network} at width {width}, {height}x{w}, {classes} classes, is in it twice; \
                         one of the two has to go"
                    ),
                ));
            }
        }
        Ok(baseline)
    }

    /// The baseline beside the networks of a command that plans for the machine of that name.
    pub fn known<'b>(&'b self, specs: &[Loaded], machine: &'b str) -> Known<'b> {
        Known {
            baseline: self,
            machine,
            specs: specs.iter().map(|loaded| Meaning::of(&loaded.name)).collect(),
            entries: self.points.iter().map(|entry| Meaning::of(&entry.spec)).collect(),
        }
    }

    #[cfg(feature = "cli")]
    /// Writes the file in one step.
    pub fn write(&self, path: &Path) -> Result<()> {
        let write = |out: &mut dyn std::io::Write| out.write_all(self.text().as_bytes());
        crate::disk::write_file(path, write).map_err(Error::io("write", path))
    }

    /// The file's text, a line for each layer so that changes read well.
    pub fn text(&self) -> String {
        let points = self.points.iter().map(|entry| {
            let Entry { spec, width, resolution, classes, machine, metrics, layers, steps } = entry;
            format!(
                "{{\n      \"spec\": {},\n      \"width\": {},\n      \"resolution\": {},\n      \
                 \"classes\": {},\n      \"machine\": {},\n      \"metrics\": {},\n      \
                 \"layers\": {},\n      \"steps\": {}\n    }}",
                line(spec),
                line(width),
                line(resolution),
                line(classes),
                line(machine),
                line(metrics),
                lines(layers.iter().map(line), 6),
                lines(steps.iter().map(line), 6)
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

/// What is wrong with a baseline file.
pub(super) fn wrong(path: &Path, message: impl Into<String>) -> Error {
    Error::Input { path: path.to_owned(), message: message.into() }
}

/// A version that is neither this one nor an older one.
pub(super) fn unknown(version: &str, path: &Path) -> Error {
    let message =
        format!("a baseline of version `{version}`, but this mbgen reads `{SCHEMA}` at most");
    wrong(path, message)
}

/// The version of a baseline's text: it comes first, as the rest of another version is not for us to
/// judge.
pub(super) fn version(text: &str, path: &Path) -> Result<String> {
    let none = "not a baseline, which is JSON that --update-baseline writes";
    let Version { schema } =
        serde_json::from_str(text).map_err(|e| wrong(path, format!("{none}: {e}")))?;
    let known = schema.filter(|schema| schema.starts_with(FAMILY));
    known.ok_or_else(|| wrong(path, format!("not a baseline: no \"schema\": \"{SCHEMA}\"")))
}

/// The text of a file that should be a baseline.
pub(super) fn not_a_baseline(text: Result<String>, path: &Path) -> Result<String> {
    text.map_err(|error| match error {
        Error::Input { message, .. } => wrong(path, format!("not a baseline: {message}")),
        other => other,
    })
}

/// Refuses networks, each of so many layers, for which a baseline has no room. No more of them are
/// looked at than tell.
pub fn check_room(networks: usize, mut layers: impl Iterator<Item = usize>) -> Result<()> {
    let room = |room: usize, layers| room.checked_sub(layers);
    if layers.try_fold(MAX_LAYERS, room).is_some() {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "a baseline of {networks} networks would have more than {MAX_LAYERS} layers, the most kept"
    )))
}

/// A JSON array with an item on each line, in brackets that stand at `indent`.
fn lines(items: impl Iterator<Item = String>, indent: usize) -> String {
    let outer = " ".repeat(indent);
    let items: Vec<String> = items.map(|item| format!("\n{outer}  {item}")).collect();
    if items.is_empty() { "[]".into() } else { format!("[{}\n{outer}]", items.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(spec: &str) -> Entry {
        let metrics: Metrics = [(Metric::Macs, 7), (Metric::Time, 1_500)].into_iter().collect();
        let part = |op: Option<&str>| PartCost {
            name: "a \"b\"".into(),
            op: op.map(str::to_owned),
            metrics: metrics.clone(),
        };
        Entry {
            spec: spec.into(),
            width: 0.35,
            resolution: [96, 128],
            classes: 10,
            machine: "zen4".into(),
            metrics: metrics.clone(),
            layers: vec![part(Some("conv")), part(Some("fc"))],
            steps: vec![part(None)],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let baseline = Baseline {
            schema: SCHEMA.into(),
            reasons: vec!["first".into()],
            points: vec![entry("v2"), entry("nets/mine.yaml")],
        };
        let text = baseline.text();
        assert!(
            text.contains("{\"macs\":7,\"time\":0.0000015}") || text.contains("1.5e-6"),
            "{text}"
        );
        let path = Path::new("costs.json");
        assert_eq!(version(&text, path).unwrap(), SCHEMA);
        assert_eq!(Baseline::from_text(&text, path).unwrap(), baseline);
    }

    #[test]
    fn metrics_of_a_file_are_checked() {
        for wrong in ["{\"speed\":1}", "{\"macs\":1.5}", "{\"macs\":-1}", "{\"time\":-1}", "[]"] {
            assert!(serde_json::from_str::<Metrics>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_specs_are_compared_by_meaning() {
        let same = |a: &str, b: &str| Meaning::of(a) == Meaning::of(b);
        assert!(same("no/such.yaml", "./no/such.yaml"));
        assert!(same("no/such.yaml", "no/other/../such.yaml"));
        assert!(same("Cargo.toml", "src/../Cargo.toml"));
        let absolute = std::path::absolute("Cargo.toml").unwrap();
        assert!(same("Cargo.toml", absolute.to_str().unwrap()));
        assert!(same("v2", "v2"));
        // A file may be called as a shipped network is.
        assert!(!same("v2", "./v2"));
        assert!(!same("a.yaml", "b.yaml"));
    }
}
