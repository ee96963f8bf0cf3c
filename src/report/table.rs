//! Tables for the terminal.

use std::io::IsTerminal;

use comfy_table::{Attribute, CellAlignment, Color, ContentArrangement, Table, TableStyle};
use comfy_table::{LineStyle, presets};

use super::sheet::{Cell, Document, Section};
use super::text;

/// What the reader's device can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Characters beyond ASCII.
    pub unicode: bool,
    /// Colour and bold.
    pub color: bool,
}

impl Style {
    /// What standard output can show: unicode and colour on terminals only, and no colour where
    /// the environment sets `NO_COLOR`.
    pub fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Self { unicode: terminal && !dumb, color: terminal && !dumb && set("NO_COLOR").is_none() }
    }

    fn text(self, text: String) -> String {
        if self.unicode { text } else { text::ascii(&text) }
    }
}

/// The document as tables.
pub fn render(document: &Document, style: Style) -> String {
    let mut out = document.title.clone() + "\n";
    for section in &document.sections {
        out.push('\n');
        if !section.heading.is_empty() {
            out += &format!("{}\n", section.heading);
        }
        if !section.columns.is_empty() {
            out += &draw(section, style);
            out.push('\n');
        }
        for note in section.figure.iter().chain(&section.notes) {
            out += &format!("{note}\n");
        }
    }
    if !document.notes.is_empty() {
        out.push('\n');
    }
    for note in &document.notes {
        out += &format!("{note}\n");
    }
    style.text(out)
}

fn draw(section: &Section, style: Style) -> String {
    let shown: Vec<usize> =
        (0..section.columns.len()).filter(|&i| !section.columns[i].detail).collect();
    let rule = LineStyle::none().fill('─').junction('─');
    let look: TableStyle = presets::NOTHING.header_separator(rule);
    let mut table = Table::new();
    table.load_style(look).set_content_arrangement(ContentArrangement::Disabled);
    if style.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(shown.iter().map(|&i| {
        let heading = comfy_table::Cell::new(section.columns[i].heading);
        heading.add_attribute(Attribute::Bold)
    }));
    for (number, row) in section.rows.iter().enumerate() {
        let marked = section.marked.contains(&number);
        table.add_row(shown.iter().map(|&i| cell(&row[i], marked)));
    }
    for (column, &i) in table.column_iter_mut().zip(&shown) {
        let before = if i == shown[0] || section.columns[i].close { 0 } else { 1 };
        column.set_padding((before, 0));
        if section.columns[i].numeric {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn cell(cell: &Cell, marked: bool) -> comfy_table::Cell {
    let drawn = comfy_table::Cell::new(cell.shown());
    if marked { drawn.fg(Color::Yellow).add_attribute(Attribute::Bold) } else { drawn }
}
