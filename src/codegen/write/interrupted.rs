//! Updates of a crate that did not come to their end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::found::{Found, Ours, find};
use super::{Kept, read};
use crate::codegen::manifest::{self, FILE, Manifest};
use crate::disk::rename;
use crate::error::{Error, Result};

/// Folders inside a crate: with files of ours that are still being written or no longer needed, and
/// with files that are exchanged, among which may be a user's.
pub const TEMPORARY: &str = ".mbgen-temporary-";
pub const EXCHANGE: &str = ".mbgen-exchange-";
/// In the latter: new files, and what they replaced; files that are no longer needed.
pub const NEW: &str = "new";
pub const OLD: &str = "old";

/// What is left of interrupted updates inside a crate.
#[derive(Debug, Default)]
pub struct Interrupted {
    temporary: Vec<PathBuf>,
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
            if name.starts_with(TEMPORARY) {
                found.temporary.push(folder);
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
        self.temporary.iter().chain(&self.exchange).map(PathBuf::as_path)
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
            discard(folder).map_err(Error::io("remove", folder))?;
        }
        Ok(kept)
    }
}

/// Removes a folder in which no file is a user's.
pub fn discard(folder: &Path) -> io::Result<()> {
    fs::remove_dir_all(retire(folder)?)
}

/// Marks a folder as one in which no file is a user's, which stays true while its files go, the
/// manifest among them; its new name.
pub fn retire(folder: &Path) -> io::Result<PathBuf> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(random) = name.strip_prefix(EXCHANGE) else { return Ok(folder.to_owned()) };
    let retired = folder.with_file_name(format!("{TEMPORARY}{random}"));
    rename::move_to(folder, &retired)?;
    Ok(retired)
}

/// Whether an entry of a crate is such a folder.
pub fn is_ours(name: &str) -> bool {
    name.starts_with(TEMPORARY) || name.starts_with(EXCHANGE)
}
