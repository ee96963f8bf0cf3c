//! A generated crate on the disk: the only part of code generation that touches one.
//!
//! A crate appears whole or not at all: it is written beside its place and then renamed. What is in
//! its place before must be a crate of ours, known by its manifest, whose files nobody edited.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::manifest::{self, Manifest};
use crate::error::{Error, Result};

/// The files of a crate, by their paths with `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Path and content.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What writing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A new crate.
    Created,
    /// The crate was there and other.
    Updated,
    /// The crate was there with the same bytes; nothing was touched.
    Unchanged,
}

/// Files that are named in a message; more are counted.
const TOLD: usize = 10;

/// The differences of a folder from a tree, a line each; empty where there is none.
pub fn differences(tree: &Tree, folder: &Path) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (path, content) in &tree.files {
        match read(&folder.join(path))? {
            None => lines.push(format!("missing  {path}")),
            Some(found) if found != *content => lines.push(format!("differs  {path}")),
            Some(_) => {}
        }
    }
    if let Some(manifest) =
        read(&folder.join(manifest::FILE))?.and_then(|text| manifest::parse(&text))
    {
        for path in manifest.files.keys().filter(|path| !tree.files.contains_key(*path)) {
            if safe(path) && folder.join(path).exists() {
                lines.push(format!("obsolete {path}"));
            }
        }
    }
    Ok(lines)
}

/// Writes a crate to `folder`. Files there that no crate of ours had stay as they are.
///
/// # Errors
/// Where the folder is not ours, or, without `force`, where generated files were edited.
pub fn write(tree: &Tree, folder: &Path, force: bool) -> Result<Written> {
    let place = match fs::canonicalize(folder) {
        Ok(place) => place,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let stage = stage(tree, folder)?;
            keep(stage, folder)?;
            return Ok(Written::Created);
        }
        Err(error) => return Err(Error::io("open", folder)(error)),
    };
    let Some(manifest) = occupant(&place)? else {
        let stage = stage(tree, &place)?;
        keep(stage, &place)?;
        return Ok(Written::Created);
    };
    if differences(tree, &place)?.is_empty() {
        return Ok(Written::Unchanged);
    }
    if !force {
        refuse_edits(tree, &manifest, &place)?;
    }
    replace(tree, &manifest, &place)?;
    Ok(Written::Updated)
}

/// The manifest of the crate in a folder; `None` where the folder is empty.
fn occupant(place: &Path) -> Result<Option<Manifest>> {
    if !place.is_dir() {
        let message = "is a file; a crate needs a folder".to_owned();
        return Err(Error::Input { path: place.to_owned(), message });
    }
    let manifest = read(&place.join(manifest::FILE))?.and_then(|text| manifest::parse(&text));
    if manifest.is_some() {
        return Ok(manifest);
    }
    let mut entries = fs::read_dir(place).map_err(Error::io("read", place))?;
    if entries.next().is_none() {
        return Ok(None);
    }
    let message = format!(
        "the folder is not empty, and not a generated crate: it has no valid {}; nothing is written",
        manifest::FILE
    );
    Err(Error::Input { path: place.to_owned(), message })
}

/// An error that names the files that a user edited, deleted not counted.
fn refuse_edits(tree: &Tree, manifest: &Manifest, place: &Path) -> Result<()> {
    let mut edited = Vec::new();
    let paths: BTreeSet<&String> = tree.files.keys().chain(manifest.files.keys()).collect();
    for path in paths.into_iter().filter(|path| *path != manifest::FILE && safe(path)) {
        let Some(found) = read(&place.join(path))? else { continue };
        let ours = manifest.files.get(path).is_some_and(|hash| *hash == manifest::sha256(&found));
        if !ours && tree.files.get(path) != Some(&found) {
            edited.push(path.as_str());
        }
    }
    if edited.is_empty() {
        return Ok(());
    }
    let mut message =
        "files were edited since they were generated; --force writes over them:".to_owned();
    for path in edited.iter().take(TOLD) {
        message += &format!("\n  {path}");
    }
    if edited.len() > TOLD {
        message += &format!("\n  and {} more", edited.len() - TOLD);
    }
    Err(Error::Input { path: place.to_owned(), message })
}

/// Puts a new crate in the place of an old one, and keeps what else was in the folder.
fn replace(tree: &Tree, manifest: &Manifest, place: &Path) -> Result<()> {
    let stage = stage(tree, place)?;
    let backup = tempfile::Builder::new()
        .prefix(".mbgen-old-")
        .tempdir_in(parent(place))
        .map_err(Error::io("write beside", place))?;
    let old = backup.path().join("crate");
    fs::rename(place, &old).map_err(Error::io("replace", place))?;
    if let Err(error) = keep(stage, place) {
        // The old crate goes back to its place.
        let _ = fs::rename(&old, place);
        return Err(error);
    }
    let ours = |path: &str| {
        path == manifest::FILE || manifest.files.contains_key(path) || tree.files.contains_key(path)
    };
    if let Err(error) = carry_over(&old, place, "", &ours) {
        // What could not be moved stays where the message says.
        let kept = backup.keep();
        let message = format!("some files of the folder stay in {}: {error}", kept.display());
        return Err(Error::Input { path: place.to_owned(), message });
    }
    Ok(())
}

/// Moves what is not ours from one folder to another.
fn carry_over(
    from: &Path,
    to: &Path,
    prefix: &str,
    ours: &dyn Fn(&str) -> bool,
) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let path = match entry.file_name().to_str() {
            Some(name) => format!("{prefix}{name}"),
            None => String::new(),
        };
        if ours(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() && target.is_dir() {
            carry_over(&entry.path(), &target, &format!("{path}/"), ours)?;
        } else if entry.file_type()?.is_dir()
            && holds_ours(&entry.path(), &format!("{path}/"), ours)?
        {
            fs::create_dir(&target)?;
            carry_over(&entry.path(), &target, &format!("{path}/"), ours)?;
            // A folder of ours that is no longer needed.
            let _ = fs::remove_dir(&target);
        } else {
            fs::rename(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Whether a folder has a file of ours at any depth.
fn holds_ours(folder: &Path, prefix: &str, ours: &dyn Fn(&str) -> bool) -> std::io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(path) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
            continue;
        };
        if ours(&path)
            || entry.file_type()?.is_dir() && holds_ours(&entry.path(), &format!("{path}/"), ours)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The crate in a temporary folder beside its place.
fn stage(tree: &Tree, place: &Path) -> Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mbgen-new-");
    // A temporary folder is private by default; a crate has the permissions of any new folder.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let parent = parent(place);
    fs::create_dir_all(&parent).map_err(Error::io("create", &parent))?;
    let stage = builder.tempdir_in(parent).map_err(Error::io("write beside", place))?;
    for (path, content) in &tree.files {
        let file = stage.path().join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        fs::write(&file, content).map_err(Error::io("write", &file))?;
    }
    Ok(stage)
}

/// Renames a finished folder to its place.
fn keep(stage: tempfile::TempDir, place: &Path) -> Result<()> {
    fs::rename(stage.path(), place).map_err(Error::io("create", place))?;
    // Nothing is left there to delete.
    let _ = stage.keep();
    Ok(())
}

fn parent(place: &Path) -> PathBuf {
    let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

/// A file's content, `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::IsADirectory | ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// Whether a path of a manifest stays inside the crate.
fn safe(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}
