//! Every way in which a spec can be wrong is shown with its place, its key path, the offending
//! value, what is allowed, and the line it stands on.

use mbgen::block::{self, MAX_LAYERS, Variant};
use mbgen::spec::{Draft, Spec, load};

/// A good spec; tests replace parts of it.
const GOOD: &str = "\
name: net
input: {channels: 3, height: 32, width: 32}
classes: 10
width: {multiplier: 1.0, rounding: {make_divisible: 8}}
padding: symmetric
stages:
  features:
    - conv_bn: {c: 16, s: 2}
    - inverted_residual:
        columns: [t, c, n, s]
        rows:
          - [1, 16, 1, 1]
          - [6, 24, 2, 2]
    - conv_dsc: {c: 64, s: 1}
  tail:
    - residual:
        columns: [c, n, s]
        rows:
          - [16, 1, 2]
head: [{mean: global_average_pool}, {fc: linear}]
";

/// The messages for a text, with the problems of its expansion, as the commands show them.
fn problems(text: &str) -> String {
    let draft = Draft::read(text, "net.yaml");
    let found = draft.spec().map(block::expand);
    let found = found.and_then(Result::err).unwrap_or_default();
    draft.finish(found, None).expect_err("the spec is wrong").to_string()
}

/// The messages for [`GOOD`] with one part replaced.
fn with(part: &str, replacement: &str) -> String {
    assert_eq!(GOOD.matches(part).count(), 1, "`{part}` must be unique");
    problems(&GOOD.replace(part, replacement))
}

/// One problem: its message, place, key path, and what is allowed.
#[track_caller]
fn check(shown: &str, message: &str, place: &str, path: &str, allowed: &str) {
    assert!(shown.starts_with(&format!("error: {message}\n")), "{shown}");
    assert_eq!(shown.matches("error: ").count(), 1, "{shown}");
    assert!(shown.contains(&format!("--> net.yaml:{place}\n")), "{shown}");
    assert!(
        shown.contains(&format!("= at: {path}\n")) || shown.ends_with(&format!("= at: {path}")),
        "{shown}"
    );
    assert!(shown.contains(allowed), "{shown}");
    assert!(shown.contains('^'), "{shown}");
}

#[test]
fn the_good_spec_is_good() {
    let spec = Spec::parse(GOOD, "net.yaml").unwrap();
    assert_eq!(block::expand(&spec).unwrap().len(), 20);
}

#[test]
fn a_problem_is_shown_in_full() {
    let shown = with("[6, 24, 2, 2]", "[6, 24, 2, 3]");
    let expected = "\
error: `s` is 3
  --> net.yaml:13:24
   |
13 |           - [6, 24, 2, 3]
   |                        ^ an inverted residual takes a stride of 1 or 2
   |
   = at: stages.features[1].inverted_residual.rows[1][3]";
    assert_eq!(shown, expected);
}

#[test]
fn unknown_key() {
    let shown = with("padding:", "paddding:");
    check(&shown, "unknown key `paddding`", "5:1", "paddding", "= allowed: `name`, `source`");
    assert!(shown.contains("= help: did you mean `padding`?"), "{shown}");
    let shown = with("{c: 16, s: 2}", "{c: 16, stride: 2}");
    let path = "stages.features[0].conv_bn.stride";
    check(&shown, "unknown key `stride`", "8:24", path, "= allowed: `c`, `k`, `s`");
    assert!(shown.contains("= help: did you mean `s`?"), "{shown}");
    for (word, key) in [("act", "activation"), ("kernel", "k"), ("pad", "padding")] {
        let shown = with("{c: 16, s: 2}", &format!("{{c: 16, {word}: 2}}"));
        assert!(shown.contains(&format!("= help: did you mean `{key}`?")), "{shown}");
    }
    let shown = with("{c: 16, s: 2}", "{c: 16, learning_rate: 2}");
    assert!(!shown.contains("did you mean"), "{shown}");
    let shown = with("columns: [c, n, s]", "columns: [filters, repeats, stride]");
    for column in ["c", "n", "s"] {
        assert!(shown.contains(&format!("= help: did you mean `{column}`?")), "{shown}");
    }
}

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
fn missing_key() {
    let shown = with("classes: 10\n", "");
    check(&shown, "missing key `classes`", "1:1", "classes", "`classes: ...` belongs here");
    let shown = with("conv_dsc: {c: 64, s: 1}", "conv_dsc: {s: 1}");
    let path = "stages.features[2].conv_dsc.c";
    check(&shown, "missing key `c`", "14:17", path, "`c: ...` belongs here");
}

#[test]
fn duplicate_key() {
    let shown = with("classes: 10\n", "classes: 10\nclasses: 11\n");
    check(&shown, "duplicate key `classes`", "4:1", "classes", "first given here");
}

#[test]
fn duplicate_stage() {
    let shown = with("  tail:", "  features:");
    check(&shown, "duplicate key `features`", "15:3", "stages.features", "first given here");
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
fn width_multiplier() {
    let allowed = "a finite number greater than 0 is allowed";
    for (wrong, value) in
        [("0", "0"), ("-0.5", "-0.5"), (".nan", "NaN"), (".inf", "inf"), ("-.inf", "-inf")]
    {
        let shown = with("multiplier: 1.0", &format!("multiplier: {wrong}"));
        check(&shown, &format!("`multiplier` is {value}"), "4:21", "width.multiplier", allowed);
    }
    let shown = with("multiplier: 1.0", "multiplier: nan");
    check(&shown, "`multiplier` is nan", "4:21", "width.multiplier", "a number is allowed");
}

#[test]
fn rounding_rule() {
    let shown = with("{make_divisible: 8}", "{make_divisable: 8}");
    let allowed = "allowed: `make_divisible`, `floor`, `exact`";
    check(
        &shown,
        "unknown rounding `make_divisable`",
        "4:37",
        "width.rounding.make_divisable",
        allowed,
    );
    let shown = with("{make_divisible: 8}", "{make_divisible: 0}");
    let path = "width.rounding.make_divisible";
    check(&shown, "`make_divisible` is 0", "4:53", path, "a whole number from 1");
    let shown =
        with("multiplier: 1.0, rounding: {make_divisible: 8}", "multiplier: 0.3, rounding: exact");
    assert!(shown.contains("16 channels times 0.3 is 4.8"), "{shown}");
    assert!(shown.contains("--> net.yaml:8:16\n"), "{shown}");
}

#[test]
fn input_sizes() {
    let shown = with("height: 32", "height: 0");
    check(&shown, "`height` is 0", "2:30", "input.height", "a whole number from 1");
    let shown = with("height: 32, width: 32", "height: 40000, width: 40000");
    check(
        &shown,
        "the input has 3 x 40000 x 40000 elements",
        "2:8",
        "input",
        "at most 2147483648 (2^31)",
    );
}

#[test]
fn element_counts_over_2_31() {
    let shown = with("{c: 16, s: 2}", "{c: 16777216, s: 2}");
    let message = "the output of features.0.0 has 16777216 x 16 x 16 = 4294967296 elements; \
                   at most 2^31 are allowed";
    check(&shown, message, "8:16", "stages.features[0].conv_bn", "{c: 16777216, s: 2}");
    let shown = with("[16, 1, 2]", "[536870912, 1, 1]");
    let path = "stages.tail[0].residual.rows[0]";
    let message = "the output of tail.0.conv1 has 536870912 x 8 x 8 = 34359738368 elements; \
                   at most 2^31 are allowed";
    check(&shown, message, "19:13", path, "[536870912, 1, 1]");
    let shown = with("classes: 10", "classes: 2147483648");
    let message = "the weight of fc has 2147483648 x 64 = 137438953472 elements; \
                   at most 2^31 are allowed";
    check(&shown, message, "20:7", "head", "linear");
}

#[test]
fn window_larger_than_the_map() {
    let text = GOOD.replace("height: 32", "height: 1").replace("{c: 16, s: 2}", "{c: 16, k: 2}");
    let message = "a 2x2 window does not fit a map of 1x32";
    check(&problems(&text), message, "8:16", "stages.features[0].conv_bn", "k: 2");
}

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
fn wrong_kinds() {
    let shown = with("stages:\n", "stages: 5\nextra:\n");
    assert!(shown.contains("error: `stages` is 5\n"), "{shown}");
    assert!(shown.contains("a mapping is allowed"), "{shown}");
    let shown = with("input: {channels: 3, height: 32, width: 32}", "input: [3, 32, 32]");
    let allowed = "a mapping with the keys `channels`, `height`, `width` is allowed";
    check(&shown, "`input` is a list", "2:8", "input", allowed);
    let shown = with("padding: symmetric", "padding: {same: 1}");
    check(&shown, "`same` is 1", "5:17", "padding.same", "`same` takes no value");
    let shown = with("name: net", "name: [net]");
    check(&shown, "`name` is a list", "1:7", "name", "text is allowed");
    let shown = problems("just words\n");
    assert!(shown.contains("error: the file is just words\n --> net.yaml:1:1\n"), "{shown}");
    let shown = problems("");
    assert!(shown.contains("error: the file is empty\n --> net.yaml:1:1\n"), "{shown}");
}

#[test]
fn names() {
    let allowed = "a letter, then at most 63 letters, digits, `_` or `-`";
    check(&with("name: net", "name: 2net"), "`name` is \"2net\"", "1:7", "name", allowed);
    check(&with("name: net", "name: a/b"), "`name` is \"a/b\"", "1:7", "name", allowed);
    let allowed = "letters, digits or `_`";
    check(&with("  tail:", "  ta.il:"), "module name `ta.il`", "15:3", "stages.ta.il", allowed);
}

#[test]
fn head() {
    let shape = "a head is `global_average_pool`, then `linear`; dropouts may stand between";
    let head = "[{mean: global_average_pool}, {fc: linear}]";
    let shown = with(head, "[]");
    check(&shown, "the head has no layers", "20:7", "head", shape);
    let shown = with(head, "[{mean: global_average_pool}]");
    check(&shown, "the head has no `linear`", "20:7", "head", shape);
    let shown = with(head, "[{fc: linear}, {mean: global_average_pool}]");
    assert!(shown.starts_with("error: `linear` without a pool before it\n"), "{shown}");
    let shown = with(head, "[{mean: global_average_pool}, {fc: [linear, linear]}]");
    check(&shown, "a layer after `linear`", "20:51", "head[1].fc[1]", shape);
    let shown = with(head, "[{mean: global_average_pool}, {mean: linear}]");
    check(&shown, "the name `mean` is taken", "20:38", "head[1].mean", "first used here");
    let shown = with(head, "[{tail: global_average_pool}, {fc: linear}]");
    check(&shown, "the name `tail` is taken", "20:9", "head[0].tail", "a stage has this name");
    let shown = with(head, "[{mean: global_average_pool}, {fc: [{dropout: 1.5}, linear]}]");
    check(&shown, "`dropout` is 1.5", "20:53", "head[1].fc[0].dropout", "less than 1 is allowed");
    let shown = with(head, "[{mean: global_average_pool}, {fc: lienar}]");
    check(&shown, "unknown head layer `lienar`", "20:42", "head[1].fc", "did you mean `linear`?");
    let shown = with(head, "[{mean: {global_average_pool: maen}}, {fc: linear}]");
    let path = "head[0].mean.global_average_pool";
    check(&shown, "unknown pool `maen`", "20:37", path, "did you mean `mean`?");
    let shown = with(head, "[{mean: global_average_pool}, {fc: [dropout, linear]}]");
    check(&shown, "`dropout` without a value", "20:43", "head[1].fc[0]", "write `dropout: ...`");
}

#[test]
fn preprocess() {
    let at = |wrong: &str| with("padding: symmetric", &format!("preprocess: {{{wrong}}}"));
    let shown = at("mean: [0, 0], std: [1, 1, 1]");
    let one_each = "one for each of 3 input channels is allowed";
    check(&shown, "`mean` has 2 numbers", "5:20", "preprocess.mean", one_each);
    let shown = at("mean: [0, 0, 0], std: [1, 0, 1]");
    let allowed = "a finite number greater than 0 is allowed";
    check(&shown, "an entry of std is 0", "5:40", "preprocess.std[1]", allowed);
    let shown = at("mean: [0, .nan, 0], std: [1, 1, 1]");
    let allowed = "a finite number is allowed";
    check(&shown, "an entry of mean is NaN", "5:24", "preprocess.mean[1]", allowed);
}

#[test]
fn budgets() {
    let at = |wrong: &str| with("padding: symmetric", &format!("budgets: {{{wrong}}}"));
    let metrics =
        "allowed: `params`, `weights`, `macs`, `flops`, `weight_bytes`, `peak`, `arena`, `time`";
    check(&at("mac: 3M"), "unknown metric `mac`", "5:11", "budgets.mac", metrics);
    let shown = at("macs: 3Q");
    check(&shown, "`macs` is limited to 3Q", "5:17", "budgets.macs", "k M G (powers of 1000)");

    let text = GOOD.replace("padding: symmetric", "budgets: {params: 3.5M, peak: 2MiB, macs: 300}");
    let spec = Spec::parse(&text, "net.yaml").unwrap();
    let read: Vec<_> = spec.budgets.iter().map(|b| (b.metric.name(), b.limit, &*b.text)).collect();
    let expected = [("params", 3_500_000, "3.5M"), ("peak", 2 << 20, "2MiB"), ("macs", 300, "300")];
    assert_eq!(read, expected);
}

#[test]
fn broken_yaml() {
    let shown = with("classes: 10", "classes: [10");
    assert!(shown.starts_with("error: invalid YAML: "), "{shown}");
    assert!(shown.contains("--> net.yaml:"), "{shown}");
    let shown = problems("name: a\ninput:\n\tchannels: 1\n");
    assert!(shown.contains("--> net.yaml:3:2"), "{shown}");
    let shown = problems(&format!("{GOOD}---\nname: b\n"));
    assert!(shown.starts_with("error: a second YAML document\n"), "{shown}");
    let shown = with("name: net", "name: !!str net");
    assert!(shown.starts_with("error: a YAML tag\n"), "{shown}");
    let shown = with("classes: 10", "<<: {classes: 10}");
    assert!(shown.contains("merge keys are not supported"), "{shown}");
}

#[test]
fn three_errors_come_at_once_in_the_order_of_the_file() {
    let text = GOOD
        .replace("c: 16, s: 2", "c: 16, s: 2, activaton: relu")
        .replace("[6, 24, 2, 2]", "[6, 24, 2, 3]")
        .replace("conv_dsc: {c: 64, s: 1}", "conv_dsc: {c: 0}")
        .replace("[16, 1, 2]", "[536870912, 1, 2]");
    let shown = problems(&text);
    let messages: Vec<&str> = shown.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(messages.len(), 4, "{shown}");
    assert_eq!(messages[0], "error: unknown key `activaton`");
    assert_eq!(messages[1], "error: `s` is 3");
    assert_eq!(messages[2], "error: `c` is 0");
    assert!(
        messages[3].starts_with("error: the output of tail.0.conv1 has 536870912 x"),
        "{shown}"
    );
    assert!(shown.ends_with("4 problems in net.yaml"), "{shown}");
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

#[test]
fn what_is_asked_for_is_what_must_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.yaml");
    let exact = "width: {multiplier: 0.3, rounding: exact}";
    let text = GOOD.replace("width: {multiplier: 1.0, rounding: {make_divisible: 8}}", exact);
    std::fs::write(&path, &text).unwrap();
    let path = path.to_str().unwrap();
    let half = Variant { width: Some(0.5), ..Variant::default() };
    assert!(block::load(path, &half).unwrap().graph(&half).is_ok());
    let own = Variant::default();
    let shown = block::load(path, &own).unwrap().graph(&own).unwrap_err().to_string();
    assert!(shown.starts_with("error: 16 channels times 0.3 is 4.8"), "{shown}");

    // Beside other mistakes, the variant's are shown.
    std::fs::write(path, text.replace("[16, 1, 2]", "[16, 1, 0]")).unwrap();
    let shown = |variant: Variant| block::load(path, &variant).unwrap_err().to_string();
    assert!(!shown(half).contains("channels times"), "{}", shown(half));
    assert!(shown(own).contains("error: 16 channels times 0.3 is 4.8"), "{}", shown(own));
    let third = shown(Variant { width: Some(0.9), ..own });
    assert!(third.contains("16 channels times 0.9 is 14.4"), "{third}");
    assert!(third.contains("= note: with `--width 0.9` from the command line"), "{third}");
}

#[test]
fn a_variant_from_the_command_line_is_named() {
    let loaded = load("v2").unwrap();
    let shown = |variant: Variant| loaded.graph(&variant).expect_err("too large").to_string();
    let wide = shown(Variant { width: Some(1e6), ..Variant::default() });
    assert!(wide.contains("--> v2:18:16\n"), "{wide}");
    let note = "= note: with `--width 1000000` from the command line; the spec by itself is fine";
    assert!(wide.contains(note), "{wide}");
    let large = shown(Variant { resolution: Some((100_000, 99_999)), ..Variant::default() });
    let message = "--resolution 100000x99999: the input of 3 x 100000 x 99999 has 29999700000 \
                   elements; at most 2^31 are allowed";
    assert_eq!(large, message);
}
