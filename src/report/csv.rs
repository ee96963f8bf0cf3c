//! Comma-separated values (RFC 4180): the first table of a document, details included.

use super::sheet::Document;
use crate::escape;

/// The document's first table with raw values under the names that JSON uses.
pub fn render(document: &Document) -> String {
    let Some(section) = document.sections.first() else { return String::new() };
    let mut out = line(section.columns.iter().map(|column| column.key.to_owned()));
    for row in &section.rows {
        out += &line(row.iter().map(|cell| cell.raw()));
    }
    out
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let fields: Vec<_> = fields.map(|field| escape::csv(&field)).collect();
    fields.join(",") + "\n"
}
