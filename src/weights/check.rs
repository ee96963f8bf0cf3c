//! Whether a state dict fits a network, said for all of its tensors at once.

use std::collections::BTreeMap;
use std::path::Path;

use super::parameter::Parameter;
use super::{StateDict, Tensor, Unread};
use crate::error::{Error, Result};
use crate::escape;

/// Problems of a file that are told; more are counted.
const TOLD: usize = 10;
/// Candidates that are compared with a missing name.
const CANDIDATES: usize = 2048;
/// Similarity from which a name is taken for a misspelling, from 0 to 1.
const SIMILAR: f64 = 0.85;
/// Names that stand for all, where all are others than expected.
const EXAMPLES: usize = 3;
/// As many unknown tensors whose names end alike are told in one line.
const MANY: usize = 3;
/// Characters of a file's own text, and dimensions of a shape, that are shown.
const SHOWN: (usize, usize) = (160, 8);

/// Problems of one file. The first ten keep their text, the others are counted.
pub(super) struct Problems {
    texts: Vec<String>,
    count: usize,
}

impl Problems {
    pub(super) fn new() -> Self {
        Self { texts: Vec::new(), count: 0 }
    }

    /// Adds a problem; `text` is called where it will be told.
    pub(super) fn push(&mut self, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.texts.len() < TOLD {
            self.texts.push(text());
        }
    }

    pub(super) fn into_result(self, origin: &Path) -> Result<()> {
        let message = match &self.texts[..] {
            [] => return Ok(()),
            [only] => only.clone(),
            texts => {
                let mut message = format!("{} problems", self.count);
                for text in texts {
                    message += &format!("\n  {text}");
                }
                if self.count > texts.len() {
                    message += &format!("\n  and {} more", self.count - texts.len());
                }
                message
            }
        };
        Err(Error::Input { path: origin.to_path_buf(), message })
    }
}

/// A tensor's name for a message.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", printable(name))
}

/// Text of a file for a message: escaped, and cut where it is very long.
pub(super) fn printable(text: &str) -> String {
    escape::excerpt(text, SHOWN.0)
}

/// A shape for a message: `[32, 3, 3, 3]`, cut where it has very many dimensions.
fn dimensions(shape: &[usize]) -> String {
    match shape.get(..SHOWN.1) {
        Some(shown) if shown.len() < shape.len() => format!("{shown:?} and more"),
        _ => format!("{shape:?}"),
    }
}

/// Indices of the element at `offset` of a row-major tensor, as `[1, 0, 2]`.
pub(super) fn indices(shape: &[usize], mut offset: usize) -> String {
    let mut indices: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let index = offset % size.max(1);
            offset /= size.max(1);
            index
        })
        .collect();
    indices.reverse();
    format!("{indices:?}")
}

/// Checks that `dict` has the needed tensors and no others, in their shapes, all finite.
pub(super) fn check(dict: &StateDict, needed: &[Parameter], origin: &Path) -> Result<()> {
    let mut extra: BTreeMap<&str, &[usize]> = dict.shapes().collect();
    for parameter in needed {
        extra.remove(parameter.name.as_str());
    }
    let mut problems = Problems::new();
    let absent = needed.iter().filter(|parameter| !dict.has(&parameter.name)).count();
    if absent > 0 && absent == needed.len() {
        problems.push(|| foreign(needed, &extra));
        return problems.into_result(origin);
    }
    for parameter in needed {
        match (dict.get(&parameter.name), dict.unread.get(&parameter.name)) {
            (Some(tensor), _) => check_tensor(parameter, tensor, &mut problems),
            (None, Some(Unread { element, .. })) => problems.push(|| {
                let name = quoted(&parameter.name);
                format!("{name} is {element}; F64, F32, F16 and BF16 are read")
            }),
            (None, None) => problems.push(|| missing(parameter, &extra)),
        }
    }
    if absent > 0 {
        for (name, shape) in &extra {
            problems.push(|| unknown(name, shape));
        }
    } else {
        superfluous(&extra, &mut problems);
    }
    problems.into_result(origin)
}

/// What is said of a file for another program: some of the network's names, and some of its own.
fn foreign(needed: &[Parameter], extra: &BTreeMap<&str, &[usize]>) -> String {
    let shown = |names: &[(&str, &[usize])]| {
        let shown =
            names.iter().map(|(name, shape)| format!("{} {}", quoted(name), dimensions(shape)));
        shown.collect::<Vec<_>>().join(", ")
    };
    // Shapes of weights tell more than those of vectors.
    let (weights, vectors): (Vec<_>, Vec<_>) =
        needed.iter().map(|p| (p.name.as_str(), &*p.shape)).partition(|(_, shape)| shape.len() > 1);
    let wanted: Vec<_> = weights.into_iter().chain(vectors).take(EXAMPLES).collect();
    let alike = |&(_, shape): &(&str, &[usize])| wanted.iter().any(|(_, other)| *other == shape);
    let (same, others): (Vec<_>, Vec<_>) =
        extra.iter().map(|(&name, &shape)| (name, shape)).partition(alike);
    let found: Vec<_> = same.into_iter().chain(others).take(EXAMPLES).collect();
    if found.is_empty() {
        return format!("the file has no tensors; the network has {}", needed.len());
    }
    format!(
        "none of the network's {} tensors is there, such as {}; among the file's {} are {}",
        needed.len(),
        shown(&wanted),
        extra.len(),
        shown(&found),
    )
}

fn unknown(name: &str, shape: &[usize]) -> String {
    format!("{} of shape {} is no tensor of the network", quoted(name), dimensions(shape))
}

/// Reports what is there beside all that is needed: counters of other tools in every module, say.
fn superfluous(extra: &BTreeMap<&str, &[usize]>, problems: &mut Problems) {
    let mut by_end: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for &name in extra.keys() {
        by_end.entry(name.rsplit('.').next().unwrap_or(name)).or_default().push(name);
    }
    for (end, names) in by_end {
        if names.len() >= MANY {
            problems.push(|| {
                let (count, first) = (names.len(), quoted(names[0]));
                format!(
                    "{count} tensors such as {first} are none of the network; --skip-tensors {} \
                     leaves them out",
                    printable(end)
                )
            });
            continue;
        }
        for name in names {
            problems.push(|| {
                let (text, name) = (unknown(name, extra[name]), printable(name));
                format!("{text}; --skip-tensors {name} leaves it out")
            });
        }
    }
}

fn check_tensor(parameter: &Parameter, tensor: &Tensor, problems: &mut Problems) {
    let name = quoted(&parameter.name);
    if tensor.shape != parameter.shape {
        let (found, needed) = (dimensions(&tensor.shape), &parameter.shape);
        problems.push(|| format!("{name} has shape {found}, the network needs {needed:?}"));
    } else if tensor.data.len() != parameter.elements() {
        let (found, needed) = (tensor.data.len(), &parameter.shape);
        problems.push(|| format!("{name} has {found} elements, the network needs {needed:?}"));
    } else if let Some(offset) = tensor.data.iter().position(|x| !x.is_finite()) {
        let (value, at) = (tensor.data[offset], indices(&tensor.shape, offset));
        problems.push(|| format!("{name} is {value} at {at}; weights must be finite f32"));
    }
}

fn missing(parameter: &Parameter, extra: &BTreeMap<&str, &[usize]>) -> String {
    let wanted = parameter.name.as_str();
    let near = extra
        .iter()
        .filter(|(name, _)| name.len() <= 2 * wanted.len())
        .take(CANDIDATES)
        .map(|(name, shape)| (strsim::normalized_levenshtein(wanted, name), name, shape))
        .filter(|(score, ..)| *score >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = near.map_or_else(String::new, |(_, name, shape)| {
        format!("; there is {} of shape {}", quoted(name), dimensions(shape))
    });
    format!("{} of shape {:?} is missing{hint}", quoted(wanted), parameter.shape)
}
