//! The weights of a network: read, checked and folded.
//!
//! A [`StateDict`] has PyTorch's names and shapes. [`fold`] is the only way from there to what an
//! executor uses, and it checks every name, shape and value.
//!
//! **Invariant.** The same spec and file give the same bits on every platform.

mod check;
mod file;
mod fold;
mod names;
mod parameter;
pub mod splitmix;

use std::collections::BTreeMap;

pub use file::{attribution, load, read_file, read_safetensors};
pub use fold::{Folded, FoldedLayer, fold};
pub use names::Selection;
pub(crate) use names::needed;
pub use parameter::{Parameter, Role, parameters};

/// A dense tensor, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Size of each dimension; empty for a scalar.
    pub shape: Vec<usize>,
    /// The elements, as many as the product of `shape`.
    pub data: Vec<f32>,
}

/// A tensor of an element type that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unread {
    shape: Vec<usize>,
    element: String,
}

/// Tensors by PyTorch's parameter names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateDict {
    tensors: BTreeMap<String, Tensor>,
    /// What else the file has.
    unread: BTreeMap<String, Unread>,
}

impl StateDict {
    /// A state dict without tensors.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// Sets a tensor; returns the one that it replaces.
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Option<Tensor> {
        self.tensors.insert(name.into(), tensor)
    }

    /// Takes a tensor out.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        self.tensors.remove(name)
    }

    /// Names and tensors in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// Number of tensors.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// Names and shapes of all that a file has, whatever its elements are.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = (&str, &[usize])> {
        let unread = self.unread.iter().map(|(name, unread)| (name.as_str(), &*unread.shape));
        self.iter().map(|(name, tensor)| (name, &*tensor.shape)).chain(unread)
    }

    fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name) || self.unread.contains_key(name)
    }

    /// The tensors that `rename` gives a name, under that name.
    fn renamed(self, rename: impl Fn(&str) -> Option<&str>) -> Self {
        fn kept<T>(
            map: BTreeMap<String, T>,
            rename: impl Fn(&str) -> Option<&str>,
        ) -> BTreeMap<String, T> {
            let rename = |(name, value): (String, T)| Some((rename(&name)?.to_owned(), value));
            map.into_iter().filter_map(rename).collect()
        }
        Self { tensors: kept(self.tensors, &rename), unread: kept(self.unread, &rename) }
    }
}
