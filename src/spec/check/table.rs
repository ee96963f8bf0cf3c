//! Tables: rows of numbers under named columns.

use super::super::file::{DscColumn, InvertedColumn, ResidualColumn};
use super::Checker;
use crate::yaml::{At, Diagnostic, MAX_COUNT, Position, Span, list};

/// The columns that a kind of table may have.
pub trait Column: Copy + PartialEq + 'static {
    /// Every column, those that a table must have first.
    const ALL: &'static [(Self, &'static str)];
    /// Number of columns that a table must have.
    const REQUIRED: usize;
}

impl Column for DscColumn {
    const ALL: &'static [(Self, &'static str)] =
        &[(Self::C, "c"), (Self::S, "s"), (Self::N, "n"), (Self::K, "k")];
    const REQUIRED: usize = 2;
}

impl Column for InvertedColumn {
    const ALL: &'static [(Self, &'static str)] =
        &[(Self::T, "t"), (Self::C, "c"), (Self::N, "n"), (Self::S, "s"), (Self::K, "k")];
    const REQUIRED: usize = 4;
}

impl Column for ResidualColumn {
    const ALL: &'static [(Self, &'static str)] = &[(Self::C, "c"), (Self::N, "n"), (Self::S, "s")];
    const REQUIRED: usize = 3;
}

/// One row of a table whose columns and length are right.
pub struct Row<C: 'static> {
    columns: Vec<C>,
    cells: Vec<At<f64>>,
    span: Span,
}

impl Checker {
    /// The rows of a table that have a number for each column. Reports all others.
    pub fn rows<C: Column>(
        &mut self,
        columns: At<Vec<At<C>>>,
        rows: At<Vec<At<Vec<At<f64>>>>>,
    ) -> Vec<Row<C>> {
        let (span, whole) = (columns.span, rows.span);
        let columns = self.columns(columns);
        let Some(rows) = rows.value else { return Vec::new() };
        if rows.is_empty() {
            let wrong = Diagnostic::new(whole, "the table is empty");
            self.report(wrong.label("at least one row is needed"));
        }
        let Some(columns) = columns else { return Vec::new() };
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(cells) = row.value else { continue };
            if cells.len() != columns.len() {
                let message = format!("a row of {}", numbers(cells.len()));
                let needed = format!("{} needed, one for each column", numbers(columns.len()));
                let wrong = Diagnostic::new(row.span, message).label(needed);
                self.report(wrong.and(span, format!("{} columns", columns.len())));
                continue;
            }
            read.push(Row { columns: columns.clone(), cells, span: row.span });
        }
        read
    }

    fn columns<C: Column>(&mut self, columns: At<Vec<At<C>>>) -> Option<Vec<C>> {
        let written = columns.value?;
        let name = |column: C| C::ALL.iter().find(|(c, _)| *c == column).map_or("?", |(_, n)| n);
        let before = self.problems.len();
        for (i, column) in written.iter().enumerate() {
            let earlier = written[..i].iter().find(|c| c.value == column.value);
            if let (Some(value), Some(earlier)) = (column.value, earlier) {
                let message = format!("column `{}` is given twice", name(value));
                let wrong = Diagnostic::new(column.span, message).label("again here");
                self.report(wrong.and(earlier.span, "first here"));
            }
        }
        let (required, optional) = C::ALL.split_at(C::REQUIRED);
        let has = |column: C| written.iter().any(|c| c.value == Some(column));
        let missing: Vec<&str> =
            required.iter().filter(|(column, _)| !has(*column)).map(|(_, name)| *name).collect();
        let readable = written.iter().all(|column| column.value.is_some());
        if readable && !missing.is_empty() {
            let message = format!("no column {}", list(&missing));
            let names =
                |set: &[(C, &'static str)]| list(&set.iter().map(|c| c.1).collect::<Vec<_>>());
            let mut needed = format!("{} are needed", names(required));
            if !optional.is_empty() {
                needed += &format!("; {} may be added", names(optional));
            }
            self.report(Diagnostic::new(columns.span, message).label(needed));
        }
        if self.problems.len() > before {
            return None;
        }
        written.iter().map(|column| column.value).collect()
    }

    /// A whole number of a row, or 1 where it is wrong; `default` without the column.
    pub fn count<C: Column>(&mut self, row: &Row<C>, column: C, default: usize) -> usize {
        let Some(cell) = row.cell(column) else { return default };
        let Some(value) = cell.value else { return 1 };
        if value >= 1.0 && value <= MAX_COUNT as f64 && value.fract() == 0.0 {
            return value as usize;
        }
        let message = format!("`{}` is {value}", row.name(column));
        let allowed = format!("a whole number from 1 to {MAX_COUNT} is allowed");
        self.report(Diagnostic::new(cell.span, message).label(allowed));
        1
    }

    /// A number of a row that `holds`, or 1.
    pub fn real<C: Column>(
        &mut self,
        row: &Row<C>,
        column: C,
        allowed: &str,
        holds: impl Fn(f64) -> bool,
    ) -> f64 {
        let Some(cell) = row.cell(column) else { return 1.0 };
        self.number(cell, row.name(column), allowed, holds).unwrap_or(1.0)
    }
}

impl<C: Column> Row<C> {
    /// The row's number in a column.
    pub fn cell(&self, column: C) -> Option<&At<f64>> {
        let index = self.columns.iter().position(|c| *c == column)?;
        self.cells.get(index)
    }

    pub fn at(&self) -> Position {
        self.span.at
    }

    fn name(&self, column: C) -> &'static str {
        C::ALL.iter().find(|(c, _)| *c == column).map_or("?", |(_, name)| name)
    }
}

fn numbers(n: usize) -> String {
    if n == 1 { "1 number".to_owned() } else { format!("{n} numbers") }
}
