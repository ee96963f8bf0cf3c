//! Where a report goes.

use std::io::{BufWriter, Write};
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
    write_with(output, |out| out.write_all(text.as_bytes()))
}

/// Has `print` write to the destination, through a buffer.
pub fn write_with(
    output: &Output,
    print: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    match output {
        Output::File(path) => {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
            replace(path, folder.unwrap_or(Path::new(".")), print).map_err(Error::io("write", path))
        }
        Output::Stdout => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            match print(&mut out).and_then(|()| out.flush()) {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                written => written.map_err(Error::io("write", "standard output")),
            }
        }
    }
}

/// Replaces a file in one step: readers see the old text or the new one.
fn replace(
    path: &Path,
    folder: &Path,
    print: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut builder = tempfile::Builder::new();
    // A temporary file is private by default; a report has the permissions of any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = BufWriter::new(builder.tempfile_in(folder)?);
    print(&mut file)?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
