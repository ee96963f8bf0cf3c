//! A generated crate on the disk: the only part of code generation that touches one.
//!
//! A new crate is written beside its place and then renamed: it appears whole or not at all. Where a
//! crate of ours is already, known by its manifest, the files that differ are written into a folder
//! inside, and then exchanged one by one: the crate's own folder, and all that a user has there, is
//! never moved. What the exchange takes out is looked at again, and kept where it is not ours after
//! all. An update that was interrupted is finished by the next one, which knows it by that folder:
//! its files and those of the crate are told apart from a user's by two manifests in place of one.

mod create;
mod found;
mod interrupted;
mod update;

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::Tree;
use super::manifest::{self, Manifest};
use crate::disk;
use crate::error::{Error, Result};
use crate::escape;
use crate::interrupt;

/// What writing did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// To the crate.
    pub written: Written,
    /// What a user had in the place of generated files, and where it is now.
    pub kept: Vec<Kept>,
}

/// What writing did to the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A new crate.
    Created,
    /// The crate was there and other.
    Updated,
    /// The crate was there with the same bytes; nothing was touched.
    Unchanged,
}

/// A file, link or folder of a user's that made way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it was.
    pub was: PathBuf,
    /// Where it is.
    pub is: PathBuf,
}

/// The manifest of the crate in a folder, where there is one.
pub fn manifest_of(folder: &Path) -> Result<Option<Manifest>> {
    Ok(read(&folder.join(manifest::FILE))?.and_then(|text| manifest::parse(&text)))
}

/// The differences of a folder from a tree, a line each; empty where there is none.
pub fn differences(tree: &Tree, folder: &Path) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (path, content) in &tree.files {
        match read(&folder.join(path))? {
            None if fs::symlink_metadata(folder.join(path)).is_ok() => {
                lines.push(format!("differs  {path}"));
            }
            None => lines.push(format!("missing  {path}")),
            Some(found) if found != *content => lines.push(format!("differs  {path}")),
            Some(_) => {}
        }
    }
    for path in manifest_of(folder)?.iter().flat_map(|manifest| manifest.files.keys()) {
        if !tree.files.contains_key(path) && safe(path) && folder.join(path).is_file() {
            lines.push(format!("obsolete {}", escape::visible(path)));
        }
    }
    if folder.is_dir() {
        for left in interrupted::Interrupted::find(folder)?.folders() {
            let name = left.strip_prefix(folder).unwrap_or(left);
            lines.push(format!("obsolete {} (of an update that did not end)", escape::path(name)));
        }
    }
    Ok(lines)
}

/// Writes a crate to `folder`. What is there that no crate of ours had stays as it is.
///
/// # Errors
/// Where the folder is not ours, or, without `force`, where generated files were edited, or something
/// of a user's is in the place of one. With it, edited files are written over, and the rest is kept.
pub fn write(tree: &Tree, folder: &Path, force: bool) -> Result<Outcome> {
    let _hold = interrupt::hold();
    match fs::canonicalize(folder) {
        Ok(place) => return update::update(tree, &place, force),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("open", folder)(error)),
    }
    if fs::symlink_metadata(folder).is_ok() {
        let message = "is a symbolic link to nothing; a crate needs a folder".to_owned();
        return Err(Error::Input { path: folder.to_owned(), message });
    }
    if create::create(tree, folder)? {
        return Ok(Outcome { written: Written::Created, kept: Vec::new() });
    }
    // Somebody made a folder there in the meantime.
    let place = fs::canonicalize(folder).map_err(Error::io("open", folder))?;
    update::update(tree, &place, force)
}

/// Writes a file of a crate below a folder.
fn write_file(folder: &Path, path: &str, content: &[u8]) -> Result<PathBuf> {
    let file = folder.join(path);
    let parent = disk::parent(&file);
    fs::create_dir_all(&parent).map_err(Error::io("create", &parent))?;
    let write = || {
        interrupt::check()?;
        fs::write(&file, content)
    };
    write().map_err(Error::io("write", &file))?;
    Ok(file)
}

/// A file's content, through links; `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    // What is no file may have no end.
    if !path.is_file() {
        return Ok(None);
    }
    match content(path) {
        Ok(content) => Ok(content),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// Whether a path of a manifest may be one of ours: it stays inside the crate, and is not hidden as a
/// repository's or an editor's own files are. A manifest may come from a stranger.
fn safe(path: &str) -> bool {
    Path::new(path).components().all(|part| match part {
        Component::Normal(name) => {
            name == ".gitignore" || !name.as_encoded_bytes().starts_with(b".")
        }
        _ => false,
    })
}

/// Bytes of a generated file at most: what is larger is none, and is not read.
const MAX_BYTES: u64 = 1 << 30;

/// The content of a regular file; `None` where it is larger than any of ours.
fn content(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    if path.metadata()?.len() > MAX_BYTES { Ok(None) } else { fs::read(path).map(Some) }
}

#[cfg(test)]
mod tests;
