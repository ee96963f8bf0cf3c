//! A file of schedules that override the planner's: names of parts, and what is chosen for them.
//! [`Plan::schedule`] writes one of all parts.

use std::collections::HashMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Part, Plan, Schedule, split_name};
use crate::error::{Error, Result};
use crate::escape;
use crate::input;
use crate::kernels::steps;
use crate::yaml::{self, At, Diagnostic, Diagnostics, Ordered, Span, excerpt, read};

/// Largest file that is read: enough for every part of the longest network.
const MAX_BYTES: u64 = 4 << 20;
/// Unknown names for which a known one is suggested.
const SUGGESTED: usize = 20;

/// Names of parts to what is chosen for them.
type Entries = Ordered<At<String>, At<Entry>>;

/// How a part of a step runs. What is left out, the planner chooses.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Whether it runs depth first in one step with the part before it, which ends in a depthwise
    /// convolution.
    fuse: Option<At<bool>>,
    /// Output channels of a panel: a multiple of 16, at most the channels rounded up to one. A
    /// projection keeps its own.
    panel: Option<At<Count>>,
    /// Rows of the depthwise output made at a time, at most those of the map.
    band: Option<At<Count>>,
    /// How threads share it.
    split: Option<At<Split>>,
}

/// A number of channels or rows.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
struct Count(#[schemars(range(min = 1, max = 2_147_483_648u64))] u64);

/// How threads share a part.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename = "split", rename_all = "snake_case")]
enum Split {
    /// By output rows.
    Rows,
    /// By channel panels: a depthwise convolution is then made by whole maps.
    Panels,
}

/// The JSON Schema of such a file, with a final newline.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(Entries);
    schema.insert("title".into(), "mbgen schedule".into());
    format!("{:#}\n", schema.as_value())
}

/// Schedules that were asked for, by the names of parts; none by default.
#[derive(Debug, Default)]
pub struct Overrides {
    /// What the file is called, and its text.
    name: String,
    text: String,
    entries: Vec<(At<String>, At<Entry>)>,
}

/// What is asked of one part, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Request {
    pub fuse: Option<(bool, Span)>,
    pub panel: Option<(usize, Span)>,
    pub band: Option<(usize, Span)>,
    pub split: Option<(steps::Split, Span)>,
}

impl Overrides {
    /// Loads a file.
    pub fn load(path: &Path) -> Result<Self> {
        Self::parse(&input::text(path, MAX_BYTES)?, &escape::path(path))
    }

    /// Reads a file. `name` stands for it in messages.
    ///
    /// # Errors
    /// Everything that is wrong with the file by itself.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let wrong = |problem| Error::Spec(Diagnostics::new(vec![problem], text, name, None));
        let root = yaml::parse(text).map_err(|problem| wrong(*problem))?;
        let (entries, problems) = read::<Entries>(&root);
        let entries = entries.map_or_else(Vec::new, |entries| entries.0);
        let overrides = Self { name: name.to_owned(), text: text.to_owned(), entries };
        overrides.settle(problems)?;
        Ok(overrides)
    }

    /// What is asked of each of the parts with these names.
    pub(super) fn requests(
        &self,
        names: &[String],
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<Request> {
        let mut requests = vec![Request::default(); names.len()];
        let parts: HashMap<&str, usize> =
            names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        for (key, entry) in &self.entries {
            let (Some(name), Some(entry)) = (&key.value, entry.value) else { continue };
            if let Some(&part) = parts.get(name.as_str()) {
                requests[part] = entry.into();
                continue;
            }
            let known = names.iter().map(String::as_str);
            let known = (problems.len() < SUGGESTED).then_some(known).into_iter().flatten();
            let unknown = Diagnostic::key(key.span, format!("no step `{}`", excerpt(name)));
            let unknown = unknown.label("a step of the network, or a part of one, is allowed");
            let unknown = unknown.suggest(name, known);
            problems.push(unknown.note("note", "`mbgen schedule SPEC` lists them".to_owned()));
        }
        requests
    }

    /// An error that shows the problems, if there are any.
    pub(super) fn settle(&self, problems: Vec<Diagnostic>) -> Result<()> {
        if problems.is_empty() {
            return Ok(());
        }
        let root = yaml::parse(&self.text).ok();
        Err(Error::Spec(Diagnostics::new(problems, &self.text, &self.name, root.as_ref())))
    }
}

impl From<Entry> for Request {
    fn from(entry: Entry) -> Self {
        fn said<T, U>(at: Option<At<T>>, read: impl Fn(T) -> U) -> Option<(U, Span)> {
            at.and_then(|at| Some((read(at.value?), at.span)))
        }
        let count = |count: Count| count.0 as usize;
        let split = |split| match split {
            Split::Rows => steps::Split::Rows,
            Split::Panels => steps::Split::Panels,
        };
        Self {
            fuse: said(entry.fuse, |fuse| fuse),
            panel: said(entry.panel, count),
            band: said(entry.band, count),
            split: said(entry.split, split),
        }
    }
}

impl Plan {
    /// The schedule of every part as a file, which as [`Overrides`] gives the same
    /// steps for any machine.
    pub fn schedule(&self) -> String {
        let mut text = "# How each part of each step runs: what `--schedule` takes, whole or in part. \
                        A part with\n# `fuse: true` runs depth first in one step with the part before \
                        it.\n"
            .to_owned();
        for step in &self.steps {
            text += &format!("\n# {}\n# {}\n", step.fuses(), step.runs());
            for Part { name, schedule, .. } in &step.parts {
                text += &format!("{name}: {{{}}}\n", keys(schedule));
            }
        }
        text
    }
}

/// The keys of a schedule in such a file.
fn keys(schedule: &Schedule) -> String {
    let Schedule { fuse, panel, band, split } = schedule;
    let keys = [
        fuse.map(|fuse| format!("fuse: {fuse}")),
        Some(format!("panel: {panel}")),
        band.map(|band| format!("band: {band}")),
        split.map(|split| format!("split: {}", split_name(split))),
    ];
    keys.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
