//! What is wrong with a spec, and how it is shown.

use std::fmt::Write;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::Position;
use super::tree::{Node, Span, Value};

/// Most problems that are shown; more are counted.
const MAX_SHOWN: usize = 20;
/// Width of a snippet; longer lines are cut around the mark.
const COLUMNS: usize = 100;
/// Most bytes that are laid out of the lines from one mark to the other; of more, only some beside the
/// first mark are.
const MAX_LAID_OUT: usize = 1 << 14;

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
    context: Option<(Span, String)>,
    /// Lines below the snippet, each with what it begins with.
    notes: Vec<(&'static str, String)>,
}

impl Diagnostic {
    /// A problem with the value at `span`. The message is lower case and has the offending value.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            span,
            is_key: false,
            missing: None,
            message,
            label: String::new(),
            context: None,
            notes: Vec::new(),
        }
    }

    /// A problem with the key at `span`.
    pub fn key(span: Span, message: impl Into<String>) -> Self {
        Self { is_key: true, ..Self::new(span, message) }
    }

    /// A key that the mapping at `span` lacks.
    pub fn missing(span: Span, key: &str) -> Self {
        let missing = Some(key.to_owned());
        let problem = Self::new(span, format!("missing key `{key}`"));
        Self { missing, ..problem }.label(format!("`{key}: ...` belongs here"))
    }

    /// What is said beside the mark: what is allowed there.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// A second mark that explains the first.
    pub fn and(self, span: Span, label: impl Into<String>) -> Self {
        Self { context: Some((span, label.into())), ..self }
    }

    /// A hint below the snippet.
    pub fn help(self, help: impl Into<Option<String>>) -> Self {
        self.note("help", help)
    }

    /// A line below the snippet that begins with `kind`.
    pub fn note(mut self, kind: &'static str, text: impl Into<Option<String>>) -> Self {
        self.notes.extend(text.into().map(|text| (kind, text)));
        self
    }

    pub fn span(&self) -> Span {
        self.span
    }
}

/// `a`, `b`, `c` for messages.
pub fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A value as messages show it: cut where it is long.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", text[..end].escape_debug()),
        None => text.escape_debug().to_string(),
    }
}

/// Renders problems in the order in which they stand in the file.
pub fn render(
    mut problems: Vec<Diagnostic>,
    text: &str,
    name: &str,
    root: Option<&Node>,
) -> String {
    problems.sort_by_key(|problem| problem.span.at);
    let mut out = String::new();
    for problem in problems.iter().take(MAX_SHOWN) {
        out += &render_one(problem, text, name, root);
        out += "\n\n";
    }
    match problems.len() {
        0 | 1 => {}
        n if n <= MAX_SHOWN => _ = write!(out, "{n} problems in {name}"),
        n => _ = write!(out, "{n} problems in {name}, the first {MAX_SHOWN} shown"),
    }
    out.truncate(out.trim_end().len());
    out
}

fn render_one(problem: &Diagnostic, text: &str, name: &str, root: Option<&Node>) -> String {
    let mark = marked(problem.span, text);
    let context = problem.context.as_ref();
    let context = context.map(|(span, label)| (marked(*span, text), label, span.at));
    // Only the lines from the first mark to the last are handed over: a file may be long.
    let ranges = || std::iter::once(&mark).chain(context.as_ref().map(|(range, ..)| range));
    let first = ranges().map(|range| range.start).min().unwrap_or(0);
    let last = ranges().map(|range| range.end).max().unwrap_or(0);
    let lines = |first: usize, last: usize| {
        let from = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
        from..text[last..].find('\n').map_or(text.len(), |newline| last + newline)
    };
    let Range { start: mut from, end: mut to } = lines(first, last);
    let cut = to - from > MAX_LAID_OUT;
    if cut {
        let line = lines(mark.start, mark.start);
        let beside = MAX_LAID_OUT / 4;
        from = line.start.max(text.ceil_char_boundary(mark.start.saturating_sub(beside)));
        to = line.end.min(text.floor_char_boundary(mark.start + beside));
    }
    let shifted = |range: &Range<usize>| range.start - from..range.end.min(to) - from;

    let mut elements: Vec<Element> = Vec::new();
    let mut snippet = Snippet::source(&text[from..to])
        .line_start(1 + text[..from].bytes().filter(|&byte| byte == b'\n').count())
        .annotation(AnnotationKind::Primary.span(shifted(&mark)).label(&problem.label));
    if cut {
        let Position { line, column } = problem.span.at;
        elements.push(Origin::path(name).line(line.max(1)).char_column(column.max(1)).into());
    } else {
        snippet = snippet.path(name);
    }
    let mut further = None;
    if let Some((range, label, at)) = &context {
        if cut {
            further = Some((label.as_str(), format!("line {}, column {}", at.line, at.column)));
        } else {
            let mark = AnnotationKind::Context.span(shifted(range)).label(label.as_str());
            snippet = snippet.annotation(mark);
        }
    }
    elements.push(snippet.into());
    elements
        .extend(further.map(|(label, place)| Level::NOTE.with_name(label).message(place).into()));
    let path = root.and_then(|root| path_of(root, problem.span, problem.is_key));
    let path = path.map(|path| match &problem.missing {
        Some(key) => join(path, key),
        None => path,
    });
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        elements.push(Level::NOTE.with_name("at").message(path).into());
    }
    elements.extend(
        problem.notes.iter().map(|(kind, text)| Level::NOTE.with_name(*kind).message(text).into()),
    );
    let report = [Level::ERROR.primary_title(&problem.message).elements(elements)];
    Renderer::plain().term_width(COLUMNS).render(&report)
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
