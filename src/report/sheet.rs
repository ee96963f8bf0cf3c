//! A report laid out, before any format: sections of columns and typed cells.

use std::borrow::Cow;

use crate::escape::visible;
use crate::quantity::Unit;
use crate::text::{self, thousands};

/// A report for people.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// One line that says what is reported.
    pub title: String,
    /// The numbers to see first, in one line.
    pub headline: String,
    /// Tables, the most important first: CSV holds the first alone.
    pub sections: Vec<Section>,
    /// Exact totals: last where a reader ends at a prompt, first where a report may be cut.
    pub totals: Option<Section>,
    /// Lines under everything: conventions.
    pub notes: Vec<String>,
}

impl Document {
    /// The document with every text on one line, each character seen.
    pub fn visible(mut self) -> Self {
        let clean = |text: &mut String| {
            if let Cow::Owned(seen) = visible(text) {
                *text = seen;
            }
        };
        clean(&mut self.title);
        clean(&mut self.headline);
        for section in self.sections.iter_mut().chain(&mut self.totals) {
            clean(&mut section.heading);
            let Section { figure, notes, hints, .. } = section;
            figure.iter_mut().chain(notes).chain(hints).for_each(clean);
            for cell in section.rows.iter_mut().flatten() {
                if let Cell::Text(text) = cell {
                    clean(text);
                }
            }
        }
        self.notes.iter_mut().for_each(clean);
        self
    }

    /// The document without the sections that few need, which it names.
    pub fn brief(mut self) -> Self {
        let (detailed, kept): (Vec<Section>, Vec<Section>) =
            self.sections.into_iter().partition(|section| !section.detail.is_empty());
        self.sections = kept;
        if !detailed.is_empty() {
            self.notes.push(String::new());
            self.notes.push("--details shows more:".into());
            self.notes.extend(detailed.iter().map(|section| format!("  {}", section.detail)));
        }
        self
    }
}

/// One table.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Name by which pages with charts know the section; empty where none does.
    pub key: &'static str,
    /// Heading over the table.
    pub heading: String,
    /// What it shows, in a few words, if few need it; empty otherwise.
    pub detail: &'static str,
    /// Lines to be shown as they are, in a fixed-width font, before the table.
    pub figure: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
    /// Rows that stand out.
    pub marked: Vec<usize>,
    /// Lines under the table.
    pub notes: Vec<String>,
    /// Lines under those, where readers have the command or drawings in characters before them: pages
    /// have neither.
    pub hints: Vec<String>,
}

/// One column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name in CSV, as in JSON.
    pub key: &'static str,
    /// Heading for people.
    pub heading: Cow<'static, str>,
    /// What the column is of, which stands over the heading; empty where the table is of one thing.
    pub of: String,
    /// Whether numbers stand in it, which are right-aligned.
    pub numeric: bool,
    /// Whether it is left out where width is scarce: everywhere but in CSV and HTML.
    pub detail: bool,
    /// Turn in which it leaves a terminal that is too narrow, the highest first; 0 stays. A detail
    /// that has a turn is shown where there is room.
    pub turn: u8,
    /// Whether it stands close to the column before, as a ratio does to its value. A terminal shows
    /// the first word of its heading, the column before has the others.
    pub close: bool,
    /// Who reads it.
    pub readers: Readers,
}

/// Who reads a column. A file of values has one type in each column, so that what people read as
/// one, such as 192×256, may be two there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readers {
    /// People and programs.
    #[default]
    All,
    /// People: it is not in CSV.
    People,
    /// Programs: it is in CSV alone.
    Programs,
}

impl Column {
    /// A column of text.
    pub const fn text(key: &'static str, heading: &'static str) -> Self {
        Self {
            key,
            heading: Cow::Borrowed(heading),
            of: String::new(),
            numeric: false,
            detail: false,
            turn: 0,
            close: false,
            readers: Readers::All,
        }
    }

    /// A column of numbers.
    pub const fn number(key: &'static str, heading: &'static str) -> Self {
        let mut column = Self::text(key, heading);
        column.numeric = true;
        column
    }

    /// A column of numbers that programs read.
    pub const fn value(key: &'static str) -> Self {
        let mut column = Self::number(key, "");
        column.readers = Readers::Programs;
        column
    }

    /// The same column, of one of several things.
    pub fn of(mut self, what: &str) -> Self {
        what.clone_into(&mut self.of);
        self
    }

    /// Its heading in one line.
    pub fn title(&self) -> String {
        [&self.of, &*self.heading].join(" ").trim_start().to_owned()
    }

    /// The same column, for people alone.
    pub const fn people(mut self) -> Self {
        self.readers = Readers::People;
        self
    }

    /// The same column, close to the one before.
    pub const fn close(mut self) -> Self {
        self.close = true;
        self
    }

    /// The same column, to leave narrow terminals in its turn.
    pub const fn turn(mut self, turn: u8) -> Self {
        self.turn = turn;
        self
    }

    /// The same column, left out where width is scarce.
    pub const fn detail(mut self) -> Self {
        self.detail = true;
        self
    }
}

/// A value with its unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing to say.
    Empty,
    /// Words, a name or a shape.
    Text(String),
    /// A number of things.
    Count(u64),
    /// A difference of two counts.
    Change(i64),
    /// A quantity, to the last digit.
    Quantity(u64, Unit),
    /// A difference of two quantities, to the last digit.
    Difference(i64, Unit),
    /// A difference in percent of what it is over; nothing over zero.
    Growth(i64, u64),
    /// A number of bytes.
    Bytes(u64),
    /// A number of nanoseconds.
    Time(u64),
    /// A part of a whole, from 0 to 1.
    Share(f64),
    /// A number, shown with so many decimals.
    Decimal(f64, usize),
}

impl Cell {
    /// The value for people.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Count(n) => thousands(*n),
            Self::Change(0) => "0".into(),
            Self::Change(n) => format!("{}{}", sign(*n), thousands(n.unsigned_abs())),
            Self::Quantity(n, unit) => text::quantity(*n, *unit),
            Self::Difference(0, _) => "0".into(),
            Self::Difference(n, unit) => {
                format!("{}{}", sign(*n), text::quantity(n.unsigned_abs(), *unit))
            }
            Self::Growth(n, whole) => {
                let percent = text::exact_percent(n.unsigned_abs(), *whole);
                percent.map_or(String::new(), |percent| format!("{}{percent}", sign(*n)))
            }
            Self::Bytes(n) => text::bytes(*n),
            Self::Time(ns) => text::time(*ns),
            Self::Share(x) => text::percent(*x),
            Self::Decimal(x, places) => format!("{x:.places$}"),
        }
    }

    /// The value for machines: unrounded, without separators or units.
    pub fn raw(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text::ascii(text),
            Self::Count(n) | Self::Bytes(n) => n.to_string(),
            Self::Time(ns) => Unit::Seconds.number(*ns).to_string(),
            Self::Change(n) => n.to_string(),
            Self::Quantity(n, unit) => unit.number(*n).to_string(),
            Self::Difference(n, unit) => {
                let minus = if *n < 0 { "-" } else { "" };
                format!("{minus}{}", unit.number(n.unsigned_abs()))
            }
            Self::Growth(_, 0) => String::new(),
            Self::Growth(n, whole) => (*n as f64 / *whole as f64).to_string(),
            Self::Share(x) | Self::Decimal(x, _) => x.to_string(),
        }
    }
}

fn sign(n: i64) -> char {
    if n < 0 { '-' } else { '+' }
}
