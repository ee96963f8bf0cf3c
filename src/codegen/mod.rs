//! A plan as a stand-alone Rust crate.
//!
//! `templates/crate` mirrors the generated tree. Its files that end in `.tera` are templates and hold
//! structure only: `view` works out all that they may see, as names, literals, numbers as text.
//! `shipped` has the others and the kernels, which go into the crate byte for byte.
//! [`write`](mod@write) is the only part that touches a disk.
//!
//! **Invariants.** The same input gives the same bytes, without dates, paths or anything of the host.
//! Generated text is as rustfmt would have it, and contains no `unsafe` outside `src/kernels`.

mod blob;
mod golden;
mod literal;
mod lock;
mod manifest;
mod names;
mod notice;
mod readme;
mod shipped;
mod spec_file;
mod step;
mod templates;
mod view;
#[cfg(feature = "cli")]
pub mod write;

use std::collections::BTreeMap;

pub use golden::Golden;
pub use manifest::{API, Manifest};
pub use names::package;
pub use shipped::kernels;

use shipped::{COMMON, PHOTO};

use crate::error::Result;
use crate::graph::LayerGraph;
use crate::plan::Plan;
use crate::spec::{self, Attribution, Spec};
use crate::weights::{self, Folded};

/// All that a crate is made of.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The network's description, with what was asked for in it.
    pub spec: &'a Spec,
    /// The crate's name; see [`package`].
    pub package: &'a str,
    /// The layers.
    pub graph: &'a LayerGraph,
    /// What runs.
    pub plan: &'a Plan,
    /// Name of the machine that it was planned for.
    pub machine: &'a str,
    /// The folded weights.
    pub weights: &'a Folded,
    /// Where the weights came from.
    pub provenance: &'a Provenance,
    /// The name of each class.
    pub labels: Option<&'a [String]>,
    /// Whether the package is a Cargo workspace of its own.
    pub workspace: bool,
    /// What the oracle gives for each input, in the order of [`Golden::SCALES`].
    pub golden: &'a [Golden<'a>],
}

/// The files of a crate, by their paths with `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Name of the package.
    pub package: String,
    /// Path and content.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Where the weights came from.
    pub provenance: Provenance,
}

/// Where weights came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A file.
    File {
        /// The SHA-256 of its bytes.
        sha256: String,
        /// What it says of itself, or else is known of a shipped one.
        attribution: Attribution,
    },
    /// The initialisation, from this seed.
    Seed(u64),
}

impl Provenance {
    /// How far a kernel's result may be from the oracle's, relative to a tensor's largest magnitude.
    /// Rounding errors are at most 1.5e-6 with initial weights, and were up to 5e-6 with trained ones.
    pub fn tolerance(&self) -> f64 {
        match self {
            Self::File { .. } => 3e-5,
            Self::Seed(_) => 1e-5,
        }
    }

    /// Weights from the bytes of a file.
    pub fn of_file(bytes: &[u8]) -> Self {
        let sha256 = manifest::sha256(bytes);
        let shipped = spec::attribution(&sha256);
        let attribution = shipped.unwrap_or_else(|| weights::attribution(bytes));
        Self::File { sha256, attribution }
    }
}

/// Generates a crate.
pub fn generate(input: &Input) -> Result<Tree> {
    let blob = blob::Blob::new(input)?;
    let view = view::Crate::new(input, &blob)?;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (path, text) in templates::render(&view)? {
        files.insert(path, text.into_bytes());
    }
    for (folder, shipped) in [("", COMMON), ("photo/", PHOTO)] {
        for (path, file) in shipped {
            files.insert(format!("{folder}{path}"), file.text()?.into());
        }
    }
    for file in kernels() {
        files.insert(file.path.into(), file.text()?.into());
    }
    for (path, file) in notice::licences(input) {
        files.insert(path.into(), file.text()?.into());
    }
    if let Some(lock) = lock::render(&view.name)? {
        files.insert("photo/Cargo.lock".into(), lock.into_bytes());
    }
    if let Some(labels) = input.labels {
        files.insert(
            "labels.txt".into(),
            labels.iter().map(|l| format!("{l}\n")).collect::<String>().into(),
        );
    }
    files.insert(format!("weights/{}.bin", view.name), blob.bytes);
    for (i, golden) in input.golden.iter().enumerate() {
        files.insert(format!("tests/data/{i}_steps.txt"), golden.steps().into());
        files.insert(format!("tests/data/{i}_logits.txt"), golden.logits().into());
    }
    files.insert("spec.yaml".into(), spec_file::render(input, &view).into());
    files.insert("schedule.yaml".into(), input.plan.schedule().into());
    let manifest = manifest::render(input, &files);
    files.insert(manifest::FILE.into(), manifest.into());
    Ok(Tree { package: input.package.into(), files, provenance: input.provenance.clone() })
}
