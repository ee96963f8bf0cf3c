//! YAML text to a tree that knows where everything stands, within bounds.
//!
//! **Invariant.** Time and memory are linear in the text: nesting, nodes and what aliases repeat
//! are limited while the text is read, before anything is copied.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_yaml::{self as yaml, Event, Parser, ScalarStyle};

use super::Position;
use super::diagnostic::Diagnostic;

/// Deepest nesting of lists and mappings; a spec needs eight, a machine four.
const MAX_DEPTH: usize = 32;
/// Most nodes of a tree: enough for the longest network, a convolution an entry.
const MAX_NODES: usize = 200_000;
/// Most nodes that aliases may repeat.
const MAX_REPEATED: usize = 10_000;

/// A stretch of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Where it begins; columns count characters.
    pub at: Position,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset past the last byte.
    pub end: usize,
}

/// One node of the tree.
#[derive(Clone, Debug)]
pub struct Node<'t> {
    pub span: Span,
    pub value: Value<'t>,
}

#[derive(Clone, Debug)]
pub enum Value<'t> {
    /// A scalar; only a plain (unquoted) one can be a number or null.
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
    },
    List(Vec<Node<'t>>),
    /// Keys and values as they are written, repeated keys included.
    Map(Vec<(Node<'t>, Node<'t>)>),
}

impl Node<'_> {
    /// Shows `see` this node and all inside it, the outermost first.
    pub fn visit(&self, see: &mut impl FnMut(&Self)) {
        see(self);
        match &self.value {
            Value::Scalar { .. } => {}
            Value::List(items) => items.iter().for_each(|item| item.visit(see)),
            Value::Map(entries) => entries.iter().for_each(|(_, value)| value.visit(see)),
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether the node is an empty value, `~` or `null`.
    pub fn is_null(&self) -> bool {
        let Value::Scalar { text, plain: true } = &self.value else { return false };
        matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL")
    }

    fn nodes(&self) -> usize {
        1 + match &self.value {
            Value::Scalar { .. } => 0,
            Value::List(items) => items.iter().map(Node::nodes).sum(),
            Value::Map(entries) => entries.iter().map(|(k, v)| k.nodes() + v.nodes()).sum(),
        }
    }
}

/// Why reading stopped.
pub type Refusal = Box<Diagnostic>;

fn refusal(span: Span, message: impl Into<String>, label: impl Into<String>) -> Refusal {
    Box::new(Diagnostic::new(span, message).label(label))
}

/// Reads the one document of `text`.
pub fn parse(text: &str) -> Result<Node<'_>, Refusal> {
    let mut builder = Builder::default();
    let mut end = Span { at: Position { line: 1, column: 1 }, start: 0, end: 0 };
    let mut options = yaml::Options::default();
    options.emit_comments = false;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let at = place(*error.marker(), *error.marker());
            // Where a line of a block is indented by one, that is found out at its end or later.
            let label = match indented_by_tab(text, at.at.line) {
                Some(line) => format!("line {line} is indented by a tab; YAML allows spaces alone"),
                None => "here".to_owned(),
            };
            refusal(at, format!("invalid YAML: {}", error.info()), &label)
        })?;
        end = place(span.start, span.end);
        builder.event(event, end)?;
    }
    let label = "a mapping is needed, `key: value` on each line";
    builder.root.ok_or_else(|| refusal(end, "the file is empty", label))
}

/// The last line up to `line` that begins with a tab, or with spaces and one.
fn indented_by_tab(text: &str, line: usize) -> Option<usize> {
    let begins = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    let lines = text.lines().enumerate().take(line).filter(|(_, text)| begins(text));
    lines.last().map(|(i, _)| i + 1)
}

/// A list or mapping whose end has not been read.
struct Open<'t> {
    span: Span,
    anchor: usize,
    is_map: bool,
    items: Vec<Node<'t>>,
}

#[derive(Default)]
struct Builder<'t> {
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    root: Option<Node<'t>>,
    nodes: usize,
    repeated: usize,
}

impl<'t> Builder<'t> {
    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), Refusal> {
        let refuse = |what: &str, why: &str| Err(refusal(span, what, why));
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                return refuse("a second YAML document", "a file is one document");
            }
            Event::Scalar(.., Some(_))
            | Event::SequenceStart(.., Some(_))
            | Event::MappingStart(.., Some(_)) => {
                return refuse("a YAML tag", "tags such as `!!str` have no meaning here");
            }
            Event::Scalar(text, style, anchor, None) => {
                self.count(span)?;
                let value = Value::Scalar { text, plain: style == ScalarStyle::Plain };
                self.close(Node { span, value }, anchor)?;
            }
            Event::SequenceStart(_, anchor, None) => self.open(span, anchor, false)?,
            Event::MappingStart(_, anchor, None) => self.open(span, anchor, true)?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let (anchor, node) = (open.anchor, open.finish(span));
                    self.close(node, anchor)?;
                }
            }
            Event::Alias(id) => {
                let Some(node) = self.anchors.get(&id) else {
                    return refuse("an alias inside its own anchor", "this never ends");
                };
                self.repeated += node.nodes();
                if self.repeated > MAX_REPEATED {
                    return Err(too_many_repeats(span));
                }
                let node = node.clone();
                self.close(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, span: Span, anchor: usize, is_map: bool) -> Result<(), Refusal> {
        self.count(span)?;
        if self.open.len() == MAX_DEPTH {
            let message = format!("lists and mappings nested deeper than {MAX_DEPTH} levels");
            return Err(refusal(span, message, "eight are enough"));
        }
        self.open.push(Open { span, anchor, is_map, items: Vec::new() });
        Ok(())
    }

    /// Places a finished node in the one that holds it.
    fn close(&mut self, node: Node<'t>, anchor: usize) -> Result<(), Refusal> {
        if anchor != 0 {
            self.repeated += node.nodes();
            if self.repeated > MAX_REPEATED {
                return Err(too_many_repeats(node.span));
            }
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(parent) => parent.items.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn count(&mut self, span: Span) -> Result<(), Refusal> {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let message = format!("the file has more than {MAX_NODES} values");
        Err(refusal(span, message, "reading stopped here"))
    }
}

impl<'t> Open<'t> {
    fn finish(self, end: Span) -> Node<'t> {
        let last = self.items.last().map_or(self.span.end, |item| item.span.end);
        let span = Span { end: end.end.max(last), ..self.span };
        // The end of a block collection is read at the next line; its last item ends before.
        let span = if end.end > end.start { span } else { Span { end: last, ..span } };
        let value = if self.is_map {
            let mut items = self.items.into_iter();
            let mut entries = Vec::with_capacity(items.len() / 2);
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                entries.push((key, value));
            }
            Value::Map(entries)
        } else {
            Value::List(self.items)
        };
        Node { span, value }
    }
}

fn too_many_repeats(span: Span) -> Refusal {
    let message = format!("anchors and aliases repeat more than {MAX_REPEATED} values");
    refusal(span, message, "write the rows out")
}

fn place(start: yaml::Marker, end: yaml::Marker) -> Span {
    let at = Position { line: start.line(), column: start.col() + 1 };
    let offset = |marker: yaml::Marker| marker.byte_offset().unwrap_or(usize::MAX);
    Span { at, start: offset(start), end: offset(end) }
}
