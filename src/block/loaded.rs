//! From a spec's file to its graph, with problems shown where they stand in the file.

use super::{Variant, check_input, expand};
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::layer::Shape;
use crate::spec::{self, Draft, Loaded};

/// Loads a spec as [`spec::load`] does, and reports the problems of its expansion together with
/// its own.
pub fn load(arg: &str) -> Result<Loaded> {
    spec::read(arg)?.check(|draft| {
        let found = draft.spec().map(|spec| expand(spec));
        draft.finish(found.and_then(std::result::Result::err).unwrap_or_default(), None)
    })
}

impl Loaded {
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
