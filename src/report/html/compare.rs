//! The page of a comparison.

use super::{Chart, Page, SectionLayout};
use crate::report::compare::Comparison;
use crate::report::compare_json;
use crate::report::sheet::Document;

/// Most points that a page holds.
pub const SHOWN: usize = 1_000;

/// The sections in order, and how each is shown: what failed comes first, then the sweep.
pub const SECTIONS: [SectionLayout; 3] = [
    SectionLayout { key: "checks", heading: "", lead: "", charts: &[] },
    SectionLayout { key: "layers", heading: "", lead: "", charts: &[] },
    SectionLayout {
        key: "rows",
        heading: "Every network",
        lead: "",
        charts: &[
            Chart { name: "sweep-macs", caption: "MACs" },
            Chart { name: "sweep-params", caption: "Parameters" },
            Chart { name: "sweep-peak", caption: "Peak memory" },
            Chart { name: "sweep-front", caption: "Peak memory against MACs" },
        ],
    },
];

/// The comparison as a page; `document` is its layout for people.
pub fn render(comparison: &Comparison, document: &Document) -> std::io::Result<String> {
    let points = &comparison.points[..comparison.points.len().min(SHOWN)];
    let mut data = Vec::new();
    compare_json::write(&Comparison { points, ..*comparison }, &mut data)?;
    let charts = if points.is_empty() { &SECTIONS[..2] } else { &SECTIONS[..] };
    let mut page = Page::of(document, charts);
    page.facts = comparison.names();
    page.data = String::from_utf8_lossy(&data).into_owned();
    Ok(page.render())
}
