//! Finding a spec: a file, standard input, or one that is part of the binary.

use std::path::{Path, PathBuf};

use super::embedded::{self, Trained};
use super::{Draft, EMBEDDED, LabelNames, Labels, Problem, Spec};
use crate::error::{Error, Result};
use crate::escape::visible;
use crate::input;
use crate::suggest::not_shipped;

/// Largest spec that is read: enough for the longest network, a convolution an entry.
pub const MAX_BYTES: u64 = 4 << 20;
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

/// The names of the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassNames {
    /// A name for each class.
    pub names: Vec<String>,
    /// The file they are from, where it is part of the binary.
    pub shipped: Option<String>,
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
    if let Some(hint) = another_kind(path) {
        return Err(Error::Usage(format!("{} is no spec: {hint}", visible(arg))));
    }
    let text = match input::text(path, MAX_BYTES) {
        Err(error) if error.is_not_found() => return Err(Error::Usage(not_found(arg, true))),
        text => text?,
    };
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(Found { name: visible(arg).into_owned(), text, origin: Origin::Folder(folder) })
}

/// What is said of a file whose name says that it is something else, which an option takes.
fn another_kind(path: &Path) -> Option<&'static str> {
    if is_photo(path) {
        Some("a photo goes after `--image`, as in `mbgen run --image cat.jpg`")
    } else if ends_in(path, &["safetensors", "pt", "pth", "ckpt"]) {
        Some("weights go after `--weights`, as a safetensors file")
    } else {
        None
    }
}

/// Whether the name of a file says that it is a photo.
pub fn is_photo(path: &Path) -> bool {
    ends_in(path, &["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "heic"])
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.contains(&&*ending.to_ascii_lowercase()))
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
    not_shipped("spec", arg, EMBEDDED.iter().map(|spec| (spec.name, spec.network())), or_file)
}

impl Loaded {
    /// The trained weights that are shipped with it; `None` for most specs.
    pub fn trained(&self) -> Option<Trained> {
        (self.origin == Origin::Embedded).then(|| embedded::trained(&self.name)).flatten()
    }

    /// The names of the classes, one for each; `None` without `labels`. A file that is not beside the
    /// spec may be one of those that are part of the binary.
    pub fn labels(&self) -> Result<Option<ClassNames>> {
        let Some(labels) = &self.spec.labels else { return Ok(None) };
        let file = match &labels.names {
            LabelNames::File(file) => file,
            LabelNames::List(names) => {
                let names = names.iter().map(|name| visible(name).into_owned()).collect();
                return Ok(Some(ClassNames { names, shipped: None }));
            }
        };
        let shipped = embedded::labels(file);
        let (text, shipped) = match (&self.origin, shipped) {
            (Origin::Folder(folder), _) => match (beside(folder, file), shipped) {
                (Ok(text), _) => (text, None),
                (Err(error), Some(text)) if error.is_not_found() => {
                    (text.text()?.to_owned(), shipped)
                }
                (Err(error), _) => return Err(self.wrong_labels(labels, error.chain())),
            },
            (Origin::Embedded | Origin::Text, Some(text)) => (text.text()?.to_owned(), shipped),
            (Origin::Embedded | Origin::Text, None) => {
                let message = format!("there is no file {} here", visible(file));
                return Err(self.wrong_labels(labels, message));
            }
        };
        let names = names_of(&text);
        let (found, classes) = (names.len(), self.spec.classes);
        if found != classes {
            let message = format!("{} has {found} names for {classes} classes", visible(file));
            return Err(self.wrong_labels(labels, message));
        }
        Ok(Some(ClassNames { names, shipped: shipped.map(|_| file.clone()) }))
    }

    /// What is wrong with the names of the classes, shown where the spec has them.
    fn wrong_labels(&self, labels: &Labels, message: String) -> Error {
        let note = "`labels` is a file beside the spec with a name a line, or a list of names; \
                    --labels takes a file in its place";
        self.error_at(Problem { at: labels.at, message }, note)
    }

    /// A problem of an entry of the spec, which is fine by itself.
    pub(crate) fn error_at(&self, problem: Problem, note: &str) -> Error {
        let finished = Draft::read(&self.text, &self.name).finish(vec![problem], Some(note));
        let shown = || Error::Internal(format!("{} has a problem that is not there", self.name));
        finished.err().unwrap_or_else(shown)
    }
}

/// The text of a file in the folder of a spec, which names it.
fn beside(folder: &Path, file: &str) -> Result<String> {
    let path = folder.join(file);
    let real = |path: &Path| path.canonicalize().map_err(Error::io("read", path));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if !real(&path)?.starts_with(real(folder)?) {
        let message = "a symbolic link out of the folder of the spec".to_owned();
        return Err(Error::Input { path, message });
    }
    input::text_of_regular(&path, MAX_LABELS)
}

/// The class names of a file, one a line.
pub fn labels(path: &Path, classes: usize) -> Result<Vec<String>> {
    labels_of(&input::text(path, MAX_LABELS)?, path, classes)
}

/// The class names of a file's text, one a line; errors name `path`.
pub(crate) fn labels_of(text: &str, path: &Path, classes: usize) -> Result<Vec<String>> {
    let labels = names_of(text);
    if labels.len() == classes {
        return Ok(labels);
    }
    let found = labels.len();
    let message =
        format!("{found} labels for {classes} classes; one for each class is allowed, a line each");
    Err(Error::Input { path: path.to_owned(), message })
}

/// The lines of a file of class names, each character seen.
fn names_of(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.trim_end().lines().map(|line| visible(line).into_owned()).collect()
}
