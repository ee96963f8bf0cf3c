//! The formats for people.

use mbgen::analysis::{Analysis, By};
use mbgen::block::Variant;
use mbgen::machine::Description;
use mbgen::plan::Plan;
use mbgen::report::{CostReport, Format, Network, Style};
use mbgen::spec::load;

fn render(arch: &str, by: By, format: Format, style: Style) -> String {
    let loaded = load(arch).unwrap();
    let graph = loaded.graph(&Variant::default()).unwrap();
    let network = Network::of(&loaded, &Variant::default());
    let machine = Description::reference();
    let plan = Plan::new(&graph, &machine.machine()).unwrap();
    let analysis = Analysis::of(&graph).with_plan(&plan).with_machine(&graph, &plan, &machine);
    CostReport { by, details: true, ..CostReport::of(&network, &analysis) }.render(format, style)
}

const UNICODE: Style = Style { unicode: true, color: false, width: None };

#[test]
fn tables_fit_the_terminal() {
    for (width, allowed) in [(Some(80), 80), (None, 100), (Some(140), 140)] {
        for arch in ["v1", "v1-paper", "v2", "residual"] {
            for by in By::ALL {
                let text = render(arch, by, Format::Table, Style { width, ..UNICODE });
                for line in text.lines() {
                    // A terminal may break a sentence, but not a row.
                    let allowed = if line.ends_with('.') { 100 } else { allowed };
                    assert!(line.chars().count() <= allowed, "{arch} {by:?}: {line}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}

#[test]
fn a_wide_terminal_shows_more_and_a_narrow_one_says_what_it_lacks() {
    let header = |width| {
        let style = Style { width: Some(width), ..UNICODE };
        let text = render("v2", By::Layer, Format::Table, style);
        let header = text.lines().find(|line| line.starts_with("layer ")).unwrap();
        let words: Vec<String> = header.split_whitespace().map(str::to_owned).collect();
        (words.join(" "), text.contains("Too narrow here for input, k, s.\n"))
    };
    assert_eq!(header(80), ("layer op output params MACs % live".into(), true));
    assert_eq!(header(100), ("layer op input output k s params MACs % live".into(), false));
    let wide = "layer op input output k s activation params MACs % live FLOP/B field";
    assert_eq!(header(140), (wide.into(), false));
}

#[test]
fn a_brief_table_names_what_it_leaves_out() {
    let loaded = load("v2").unwrap();
    let graph = loaded.graph(&Variant::default()).unwrap();
    let network = Network::of(&loaded, &Variant::default());
    let analysis = Analysis::of(&graph);
    let report = |details| {
        let report = CostReport { by: By::Block, details, ..CostReport::of(&network, &analysis) };
        [Format::Table, Format::Markdown].map(|format| report.render(format, UNICODE))
    };
    let ([brief, markdown], [whole, same]) = (report(false), report(true));
    let heading = "Inverted against classic residual blocks at the same widest tensor";
    assert!(whole.contains(heading) && !brief.contains(heading));
    assert!(brief.contains("--details shows more:\n") && !whole.contains("--details"));
    assert!(brief.contains("\n  inverted against classic residual blocks\n"));
    assert_eq!(markdown, same);
}

#[test]
fn plain_tables_are_ascii() {
    let text = render("v2", By::Layer, Format::Table, Style::default());
    assert!(text.is_ascii());
    let line = |start: &str| {
        let line = text.lines().find(|line| line.starts_with(start)).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("MACs "), "MACs 300,774,272 601,548,544 FLOPs");
    // What costs nothing steps back.
    assert_eq!(line("features.3.add"), "features.3.add add 24x56x56 24x56x56 - - - 903.2 kB");
}

#[test]
fn color_only_where_asked() {
    let plain = render("v1", By::Layer, Format::Table, UNICODE);
    assert!(!plain.contains('\u{1b}'));
    let colored = render("v1", By::Layer, Format::Table, Style { color: true, ..UNICODE });
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
