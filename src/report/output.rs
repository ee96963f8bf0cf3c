//! Where a report goes.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The destination of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    #[default]
    Stdout,
    /// A file, which appears complete or not at all.
    File(PathBuf),
}

/// Writes `text` to its destination. A reader that closes the pipe early is no error.
pub fn write(output: &Output, text: &str) -> Result<()> {
    match output {
        Output::File(path) => write_file(path, text),
        Output::Stdout => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(Error::io("write", "standard output")),
        },
    }
}

/// Replaces a file in one step: readers see the old text or the new one.
pub fn write_file(path: &Path, text: &str) -> Result<()> {
    let failed = || Error::io("write", path);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // A temporary file is private by default; a report has the permissions of any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(failed())?;
    file.write_all(text.as_bytes()).map_err(failed())?;
    file.persist(path).map_err(|error| error.error).map_err(failed())?;
    Ok(())
}
