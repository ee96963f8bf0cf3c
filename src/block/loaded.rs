//! From a spec's file to its graph, with problems shown where they stand in the file.

use std::ops::Range;
use std::sync::Arc;

use super::{Variant, check_input, expand, places};
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::layer::Shape;
use crate::spec::{self, Draft, Found, Loaded};

/// Loads a spec as [`spec::load`] does, and reports the problems of its expansion together with
/// its own.
pub fn load(arg: &str) -> Result<Loaded> {
    check(spec::read(arg)?)
}

/// Loads a spec that is at hand as text, as [`Found::from_text`] does.
pub fn load_text(text: &str, name: &str) -> Result<Loaded> {
    check(Found::from_text(text, name)?)
}

fn check(found: Found) -> Result<Loaded> {
    found.check(|draft| {
        let found = draft.spec().map(expand);
        draft.finish(found.and_then(std::result::Result::err).unwrap_or_default(), None)
    })
}

impl Loaded {
    /// The blocks of the spec in order, each with the bytes of the entry in its text that it comes
    /// from.
    pub fn places(&self) -> Vec<(Arc<str>, Range<usize>)> {
        Draft::read(&self.text, &self.name).places(places(&self.spec))
    }

    /// The layer graph of a variant of the spec.
    pub fn graph(&self, variant: &Variant) -> Result<LayerGraph> {
        let spec = variant.apply(&self.spec);
        if let Some(problem) = check_input(Shape::from(spec.input)) {
            return Err(Error::Usage(format!("{variant}: {problem}")));
        }
        let mut problems = match expand(&spec) {
            Ok(graph) => return Ok(graph),
            Err(problems) => problems,
        };
        let mut note = format!("with `{variant}` from the command line");
        if expand(&self.spec).is_ok() {
            note += "; the spec by itself is fine";
            // All follow from the options, so one tells enough.
            problems.truncate(1);
        }
        let note = (*variant != Variant::default()).then_some(note.as_str());
        let finished = Draft::read(&self.text, &self.name).finish(problems, note);
        Err(finished
            .err()
            .unwrap_or_else(|| Error::Internal(format!("{} has no graph", self.name))))
    }
}
