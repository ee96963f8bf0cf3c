//! Problems as a terminal shows them.

use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Element, Level, Renderer, Snippet};

use super::diagnostic::Diagnostic;

/// Most problems that are shown; more are counted.
const MAX_SHOWN: usize = 20;
/// Width of a snippet; longer lines are cut around the mark.
const COLUMNS: usize = 100;

/// Draws problems of the file `name` with this text, in their order.
pub fn render(problems: &[Diagnostic], text: &str, name: &str) -> String {
    let mut out = String::new();
    for problem in problems.iter().take(MAX_SHOWN) {
        out += &render_one(problem, text, name);
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

fn render_one(problem: &Diagnostic, text: &str, name: &str) -> String {
    let (mark, context) = (problem.range(), problem.context());
    // Only the lines from the first mark to the last are handed over: a file may be long.
    let ranges = || std::iter::once(&mark).chain(context.as_ref().map(|(range, _)| range));
    let first = ranges().map(|range| range.start).min().unwrap_or(0);
    let last = ranges().map(|range| range.end).max().unwrap_or(0);
    let from = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let to = text[last..].find('\n').map_or(text.len(), |newline| last + newline);
    let shifted = |range: &std::ops::Range<usize>| range.start - from..range.end - from;

    let mut snippet = Snippet::source(&text[from..to])
        .path(name)
        .line_start(1 + text[..from].bytes().filter(|&byte| byte == b'\n').count())
        .annotation(AnnotationKind::Primary.span(shifted(&mark)).label(problem.said()));
    if let Some((range, label)) = &context {
        snippet = snippet.annotation(AnnotationKind::Context.span(shifted(range)).label(*label));
    }
    let mut elements: Vec<Element> = vec![snippet.into()];
    if !problem.path().is_empty() {
        elements.push(Level::NOTE.with_name("at").message(problem.path()).into());
    }
    let notes = problem.notes().iter();
    elements.extend(notes.map(|(kind, text)| Level::NOTE.with_name(*kind).message(text).into()));
    let report = [Level::ERROR.primary_title(problem.message()).elements(elements)];
    Renderer::plain().term_width(COLUMNS).render(&report)
}
