//! Locks on folders, which end with the process that has them.

use std::fs::File;
use std::io::Result;
use std::path::Path;
use std::time::Duration;

use crate::interrupt;

/// How often a lock that somebody has is tried.
const TICK: Duration = Duration::from_millis(20);

/// Locks a folder, once nobody else has it locked. `None` where the system locks no folders.
///
/// # Errors
/// Where the process is to end first.
pub fn lock_folder(folder: &Path) -> Result<Option<File>> {
    let Some(open) = open(folder) else { return Ok(None) };
    loop {
        match open.try_lock() {
            Ok(()) => return Ok(Some(open)),
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(TICK),
            Err(std::fs::TryLockError::Error(_)) => return Ok(None),
        }
        interrupt::check()?;
    }
}

/// Locks a folder that nobody has locked.
pub fn try_lock_folder(folder: &Path) -> Option<File> {
    open(folder).filter(|open| open.try_lock().is_ok())
}

#[cfg(unix)]
fn open(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    open(folder, flags, Mode::empty()).ok().map(File::from)
}

#[cfg(not(unix))]
fn open(_: &Path) -> Option<File> {
    None
}
