//! Whether a state dict is one of a network, by names and shapes.

use std::collections::BTreeMap;

use crate::graph::LayerGraph;
use crate::weights::{StateDict, needed};

/// How the tensors of a file fit a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Tensors of the network that the file lacks: name and shape.
    pub missing: Vec<(String, Vec<usize>)>,
    /// Tensors of the file that the network does not have.
    pub extra: Vec<(String, Vec<usize>)>,
    /// Tensors of another shape: name, shape in the file, shape in the network.
    pub misshapen: Vec<(String, Vec<usize>, Vec<usize>)>,
}

impl Fit {
    /// Whether it fits.
    pub fn ok(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares names and shapes. The names may stand below a prefix, as for [`crate::weights::fold`].
pub fn fit(dict: &StateDict, graph: &LayerGraph) -> Fit {
    let mut there: BTreeMap<&str, &[usize]> = dict.shapes().collect();
    let mut fit = Fit::default();
    for parameter in needed(dict, graph).1 {
        // One whose elements are not read is as good as none.
        let shape = there.remove(parameter.name.as_str());
        match shape.filter(|_| dict.get(&parameter.name).is_some()) {
            None => fit.missing.push((parameter.name, parameter.shape)),
            Some(shape) if shape != parameter.shape => {
                fit.misshapen.push((parameter.name, shape.to_vec(), parameter.shape));
            }
            Some(_) => {}
        }
    }
    fit.extra = there.into_iter().map(|(name, shape)| (name.to_owned(), shape.to_vec())).collect();
    fit
}
