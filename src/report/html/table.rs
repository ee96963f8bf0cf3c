//! Tables of a page: every column, each cell with the value that it is sorted by.

use serde::Serialize;

use crate::report::sheet::{Cell, Column, Readers, Section};

/// A table as its template sees it.
#[derive(Debug, Serialize)]
pub struct Table {
    columns: Vec<Head>,
    rows: Vec<Row>,
    /// Whether its rows begin with names of modules.
    named: bool,
    /// Whether it can be searched.
    main: bool,
}

#[derive(Debug, Serialize)]
struct Head {
    heading: String,
    numeric: bool,
    detail: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    marked: bool,
    cells: Vec<Data>,
}

#[derive(Debug, Serialize)]
struct Data {
    shown: String,
    /// The exact value, where `shown` is rounded or has separators.
    exact: Option<String>,
    numeric: bool,
    detail: bool,
}

/// Key of the section whose table can be searched.
const MAIN: &str = "rows";

/// Columns of module paths.
const NAMES: [&str; 3] = ["name", "block", "step"];

/// A column of drawings in characters, for which a page has charts.
const DRAWN: &str = "map";

impl Table {
    /// The table of a section that has one.
    pub fn of(section: &Section) -> Option<Self> {
        let kept: Vec<(usize, &Column)> = section
            .columns
            .iter()
            .enumerate()
            .filter(|(_, c)| c.key != DRAWN && c.readers != Readers::Programs)
            .collect();
        let rows = section.rows.iter().enumerate().map(|(number, row)| Row {
            marked: section.marked.contains(&number),
            cells: kept
                .iter()
                .filter_map(|&(i, column)| row.get(i).map(|cell| data(cell, column)))
                .collect(),
        });
        let columns = kept.iter().map(|(_, c)| Head {
            heading: c.title(),
            numeric: c.numeric,
            detail: c.detail,
        });
        let main = section.key == MAIN;
        let named = kept.first().is_some_and(|(_, column)| NAMES.contains(&column.key));
        let table = Self { columns: columns.collect(), rows: rows.collect(), named, main };
        (!table.columns.is_empty()).then_some(table)
    }
}

fn data(cell: &Cell, column: &Column) -> Data {
    let shown = cell.shown();
    let exact = match cell {
        Cell::Text(_) | Cell::Empty => None,
        number => Some(number.raw()).filter(|raw| *raw != shown),
    };
    Data { shown, exact, numeric: column.numeric, detail: column.detail }
}
