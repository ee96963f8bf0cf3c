//! `mbgen.json`: what a crate was made from, and the hash of every file.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Input, Provenance};
use crate::json::pretty;

/// The manifest's place in a crate.
pub const FILE: &str = "mbgen.json";
/// Version of the manifest's form.
const SCHEMA: &str = "mbgen.crate/1";
/// Version of the interface of generated crates: another one where programs that use a crate must
/// change with it. The changelog says how.
pub const API: u32 = 1;

/// The manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    schema: String,
    /// Version of the crate's interface; crates that do not say it are older than 1.
    #[serde(default)]
    pub api: u32,
    /// Version of mbgen.
    pub mbgen: String,
    /// Name of the package.
    pub package: String,
    /// What the crate was made from.
    pub options: serde_json::Value,
    /// The SHA-256 of every other file, by its path in the crate.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Whether the package is a Cargo workspace of its own.
    #[cfg(feature = "cli")]
    pub fn workspace(&self) -> bool {
        self.options["workspace"] != false
    }

    /// The hash of the file of trained weights, if they are.
    #[cfg(feature = "cli")]
    pub fn weights(&self) -> Option<&str> {
        self.options["weights"]["sha256"].as_str()
    }
}

/// The manifest of a crate.
pub fn render(input: &Input, files: &BTreeMap<String, Vec<u8>>) -> String {
    let shape = input.graph.input();
    let weights = match input.provenance {
        Provenance::File { sha256, .. } => serde_json::json!({ "sha256": sha256 }),
        Provenance::Seed(seed) => serde_json::json!({ "seed": seed }),
    };
    let manifest = Manifest {
        schema: SCHEMA.into(),
        api: API,
        mbgen: env!("CARGO_PKG_VERSION").into(),
        package: input.package.into(),
        options: serde_json::json!({
            "width": input.spec.width.multiplier,
            "resolution": [shape.h, shape.w],
            "classes": input.plan.classes,
            "machine": input.machine,
            "overridden": input.plan.overridden().collect::<Vec<_>>(),
            "weights": weights,
            "labels": input.labels.is_some(),
            "workspace": input.workspace,
        }),
        files: files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
    };
    pretty(&manifest)
}

/// Reads a manifest; `None` where the text is none.
#[cfg(feature = "cli")]
pub fn parse(text: &[u8]) -> Option<Manifest> {
    let manifest: Manifest = serde_json::from_slice(text).ok()?;
    (manifest.schema == SCHEMA).then_some(manifest)
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
