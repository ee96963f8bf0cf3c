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
    move_after_a_look(from, to)
}

fn move_after_a_look(from: &Path, to: &Path) -> Result<()> {
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
    exchange_in_steps(ours, theirs)
}

fn exchange_in_steps(ours: &Path, theirs: &Path) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the system does in one step, and what takes its place.
    #[test]
    fn nothing_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let text = |name: &str| fs::read_to_string(path(name)).unwrap();
        for (exchange, move_to) in [
            (exchange as fn(&Path, &Path) -> Result<()>, move_to as fn(&Path, &Path) -> Result<()>),
            (exchange_in_steps, move_after_a_look),
        ] {
            fs::write(path("a"), "a").unwrap();
            fs::write(path("b"), "b").unwrap();
            exchange(&path("a"), &path("b")).unwrap();
            assert_eq!((text("a"), text("b")), ("b".into(), "a".into()));
            let taken = move_to(&path("a"), &path("b")).unwrap_err();
            assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
            // The other one is gone: the first goes back.
            assert!(exchange(&path("missing"), &path("b")).is_err());
            assert_eq!((text("a"), text("b")), ("b".into(), "a".into()));
            move_to(&path("a"), &path("c")).unwrap();
            assert_eq!(move_aside(&path("b"), &path("c")).unwrap(), path("c.orig"));
            fs::write(path("b"), "2").unwrap();
            assert_eq!(move_aside(&path("b"), &path("c")).unwrap(), path("c.orig2"));
            assert_eq!(
                (text("c"), text("c.orig"), text("c.orig2")),
                ("b".into(), "a".into(), "2".into())
            );
            for name in ["c", "c.orig", "c.orig2"] {
                fs::remove_file(path(name)).unwrap();
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
