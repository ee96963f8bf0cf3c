//! Finding a spec: a file, standard input, or one that is part of the binary.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Spec, embedded};
use crate::error::{Error, Result};

/// A spec with the text it was read from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the user called it: a path, the name of a shipped spec, or `-`.
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
}

/// Loads a spec: the name of a shipped one, `-` for standard input, or a path.
pub fn load(arg: &str) -> Result<Loaded> {
    if let Some(shipped) = embedded::spec(arg) {
        return loaded(arg, shipped.text.to_owned(), Origin::Embedded);
    }
    if arg == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(Error::io("read", "standard input"))?;
        return loaded("<stdin>", text, Origin::Folder(PathBuf::new()));
    }
    let path = Path::new(arg);
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    loaded(arg, text, Origin::Folder(folder))
}

fn loaded(name: &str, text: String, origin: Origin) -> Result<Loaded> {
    let spec = Spec::parse(&text, name)?;
    Ok(Loaded { name: name.to_owned(), text, origin, spec })
}

impl Loaded {
    /// The class names that the spec's `labels` names, one for each class; `None` without `labels`.
    pub fn labels(&self) -> Result<Option<Vec<String>>> {
        let Some(file) = &self.spec.labels else { return Ok(None) };
        let (path, text) = match &self.origin {
            Origin::Embedded => {
                let text = embedded::labels(file).unwrap_or_default().to_owned();
                (PathBuf::from(file), text)
            }
            Origin::Folder(folder) => {
                let path = folder.join(file);
                let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
                (path, text)
            }
        };
        let labels: Vec<String> = text.lines().map(str::to_owned).collect();
        if labels.len() != self.spec.classes {
            let message = format!("{} labels for {} classes", labels.len(), self.spec.classes);
            return Err(Error::Input { path, message });
        }
        Ok(Some(labels))
    }
}
