//! Pages say nothing that is meant for a terminal.

use std::path::Path;
use std::process::Command;

/// The text of a page that readers see, a piece a line.
fn seen(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page.split_once("<body>").unwrap().1;
    while let Some((before, tag)) = rest.split_once('<') {
        text += before;
        text.push('\n');
        let element = ["script", "style"].into_iter().find(|name| tag.starts_with(name));
        let end = element.map_or(">".to_owned(), |name| format!("</{name}>"));
        rest = tag.split_once(&end).unwrap().1;
    }
    text + rest
}

/// What a page must not have, in words, if a line has any.
fn foreign(line: &str) -> Option<&'static str> {
    let option = line.split([' ', '(', '"', ',']).any(|word| {
        word.strip_prefix("--")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
    });
    let drawn = |c: char| ('\u{2500}'..='\u{259f}').contains(&c);
    [
        (option, "an option"),
        (line.contains('`') || line.contains("&#96;"), "a back tick"),
        (line.contains("mbgen "), "a command"),
        (line.contains(drawn), "a drawing in characters"),
        (line.contains('\u{1b}'), "an escape"),
        (line.contains("->") || line.contains("-&gt;") || line.contains("10^"), "ASCII for a sign"),
        (line.trim().len() > 3 && line.trim().chars().all(|c| "=-─".contains(c)), "a rule"),
    ]
    .into_iter()
    .find_map(|(has, what)| has.then_some(what))
}

#[test]
fn pages_have_no_words_and_glyphs_of_terminals() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (costs, budgets, schedule) = (path("costs.json"), path("tight.yaml"), path("s.yaml"));
    let mbgen = |args: &[&str], html: Option<&Path>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mbgen"));
        command.args(args).args(html.map(|_| "--format=html"));
        command.args(html.iter().flat_map(|file| [Path::new("-o"), file]));
        command.output().unwrap()
    };
    let v2 = include_str!("../../archs/v2.yaml");
    let v2: String = v2
        .lines()
        .filter(|line| !line.starts_with("labels:"))
        .fold("budgets: {macs: 1M, time: 1s}\n".to_owned(), |text, line| text + line + "\n");
    std::fs::write(&budgets, v2).unwrap();
    std::fs::write(&schedule, "features.8: {split: rows}\n").unwrap();
    let written = ["--baseline", &costs, "--update-baseline", "--reason", "r"];
    let base = [&["compare", "v2", "v1"][..], &written].concat();
    assert!(mbgen(&base, None).status.success());
    let mut pages = vec![
        vec!["analyze", "v2", "--relu6"],
        vec!["analyze", "v1", "--by", "stage"],
        vec!["analyze", "residual"],
        vec!["analyze", "v2", "--schedule", &schedule],
        vec!["analyze", &budgets],
        vec!["analyze", &budgets, "--width", "0.5"],
        vec!["compare", "v1", "v2", "--by", "layer"],
        vec!["compare", "v2", "--width", "0.25..3:0.002"],
        vec!["compare", "v2", "--fit", "macs=100M"],
        vec!["compare", "v2", "--fit", "macs=1"],
        vec!["compare", "v2", "--max", "macs=1M", "--max", "time=1us"],
        vec!["compare", "v2", "v1", "--baseline", &costs, "--max-increase", "1%"],
    ];
    for tool in mbgen::analysis::Tool::ALL {
        pages.push(vec!["analyze", "v2", "--as", tool.name()]);
    }
    let file = folder.path().join("page.html");
    for args in pages {
        let output = mbgen(&args, Some(&file));
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {output:?}");
        let text = seen(&std::fs::read_to_string(&file).unwrap());
        assert!(text.contains("A MAC counts once") || args.contains(&"--as"), "{args:?}: {text}");
        for line in text.lines() {
            assert_eq!(foreign(line), None, "{args:?}: {line}");
        }
        std::fs::remove_file(&file).unwrap();
    }
}

#[test]
fn what_is_foreign_to_a_page_is_found() {
    for line in
        ["see --as TOOL", "run `x`", "mbgen analyze", "█ written", "======", "a -&gt; b", "10^6"]
    {
        assert!(foreign(line).is_some(), "{line}");
    }
    for line in ["v2, width 0.5", "1×3×224×224", "+ features.2.conv", "-3.2%", "a – b", "–"]
    {
        assert_eq!(foreign(line), None, "{line}");
    }
}
