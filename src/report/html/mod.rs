//! Pages: one file each that needs no network, light and dark, with charts and sortable tables.
//!
//! A [`Page`] is laid out from the [`Document`] that the other formats for people draw, so every
//! number of theirs is in it; charts take theirs from the JSON report, which the page holds whole.
//! Tera knows the structure (`templates/report/*.html`), the scripts beside it draw.

pub mod compare;
pub mod cost;
mod headline;
mod page;
mod table;

pub use headline::tiles;
pub use page::{Chart, Page, SectionLayout, Tile};

use super::sheet::Document;

/// A page of tables alone.
pub fn render(document: &Document) -> String {
    let mut page = Page::of(document, &[]);
    if let Some((name, facts)) = document.title.split_once(": ") {
        page.title = name.to_owned();
        page.facts = facts.split(", ").map(str::to_owned).collect();
    }
    page.render()
}
