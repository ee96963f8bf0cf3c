//! What is said to be written has reached the disk.

use std::fs::{self, OpenOptions};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::thread;

/// Many files wait for the disk at the same time: it stores them together.
const THREADS: usize = 16;

/// Has the system store what a folder lists: the names of new files, and those of moved ones.
pub fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems sync files only.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {}
        synced => return synced,
    }
    let _ = folder;
    Ok(())
}

/// Has the system store all that is in a folder.
pub fn sync_below(folder: &Path) -> Result<()> {
    let mut found = vec![(folder.to_owned(), true)];
    let mut next = 0;
    while let Some((path, is_folder)) = found.get(next).cloned() {
        next += 1;
        for entry in is_folder.then(|| fs::read_dir(path)).transpose()?.into_iter().flatten() {
            let entry = entry?;
            found.push((entry.path(), entry.file_type()?.is_dir()));
        }
    }
    let sync = |part: &[(PathBuf, bool)]| {
        part.iter().try_for_each(|(path, is_folder)| match is_folder {
            true => sync_folder(path),
            // Windows syncs only what is open for writing.
            false => OpenOptions::new().read(true).write(cfg!(windows)).open(path)?.sync_all(),
        })
    };
    thread::scope(|scope| {
        let parts = found.chunks(found.len().div_ceil(THREADS));
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || sync(part))).collect();
        threads.into_iter().try_for_each(|thread| {
            thread.join().unwrap_or_else(|_| Err(Error::other("a thread failed")))
        })
    })
}
