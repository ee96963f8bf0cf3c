//! From a spec's file to its graph, with problems shown where they stand in the file.

use std::ops::Range;
use std::sync::Arc;

use super::{Variant, check_input, expand, places};
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::layer::Shape;
use crate::spec::{self, Draft, Found, Loaded};

/// Loads a spec as [`spec::load`] does. If something is wrong with it, the problems of the expansion
/// of the variant that was asked for are reported together with its own; those of a spec that is fine
/// by itself are found by [`Loaded::graph`].
pub fn load(arg: &str, variant: &Variant) -> Result<Loaded> {
    check(spec::read(arg)?, variant)
}

/// Loads a spec that is at hand as text, as [`Found::from_text`] and [`load`] do.
pub fn load_text(text: &str, name: &str, variant: &Variant) -> Result<Loaded> {
    check(Found::from_text(text, name)?, variant)
}

fn check(found: Found, variant: &Variant) -> Result<Loaded> {
    found.check(|draft| {
        let wrong = draft.spec().filter(|_| !draft.is_fine());
        let problems = wrong.and_then(|spec| expand(&variant.apply(spec)).err());
        draft.finish(problems.unwrap_or_default(), note(variant).as_deref())
    })
}

/// What is set beside the spec, said below a problem.
fn note(variant: &Variant) -> Option<String> {
    let changed = *variant != Variant::default();
    changed.then(|| format!("with {} in place of the spec's", variant.words()))
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
            return Err(Error::Usage(format!("{}: {problem}", variant.words())));
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
            // All follow from the settings, so one tells enough.
            problems.truncate(1);
        }
        let finished = Draft::read(&self.text, &self.name).finish(problems, note.as_deref());
        Err(finished
            .err()
            .unwrap_or_else(|| Error::Internal(format!("{} has no graph", self.name))))
    }
}
