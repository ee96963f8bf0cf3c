//! Tables for the terminal.

use std::io::IsTerminal;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, presets};

use super::paint::{Paint, paint, prepare, width};
use super::sheet::{Cell, Document, Section};
use crate::text;

/// Columns of a device that does not say how many it has.
const WIDTH: usize = 100;

/// What the reader's device can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Characters beyond ASCII.
    pub unicode: bool,
    /// Colour and bold.
    pub color: bool,
    /// Characters of a line, where the device says so.
    pub width: Option<usize>,
}

impl Style {
    /// What standard output can show: unicode and colour on terminals only, and no colour where
    /// the environment sets `NO_COLOR`.
    pub fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Self {
            unicode: terminal && !dumb,
            color: terminal && !dumb && set("NO_COLOR").is_none(),
            width: width().filter(|_| terminal),
        }
    }

    fn text(self, text: String) -> String {
        if self.unicode { text } else { text::ascii(&text) }
    }

    fn bold(self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The document as tables.
pub fn render(document: &Document, style: Style) -> String {
    let mut out = style.bold(&document.title) + "\n";
    if !document.headline.is_empty() {
        out += &format!("{}\n", document.headline);
    }
    for section in document.sections.iter().chain(&document.totals) {
        out.push('\n');
        if !section.heading.is_empty() {
            out += &format!("{}\n", style.bold(&section.heading));
        }
        let shown = fitting(section, style.width.unwrap_or(WIDTH));
        if !shown.is_empty() {
            out += &draw(section, &shown, style);
            out.push('\n');
        }
        for note in section.figure.iter().chain(&section.notes) {
            out += &format!("{note}\n");
        }
        let mut left_out: Vec<&str> = Vec::new();
        for (i, column) in section.columns.iter().enumerate() {
            let lacks = !column.detail && !shown.contains(&i);
            if lacks && !left_out.contains(&column.heading) {
                left_out.push(column.heading);
            }
        }
        if !left_out.is_empty() {
            out += &format!("Too narrow here for {}.\n", left_out.join(", "));
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

/// The columns that `width` has room for.
fn fitting(section: &Section, width: usize) -> Vec<usize> {
    let columns = &section.columns;
    let wanted = |i: &usize| !columns[*i].detail || columns[*i].turn > 0;
    let mut shown: Vec<usize> = (0..columns.len()).filter(wanted).collect();
    let needed: Vec<usize> = (0..columns.len())
        .map(|i| {
            let cells = section.rows.iter().map(|row| shown_in_table(&row[i]).chars().count());
            let longest = cells.max().unwrap_or(0).max(columns[i].heading.chars().count());
            longest + if columns[i].close { 1 } else { 2 }
        })
        .collect();
    loop {
        // The first column has nothing before it.
        let line = shown.iter().map(|&i| needed[i]).sum::<usize>().saturating_sub(2);
        let turn = shown.iter().map(|&i| columns[i].turn).max().unwrap_or(0);
        if line <= width || turn == 0 {
            return shown;
        }
        shown.retain(|&i| columns[i].turn < turn);
    }
}

fn draw(section: &Section, shown: &[usize], style: Style) -> String {
    let rule = LineStyle::none().fill('─').junction('─');
    let look: TableStyle = presets::NOTHING.header_separator(rule);
    let mut table = Table::new();
    table.load_style(look).set_content_arrangement(ContentArrangement::Disabled);
    prepare(&mut table, style.color);
    table.set_header(shown.iter().map(|&i| {
        let heading = comfy_table::Cell::new(section.columns[i].heading);
        paint(heading, Paint::Heading)
    }));
    for (number, row) in section.rows.iter().enumerate() {
        let marked = section.marked.contains(&number);
        let cells = shown.iter().map(|&i| match section.columns[i].key {
            "op" if !marked => {
                let kind = row[i].shown();
                paint(comfy_table::Cell::new(&kind), Paint::Kind(&kind))
            }
            _ => cell(&row[i], marked),
        });
        table.add_row(cells);
    }
    for (column, &i) in table.column_iter_mut().zip(shown) {
        let before = if i == shown[0] || section.columns[i].close { 0 } else { 1 };
        column.set_padding((before, 0));
        if section.columns[i].numeric {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// Zeros step back, so that what costs something stands out.
fn shown_in_table(cell: &Cell) -> String {
    if is_zero(cell) { "–".to_owned() } else { cell.shown() }
}

fn is_zero(cell: &Cell) -> bool {
    match *cell {
        Cell::Count(n) | Cell::Bytes(n) | Cell::Time(n) => n == 0,
        Cell::Share(x) | Cell::Decimal(x, _) => x == 0.0,
        Cell::Empty | Cell::Text(_) | Cell::Change(_) => false,
    }
}

fn cell(cell: &Cell, marked: bool) -> comfy_table::Cell {
    let look = match marked {
        true => Paint::Marked,
        false if is_zero(cell) => Paint::Zero,
        false => Paint::Plain,
    };
    paint(comfy_table::Cell::new(shown_in_table(cell)), look)
}
