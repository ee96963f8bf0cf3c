//! `NOTICE.md` and the licences beside it: what a crate is made of, where that is from, and on which
//! terms. What nobody stated is said to be not stated.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::{Input, Provenance};
use crate::asset::{Asset, asset};
use crate::escape::{excerpt, prose};
use crate::spec::{LabelsOf, WORDNET};

/// The licence of everything that is mbgen's own, as an SPDX expression.
const OWN: &str = "MIT OR Apache-2.0";
/// In place of a source or a licence.
const NOT_STATED: &str = "not stated in the file";
/// Most characters of a source or licence that a terminal is shown.
const SHOWN: usize = 200;

/// What the templates say of origins and licences.
#[derive(Debug, Serialize)]
pub struct Notice {
    /// The licence of the whole package as an SPDX expression, where all of it is mbgen's own.
    expression: Option<&'static str>,
    /// One line about the weights, in markdown.
    weights: String,
    /// What is known of the file of weights; without one they are random.
    file: Option<File>,
    /// `imagenet`, `mbgen` or `other`, where there are labels.
    labels: Option<&'static str>,
}

/// A file of weights, in markdown.
#[derive(Debug, Serialize)]
struct File {
    sha256: String,
    source: String,
    licence: String,
}

impl Notice {
    pub fn new(input: &Input) -> Self {
        let labels = input.labels.map(LabelsOf::names);
        let random = matches!(input.provenance, Provenance::Seed(_));
        let own = random && !matches!(labels, Some(LabelsOf::ImageNet | LabelsOf::Other));
        let (weights, file) = match input.provenance {
            Provenance::Seed(seed) => {
                let line = format!(
                    "Its weights are random, from seed {seed}: what it says means nothing. `mbgen \
                     generate --weights` takes\ntrained ones."
                );
                (line, None)
            }
            Provenance::File { sha256, attribution } => {
                let told = |text: &Option<String>| text.as_deref().map_or(NOT_STATED.into(), prose);
                let source = told(&attribution.source);
                let licence = told(&attribution.licence);
                let line =
                    format!("Its weights are trained. Source: {source}. Licence: {licence}.");
                (line, Some(File { sha256: sha256.clone(), source, licence }))
            }
        };
        let labels = labels.map(|labels| match labels {
            LabelsOf::ImageNet => "imagenet",
            LabelsOf::Mbgen => "mbgen",
            LabelsOf::Other => "other",
        });
        Self { expression: own.then_some(OWN), weights, file, labels }
    }
}

/// The licences that go with a crate: path and text.
pub fn licences(input: &Input) -> impl Iterator<Item = (&'static str, Asset)> {
    let wordnet = input.labels.map(LabelsOf::names) == Some(LabelsOf::ImageNet);
    let own =
        [("LICENSE-APACHE", asset!("LICENSE-APACHE")), ("LICENSE-MIT", asset!("LICENSE-MIT"))];
    own.into_iter().chain(wordnet.then_some(("LICENSE-WORDNET", WORDNET)))
}

/// For a terminal, on one line.
impl Display for Provenance {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Seed(seed) => write!(f, "random, from seed {seed}; --weights takes trained ones"),
            Self::File { attribution, .. } => {
                let told = |text: &Option<String>| match text {
                    Some(text) => excerpt(text, SHOWN),
                    None => NOT_STATED.to_owned(),
                };
                let (source, licence) = (told(&attribution.source), told(&attribution.licence));
                write!(f, "trained; source: {source}; licence: {licence}")
            }
        }
    }
}
