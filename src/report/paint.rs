//! Colours of tables. They need a terminal's library, which comes with the feature `cli`.

use comfy_table::{Cell, Table};

/// What a cell is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint<'a> {
    /// Text like any other.
    Plain,
    /// The heading of a column.
    Heading,
    /// Part of a row that stands out.
    Marked,
    /// A zero, which steps back, so that what costs something stands out.
    Zero,
    /// A kind of layer: pointwise convolutions, which cost most, look like other text.
    Kind(&'a str),
}

/// The cell in its colours: of the sixteen of terminals, only the darker red and magenta can be read on
/// white and on black.
#[cfg(feature = "cli")]
pub fn paint(cell: Cell, paint: Paint) -> Cell {
    use comfy_table::{Attribute, Color};
    match paint {
        Paint::Plain => cell,
        Paint::Heading => cell.add_attribute(Attribute::Bold),
        Paint::Marked => cell.add_attribute(Attribute::Bold).add_attribute(Attribute::Underlined),
        Paint::Zero | Paint::Kind("add" | "gap") => cell.add_attribute(Attribute::Dim),
        Paint::Kind("dw") => cell.fg(Color::DarkMagenta),
        Paint::Kind("conv" | "fc") => cell.fg(Color::DarkRed),
        Paint::Kind(_) => cell,
    }
}

/// The cell as it is.
#[cfg(not(feature = "cli"))]
pub fn paint(cell: Cell, _: Paint) -> Cell {
    cell
}

/// Whether colours are drawn is the caller's choice, whatever standard output is.
pub fn prepare(table: &mut Table, color: bool) {
    #[cfg(feature = "cli")]
    if color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let _ = (table, color);
}

/// Characters of a line of the terminal that standard output is.
pub fn width() -> Option<usize> {
    #[cfg(feature = "cli")]
    return Table::new().width().map(usize::from);
    #[cfg(not(feature = "cli"))]
    None
}
