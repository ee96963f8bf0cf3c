//! Whose tensors a file has: names below a wrapper's module, and tensors that are to be left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::StateDict;
use super::check::{Problems, quoted};
use super::parameter::{Parameter, parameters};
use crate::error::Result;
use crate::graph::LayerGraph;

/// Which tensors of a file are taken, and under which names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only tensors whose names begin so are taken, under what follows.
    pub prefix: Option<String>,
    /// Tensors with one of these among the parts of their names are left out.
    pub skipped: Vec<String>,
}

impl Selection {
    /// The tensors that are taken.
    ///
    /// # Errors
    /// A prefix that no name has, or a part of names that no tensor has; errors name `origin`.
    pub fn of(&self, mut dict: StateDict, origin: &Path) -> Result<StateDict> {
        let mut problems = Problems::new();
        for part in &self.skipped {
            let before = dict.shapes().count();
            dict = dict.renamed(|name| (!has_part(name, part)).then_some(name));
            if dict.shapes().count() == before {
                problems.push(|| format!("no tensor has {} in its name", quoted(part)));
            }
        }
        if let Some(prefix) = &self.prefix {
            let begins = |name: &str| name.starts_with(prefix.as_str());
            if !dict.shapes().any(|(name, _)| begins(name)) {
                let first =
                    dict.shapes().next().map_or("none".to_owned(), |(name, _)| quoted(name));
                problems.push(|| {
                    format!("no tensor's name begins with {}; the first is {first}", quoted(prefix))
                });
            }
            dict = dict.renamed(|name| name.strip_prefix(prefix.as_str()));
        }
        problems.into_result(origin)?;
        Ok(dict)
    }
}

/// Whether `part`, one or more parts of names joined by dots, is among those of `name`.
fn has_part(name: &str, part: &str) -> bool {
    let dotted = format!(".{name}.");
    !part.is_empty() && dotted.contains(&format!(".{part}."))
}

/// The prefix, with its dot, below which a file has the network's tensors, and these under the names
/// that they have there. Wrappers of PyTorch put one before every name: it is the one below which
/// most of the tensors are, and more than without it; empty otherwise.
pub(crate) fn needed(dict: &StateDict, graph: &LayerGraph) -> (String, Vec<Parameter>) {
    let mut needed: Vec<_> = graph.layers().flat_map(|(_, layer)| parameters(layer)).collect();
    let prefix = prefix(dict, &needed);
    for parameter in &mut needed {
        parameter.name.insert_str(0, &prefix);
    }
    (prefix, needed)
}

fn prefix(dict: &StateDict, needed: &[Parameter]) -> String {
    let plain = needed.iter().filter(|parameter| dict.has(&parameter.name)).count();
    // Ordered: a comparison reads no more of a long name than its end is long.
    let ends: BTreeSet<&str> = needed.iter().map(|parameter| parameter.name.as_str()).collect();
    let mut below: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in dict.shapes() {
        // Each dot may be the one that ends the prefix.
        for (dot, _) in name.match_indices('.') {
            if ends.contains(&name[dot + 1..]) {
                *below.entry(&name[..=dot]).or_default() += 1;
            }
        }
    }
    let most = below.into_iter().max_by_key(|&(prefix, count)| (count, std::cmp::Reverse(prefix)));
    let best = most.filter(|&(_, count)| count > plain && 2 * count > needed.len());
    best.map_or(String::new(), |(prefix, _)| prefix.to_owned())
}
