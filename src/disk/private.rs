//! Folders and files that nobody but this user, and root, can have put something into.

use std::fs::{self, File};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// Makes a folder for this user alone, if there is none, and returns its path without links.
///
/// # Errors
/// Where somebody else can have put something into it, or can put another one in its place.
pub fn private_folder(folder: &Path) -> Result<PathBuf> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    if fs::symlink_metadata(folder)?.is_symlink() {
        unix::check_owner(folder)?;
    }
    let folder = fs::canonicalize(folder)?;
    #[cfg(unix)]
    unix::check(&folder)?;
    Ok(folder)
}

/// Opens a file for writing, with what it has, or makes it; but not through a link.
pub fn open_private(file: &Path) -> Result<File> {
    // Windows lets only administrators make links.
    if fs::symlink_metadata(file).is_ok_and(|there| !there.is_file()) {
        return Err(Error::other("it is no regular file"));
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits() as i32);
    }
    options.open(file)
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Metadata};
    use std::io::{Error, Result};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use crate::escape;

    const GROUP_WRITES: u32 = 0o020;
    const OTHERS_WRITE: u32 = 0o002;
    /// Only owners rename and remove what is in the folder.
    const STICKY: u32 = 0o1000;

    /// The owner of what belongs to users that a container does not know.
    const UNKNOWN: u32 = 65534;

    /// A folder without links in its path, and those that it is in.
    pub fn check(folder: &Path) -> Result<()> {
        let writable = check_owner(folder)?.mode() & (GROUP_WRITES | OTHERS_WRITE) != 0;
        if writable {
            let name = escape::path(folder);
            return Err(Error::other(format!(
                "others may have written into it; see what is there, then `chmod go-w {name}`"
            )));
        }
        for above in folder.ancestors().skip(1) {
            let there = fs::symlink_metadata(above)?;
            if there.uid() != UNKNOWN {
                check_owner(above)?;
            }
            let mode = there.mode();
            if mode & OTHERS_WRITE != 0 && mode & STICKY == 0 {
                let name = escape::path(above);
                return Err(Error::other(format!("everybody may replace what is in {name}")));
            }
        }
        Ok(())
    }

    /// Refuses what belongs to another user than this one and root.
    pub fn check_owner(path: &Path) -> Result<Metadata> {
        let there = fs::symlink_metadata(path)?;
        let owner = there.uid();
        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            let name = escape::path(path);
            return Err(Error::other(format!("{name} belongs to another user (uid {owner})")));
        }
        Ok(there)
    }
}
