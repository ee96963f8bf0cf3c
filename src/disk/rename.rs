//! Renames that never replace what they were not meant to.

use std::fs;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
use rustix::fs::{CWD, RenameFlags, renameat_with};

/// Moves a file or folder to a name that must be free.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] where it is not.
pub fn move_to(from: &Path, to: &Path) -> Result<()> {
    match move_at_once(from, to) {
        Err(error) if unsupported(error.kind()) => {}
        moved => return moved,
    }
    if fs::symlink_metadata(to).is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Swaps what two names name: in one step where the system can, otherwise in three, of which the
/// first is taken back where the second fails.
pub fn exchange(ours: &Path, theirs: &Path) -> Result<()> {
    match exchange_at_once(ours, theirs) {
        Err(error) if unsupported(error.kind()) => {}
        exchanged => return exchanged,
    }
    let aside = with_suffix(ours, ".old");
    move_to(theirs, &aside)?;
    if let Err(error) = move_to(ours, theirs) {
        move_to(&aside, theirs)?;
        return Err(error);
    }
    move_to(&aside, ours)
}

/// Moves a file or folder out of the way, to a free name beside it, which is returned.
pub fn move_aside(from: &Path, place: &Path) -> Result<PathBuf> {
    let mut aside = with_suffix(place, ".orig");
    for number in 2.. {
        match move_to(from, &aside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            moved => return moved.map(|()| aside),
        }
        aside = with_suffix(place, &format!(".orig{number}"));
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// What systems, and file systems, say that know no such rename.
fn unsupported(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unsupported | ErrorKind::InvalidInput)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn move_at_once(from: &Path, to: &Path) -> Result<()> {
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange_at_once(a: &Path, b: &Path) -> Result<()> {
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn move_at_once(_: &Path, _: &Path) -> Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange_at_once(_: &Path, _: &Path) -> Result<()> {
    Err(ErrorKind::Unsupported.into())
}
