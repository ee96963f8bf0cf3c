//! A file that a user names, whatever is there already.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use super::{parent, sync_folder, take_after, temporary_file};
use crate::interrupt;

/// Has `print` write a file, which appears complete or not at all, with the mode of the one that it
/// replaces. Symbolic links are followed. What is no regular file, such as a device, a FIFO or a pipe
/// by its name in `/dev`, is written through; a reader that closes it early is no error.
pub fn write_file(path: &Path, print: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    match Target::of(path)? {
        Target::Replaced(path) => replace(&path, print),
        Target::Through => {
            // A regular file that a process has open under a name of `/dev` keeps what it has.
            let mut out = BufWriter::new(OpenOptions::new().append(true).open(path)?);
            match print(&mut out).and_then(|()| out.flush()) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                    // What is still in the buffer would be written again, for nothing.
                    drop(out.into_parts());
                    Ok(())
                }
                written => written,
            }
        }
    }
}

enum Target {
    /// A regular file or a free name, no link.
    Replaced(PathBuf),
    /// What a rename must not replace.
    Through,
}

impl Target {
    fn of(path: &Path) -> Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => return Ok(Self::Through),
            _ => {}
        }
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
            let folder = fs::canonicalize(parent(&path))?;
            // The names of open files: a rename there is none of the file.
            if folder.starts_with("/proc") || folder.starts_with("/dev/fd") {
                return Ok(Self::Through);
            }
            match fs::read_link(folder.join(name)) {
                Ok(to) => path = folder.join(to),
                Err(_) => return Ok(Self::Replaced(folder.join(name))),
            }
        }
        Err(Error::other("too many symbolic links"))
    }
}

/// As many as Linux follows.
const LINKS: usize = 40;

/// Replaces a file in one step: readers see the old text or the new one.
fn replace(path: &Path, print: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let folder = parent(path);
    let _hold = interrupt::hold();
    let mut file = BufWriter::new(Interruptible(temporary_file(&folder)?));
    print(&mut file)?;
    let Interruptible(file) = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    if let Ok(replaced) = fs::metadata(path) {
        take_after(file.path(), &replaced)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(&folder)
}

/// A temporary file that is given up where the process is to end.
struct Interruptible(tempfile::NamedTempFile<File>);

impl Write for Interruptible {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        interrupt::check()?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}
