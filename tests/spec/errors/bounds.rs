//! What is too much: layers, errors, aliases, nesting, text.

use mbgen::block::MAX_LAYERS;
use mbgen::spec::Spec;

use super::{GOOD, check, problems, with};

#[test]
fn too_many_layers() {
    let most = format!("the network has more than {MAX_LAYERS} layers, the most allowed");
    let path = "stages.features[1].inverted_residual.rows[1]";
    for n in ["2000000000", "100000"] {
        let shown = with("[6, 24, 2, 2]", &format!("[6, 24, {n}, 2]"));
        check(&shown, &most, "13:13", path, n);
    }
    let shown = with("[6, 24, 2, 2]", "[6, 24, 4_000_000_000, 2]");
    check(
        &shown,
        "an entry of `rows` is 4_000_000_000",
        "13:21",
        &format!("{path}[2]"),
        "a number",
    );
    let shown = with("[6, 24, 2, 2]", "[6, 24, 4000000000, 2]");
    check(&shown, "`n` is 4000000000", "13:21", &format!("{path}[2]"), "a whole number from 1 to");
}

#[test]
fn thousands_of_errors_are_counted_and_the_first_are_shown() {
    let rows = "          - [6, 24, 2]\n".repeat(5000);
    let shown = with("          - [6, 24, 2, 2]\n", &rows);
    assert_eq!(shown.matches("error: ").count(), 20);
    assert!(shown.ends_with("5000 problems in net.yaml, the first 20 shown"));
    let rows = "          - [0.001, 24, 2, 1]\n".repeat(5000);
    let shown = with("          - [6, 24, 2, 2]\n", &rows);
    assert!(shown.ends_with("100 problems in net.yaml, the first 20 shown"));
}

#[test]
fn alias_bomb() {
    let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (from, to) in ('a'..='y').zip('b'..) {
        text += &format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(", "));
    }
    let shown = problems(&text);
    assert!(shown.contains("anchors and aliases repeat more than 10000 values"), "{shown}");
    assert!(shown.contains("--> net.yaml:4:"), "{shown}");
}

#[test]
fn aliases_in_measure_are_fine() {
    let text = GOOD.replace("columns: [t, c, n, s]", "columns: &columns [t, c, n, s]").replace(
        "    - conv_dsc: {c: 64, s: 1}\n",
        "    - inverted_residual: {columns: *columns, rows: [[6, 24, 1, 1]]}\n",
    );
    assert!(Spec::parse(&text, "net.yaml").is_ok());
    let shown = problems("a: &a [*a]\n");
    assert!(shown.contains("error: "), "{shown}");
}

#[test]
fn comments_of_any_length_are_fine() {
    let text = GOOD.replace("stages:\n", &format!("stages:\n{}", "  # why\n".repeat(1000)));
    assert_eq!(text.lines().count(), 1020);
    assert!(Spec::parse(&text, "net.yaml").is_ok());
}

#[test]
fn deep_nesting() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        for depth in [33, 300, 100_000] {
            let shown = problems(&format!("a: {}{}", open.repeat(depth), close.repeat(depth)));
            assert!(shown.starts_with("error: "), "{shown}");
            assert!(shown.len() < 2000, "{}", shown.len());
        }
    }
    let block: String = (0..500).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let shown = problems(&block);
    assert!(shown.contains("nested deeper than 32 levels"), "{shown}");
    assert!(shown.contains("--> net.yaml:33:33"), "{shown}");
}

#[test]
fn huge_scalars_are_cut_in_messages() {
    for huge in
        ["9".repeat(1 << 20), "x".repeat(1 << 20), format!("\"{}\"", "é\\n".repeat(1 << 18))]
    {
        let shown = with("classes: 10", &format!("classes: {huge}"));
        assert!(shown.len() < 2000, "{}", shown.len());
        let shown = with("classes: 10", &format!("classes: 10\n? {huge}\n: 1"));
        assert!(shown.len() < 3000, "{}", shown.len());
    }
}
