//! The page of a comparison.

use super::{Chart, Page, SectionLayout};
use crate::gate::Networks;
use crate::report::sheet::Document;
use crate::report::{Comparison, compare, compare_json};

/// Most points that a page holds.
pub const SHOWN: usize = 1_000;

/// The sections in order, and how each is shown: what failed comes first, then the sweep.
pub const SECTIONS: [SectionLayout; 4] = [
    SectionLayout { key: "checks", heading: "", lead: "", charts: &[] },
    SectionLayout { key: "changes", heading: "", lead: "", charts: &[] },
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
    let networks = comparison.networks;
    let points = &networks.points[..networks.points.len().min(SHOWN)];
    let mut data = Vec::new();
    // What is judged and what changed stands in the tables, and may be of points that are left out.
    let drawn = Comparison {
        networks: Networks { points, ..networks },
        checks: &[],
        changes: None,
        ..*comparison
    };
    compare_json::write(&drawn, &mut data)?;
    let charts = if points.is_empty() { &SECTIONS[..3] } else { &SECTIONS[..] };
    let mut page = Page::of(document, charts);
    page.facts = compare::names(&networks);
    page.data = String::from_utf8_lossy(&data).into_owned();
    Ok(page.render())
}
