//! The formats for people.

use mbgen::analysis::{Analysis, By, Tool};
use mbgen::block::Variant;
use mbgen::machine::Description;
use mbgen::plan::Plan;
use mbgen::report::{CostReport, Format, Network, Style, reconcile};
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
    for width in [24, 40, 60, 80, 100, 140] {
        for arch in ["v1", "v1-paper", "v2", "residual"] {
            for by in By::ALL {
                let style = Style { width: Some(width), ..UNICODE };
                let text = render(arch, by, Format::Table, style);
                for line in text.lines() {
                    assert!(line.chars().count() <= width, "{arch} {by:?}, {width}: {line}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}

/// What a sentence says of another tool, too; torchinfo's footer has rules of its own.
#[test]
fn sentences_fit_the_terminal() {
    let loaded = load("v2").unwrap();
    let graph = loaded.graph(&Variant::default()).unwrap();
    let network = Network::of(&loaded, &Variant::default());
    let analysis = Analysis::of(&graph);
    let report = CostReport::of(&network, &analysis);
    for width in [40, 80] {
        let style = Style { width: Some(width), ..UNICODE };
        for tool in Tool::ALL {
            let text = reconcile::render(&report, tool, Format::Table, style);
            let mut lines = text.lines().filter(|line| !line.starts_with("====="));
            assert!(lines.all(|line| line.chars().count() <= width), "{width}:\n{text}");
        }
    }
    let wide = reconcile::render(&report, Tool::Fvcore, Format::Markdown, UNICODE);
    assert!(wide.contains("; it sees no activation, no residual add, and no pool"), "{wide}");
}

#[test]
fn a_narrow_terminal_is_told_what_it_lacks() {
    let header = |width| {
        let text = render("v2", By::Layer, Format::Table, Style { width, ..UNICODE });
        let mut lines = text.lines().skip_while(|line| !line.starts_with("layer"));
        let words: Vec<_> = lines.next().unwrap().split_whitespace().collect();
        let section = lines.take_while(|line| !line.is_empty());
        let said = section.skip_while(|line| !line.starts_with("Left out at")).collect::<Vec<_>>();
        (words.join(" "), said.join(" "))
    };
    let all = "layer op input output k s activation params MACs % live FLOP/B field";
    assert_eq!(header(Some(140)), (all.into(), String::new()));
    let lacks = "Left out at 100 characters a line: activation, FLOP/B, field.".to_owned();
    let some = "layer op input output k s params MACs % live".to_owned();
    assert_eq!(header(Some(100)), (some.clone(), lacks.clone()));
    // What is no terminal is told, too.
    assert_eq!(header(None), (some, lacks));
    let lacks = "Left out at 80 characters a line: input, k, s, activation, FLOP/B, field.";
    assert_eq!(header(Some(80)), ("layer op output params MACs % live".into(), lacks.into()));
    let lacks = "Left out at 24 characters a line: op, input, output, k, s, activation, params, \
                 MACs, %, live, FLOP/B, field.";
    assert_eq!(header(Some(24)), ("layer".into(), lacks.into()));
    let text = render("v2", By::Layer, Format::Table, Style { width: Some(60), ..UNICODE });
    assert!(text.contains("The drawing needs ") && !text.contains('│'), "{text}");
}

#[test]
fn names_that_are_too_long_lose_their_middle() {
    let style = Style { width: Some(12), ..UNICODE };
    let text = render("v2", By::Layer, Format::Table, style);
    assert!(text.contains("\nfeatur…v.0.0\n"), "{text}");
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

/// Of the sixteen colours, terminals show red and magenta legibly on white and on black; never yellow,
/// green, cyan, bright ones, or the colours of the paper.
#[test]
fn colors_are_legible_on_white_and_on_black_and_only_where_asked() {
    let plain = render("v1", By::Layer, Format::Table, UNICODE);
    assert!(!plain.contains('\u{1b}'));
    let mut used = std::collections::BTreeSet::new();
    for arch in ["v1", "v2", "residual"] {
        let style = Style { color: true, ..UNICODE };
        let text = render(arch, By::Layer, Format::Table, style);
        let codes = text.split("\u{1b}[").skip(1).map(|code| code.split_once('m').unwrap().0);
        used.extend(codes.map(str::to_owned));
    }
    // Nothing, bold, dim, underlined, no colour, red and magenta.
    let legible = ["0", "1", "2", "4", "39", "38;5;1", "38;5;5"];
    assert!(used.iter().all(|code| legible.contains(&&**code)), "{used:?}");
    assert!(used.contains("1") && used.contains("38;5;5"), "{used:?}");
}

#[test]
fn csv_has_every_row_and_column() {
    let text = render("v2", By::Layer, Format::Csv, Style::default());
    let widths: Vec<_> = text.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(widths.len(), 65);
    assert!(widths.iter().all(|&w| w == widths[0]));
    assert!(text.starts_with(
        "name,block,op,in_channels,in_height,in_width,out_channels,out_height,out_width,k_height,\
             k_width,s,p_top,p_left,p_bottom,p_right,groups,act,params,"
    ));
}
