//! A crate where there is nothing.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{Tree, write_file};
use crate::disk::{self, rename};
use crate::error::{Error, Result};

/// Writes a crate; `false` where there is something by now.
pub fn create(tree: &Tree, place: &Path) -> Result<bool> {
    let parent = disk::parent(place);
    fs::create_dir_all(&parent).map_err(Error::io("create", &parent))?;
    let (stage, _lock) =
        disk::temporary_folder(&parent).map_err(Error::io("write beside", place))?;
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
