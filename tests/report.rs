//! The formats for people.

use mbgen::analysis::{Analysis, By};
use mbgen::block::Variant;
use mbgen::machine::Description;
use mbgen::plan::Plan;
use mbgen::report::{CostReport, Format, Model, Style};
use mbgen::spec::load;

fn render(arch: &str, by: By, format: Format, style: Style) -> String {
    let loaded = load(arch).unwrap();
    let graph = loaded.graph(&Variant::default()).unwrap();
    let model = Model::of(&loaded, &Variant::default());
    let machine = Description::reference();
    let plan = Plan::new(&graph, &machine.machine()).unwrap();
    let analysis = Analysis::of(&graph).with_plan(&plan).with_machine(&graph, &plan, &machine);
    CostReport { model: &model, analysis: &analysis, by, clamps: None }.render(format, style)
}

#[test]
fn tables_fit_100_columns() {
    for arch in ["v1", "v1-paper", "v2", "residual"] {
        for by in By::ALL {
            let text = render(arch, by, Format::Table, Style { unicode: true, color: false });
            for line in text.lines() {
                assert!(line.chars().count() <= 100, "{arch} {by:?}: {line}");
                assert_eq!(line, line.trim_end());
            }
        }
    }
}

#[test]
fn plain_tables_are_ascii() {
    let text = render("v2", By::Layer, Format::Table, Style::default());
    assert!(text.is_ascii());
    assert!(text.contains("300,774,272 MACs = 601,548,544 FLOPs"));
}

#[test]
fn color_only_where_asked() {
    let plain = render("v1", By::Layer, Format::Table, Style { unicode: true, color: false });
    assert!(!plain.contains('\u{1b}'));
    let colored = render("v1", By::Layer, Format::Table, Style { unicode: true, color: true });
    assert!(colored.contains('\u{1b}'));
}

#[test]
fn csv_has_every_row_and_column() {
    let text = render("v2", By::Layer, Format::Csv, Style::default());
    let widths: Vec<_> = text.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(widths.len(), 65);
    assert!(widths.iter().all(|&w| w == widths[0]));
    assert!(text.starts_with("name,block,op,in,out,k,s,p,groups,act,params,"));
}
