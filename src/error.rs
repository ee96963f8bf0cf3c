//! The one error type. Messages are lower case; `main` prints the chain once and exits.

use std::fmt;
use std::path::PathBuf;

use crate::escape;
use crate::yaml::Diagnostics;

/// What went wrong, for the user.
#[derive(Debug)]
pub enum Error {
    /// A file that a person wrote is wrong: all its problems, each with place, key path, what is
    /// allowed, and snippet.
    Spec(Box<Diagnostics>),
    /// The command line asks for something impossible.
    Usage(String),
    /// An input other than the spec is wrong: weights, labels, an image, a baseline.
    Input {
        /// The file, or what stands for it.
        path: PathBuf,
        /// What is wrong with it, and what is allowed.
        message: String,
    },
    /// A file could not be read or written.
    Io {
        /// What was attempted, for example `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A check or a budget failed.
    Failed(String),
    /// A mistake in mbgen.
    Internal(String),
}

/// The result of everything that can fail on the user's input.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An [`Error::Io`] for `path`, for use in `map_err`.
    pub fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// Whether there is no file at a path that was to be read.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }

    /// The error and its causes, on one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text += &format!(": {error}");
            cause = error.source();
        }
        text
    }

    /// Exit code of the process: 1 for a failed check or budget, 2 for bad usage or bad input.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            _ => 2,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
            Self::Input { path, message } => write!(f, "{}: {message}", escape::path(path)),
            Self::Spec(problems) => problems.fmt(f),
            Self::Internal(text) => {
                write!(f, "a mistake in mbgen, which is worth a report: {text}")
            }
            Self::Io { action, path, .. } => write!(f, "cannot {action} {}", escape::path(path)),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
