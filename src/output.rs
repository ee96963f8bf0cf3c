//! Where a report goes.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use crate::disk::write_file;
use crate::error::{Error, Result};
use crate::input;

/// The destination of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    #[default]
    Stdout,
    /// A file, as [`write_file`] writes it.
    File(PathBuf),
}

impl Output {
    /// The file of that path; standard output without one.
    pub fn of(path: Option<PathBuf>) -> Self {
        path.map_or(Self::Stdout, Self::File)
    }
}

/// Writes `text` to its destination. A reader that closes the pipe early is no error.
pub fn write(output: &Output, text: &str) -> Result<()> {
    write_with(output, |out| out.write_all(text.as_bytes()))
}

/// Has `print` write to the destination, through a buffer.
///
/// # Errors
/// Where that cannot be written, or is a file that was read: it would be lost.
pub fn write_with(
    output: &Output,
    print: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    match output {
        Output::File(path) if input::was_opened(path) => {
            let message = "it was read for what would be written; another name keeps it".into();
            Err(Error::Input { path: path.clone(), message })
        }
        Output::File(path) => write_file(path, print).map_err(Error::io("write", path)),
        Output::Stdout => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            match print(&mut out).and_then(|()| out.flush()) {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                written => written.map_err(Error::io("write", "standard output")),
            }
        }
    }
}
