//! Files and folders that are written beside what they are to become. Each is locked while its process
//! lives, so that others can tell it from one that was left behind, and remove that.

use std::fs::{self, File, TryLockError};
use std::io::Result;
use std::path::Path;
use std::time::Duration;

use tempfile::{Builder, NamedTempFile, TempDir};

use crate::interrupt;

/// What their names begin with.
const PREFIX: &str = ".mbgen-new-";

/// How often a lock that somebody has is tried.
const TICK: Duration = Duration::from_millis(20);

/// A new folder in another, and its lock; removed when it is dropped.
pub fn temporary_folder(parent: &Path) -> Result<(TempDir, Option<File>)> {
    remove_abandoned(parent);
    loop {
        let folder = builder(0o777).tempdir_in(parent)?;
        let lock = lock_folder(folder.path())?;
        // Otherwise it was taken for abandoned before it was locked.
        if folder.path().exists() {
            return Ok((folder, lock));
        }
    }
}

/// A new file in a folder; removed when it is dropped.
pub fn temporary_file(folder: &Path) -> Result<NamedTempFile> {
    remove_abandoned(folder);
    loop {
        let file = builder(0o666).tempfile_in(folder)?;
        // Where it cannot be locked, nobody else's lock is known either.
        let _ = file.as_file().try_lock();
        if file.path().exists() {
            return Ok(file);
        }
    }
}

fn builder(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX);
    // By default it is private; what it becomes has the permissions of anything new.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    let _ = mode;
    builder
}

/// Removes what processes that ended too early left in a folder. Whatever fails stays.
fn remove_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX))
            && let Some(open) = open(&entry.path())
            && open.try_lock().is_ok()
        {
            let _ = match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                true => fs::remove_dir_all(entry.path()),
                false => fs::remove_file(entry.path()),
            };
        }
    }
}

/// Locks a folder, once nobody else has it locked. `None` where the system locks no folders.
///
/// # Errors
/// Where the process is to end first.
pub fn lock_folder(folder: &Path) -> Result<Option<File>> {
    let Some(open) = open(folder) else { return Ok(None) };
    loop {
        match open.try_lock() {
            Ok(()) => return Ok(Some(open)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(TICK),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
        interrupt::check()?;
    }
}

/// Opens a folder or a regular file, to lock it.
#[cfg(unix)]
fn open(path: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let kind = fs::symlink_metadata(path).ok()?.file_type();
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let open = open(path, flags, Mode::empty()).ok().map(File::from);
    open.filter(|_| kind.is_dir() || kind.is_file())
}

/// Windows locks no folders.
#[cfg(not(unix))]
fn open(_: &Path) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn only_what_is_abandoned_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let parent = place.path();
        let (folder, lock) = temporary_folder(parent).unwrap();
        let file = temporary_file(parent).unwrap();
        fs::create_dir_all(parent.join(".mbgen-new-dead/src")).unwrap();
        for name in [".mbgen-new-dead/src/lib.rs", ".mbgen-new-file", "other", ".mbgen-other"] {
            fs::write(parent.join(name), "text").unwrap();
        }
        std::os::unix::fs::symlink("other", parent.join(".mbgen-new-link")).unwrap();
        remove_abandoned(parent);
        let names = || {
            let entries = fs::read_dir(parent).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let mut kept = vec![folder.path().file_name().unwrap().to_owned()];
        kept.push(file.path().file_name().unwrap().to_owned());
        kept.extend([".mbgen-new-link", ".mbgen-other", "other"].map(Into::into));
        kept.sort();
        assert_eq!(names(), kept);
        // As a kill leaves it.
        drop(lock);
        let _ = folder.keep();
        remove_abandoned(parent);
        assert_eq!(names().len(), 4);
    }
}
