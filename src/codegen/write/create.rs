//! A crate where there is nothing.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use tempfile::TempDir;

use super::{Tree, write_file};
use crate::disk::{self, rename};
use crate::error::{Error, Result};

/// What the names of folders begin with in which crates are written.
const PREFIX: &str = ".mbgen-new-";

/// Writes a crate; `false` where there is something by now.
pub fn create(tree: &Tree, place: &Path) -> Result<bool> {
    let parent = disk::parent(place);
    fs::create_dir_all(&parent).map_err(Error::io("create", &parent))?;
    remove_abandoned(&parent);
    let (stage, _lock) = stage(&parent).map_err(Error::io("write beside", place))?;
    for (path, content) in &tree.files {
        write_file(stage.path(), path, content)?;
    }
    disk::sync_below(stage.path()).map_err(Error::io("write", stage.path()))?;
    match rename::move_to(stage.path(), place) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        moved => moved.map_err(Error::io("create", place))?,
    }
    // Nothing is left there to delete.
    let _ = stage.keep();
    disk::sync_folder(&parent).map_err(Error::io("write", place))?;
    Ok(true)
}

/// A temporary folder that is locked, so that others can tell it from an abandoned one.
fn stage(parent: &Path) -> std::io::Result<(TempDir, Option<File>)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    // A temporary folder is private by default; a crate has the permissions of any new folder.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    loop {
        let stage = builder.tempdir_in(parent)?;
        let lock = disk::lock_folder(stage.path())?;
        // Taken for abandoned before it was locked.
        if stage.path().exists() {
            return Ok((stage, lock));
        }
    }
}

/// Removes what interrupted processes left behind: files of ours alone. Whatever fails is left.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX))
            && let Some(_lock) = disk::try_lock_folder(&entry.path())
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
