//! From a spec's file to its graph, with problems shown where they stand in the file.

use super::{Variant, check_input, expand};
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::layer::Shape;
use crate::spec::{self, Draft, Loaded};

/// Loads a spec as [`spec::load`] does. If something is wrong with it, the problems of the expansion
/// of the variant that was asked for are reported together with its own; those of a spec that is fine
/// by itself are found by [`Loaded::graph`].
pub fn load(arg: &str, variant: &Variant) -> Result<Loaded> {
    spec::read(arg)?.check(|draft| {
        let wrong = draft.spec().filter(|_| !draft.is_fine());
        let found = wrong.map(|spec| expand(&variant.apply(spec)));
        let note = note(variant);
        draft.finish(found.and_then(std::result::Result::err).unwrap_or_default(), note.as_deref())
    })
}

/// What the command line changed, said below a problem.
fn note(variant: &Variant) -> Option<String> {
    let changed = *variant != Variant::default();
    changed.then(|| format!("with `{variant}` from the command line"))
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
        let mut note = note(variant);
        if let Some(note) = &mut note
            && expand(&self.spec).is_ok()
        {
            *note += "; the spec by itself is fine";
            // All follow from the options, so one tells enough.
            problems.truncate(1);
        }
        let finished = Draft::read(&self.text, &self.name).finish(problems, note.as_deref());
        Err(finished
            .err()
            .unwrap_or_else(|| Error::Internal(format!("{} has no graph", self.name))))
    }
}
