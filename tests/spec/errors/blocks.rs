//! Blocks and their tables.

use mbgen::block;
use mbgen::spec::Spec;

use super::{GOOD, check, problems, with};

#[test]
fn a_table_of_depthwise_separable_convolutions() {
    let conv_dsc = |block: &str| GOOD.replace("{c: 64, s: 1}", block);
    let graph = |block: &str| {
        let spec = Spec::parse(&conv_dsc(block), "net.yaml").unwrap_or_else(|e| panic!("{e}"));
        block::expand(&spec).unwrap()
    };
    let layers = |block: &str| {
        let graph = graph(block);
        let layers = graph.layers().map(|(_, layer)| format!("{layer:?}"));
        layers.collect::<Vec<_>>()
    };
    let apart = "{c: 64, s: 2}\n    - conv_dsc: {c: 64}\n    - conv_dsc: {c: 96, s: 1, k: 5}";
    let table = "{columns: [c, s, n, k], rows: [[64, 2, 2, 3], [96, 1, 1, 5]]}";
    assert_eq!(layers(apart), layers(table));
    assert_eq!(layers("{c: 64, s: 2}"), layers("{columns: [s, c], rows: [[2, 64]]}"));

    let path = "stages.features[2].conv_dsc";
    let shown = problems(&conv_dsc("{columns: [c, s], rows: [[64]]}"));
    let two = "2 numbers needed, one for each column";
    check(&shown, "a row of 1 number", "14:42", &format!("{path}.rows[0]"), two);
    let shown = problems(&conv_dsc("{columns: [c], rows: [[64]]}"));
    let needed = "`c`, `s` are needed; `n`, `k` may be added";
    check(&shown, "no column `s`", "14:27", &format!("{path}.columns"), needed);
    let shown = problems(&conv_dsc("{columns: [c, s], rows: [[64, 1]], c: 3}"));
    let allowed = "allowed: `columns`, `rows`, `activation`, `padding`";
    check(&shown, "unknown key `c`", "14:52", &format!("{path}.c"), allowed);
    let shown = problems(&conv_dsc("{rows: [[64, 1]]}"));
    let belongs = "`columns: ...` belongs here";
    check(&shown, "missing key `columns`", "14:17", &format!("{path}.columns"), belongs);
}

#[test]
fn ends_of_a_skip_connection() {
    let path = "stages.features[1].inverted_residual.rows[0]";
    let text = GOOD.replace("[t, c, n, s]", "[t, c, n, s, k]").replace(", 2, 2]", ", 2, 2, 3]");
    let even = problems(&text.replace("[1, 16, 1, 1]", "[1, 16, 1, 1, 4]"));
    let message = "the skip connection of features.1 joins maps of 16x16 and 15x15; padding \
                   `symmetric` of an odd kernel, or padding `same`, keeps the size";
    check(&even, message, "12:13", path, "[1, 16, 1, 1, 4]");
    let padded = |table: &str, padding: &str| {
        GOOD.replace(table, &format!("padding: {padding}\n        {table}"))
    };
    let valid = problems(&padded("columns: [t, c, n, s]", "valid"));
    assert!(
        valid.contains("error: the skip connection of features.1 joins maps of 16x16 and 14x14")
    );
    assert!(valid.contains("error: the skip connection of features.3 joins maps of 6x6 and 4x4"));
    let classic = problems(&padded("columns: [c, n, s]", "valid"));
    assert!(
        classic.contains("the skip connection of tail.0 joins maps of 4x4 and 3x3;"),
        "{classic}"
    );
    assert!(Spec::parse(&padded("columns: [c, n, s]", "same"), "net.yaml").is_ok());
    // Without a skip connection there is nothing to add.
    let wider = padded("columns: [t, c, n, s]", "valid").replace("[1, 16,", "[1, 24,");
    let shown = problems(&wider);
    assert!(shown.contains("--> net.yaml:14:13"), "{shown}");
}

#[test]
fn unknown_block() {
    let shown = with("conv_dsc: {c", "conv_dcs: {c");
    let allowed = "allowed: `conv_bn`, `conv_dsc`, `inverted_residual`, `residual`";
    check(&shown, "unknown block `conv_dcs`", "14:7", "stages.features[2].conv_dcs", allowed);
    assert!(shown.contains("did you mean `conv_dsc`?"), "{shown}");
}

#[test]
fn block_keys_outside_the_block() {
    let shown = with("conv_dsc: {c: 64, s: 1}", "conv_dsc:\n      c: 64\n      s: 1");
    check(&shown, "`c` beside `conv_dsc`", "15:7", "stages.features[2].c", "indent");
}

#[test]
fn block_without_keys() {
    let shown = with("conv_dsc: {c: 64, s: 1}", "conv_dsc");
    let path = "stages.features[2]";
    check(&shown, "`conv_dsc` without a value", "14:7", path, "write `conv_dsc: ...`");
    let shown = with("conv_dsc: {c: 64, s: 1}", "conv_dsc:");
    let path = "stages.features[2].conv_dsc";
    check(&shown, "`conv_dsc` is empty", "14:15", path, "a mapping with the keys `c`, `k`");
}

#[test]
fn row_of_the_wrong_length() {
    let path = "stages.features[1].inverted_residual.rows[1]";
    let needed = "4 numbers needed, one for each column";
    check(&with("[6, 24, 2, 2]", "[6, 24, 2]"), "a row of 3 numbers", "13:13", path, needed);
    check(&with("[6, 24, 2, 2]", "[6, 24, 2, 2, 5]"), "a row of 5 numbers", "13:13", path, needed);
    check(&with("[6, 24, 2, 2]", "[]"), "a row of 0 numbers", "13:13", path, needed);
    let shown = with("[16, 1, 2]", "[16]");
    let path = "stages.tail[0].residual.rows[0]";
    check(&shown, "a row of 1 number", "19:13", path, "3 numbers needed");
    assert!(
        shown.contains("------- 3 columns") || shown.contains("--------- 3 columns"),
        "{shown}"
    );
}

#[test]
fn row_that_is_no_list() {
    let shown = with("- [6, 24, 2, 2]", "- 6");
    let path = "stages.features[1].inverted_residual.rows[1]";
    check(&shown, "an entry of `rows` is 6", "13:13", path, "a list is allowed");
}

#[test]
fn empty_table() {
    let shown = with("\n          - [1, 16, 1, 1]\n          - [6, 24, 2, 2]\n", " []\n");
    let path = "stages.features[1].inverted_residual.rows";
    check(&shown, "the table is empty", "11:15", path, "at least one row is needed");
}

#[test]
fn empty_stage_and_no_stages() {
    let shown = with(
        "\n    - residual:\n        columns: [c, n, s]\n        rows:\n          - [16, 1, 2]\n",
        " []\n",
    );
    check(&shown, "stage `tail` is empty", "15:9", "stages.tail", "at least one block is needed");
    let start = GOOD.find("  features:").unwrap();
    let end = GOOD.find("head:").unwrap();
    let shown = problems(&format!("{} {{}}\n{}", GOOD[..start].trim_end(), &GOOD[end..]));
    check(&shown, "`stages` is empty", "6:9", "stages", "at least one stage");
}

#[test]
fn columns_missing_repeated_or_unknown() {
    let path = "stages.features[1].inverted_residual.columns";
    let shown = with("[t, c, n, s]", "[t, c, n]");
    check(
        &shown,
        "no column `s`",
        "10:18",
        path,
        "`t`, `c`, `n`, `s` are needed; `k` may be added",
    );
    let shown = with("[t, c, n, s]", "[t, c, n, s, c]");
    check(&shown, "column `c` is given twice", "10:31", &format!("{path}[4]"), "first here");
    let shown = with("[t, c, n, s]", "[t, c, n, z]");
    check(&shown, "unknown column `z`", "10:28", &format!("{path}[3]"), "allowed: `t`, `c`, `n`");
}

#[test]
fn stride_of_an_inverted_residual() {
    let path = "stages.features[1].inverted_residual.rows[1][3]";
    for stride in ["3", "4", "1000000"] {
        let shown = with("[6, 24, 2, 2]", &format!("[6, 24, 2, {stride}]"));
        check(&shown, &format!("`s` is {stride}"), "13:24", path, "a stride of 1 or 2");
    }
}

#[test]
fn counts_of_zero_negative_or_fractional() {
    let allowed = "a whole number from 1 to 2147483648 is allowed";
    for wrong in [
        "0",
        "-8",
        "1.5",
        ".inf",
        "-.inf",
        ".nan",
        "99999999999999999999",
        "1e999",
        "ten",
        "\"8\"",
        "0x",
        "[8]",
        "true",
    ] {
        let shown = with("{c: 16, s: 2}", &format!("{{c: {wrong}, s: 2}}"));
        let value = match wrong {
            "\"8\"" => "the text \"8\"",
            "[8]" => "a list",
            other => other,
        };
        let path = "stages.features[0].conv_bn.c";
        check(&shown, &format!("`c` is {value}"), "8:20", path, allowed);
    }
    let path = "stages.features[1].inverted_residual.rows[1]";
    check(
        &with("[6, 24, 2, 2]", "[6, 0, 2, 2]"),
        "`c` is 0",
        "13:17",
        &format!("{path}[1]"),
        allowed,
    );
    check(
        &with("[6, 24, 2, 2]", "[6, 24, 0, 2]"),
        "`n` is 0",
        "13:21",
        &format!("{path}[2]"),
        allowed,
    );
    check(
        &with("[6, 24, 2, 2]", "[6, 24, 2, 0]"),
        "`s` is 0",
        "13:24",
        &format!("{path}[3]"),
        allowed,
    );
    check(
        &with("[6, 24, 2, 2]", "[6, 24, 2.5, 2]"),
        "`n` is 2.5",
        "13:21",
        &format!("{path}[2]"),
        allowed,
    );
    let shown = with("classes: 10", "classes: 0");
    check(&shown, "`classes` is 0", "3:10", "classes", allowed);
}

#[test]
fn expansion_factor() {
    let path = "stages.features[1].inverted_residual.rows[1][0]";
    let allowed = "a number greater than 0 and at most 1024 is allowed";
    for (wrong, value) in
        [("0", "0"), ("-6", "-6"), (".nan", "NaN"), (".inf", "inf"), ("1e9", "1000000000")]
    {
        let shown = with("[6, 24, 2, 2]", &format!("[{wrong}, 24, 2, 2]"));
        check(&shown, &format!("`t` is {value}"), "13:14", path, allowed);
    }
    let shown = with("[6, 24, 2, 2]", "[0.01, 24, 2, 2]");
    let path = "stages.features[1].inverted_residual.rows[1]";
    check(&shown, "16 channels times t = 0.01 rounds to no hidden channel", "13:13", path, "0.01");
}

#[test]
fn window_larger_than_the_map() {
    let text = GOOD.replace("height: 32", "height: 1").replace("{c: 16, s: 2}", "{c: 16, k: 2}");
    let message = "a 2x2 window does not fit a map of 1x32";
    check(&problems(&text), message, "8:16", "stages.features[0].conv_bn", "k: 2");
}
