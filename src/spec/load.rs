//! Finding a spec: a file, standard input, or one that is part of the binary.

use std::path::{Path, PathBuf};

use super::embedded::{self, Trained};
use super::{Draft, EMBEDDED, Spec};
use crate::error::{Error, Result};
use crate::escape::visible;
use crate::input;
use crate::suggest::not_shipped;

/// Largest spec that is read: enough for the longest network, a convolution an entry.
const MAX_BYTES: u64 = 4 << 20;
/// Largest file of class names that is read.
const MAX_LABELS: u64 = 4 << 20;

/// A spec with the text it was read from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the user called it: a path, on one line, the name of a shipped spec, or `<stdin>`.
    pub name: String,
    /// The file as it was read.
    pub text: String,
    /// Where files beside the spec are found.
    pub origin: Origin,
    /// The checked spec.
    pub spec: Spec,
}

/// Where a spec came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the binary, and so are its labels.
    Embedded,
    /// The folder that holds it; the working directory for standard input.
    Folder(PathBuf),
    /// It was given as text: beside it are the shipped label files alone.
    Text,
}

/// Loads a spec and checks it by itself: the name of a shipped one, `-` for standard input, or a
/// path. [`crate::block::load`] also reports what is found when its tables are expanded.
pub fn load(arg: &str) -> Result<Loaded> {
    read(arg)?.check(|draft| draft.finish(Vec::new(), None))
}

/// Loads a shipped spec by its name.
pub fn load_shipped(name: &str) -> Result<Loaded> {
    match embedded::spec(name) {
        Some(_) => load(name),
        None => Err(Error::Usage(not_found(name, false))),
    }
}

/// The text of a spec, and where it was found.
#[derive(Clone, Debug)]
pub struct Found {
    name: String,
    text: String,
    origin: Origin,
}

/// Reads the text that `arg` names: the name of a shipped spec, `-` for standard input, or a path.
pub fn read(arg: &str) -> Result<Found> {
    if let Some(shipped) = embedded::spec(arg) {
        let text = shipped.text.to_owned();
        return Ok(Found { name: arg.to_owned(), text, origin: Origin::Embedded });
    }
    if arg == "-" {
        let name = "<stdin>".to_owned();
        let text = input::text_of(std::io::stdin().lock(), Path::new("standard input"), MAX_BYTES)?;
        return Ok(Found { name, text, origin: Origin::Folder(PathBuf::new()) });
    }
    let path = Path::new(arg);
    let text = match input::text(path, MAX_BYTES) {
        Err(error) if error.is_not_found() => return Err(Error::Usage(not_found(arg, true))),
        text => text?,
    };
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(Found { name: visible(arg).into_owned(), text, origin: Origin::Folder(folder) })
}

impl Found {
    /// A spec that is at hand as text, called `name`. The text of a shipped spec is that spec, under
    /// its own name.
    ///
    /// # Errors
    /// Where it is too long.
    pub fn from_text(text: &str, name: &str) -> Result<Self> {
        if let Some(shipped) = EMBEDDED.iter().find(|shipped| shipped.text == text) {
            return read(shipped.name);
        }
        let name = visible(name).into_owned();
        let text = input::text_of(text.as_bytes(), Path::new(&name), MAX_BYTES)?;
        Ok(Self { name, text, origin: Origin::Text })
    }

    /// The spec, if `check` finishes its draft.
    pub fn check(self, check: impl FnOnce(Draft) -> Result<Spec>) -> Result<Loaded> {
        let spec = check(Draft::read(&self.text, &self.name))?;
        let Self { name, text, origin } = self;
        Ok(Loaded { name, text, origin, spec })
    }
}

/// What is said where `arg` names nothing: what is meant perhaps, and what there is.
fn not_found(arg: &str, or_file: bool) -> String {
    not_shipped("spec", arg, EMBEDDED.iter().map(|spec| spec.name), or_file)
}

impl Loaded {
    /// The trained weights that are shipped with it; `None` for most specs.
    pub fn trained(&self) -> Option<Trained> {
        (self.origin == Origin::Embedded).then(|| embedded::trained(&self.name)).flatten()
    }

    /// The class names that the spec's `labels` names, one for each class; `None` without `labels`.
    pub fn labels(&self) -> Result<Option<Vec<String>>> {
        let Some(file) = &self.spec.labels else { return Ok(None) };
        let (path, text) = match &self.origin {
            Origin::Embedded => {
                let unknown = || Error::Internal(format!("no labels {file} are shipped"));
                let text = embedded::labels(file).ok_or_else(unknown)?.to_owned();
                (PathBuf::from(file), text)
            }
            Origin::Text => {
                let path = PathBuf::from(file);
                let Some(text) = embedded::labels(file) else {
                    let message = "class names stand in a file beside the spec, and here is none; \
                                   leave `labels` out, or give the names"
                        .to_owned();
                    return Err(Error::Input { path, message });
                };
                (path, text.to_owned())
            }
            Origin::Folder(folder) => {
                let path = folder.join(file);
                let text = input::text_of_regular(&path, MAX_LABELS)?;
                (path, text)
            }
        };
        labels_of(&text, &path, self.spec.classes).map(Some)
    }
}

/// The class names of a file, one a line.
pub fn labels(path: &Path, classes: usize) -> Result<Vec<String>> {
    labels_of(&input::text(path, MAX_LABELS)?, path, classes)
}

/// The class names of a file's text, one a line; errors name `path`.
pub(crate) fn labels_of(text: &str, path: &Path, classes: usize) -> Result<Vec<String>> {
    // Each character is seen.
    let lines = text.trim_end().lines();
    let labels: Vec<String> = lines.map(|line| visible(line).into_owned()).collect();
    if labels.len() == classes {
        return Ok(labels);
    }
    let found = labels.len();
    let message =
        format!("{found} labels for {classes} classes; one for each class is allowed, a line each");
    Err(Error::Input { path: path.to_owned(), message })
}
