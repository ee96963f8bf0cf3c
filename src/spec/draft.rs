//! A spec that has been read, with all that is wrong with it so far.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::check;
use super::{Position, Spec};
use crate::error::{Error, Result};
use crate::yaml::{self, Diagnostic, Diagnostics, node_at};

/// What is wrong with one entry of a spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where the entry stands in the spec's file; `0, 0` for the head.
    pub at: Position,
    /// What is wrong, and what is allowed.
    pub message: String,
}

/// A spec with the problems found in it. Later stages may find more: [`Draft::finish`] takes theirs
/// and gives the spec, or one error that shows the problems of all stages.
#[derive(Clone, Debug)]
pub struct Draft<'t> {
    text: &'t str,
    name: &'t str,
    tree: Option<yaml::Node<'t>>,
    spec: Option<Spec>,
    problems: Vec<Diagnostic>,
}

impl Spec {
    /// Reads and checks a spec by itself. `name` stands for the file in messages.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        Draft::read(text, name).finish(Vec::new(), None)
    }
}

impl<'t> Draft<'t> {
    /// Reads a spec and collects what is wrong with it. `name` stands for the file in messages.
    pub fn read(text: &'t str, name: &'t str) -> Self {
        match yaml::parse(text) {
            Ok(tree) => {
                let (spec, problems) = check::check(&tree);
                Self { text, name, tree: Some(tree), spec, problems }
            }
            Err(problem) => Self { text, name, tree: None, spec: None, problems: vec![*problem] },
        }
    }

    /// The spec as far as it can be read, for stages that look for further problems. Values that
    /// are wrong have stand-ins; `None` where too much is wrong to go on.
    pub fn spec(&self) -> Option<&Spec> {
        self.spec.as_ref()
    }

    /// Whether nothing is wrong so far.
    pub fn is_fine(&self) -> bool {
        self.problems.is_empty()
    }

    /// The spec, if neither it nor the later stages have problems. Problems of entries that are
    /// wrong already are dropped as consequences. `note` is shown below each later problem.
    pub fn finish(mut self, later: Vec<Problem>, note: Option<&str>) -> Result<Spec> {
        let mut found = Vec::new();
        for Problem { at, message } in later {
            let Some(node) = self.entry(at) else {
                found.push(Diagnostic::new(yaml::Span::default(), message));
                continue;
            };
            let wrong = |known: &Diagnostic| {
                (node.span.start..node.span.end.max(node.span.start + 1))
                    .contains(&known.span().start)
            };
            if !self.problems.iter().any(wrong) {
                let note = note.map(str::to_owned);
                found.push(Diagnostic::new(node.span, message).note("note", note));
            }
        }
        self.problems.append(&mut found);
        match self.spec {
            Some(spec) if self.problems.is_empty() => Ok(spec),
            _ => {
                let Self { problems, text, name, tree, .. } = self;
                Err(Error::Spec(Diagnostics::new(problems, text, name, tree.as_ref())))
            }
        }
    }

    /// The bytes of the entries at these positions, whose blocks are called so. Entries of the head
    /// are found by their names.
    pub fn places(&self, blocks: Vec<(Arc<str>, Position)>) -> Vec<(Arc<str>, Range<usize>)> {
        let Some(root) = &self.tree else { return Vec::new() };
        let mut nodes = HashMap::new();
        root.visit(&mut |node| _ = nodes.entry(node.span.at).or_insert(node.span));
        let head = self.entry(Position::default());
        let named = |name: &str| {
            let mut found = None;
            head?.visit(&mut |node| {
                let yaml::Value::Map(entries) = &node.value else { return };
                if entries.iter().any(|(key, _)| key.text() == Some(name)) {
                    found.get_or_insert(node.span);
                }
            });
            found
        };
        let place = |(block, at): (Arc<str>, Position)| {
            let span =
                if at == Position::default() { named(&block) } else { nodes.get(&at).copied() };
            span.map(|span| (block, span.start..span.end))
        };
        blocks.into_iter().filter_map(place).collect()
    }

    /// The entry that stands at a position.
    fn entry(&self, at: Position) -> Option<&yaml::Node<'t>> {
        let root = self.tree.as_ref()?;
        if at != Position::default() {
            return node_at(root, at);
        }
        let yaml::Value::Map(keys) = &root.value else { return None };
        keys.iter().find(|(key, _)| key.text() == Some("head")).map(|(_, head)| head)
    }
}
