//! Networks and sweeps far larger than the papers'.

use mbgen::analysis::sweep::Sweep;
use mbgen::analysis::{Analysis, By};
use mbgen::block::{Variant, expand, load};
use mbgen::machine::Machine;
use mbgen::plan::Plan;
use mbgen::report::{CostReport, Format, Network, Style};
use mbgen::spec::{Block, Spec, load as read};

/// MobileNetV2 with one table row of so many more blocks of four layers.
fn deep(blocks: usize) -> Spec {
    let mut spec = read("v2").unwrap().spec;
    for block in spec.stages.iter_mut().flat_map(|stage| &mut stage.blocks) {
        if let Block::InvertedResidual(table) = block {
            table.rows[3].n += blocks;
        }
    }
    spec
}

#[test]
fn as_many_layers_as_are_allowed() {
    let mut loaded = read("v2").unwrap();
    loaded.spec = deep(2_480);
    let graph = expand(&loaded.spec).unwrap();
    assert_eq!(graph.len(), 9_984);
    let plan = Plan::new(&graph, &Machine::REFERENCE).unwrap();
    let analysis = Analysis::of(&graph).with_plan(&plan);
    let network = Network::of(&loaded, &Variant::default());
    for by in By::ALL {
        let report = CostReport { by, details: true, ..CostReport::of(&network, &analysis) };
        let json = report.render(Format::Json, Style::default());
        assert!(json.len() > 1_000_000, "{}", json.len());
        report.render(Format::Csv, Style::default());
        report.render(Format::Table, Style::default());
        assert!(report.render(Format::Markdown, Style::default()).chars().count() < 65_536);
    }
}

#[test]
fn ten_thousand_points() {
    let specs = [load("v2", &Variant::default()).unwrap()];
    let sweep = Sweep {
        widths: (1..=100).map(|i| f64::from(i) / 50.0).collect(),
        resolutions: (1..=100).map(|i| (i * 3, i * 2)).collect(),
        ..Sweep::default()
    };
    let points = sweep.run(&specs).unwrap();
    assert_eq!(points.len(), 10_000);
    let expected = specs[0].graph(&points[1234].variant).unwrap();
    assert_eq!(points[1234].totals, mbgen::analysis::Totals::of(&expected));
    assert_eq!((points[1234].width, points[1234].resolution), (0.26, [105, 70]));
}
