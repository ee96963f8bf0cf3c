//! What is in the place of a generated file, and whose it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Tree;
use crate::codegen::manifest::{FILE, Manifest, sha256};
use crate::error::{Error, Result};

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A regular file with this content.
    File(Vec<u8>),
    /// Something else at the path, or in place of one of its folders: a user's in any case.
    Strange {
        /// Where it is.
        at: PathBuf,
        /// What it is.
        what: &'static str,
    },
}

/// Looks for a path below a folder, and follows no links.
pub fn find(folder: &Path, path: &str) -> Result<Found> {
    let mut at = folder.to_owned();
    let mut parts = Path::new(path).components().peekable();
    while let Some(part) = parts.next() {
        at.push(part);
        let kind = match fs::symlink_metadata(&at) {
            Ok(there) => there.file_type(),
            Err(error) if error.kind() == ErrorKind::NotFound => break,
            Err(error) => return Err(Error::io("read", at)(error)),
        };
        match parts.peek() {
            None if kind.is_file() => match super::content(&at).map_err(Error::io("read", &at))? {
                Some(content) => return Ok(Found::File(content)),
                None => {
                    return Ok(Found::Strange { at, what: "a file too large to be one of ours" });
                }
            },
            Some(_) if kind.is_dir() => {}
            _ => return Ok(Found::Strange { at, what: word(kind) }),
        }
    }
    Ok(Found::Nothing)
}

fn word(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_file() {
        "a file"
    } else {
        "a special file"
    }
}

/// The files that mbgen generated: those of the crate, and those of updates that were interrupted.
#[derive(Debug, Default)]
pub struct Ours {
    hashes: BTreeMap<String, BTreeSet<String>>,
}

impl Ours {
    /// Those that manifests list.
    pub fn of<'m>(manifests: impl IntoIterator<Item = &'m Manifest>) -> Self {
        let mut ours = Self::default();
        for (path, hash) in manifests.into_iter().flat_map(|manifest| &manifest.files) {
            if super::safe(path) {
                ours.hashes.entry(path.clone()).or_default().insert(hash.clone());
            }
        }
        ours
    }

    /// The paths of all.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.hashes.keys().map(String::as_str)
    }

    /// Whether a file was ever generated at a path, with whatever content.
    pub fn has(&self, path: &str) -> bool {
        self.hashes.contains_key(path)
    }

    /// Whether a file is as it was generated.
    pub fn wrote(&self, path: &str, content: &[u8]) -> bool {
        self.hashes.get(path).is_some_and(|hashes| hashes.contains(&sha256(content)))
    }
}

/// What is to happen at one path.
#[derive(Debug)]
pub struct Change<'t> {
    /// Path in the crate.
    pub path: &'t str,
    /// The new content; `None` where the file is obsolete.
    pub content: Option<&'t [u8]>,
    /// What is there.
    pub found: Found,
    /// Why that cannot go just so.
    pub objection: Option<Objection>,
}

/// Why something cannot be replaced just so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// A generated file was edited.
    Edited,
    /// It was never generated.
    Theirs,
}

/// What makes a folder a tree's, in the order of paths; the manifest, of which all else hangs, last.
pub fn changes<'t>(tree: &'t Tree, ours: &'t Ours, place: &Path) -> Result<Vec<Change<'t>>> {
    let mut changes = Vec::new();
    let mut manifest = None;
    let paths: BTreeSet<&str> = tree.files.keys().map(String::as_str).chain(ours.paths()).collect();
    for path in paths {
        let content = tree.files.get(path).map(Vec::as_slice);
        let found = find(place, path)?;
        let objection = match (&found, content) {
            (Found::Nothing, None) => continue,
            (Found::Nothing, Some(_)) => None,
            (Found::File(there), Some(content)) if there == content => continue,
            (Found::File(there), _) if path == FILE || ours.wrote(path, there) => None,
            (Found::File(_), _) if ours.has(path) => Some(Objection::Edited),
            // Where nothing of ours is left, nothing of ours is to be removed.
            (Found::Strange { .. }, None) => continue,
            _ => Some(Objection::Theirs),
        };
        let change = Change { path, content, found, objection };
        if path == FILE {
            manifest = Some(change);
        } else {
            changes.push(change);
        }
    }
    changes.extend(manifest);
    Ok(changes)
}
