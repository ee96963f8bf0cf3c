//! The page of a cost report.

use super::{Chart, Page, SectionLayout, headline};
use crate::analysis::By;
use crate::layer::Shape;
use crate::report::cost::{CONVENTION, document};
use crate::report::{CostReport, json};

/// The sections in order, and how each is shown.
pub const SECTIONS: [SectionLayout; 10] = [
    SectionLayout {
        key: "kinds",
        heading: "Where the cost is",
        lead: "Every layer from the first to the last, in the colour of its kind.",
        charts: &[
            Chart { name: "kinds", caption: "" },
            Chart { name: "costs-macs", caption: "MACs" },
            Chart { name: "costs-params", caption: "Parameters" },
            Chart { name: "costs-live", caption: "Live memory" },
        ],
    },
    SectionLayout {
        key: "memory",
        heading: "Memory over time",
        lead: "What is alive while each layer runs, layer by layer as the graph is written. A \
               tensor lives from the layer that writes it to the last that reads it.",
        charts: &[Chart { name: "memory", caption: "" }],
    },
    SectionLayout {
        key: "arena",
        heading: "",
        lead: "Where the generated crate keeps its tensors. Its steps are fused from several \
               layers, so most of the tensors above never exist whole. A row is a step; from left \
               to right go the offsets in the arena.",
        charts: &[Chart { name: "arena", caption: "" }],
    },
    SectionLayout {
        key: "schedule",
        heading: "",
        lead: "How the planner, or a file of schedules, makes the steps of the generated crate run.",
        charts: &[],
    },
    SectionLayout {
        key: "roofline",
        heading: "",
        lead: "How fast each step of the generated crate can be (the roofline model): under the level \
               roof it is limited by arithmetic, under a slope by the memory that it reads from. The \
               area of a point is its time, its colour what most of it goes to.",
        charts: &[Chart { name: "roofline", caption: "" }],
    },
    SectionLayout {
        key: "separable",
        heading: "Depthwise separable against standard convolution",
        lead: "A K×K depthwise convolution of M channels and a pointwise one to N channels have \
               K²M + MN weights, where one standard convolution has K²MN: a ratio of 1/N + 1/K², \
               which stands at the end of each bar.",
        charts: &[
            Chart { name: "separable-macs", caption: "MACs" },
            Chart { name: "separable-weights", caption: "Weights" },
        ],
    },
    SectionLayout {
        key: "residual",
        heading: "Inverted against classic residual blocks",
        lead: "Both at the same widest tensor. The inverted block's skip connects its narrow ends, \
               so that less is kept alive over the block.",
        charts: &[
            Chart { name: "residual-macs", caption: "MACs" },
            Chart { name: "residual-weights", caption: "Weights" },
            Chart { name: "residual-skip", caption: "Kept for the skip" },
        ],
    },
    SectionLayout {
        key: "relu6",
        heading: "Why ReLU6",
        lead: "The largest activation of each layer if nothing clamped it. The larger a float16 \
               number, the further it lies from its neighbours.",
        charts: &[Chart { name: "relu6", caption: "" }],
    },
    SectionLayout {
        key: "tools",
        heading: "What other tools print",
        lead: "Tools differ in what they count, so their figures do. Each is a sum: the MACs of this \
               report, which the dashed line marks, and what the tool adds to them.",
        charts: &[Chart { name: "tools", caption: "" }],
    },
    SectionLayout { key: "rows", heading: "Every layer", lead: "", charts: &[] },
];

/// The report as a page.
pub fn render(report: &CostReport) -> String {
    let network = report.network;
    let mut page = Page::of(&document(report), &SECTIONS);
    let Shape { c, h, w } = network.input;
    page.title = network.name.clone();
    page.facts = vec![
        format!("width {:?}", network.width),
        format!("input {c}×{h}×{w}"),
        format!("{} classes", network.classes),
        format!("padding {}", network.padding.name()),
        format!("spec {}", network.spec),
    ];
    page.tiles = headline::tiles(report.analysis);
    page.notes = CONVENTION.lines().map(str::to_owned).collect();
    page.data = compact(&json::render(&CostReport { by: By::Layer, ..*report }));
    page.render()
}

/// The same JSON without the space that makes it legible.
fn compact(text: &str) -> String {
    text.lines().map(str::trim_start).collect()
}
