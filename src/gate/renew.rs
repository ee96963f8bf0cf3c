//! Moving a baseline: some networks measured anew, the others kept.

use std::path::Path;

use serde::Deserialize;

use super::baseline::{
    Baseline, Entry, FIRST_SCHEMA, MAX_BYTES, Meaning, Metrics, SCHEMA, check_room, not_a_baseline,
    unknown, version, wrong,
};
use crate::error::Result;
use crate::input;
use crate::spec::Metric;
use crate::text;

/// A baseline after some of its networks were measured anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewal {
    /// The file's new content.
    pub baseline: Baseline,
    /// The older version that the file had.
    pub upgraded_from: Option<&'static str>,
    /// The networks measured anew.
    pub renewed: Vec<Renewed>,
    /// Number of networks that were left as they are.
    pub kept: usize,
}

/// A network measured anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// What tells it from others.
    pub label: String,
    /// Whether the baseline lacked it.
    pub added: bool,
    /// What changed: then, where it was known, and now, where there is a value.
    pub changes: Vec<(Metric, Option<u64>, Option<u64>)>,
}

impl Renewed {
    fn of(entry: &Entry, before: Option<&Metrics>) -> Self {
        let changes = Metric::ALL.into_iter().map(|metric| {
            let then = before.and_then(|metrics| metrics.get(metric));
            (metric, then, entry.metrics.get(metric))
        });
        let changes = changes.filter(|(_, then, now)| before.is_some() && then != now).collect();
        Self { label: entry.label(), added: before.is_none(), changes }
    }
}

/// The baseline at `path`, or a new one, with `entries` in place of those of the same networks.
///
/// # Errors
/// Where the file is no baseline, is one of a version that has what this one cannot tell of the
/// networks that are not measured anew, or has no room.
pub fn renew(path: &Path, entries: Vec<Entry>, reason: &str) -> Result<Renewal> {
    let entries = without_repeats(entries);
    let mut renewal = match found(path)? {
        Found::Nothing => {
            let (reasons, points) = (Vec::new(), Vec::new());
            replace(Baseline { schema: SCHEMA.into(), reasons, points }, entries)
        }
        Found::Current(baseline) => replace(baseline, entries),
        Found::First(first) => upgrade(first, entries).map_err(|message| wrong(path, message))?,
    };
    renewal.baseline.reasons.push(reason.to_owned());
    let points = &renewal.baseline.points;
    check_room(points.len(), points.iter().map(|entry| entry.layers.len()))?;
    Ok(renewal)
}

/// Checks that [`renew`] would not write over something that is no baseline.
///
/// # Errors
/// Where it would.
pub fn check_renewable(path: &Path) -> Result<()> {
    found(path).map(drop)
}

/// What there is to renew.
enum Found {
    Nothing,
    Current(Baseline),
    First(First),
}

fn found(path: &Path) -> Result<Found> {
    // A device or a pipe keeps nothing.
    if !path.is_file() {
        return Ok(Found::Nothing);
    }
    let text = not_a_baseline(input::text(path, MAX_BYTES), path)?;
    match &*version(&text, path)? {
        SCHEMA => Baseline::from_text(&text, path).map(Found::Current),
        FIRST_SCHEMA => {
            let first = serde_json::from_str(&text);
            first.map(Found::First).map_err(|e| wrong(path, format!("not a baseline: {e}")))
        }
        version => Err(unknown(version, path)),
    }
}

/// The entries without those of a network that an earlier one is of.
fn without_repeats(entries: Vec<Entry>) -> Vec<Entry> {
    let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        if !kept.iter().any(|other| is_same(other, &entry)) {
            kept.push(entry);
        }
    }
    kept
}

fn is_same(a: &Entry, b: &Entry) -> bool {
    let key = |entry: &Entry| (entry.width.to_bits(), entry.resolution, entry.classes);
    key(a) == key(b) && a.machine == b.machine && Meaning::of(&a.spec) == Meaning::of(&b.spec)
}

fn replace(mut baseline: Baseline, entries: Vec<Entry>) -> Renewal {
    let before = baseline.points.len();
    let mut renewed = Vec::with_capacity(entries.len());
    let mut replaced = 0;
    for entry in entries {
        match baseline.points.iter_mut().find(|old| is_same(old, &entry)) {
            Some(old) => {
                renewed.push(Renewed::of(&entry, Some(&old.metrics)));
                *old = entry;
                replaced += 1;
            }
            None => {
                renewed.push(Renewed::of(&entry, None));
                baseline.points.push(entry);
            }
        }
    }
    Renewal { baseline, upgraded_from: None, renewed, kept: before - replaced }
}

/// A file of [`FIRST_SCHEMA`].
#[derive(Deserialize)]
struct First {
    reasons: Vec<String>,
    points: Vec<FirstEntry>,
}

#[derive(Deserialize)]
struct FirstEntry {
    spec: String,
    width: f64,
    resolution: [usize; 2],
    metrics: Metrics,
}

/// The networks of an older file, all measured anew.
fn upgrade(first: First, entries: Vec<Entry>) -> std::result::Result<Renewal, String> {
    let mut old: Vec<(FirstEntry, Meaning, bool)> = first
        .points
        .into_iter()
        .map(|point| {
            let meaning = Meaning::of(&point.spec);
            (point, meaning, false)
        })
        .collect();
    let mut renewed = Vec::with_capacity(entries.len());
    for entry in &entries {
        let meaning = Meaning::of(&entry.spec);
        let mut same = old.iter_mut().filter(|(point, spec, _)| {
            *spec == meaning && point.width == entry.width && point.resolution == entry.resolution
        });
        let before = same.next();
        let metrics = before.map(|(point, _, measured)| {
            *measured = true;
            &point.metrics
        });
        renewed.push(Renewed::of(entry, metrics));
    }
    let left: Vec<String> = old
        .iter()
        .filter(|(.., measured)| !measured)
        .map(|(point, ..)| text::network(&point.spec, point.width, point.resolution, None))
        .collect();
    if !left.is_empty() {
        return Err(format!(
            "a baseline of version `{FIRST_SCHEMA}`, which does not say for how many classes and \
             which machine; to upgrade it, measure all of its networks anew: name {}, too, or \
             begin another file",
            left.join("; ")
        ));
    }
    let baseline = Baseline { schema: SCHEMA.into(), reasons: first.reasons, points: entries };
    Ok(Renewal { baseline, upgraded_from: Some(FIRST_SCHEMA), renewed, kept: 0 })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn entry(spec: &str, classes: usize, macs: u64) -> Entry {
        Entry {
            spec: spec.into(),
            width: 1.0,
            resolution: [8, 8],
            classes,
            machine: "m".into(),
            metrics: [(Metric::Macs, macs)].into_iter().collect(),
            layers: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn values(renewal: &Renewal) -> Vec<(&str, usize, Option<u64>)> {
        let points = renewal.baseline.points.iter();
        points.map(|e| (&*e.spec, e.classes, e.metrics.get(Metric::Macs))).collect()
    }

    #[test]
    fn other_networks_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("costs.json");
        let first = renew(&path, vec![entry("a.yaml", 10, 1), entry("v1", 10, 2)], "one").unwrap();
        assert!(first.renewed.iter().all(|renewed| renewed.added && renewed.changes.is_empty()));
        first.baseline.write(&path).unwrap();
        let entries = vec![entry("./a.yaml", 10, 3), entry("a.yaml", 10, 3), entry("v1", 5, 4)];
        let second = renew(&path, entries, "two").unwrap();
        assert_eq!(
            values(&second),
            [("./a.yaml", 10, Some(3)), ("v1", 10, Some(2)), ("v1", 5, Some(4))]
        );
        assert_eq!(second.baseline.reasons, ["one", "two"]);
        assert_eq!(second.kept, 1);
        let changed = Renewed {
            label: "./a.yaml 1.0 8x8, 10 classes, m".into(),
            added: false,
            changes: vec![(Metric::Macs, Some(1), Some(3))],
        };
        assert_eq!(second.renewed[0], changed);
        assert!(second.renewed[1].added);
    }

    #[test]
    fn a_file_that_is_no_baseline_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("costs.json");
        for text in ["", "{}", "[1]", "{\"schema\": \"mbgen.baseline/9\"}", "{\"schema\": \"x\"}"] {
            fs::write(&path, text).unwrap();
            assert!(renew(&path, vec![entry("v1", 1, 1)], "why").is_err(), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn the_first_version_is_upgraded_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("costs.json");
        let point = |spec: &str| {
            format!(
                "{{\"spec\":\"{spec}\",\"width\":1.0,\"resolution\":[8,8],\
                 \"metrics\":{{\"macs\":1}},\"layers\":[{{\"live\":3}}]}}"
            )
        };
        let text = format!(
            "{{\"schema\":\"{FIRST_SCHEMA}\",\"reasons\":[\"old\"],\"points\":[{},{}]}}",
            point("v1"),
            point("v2")
        );
        fs::write(&path, text).unwrap();
        let wrong = renew(&path, vec![entry("v1", 10, 2)], "why").unwrap_err().to_string();
        assert!(wrong.contains("name v2 1.0 8x8, too"), "{wrong}");
        let entries = vec![entry("v2", 10, 1), entry("v1", 10, 2)];
        let renewal = renew(&path, entries, "why").unwrap();
        assert_eq!(renewal.upgraded_from, Some(FIRST_SCHEMA));
        assert_eq!(renewal.baseline.reasons, ["old", "why"]);
        assert_eq!(values(&renewal), [("v2", 10, Some(1)), ("v1", 10, Some(2))]);
        assert_eq!(renewal.renewed[0].changes, []);
        assert_eq!(renewal.renewed[1].changes, [(Metric::Macs, Some(1), Some(2))]);
    }
}
