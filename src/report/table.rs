//! Tables for the terminal.

use std::io::IsTerminal;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, presets};

use super::paint::{Paint, paint, prepare, width};
use super::sheet::{Cell, Column, Document, Readers, Section};
use crate::text;

/// Columns of a device that does not say how many it has.
const WIDTH: usize = 100;

/// Most characters of what stands over a heading.
const OF: usize = 20;

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

    /// A text in lines of that width, as it is where it fits.
    fn lines(self, text: &str, width: usize) -> String {
        let text = self.text(text.to_owned());
        let fits = text.chars().count() <= width;
        let lines = if fits { vec![text] } else { text::wrap(&text, width) };
        lines.join("\n") + "\n"
    }

    fn heading(self, text: &str, width: usize) -> String {
        self.lines(text, width).lines().map(|line| self.bold(line) + "\n").collect()
    }

    fn bold(self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The document as tables.
pub fn render(document: &Document, style: Style) -> String {
    let width = style.width.unwrap_or(WIDTH);
    let mut out = style.heading(&document.title, width);
    if !document.headline.is_empty() {
        out += &style.lines(&document.headline, width);
    }
    for section in document.sections.iter().chain(&document.totals) {
        out.push('\n');
        if !section.heading.is_empty() {
            out += &style.heading(&section.heading, width);
        }
        let shown = fitting(section, width);
        if !shown.is_empty() {
            out += &draw(section, &shown, style);
            out.push('\n');
        }
        let wide = section.figure.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        if wide <= width {
            section.figure.iter().for_each(|line| out += &format!("{line}\n"));
        } else {
            out += &style.lines(&format!("The drawing needs {wide} characters a line."), width);
        }
        for note in section.notes.iter().chain(&section.hints) {
            out += &style.lines(note, width);
        }
        let mut left_out: Vec<String> = Vec::new();
        for (i, column) in section.columns.iter().enumerate() {
            if is_wanted(column) && !shown.contains(&i) && !left_out.contains(&column.title()) {
                left_out.push(column.title());
            }
        }
        left_out.retain(|title| !title.is_empty());
        if !left_out.is_empty() {
            let left_out = left_out.join(", ");
            let said = format!("Left out at {width} characters a line: {left_out}.");
            out += &style.lines(&said, width);
        }
    }
    if !document.notes.is_empty() {
        out.push('\n');
    }
    for note in &document.notes {
        out += &style.lines(note, width);
    }
    style.text(out)
}

/// Whether a column is shown where there is room.
fn is_wanted(column: &Column) -> bool {
    column.readers != Readers::Programs && (!column.detail || column.turn > 0)
}

/// The heading of a column in its lines; close to another, its first word says enough.
fn heading(column: &Column) -> Vec<String> {
    let own = match column.heading.split_once(' ') {
        Some((first, _)) if column.close => first,
        _ => &column.heading,
    };
    let of = (!column.of.is_empty()).then(|| shortened(&column.of, OF));
    of.into_iter().chain([own.to_owned()]).collect()
}

/// The text with its middle left out where it has more than `most` characters.
fn shortened(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let tail = most.saturating_sub(1) / 2;
    let head = most.saturating_sub(1) - tail;
    let (head, tail) = (text.chars().take(head), text.chars().skip(length - tail));
    head.chain(['…']).chain(tail).collect()
}

/// The columns that `width` has room for: those that have a turn leave first, then the last ones. The
/// first stays.
fn fitting(section: &Section, width: usize) -> Vec<usize> {
    let columns = &section.columns;
    let wanted = |i: &usize| is_wanted(&columns[*i]);
    let mut shown: Vec<usize> = (0..columns.len()).filter(wanted).collect();
    let needed: Vec<usize> = (0..columns.len())
        .map(|i| {
            let cells = section.rows.iter().map(|row| shown_in_table(&row[i]));
            let longest = cells.chain(heading(&columns[i])).map(|text| text.chars().count()).max();
            longest.unwrap_or(0) + if columns[i].close { 1 } else { 2 }
        })
        .collect();
    // The first column has nothing before it.
    while shown.len() > 1 && shown.iter().map(|&i| needed[i]).sum::<usize>() > width + 2 {
        match shown.iter().map(|&i| columns[i].turn).max() {
            Some(turn) if turn > 0 => shown.retain(|&i| columns[i].turn < turn),
            _ => shown.truncate(shown.len() - 1),
        }
    }
    shown
}

fn draw(section: &Section, shown: &[usize], style: Style) -> String {
    let rule = LineStyle::none().fill('─').junction('─');
    let look: TableStyle = presets::NOTHING.header_separator(rule);
    let mut table = Table::new();
    table.load_style(look).set_content_arrangement(ContentArrangement::Disabled);
    prepare(&mut table, style.color);
    let most = style.width.unwrap_or(WIDTH);
    let text = |text: String| comfy_table::Cell::new(style.text(shortened(&text, most)));
    let lines = shown.iter().map(|&i| heading(&section.columns[i]).len()).max().unwrap_or(1);
    table.set_header(shown.iter().map(|&i| {
        let own = heading(&section.columns[i]);
        let above = "\n".repeat(lines - own.len());
        let heading = own.iter().map(|line| style.text(line.clone())).collect::<Vec<_>>();
        paint(comfy_table::Cell::new(above + &heading.join("\n")), Paint::Heading)
    }));
    for (number, row) in section.rows.iter().enumerate() {
        let marked = section.marked.contains(&number);
        table.add_row(shown.iter().map(|&i| {
            let shown = shown_in_table(&row[i]);
            let look = match section.columns[i].key {
                _ if marked => Paint::Marked,
                "op" => Paint::Kind(&shown),
                _ if is_zero(&row[i]) => Paint::Zero,
                _ => Paint::Plain,
            };
            paint(text(shown.clone()), look)
        }));
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
        // A limit of zero, or a figure held to one, says something.
        Cell::Quantity(..) => false,
        Cell::Empty | Cell::Text(_) | Cell::Change(_) | Cell::Difference(..) | Cell::Growth(..) => {
            false
        }
    }
}
