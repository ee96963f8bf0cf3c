//! Reading: the only way to a file that somebody else wrote, which may be wrong, or have no end.
//!
//! **Invariant.** Whoever reads says how much at most. What is not there is said by [`Error::Io`]. What
//! was read is remembered, so that a report does not take its place.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// The regular files that were opened, links followed.
static OPENED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Opens a file that the user named: a pipe or a device will do.
pub fn open(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    if let Some(regular) = regular(path) {
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if !opened.contains(&regular) {
            opened.push(regular);
        }
    }
    Ok(file)
}

/// Whether a regular file was opened here, under whatever name.
pub fn was_opened(path: &Path) -> bool {
    let opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    regular(path).is_some_and(|path| opened.contains(&path))
}

/// The place of a regular file, links followed.
fn regular(path: &Path) -> Option<PathBuf> {
    path.is_file().then(|| path.canonicalize().ok()).flatten()
}

/// The text of a file that the user named, of at most `most` bytes, a number of whole KiB.
pub fn text(path: &Path, most: u64) -> Result<String> {
    text_of(open(path)?, path, most)
}

/// The text of a file that another file names: nothing is read of what is no regular file, where
/// opening alone may wait for ever or do something.
pub fn text_of_regular(path: &Path, most: u64) -> Result<String> {
    if !std::fs::metadata(path).map_err(Error::io("read", path))?.is_file() {
        let message = "not a regular file, which alone is read here".to_owned();
        return Err(Error::Input { path: path.to_owned(), message });
    }
    text(path, most)
}

/// The text that `source` gives, as [`text`] reads a file; `path` stands for it in messages.
pub fn text_of(source: impl Read, path: &Path, most: u64) -> Result<String> {
    let bytes = bytes_of(source, path, most)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        let message = format!("line {line} is not UTF-8 text");
        Error::Input { path: path.to_owned(), message }
    })
}

fn bytes_of(source: impl Read, path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most + 1).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if bytes.len() as u64 > most {
        let size = match most >> 20 {
            0 => format!("{} KiB", most >> 10),
            mebibytes => format!("{mebibytes} MiB"),
        };
        let message = format!("larger than {size}, the most that is read");
        return Err(Error::Input { path: path.to_owned(), message });
    }
    Ok(bytes)
}
