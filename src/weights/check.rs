//! Whether a state dict fits a network, said for all of its tensors at once.

use std::collections::BTreeMap;
use std::path::Path;

use super::parameter::{Parameter, parameters};
use super::{StateDict, Tensor};
use crate::error::{Error, Result};
use crate::graph::LayerGraph;

/// Problems of a file that are told; more are counted.
const TOLD: usize = 10;
/// Candidates that are compared with a missing name.
const CANDIDATES: usize = 2048;
/// Similarity from which a name is taken for a misspelling, from 0 to 1.
const SIMILAR: f64 = 0.85;
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
    let shown: String = text.chars().take(SHOWN.0).collect();
    let more = if shown.len() < text.len() { "..." } else { "" };
    format!("{}{more}", shown.escape_debug())
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

/// Checks that `dict` has the tensors of the network and no others, in its shapes, all finite.
pub(super) fn check(dict: &StateDict, graph: &LayerGraph, origin: &Path) -> Result<()> {
    let needed: Vec<Parameter> = graph.layers().flat_map(|(_, layer)| parameters(layer)).collect();
    let mut extra: BTreeMap<&str, &Tensor> = dict.iter().collect();
    for parameter in &needed {
        extra.remove(parameter.name.as_str());
    }
    let mut problems = Problems::new();
    if !needed.is_empty() && needed.iter().all(|parameter| dict.get(&parameter.name).is_none()) {
        problems.push(|| format!("none of the network's {} tensors is there", needed.len()));
    }
    for parameter in &needed {
        match dict.get(&parameter.name) {
            None => problems.push(|| missing(parameter, &extra)),
            Some(tensor) => check_tensor(parameter, tensor, &mut problems),
        }
    }
    for (name, tensor) in extra {
        problems.push(|| {
            let shape = dimensions(&tensor.shape);
            format!("{} of shape {shape} is no tensor of the network", quoted(name))
        });
    }
    problems.into_result(origin)
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
        problems.push(|| format!("{name} is {value} at {at}; weights must be finite"));
    }
}

fn missing(parameter: &Parameter, extra: &BTreeMap<&str, &Tensor>) -> String {
    let wanted = parameter.name.as_str();
    let near = extra
        .iter()
        .filter(|(name, _)| name.len() <= 2 * wanted.len())
        .take(CANDIDATES)
        .map(|(name, tensor)| (similarity(wanted, name), name, tensor))
        .filter(|(score, ..)| *score >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = near.map_or_else(String::new, |(_, name, tensor)| {
        format!("; there is {} of shape {}", quoted(name), dimensions(&tensor.shape))
    });
    format!("{} of shape {:?} is missing{hint}", quoted(wanted), parameter.shape)
}

/// How alike two names are, from 0 to 1. A name below a wrapper module (`module.`) counts as alike.
fn similarity(wanted: &str, name: &str) -> f64 {
    if name.strip_suffix(wanted).is_some_and(|prefix| prefix.ends_with('.')) {
        return 1.0;
    }
    strsim::normalized_levenshtein(wanted, name)
}
