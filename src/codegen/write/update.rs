//! A crate where there is one, or an empty folder.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::found::{self, Change, Found, Objection, Ours};
use super::interrupted::{EXCHANGE, Interrupted, NEW, OLD, TEMPORARY, discard, is_ours};
use super::{Kept, Outcome, Tree, Written, manifest_of, write_file};
use crate::codegen::manifest::FILE;
use crate::disk::{self, Moves};
use crate::error::{Error, Result};
use crate::escape;

/// Things that are named in a message; more are counted.
const TOLD: usize = 10;

/// Makes a folder what a tree says.
pub fn update(tree: &Tree, place: &Path, force: bool) -> Result<Outcome> {
    if !place.is_dir() {
        let message = "is a file; a crate needs a folder".to_owned();
        return Err(Error::Input { path: place.to_owned(), message });
    }
    // One process at a time.
    let _lock = disk::lock_folder(place).map_err(Error::io("lock", place))?;
    let interrupted = Interrupted::find(place)?;
    let current = manifest_of(place)?;
    let written = if current.is_some() || !interrupted.manifests.is_empty() {
        Written::Updated
    } else {
        refuse_occupied(place)?;
        Written::Created
    };
    let ours = Ours::of(current.iter().chain(&interrupted.manifests));
    let changes = found::changes(tree, &ours, place)?;
    if !force {
        refuse(&changes, place)?;
    }
    let mut kept = Vec::new();
    if !changes.is_empty() {
        kept = apply(&changes, place)?;
    }
    kept.extend(interrupted.remove(&ours, place)?);
    let written = if changes.is_empty() { Written::Unchanged } else { written };
    Ok(Outcome { written, kept })
}

/// An error where a folder without a crate has something in it.
fn refuse_occupied(place: &Path) -> Result<()> {
    for entry in fs::read_dir(place).map_err(Error::io("read", place))? {
        let name = entry.map_err(Error::io("read", place))?.file_name();
        if name.to_str().is_none_or(|name| !is_ours(name)) {
            let message = format!(
                "the folder is not empty, and not a generated crate: it has no valid {FILE}; \
                 nothing is written"
            );
            return Err(Error::Input { path: place.to_owned(), message });
        }
    }
    Ok(())
}

/// An error that names what only `--force` replaces.
fn refuse(changes: &[Change], place: &Path) -> Result<()> {
    let mut edited = Vec::new();
    let mut theirs = Vec::new();
    for change in changes {
        match (change.objection, &change.found) {
            (None, _) => {}
            (Some(Objection::Edited), _) => edited.push(change.path.to_owned()),
            (Some(Objection::Theirs), Found::Strange { at, what }) => {
                let at = at.strip_prefix(place).unwrap_or(at);
                theirs.push(format!("{} ({what})", escape::path(at)));
            }
            (Some(Objection::Theirs), _) => theirs.push(change.path.to_owned()),
        }
    }
    theirs.dedup();
    let mut parts = Vec::new();
    if !edited.is_empty() {
        let what = "files were edited since they were generated; --force writes over them:";
        parts.push(list(what, &edited));
    }
    if !theirs.is_empty() {
        let what = "something that mbgen did not generate is in the place of its files; \
                    --force renames it:";
        parts.push(list(what, &theirs));
    }
    if parts.is_empty() {
        return Ok(());
    }
    Err(Error::Input { path: place.to_owned(), message: parts.join("\n") })
}

fn list(what: &str, names: &[String]) -> String {
    let mut text = what.to_owned();
    for name in names.iter().take(TOLD) {
        text += &format!("\n  {}", escape::visible(name));
    }
    if names.len() > TOLD {
        text += &format!("\n  and {} more", names.len() - TOLD);
    }
    text
}

/// Makes changes: all of them or, where one fails, none.
pub(super) fn apply(changes: &[Change], place: &Path) -> Result<Vec<Kept>> {
    let stage = write_new(changes, place)?;
    let mut moves = Moves::default();
    let mut kept = Vec::new();
    for change in changes {
        if let Err(error) = make(change, place, &stage, &mut moves, &mut kept) {
            let at = place.join(change.path);
            return Err(match moves.undo() {
                Ok(()) => {
                    let _ = discard(&stage);
                    Error::io("replace", at)(error)
                }
                Err(undone) => {
                    let message = format!(
                        "cannot be replaced: {error}; what was done until then cannot be undone: \
                         {undone}. {} has the rest; the next `generate` finishes it",
                        escape::path(&stage)
                    );
                    Error::Input { path: at, message }
                }
            });
        }
    }
    let folder = |change: &Change| disk::parent(&place.join(change.path));
    let (written, removed): (Vec<_>, Vec<_>) =
        changes.iter().partition(|change| change.content.is_some());
    for folder in written.iter().map(|change| folder(change)).collect::<BTreeSet<_>>() {
        disk::sync_folder(&folder).map_err(Error::io("write", folder))?;
    }
    for change in removed {
        remove_empty(&folder(change), place);
    }
    discard(&stage).map_err(Error::io("remove", &stage))?;
    disk::sync_folder(place).map_err(Error::io("write", place))?;
    Ok(kept)
}

/// Writes the new files into a folder of the crate, which gets its name once it is complete.
pub(super) fn write_new(changes: &[Change], place: &Path) -> Result<PathBuf> {
    let mut builder = tempfile::Builder::new();
    let writing =
        builder.prefix(TEMPORARY).tempdir_in(place).map_err(Error::io("write into", place))?;
    for change in changes {
        let Some(content) = change.content else { continue };
        let file = write_file(&writing.path().join(NEW), change.path, content)?;
        if let Found::File(_) = change.found
            // Unless it was deleted just now.
            && let Ok(replaced) = place.join(change.path).metadata()
        {
            disk::take_after(&file, &replaced).map_err(Error::io("write", file))?;
        }
    }
    let random = writing.path().file_name().and_then(|name| name.to_str());
    let random = random.and_then(|name| name.strip_prefix(TEMPORARY)).unwrap_or_default();
    let stage = place.join(format!("{EXCHANGE}{random}"));
    let complete = || {
        disk::sync_below(writing.path())?;
        disk::rename::move_to(writing.path(), &stage)?;
        disk::sync_folder(place)
    };
    complete().map_err(Error::io("write into", place))?;
    // Nothing is left there to delete.
    let _ = writing.keep();
    Ok(stage)
}

/// Makes one change. Whatever it finds in place of what was found before is a user's.
pub(super) fn make(
    change: &Change,
    place: &Path,
    stage: &Path,
    moves: &mut Moves,
    kept: &mut Vec<Kept>,
) -> io::Result<()> {
    let at = place.join(change.path);
    if let Found::Strange { at: strange, .. } = &change.found
        // Not yet moved for another file.
        && strange.symlink_metadata().is_ok_and(|there| *strange == at || !there.is_dir())
    {
        let is = moves.move_aside(strange, strange)?;
        kept.push(Kept { was: strange.clone(), is });
    }
    let out = if change.content.is_some() {
        for folder in folders(change.path) {
            moves.make_folder(&place.join(folder))?;
        }
        let new = stage.join(NEW).join(change.path);
        match moves.move_to(&new, &at) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => moves.exchange(&new, &at)?,
            moved => return moved,
        }
        new
    } else {
        let old = stage.join(OLD).join(change.path);
        fs::create_dir_all(disk::parent(&old))?;
        match moves.move_to(&at, &old) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            moved => moved?,
        }
        old
    };
    let expected = match &change.found {
        Found::File(content) if change.objection != Some(Objection::Theirs) => Some(content),
        _ => None,
    };
    let is_file = out.symlink_metadata()?.is_file();
    if !is_file || expected.is_none_or(|content| fs::read(&out).ok().as_ref() != Some(content)) {
        let is = moves.move_aside(&out, &at)?;
        kept.push(Kept { was: at, is });
    }
    Ok(())
}

/// The folders on the way to a path, the outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Removes folders that nothing is in any more, from the innermost on.
fn remove_empty(folder: &Path, place: &Path) {
    let inside = |folder: &&Path| folder.starts_with(place) && *folder != place;
    for folder in folder.ancestors().take_while(inside) {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}
