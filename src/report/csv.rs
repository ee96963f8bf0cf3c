//! Comma-separated values (RFC 4180): the first table of a document, details included.

use super::sheet::{Document, Readers};
use crate::escape;

/// The document's first table with raw values under the names that JSON uses.
pub fn render(document: &Document) -> String {
    let Some(section) = document.sections.first() else { return String::new() };
    let columns: Vec<_> = section.columns.iter().enumerate().collect();
    let kept = || columns.iter().filter(|(_, column)| column.readers != Readers::People);
    let mut out = line(kept().map(|(_, column)| column.key.to_owned()));
    for row in &section.rows {
        out += &line(kept().map(|&(i, _)| row[i].raw()));
    }
    out
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let fields: Vec<_> = fields.map(|field| escape::csv(&field)).collect();
    fields.join(",") + "\n"
}
