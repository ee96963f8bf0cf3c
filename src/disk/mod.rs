//! Files and folders on a disk, replaced without losing what others have there.
//!
//! [`write_file`] is for every file that a user names; [`Moves`] are renames that can be taken back;
//! [`rename`] has those that replace nothing. Nothing here knows what is written.

mod file;
mod moves;
mod private;
pub mod rename;
mod sync;
mod temporary;

use std::fs::Metadata;
use std::io::Result;
use std::path::{Path, PathBuf};

pub use file::write_file;
pub use moves::Moves;
pub use private::{open_private, private_folder};
pub use sync::{sync_below, sync_folder};
pub use temporary::{lock_folder, temporary_file, temporary_folder};

/// Gives a file the mode of the one that it is to replace and, where the system allows it, its owner.
pub fn take_after(file: &Path, replaced: &Metadata) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        // Only root may give files away. Before the mode, parts of which a change of owner clears.
        let _ = chown(file, Some(replaced.uid()), Some(replaced.gid()));
        std::fs::set_permissions(file, replaced.permissions())?;
    }
    let _ = (file, replaced);
    Ok(())
}

/// Whether two paths name the same file, links followed, whether or not it is there yet.
pub fn is_same(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| {
        let new = || Some(parent(path).canonicalize().ok()?.join(path.file_name()?));
        path.canonicalize().ok().or_else(new)
    };
    place(a).is_some_and(|a| Some(a) == place(b))
}

/// The folder that a file or folder is in.
pub fn parent(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}
