//! Problems as a terminal shows them.

use std::fmt::Write;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::Position;
use super::diagnostic::Diagnostic;

/// Most problems that are shown; more are counted.
const MAX_SHOWN: usize = 20;
/// Width of a snippet; longer lines are cut around the mark.
const COLUMNS: usize = 100;
/// Most bytes that are laid out of the lines from one mark to the other; of more, only some beside the
/// first mark are.
const MAX_LAID_OUT: usize = 1 << 14;

/// Draws problems of the file `name` with this text, in their order: the first of `count`.
pub fn render(problems: &[Diagnostic], count: usize, text: &str, name: &str) -> String {
    let mut out = String::new();
    for problem in problems.iter().take(MAX_SHOWN) {
        out += &render_one(problem, text, name);
        out += "\n\n";
    }
    match count {
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
    let lines = |first: usize, last: usize| {
        let from = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
        from..text[last..].find('\n').map_or(text.len(), |newline| last + newline)
    };
    let mut shown = lines(first, last);
    let cut = shown.len() > MAX_LAID_OUT;
    if cut {
        let line = lines(mark.start, mark.start);
        let beside = MAX_LAID_OUT / 4;
        let from = text.ceil_char_boundary(mark.start.saturating_sub(beside));
        let to = text.floor_char_boundary(mark.start + beside);
        shown = line.start.max(from)..line.end.min(to);
    }
    let line = |at: usize| 1 + text[..at].bytes().filter(|&byte| byte == b'\n').count();
    let shifted =
        |range: &Range<usize>| range.start - shown.start..range.end.min(shown.end) - shown.start;

    let mut elements: Vec<Element> = Vec::new();
    let mut snippet = Snippet::source(&text[shown.clone()])
        .line_start(line(shown.start))
        .annotation(AnnotationKind::Primary.span(shifted(&mark)).label(problem.said()));
    if cut {
        // The part of a line does not tell the column.
        let Position { line, column } = problem.span().at;
        elements.push(Origin::path(name).line(line.max(1)).char_column(column.max(1)).into());
    } else {
        snippet = snippet.path(name);
    }
    let mut second = None;
    match context {
        Some((range, label)) if cut => {
            second = Some((label, format!("line {}", line(range.start))))
        }
        Some((range, label)) => {
            let mark = AnnotationKind::Context.span(shifted(&range)).label(label);
            snippet = snippet.annotation(mark);
        }
        None => {}
    }
    elements.push(snippet.into());
    elements.extend(second.map(|(label, at)| Level::NOTE.with_name(label).message(at).into()));
    if !problem.path().is_empty() {
        elements.push(Level::NOTE.with_name("at").message(problem.path()).into());
    }
    let notes = problem.notes().iter();
    elements.extend(notes.map(|(kind, text)| Level::NOTE.with_name(*kind).message(text).into()));
    let report = [Level::ERROR.primary_title(problem.message()).elements(elements)];
    Renderer::plain().term_width(COLUMNS).render(&report)
}
