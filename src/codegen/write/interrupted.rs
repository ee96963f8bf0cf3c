//! Updates of a crate that did not come to their end.

use std::fs;
use std::path::{Path, PathBuf};

use super::found::{Found, Ours, find};
use super::{Kept, read};
use crate::codegen::manifest::{self, FILE, Manifest};
use crate::disk::rename;
use crate::error::{Error, Result};

/// Folders inside a crate: with files that are still being written, and with files that are exchanged.
pub const WRITING: &str = ".mbgen-writing-";
pub const EXCHANGE: &str = ".mbgen-exchange-";
/// In the latter: new files, and what they replaced; files that are no longer needed.
pub const NEW: &str = "new";
pub const OLD: &str = "old";

/// What is left of interrupted updates inside a crate.
#[derive(Debug, Default)]
pub struct Interrupted {
    /// With new files, which may be incomplete.
    writing: Vec<PathBuf>,
    /// With files of which some are exchanged.
    exchange: Vec<PathBuf>,
    /// Those that were to become the crate's, or were it.
    pub manifests: Vec<Manifest>,
}

impl Interrupted {
    /// Looks into a crate.
    pub fn find(place: &Path) -> Result<Self> {
        let mut found = Self::default();
        for entry in fs::read_dir(place).map_err(Error::io("read", place))? {
            let entry = entry.map_err(Error::io("read", place))?;
            let (name, folder) = (entry.file_name(), entry.path());
            let Some(name) = name.to_str().filter(|name| is_ours(name)) else { continue };
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            if name.starts_with(WRITING) {
                found.writing.push(folder);
                continue;
            }
            let manifest = read(&folder.join(NEW).join(FILE))?;
            found.manifests.extend(manifest.and_then(|text| manifest::parse(&text)));
            found.exchange.push(folder);
        }
        Ok(found)
    }

    /// The folders.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.writing.iter().chain(&self.exchange).map(PathBuf::as_path)
    }

    /// Removes it, but for what is no file of ours: that goes beside the place it was taken from.
    pub fn remove(&self, ours: &Ours, place: &Path) -> Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for folder in &self.exchange {
            for part in [folder.join(NEW), folder.join(OLD)] {
                for path in ours.paths() {
                    let at = match find(&part, path)? {
                        Found::File(there) if !ours.wrote(path, &there) => part.join(path),
                        Found::Strange { at, .. } => at,
                        _ => continue,
                    };
                    let was = place.join(path);
                    let is = rename::move_aside(&at, &was).map_err(Error::io("keep", at))?;
                    kept.push(Kept { was, is });
                }
            }
        }
        for folder in self.folders() {
            fs::remove_dir_all(folder).map_err(Error::io("remove", folder))?;
        }
        Ok(kept)
    }
}

/// Whether an entry of a crate is such a folder.
pub fn is_ours(name: &str) -> bool {
    name.starts_with(WRITING) || name.starts_with(EXCHANGE)
}
