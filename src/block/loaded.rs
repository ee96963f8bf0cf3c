//! From a loaded spec to its graph, with problems placed in the spec's file.

use super::{Problem, Variant, expand};
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::spec::Loaded;

impl Loaded {
    /// The layer graph of a variant of the spec.
    pub fn graph(&self, variant: &Variant) -> Result<LayerGraph> {
        expand(&self.spec, variant).map_err(|problems| {
            let lines = problems.iter().map(|Problem { at, message }| {
                format!("{}:{}:{}: {message}", self.name, at.line, at.column)
            });
            Error::Spec(lines.collect::<Vec<_>>().join("\n"))
        })
    }
}
