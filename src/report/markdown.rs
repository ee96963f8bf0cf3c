//! GitHub's markdown, short enough for a comment whatever the size of the report.

use super::sheet::{Document, Readers, Section};
use crate::escape::{markdown, visible};

/// The most characters that GitHub accepts in one comment.
pub const COMMENT_LIMIT: usize = 65_536;

/// Room kept for the lines after a table that was cut.
const RESERVE: usize = 256;

/// The document as markdown of less than [`COMMENT_LIMIT`] characters. What does not fit is cut at
/// the end of a row, and the cut is stated.
pub fn render(document: &Document) -> String {
    let notes: String =
        document.notes.iter().map(|note| format!("{}  \n", markdown(note))).collect();
    let budget = COMMENT_LIMIT.saturating_sub(RESERVE + notes.chars().count());
    let mut out = Limited { text: format!("### {}\n", markdown(&document.title)), budget };
    for section in document.totals.iter().chain(&document.sections) {
        if !write_section(section, &mut out) {
            break;
        }
    }
    let mut text = out.text;
    if !notes.is_empty() {
        text.push('\n');
        text += &notes;
    }
    if text.chars().count() >= COMMENT_LIMIT {
        text = text.chars().take(COMMENT_LIMIT - 1).collect();
    }
    text
}

/// Text that grows up to a number of characters.
struct Limited {
    text: String,
    budget: usize,
}

impl Limited {
    /// Appends `text` if it fits.
    fn push(&mut self, text: &str) -> bool {
        let fits = self.reserve(text);
        if fits {
            self.text += text;
        }
        fits
    }

    /// Takes the room for `text` if it fits.
    fn reserve(&mut self, text: &str) -> bool {
        let left = self.budget.checked_sub(text.chars().count());
        self.budget = left.unwrap_or(0);
        left.is_some()
    }
}

/// Whether the whole section fitted.
fn write_section(section: &Section, out: &mut Limited) -> bool {
    let columns: Vec<_> = section
        .columns
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.detail && c.readers != Readers::Programs)
        .collect();
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut head = String::from("\n");
    if !section.heading.is_empty() {
        head += &format!("#### {}\n\n", markdown(&section.heading));
    }
    if !section.figure.is_empty() {
        head += &format!(
            "```text\n{}\n```\n",
            section.figure.iter().map(|line| visible(line)).collect::<Vec<_>>().join("\n")
        );
    }
    if !columns.is_empty() {
        head += &line(columns.iter().map(|(_, c)| markdown(&c.title())).collect());
        let rule = |numeric| if numeric { "---:" } else { "---" }.to_owned();
        head += &line(columns.iter().map(|(_, c)| rule(c.numeric)).collect());
    }
    let notes = section.notes.iter().chain(&section.hints);
    let notes: String = notes.map(|note| format!("\n{}\n", markdown(note))).collect();
    if !out.push(&head) || !out.reserve(&notes) {
        return false;
    }
    for (number, row) in section.rows.iter().enumerate() {
        let mark = if section.marked.contains(&number) { "**" } else { "" };
        let cells = columns.iter().map(|&(i, _)| match row[i].shown() {
            text if text.is_empty() => text,
            text => format!("{mark}{}{mark}", markdown(&text)),
        });
        if !out.push(&line(cells.collect())) {
            let left = section.rows.len() - number;
            out.text += &format!("\n{left} more rows do not fit here: see another format.\n");
            out.text += &notes;
            return false;
        }
    }
    out.text += &notes;
    true
}
