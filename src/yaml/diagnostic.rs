//! What is wrong with a file, as data: a terminal draws it, an editor marks it.

use std::fmt;
use std::ops::Range;

use super::Position;
use super::render::render;
use super::tree::{Node, Span, Value};
use crate::escape::{self, visible};
use crate::suggest::{asked, meant};

/// Most problems that are kept of a file; more are counted.
const MAX_KEPT: usize = 100;

/// Everything that is wrong with a file, in the order in which it stands there.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    /// What the file is called.
    pub name: String,
    /// The problems, at least one: the first hundred.
    pub all: Vec<Diagnostic>,
    shown: String,
}

impl Diagnostics {
    /// The problems of the file `name` with this text, which was read as `root`.
    pub(crate) fn new(
        mut all: Vec<Diagnostic>,
        text: &str,
        name: &str,
        root: Option<&Node>,
    ) -> Box<Self> {
        let count = all.len();
        all.sort_by_key(|problem| problem.span.at);
        all.truncate(MAX_KEPT);
        for problem in &mut all {
            problem.range = marked(problem.span, text);
            if let Some((span, _, range)) = &mut problem.context {
                *range = marked(*span, text);
            }
            let path = root.and_then(|root| path_of(root, problem.span, problem.is_key));
            problem.path = match (path, &problem.missing) {
                (Some(path), Some(key)) => join(path, key),
                (path, _) => path.unwrap_or_default(),
            };
        }
        let name = visible(name).into_owned();
        let shown = render(&all, count, text, &name);
        Box::new(Self { name, all, shown })
    }
}

/// The problems with their snippets, for a terminal.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    span: Span,
    /// Whether `span` is a key, not its value.
    is_key: bool,
    /// The key that is missing in the mapping at `span`.
    missing: Option<String>,
    message: String,
    label: String,
    context: Option<(Span, String, Range<usize>)>,
    /// Lines below the snippet, each with what it begins with.
    notes: Vec<(&'static str, String)>,
    replacement: Option<String>,
    range: Range<usize>,
    path: String,
}

impl Diagnostic {
    /// A problem with the value at `span`. The message is lower case and has the offending value.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            span,
            is_key: false,
            missing: None,
            message,
            label: String::new(),
            context: None,
            notes: Vec::new(),
            replacement: None,
            range: 0..0,
            path: String::new(),
        }
    }

    /// A problem with the key at `span`.
    pub(crate) fn key(span: Span, message: impl Into<String>) -> Self {
        Self { is_key: true, ..Self::new(span, message) }
    }

    /// A key that the mapping at `span` lacks.
    pub(crate) fn missing(span: Span, key: &str) -> Self {
        let missing = Some(key.to_owned());
        let problem = Self::new(span, format!("missing key `{key}`"));
        Self { missing, ..problem }.label(format!("`{key}: ...` belongs here"))
    }

    /// What is said beside the mark: what is allowed there.
    pub(crate) fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// A second mark that explains the first.
    pub(crate) fn and(self, span: Span, label: impl Into<String>) -> Self {
        Self { context: Some((span, label.into(), 0..0)), ..self }
    }

    /// What `word`, at the mark, was perhaps meant to be.
    pub(crate) fn suggest<'c>(
        self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Self {
        let meant = meant(word, candidates);
        let replacement = match meant[..] {
            [one] => Some(one.to_owned()),
            _ => None,
        };
        Self { replacement, ..self.help(asked(&meant)) }
    }

    /// A hint below the snippet.
    pub(crate) fn help(self, help: impl Into<Option<String>>) -> Self {
        self.note("help", help)
    }

    /// A line below the snippet that begins with `kind`.
    pub(crate) fn note(mut self, kind: &'static str, text: impl Into<Option<String>>) -> Self {
        self.notes.extend(text.into().map(|text| (kind, text)));
        self
    }

    /// Where it is.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The bytes of the text that are marked.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Path of the key, such as `stages.features[1].inverted_residual.rows[3]`; empty for the file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, with the offending value.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What is allowed there; may be empty.
    pub fn said(&self) -> &str {
        &self.label
    }

    /// A second place that explains the first, as bytes of the text, and why.
    pub fn context(&self) -> Option<(Range<usize>, &str)> {
        self.context.as_ref().map(|(_, label, range)| (range.clone(), label.as_str()))
    }

    /// Further lines, each with its kind: `help`, `allowed`, `note`.
    pub fn notes(&self) -> &[(&'static str, String)] {
        &self.notes
    }

    /// What the marked bytes were perhaps meant to be.
    pub fn replacement(&self) -> Option<&str> {
        self.replacement.as_deref()
    }
}

/// `a`, `b`, `c` for messages.
pub fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A value as messages show it: cut where it is long.
pub fn excerpt(text: &str) -> String {
    escape::excerpt(text, 40)
}

/// The bytes to mark: the span's first line, within the text.
fn marked(span: Span, text: &str) -> Range<usize> {
    let start = if span.start <= text.len() { span.start } else { offset(span.at, text) };
    let end = span.end.clamp(start, text.len());
    let line = text[start..].find(['\n', '\r']).map_or(text.len(), |length| start + length);
    let end = end.min(line);
    // An empty mark is widened, so that it shows.
    let next = text[start..].chars().next().filter(|c| !c.is_control());
    if end == start { start..start + next.map_or(0, char::len_utf8) } else { start..end }
}

/// Offset of a position, for problems of which the YAML reader knows only line and column.
fn offset(at: Position, text: &str) -> usize {
    let lines = text.split_inclusive('\n').take(at.line.saturating_sub(1));
    let line = lines.map(str::len).sum::<usize>();
    let columns = text[line..].char_indices().nth(at.column.saturating_sub(1));
    columns.map_or(text.len(), |(column, _)| line + column)
}

/// Path of the node at `span`, such as `stages.features[1].inverted_residual.rows[3]`.
fn path_of(node: &Node, span: Span, is_key: bool) -> Option<String> {
    if !is_key && node.span == span {
        return Some(String::new());
    }
    match &node.value {
        Value::Scalar { .. } => None,
        Value::List(items) => items.iter().enumerate().find_map(|(index, item)| {
            path_of(item, span, is_key).map(|rest| join(format!("[{index}]"), &rest))
        }),
        Value::Map(entries) => entries.iter().find_map(|(key, value)| {
            let name = || key.text().map_or("?".to_owned(), excerpt);
            if is_key && key.span == span {
                return Some(name());
            }
            path_of(value, span, is_key).map(|rest| join(name(), &rest))
        }),
    }
}

/// `a` and `b` to `a.b`, `a` and `[0]` to `a[0]`.
fn join(mut path: String, rest: &str) -> String {
    if !path.is_empty() && !rest.is_empty() && !rest.starts_with('[') {
        path.push('.');
    }
    path + rest
}

/// The node that begins at `at`, the outermost one where several do.
pub fn node_at<'a, 't>(node: &'a Node<'t>, at: Position) -> Option<&'a Node<'t>> {
    if node.span.at == at {
        return Some(node);
    }
    match &node.value {
        Value::Scalar { .. } => None,
        Value::List(items) => items.iter().find_map(|item| node_at(item, at)),
        Value::Map(entries) => entries.iter().find_map(|(_, value)| node_at(value, at)),
    }
}
