//! Every way in which a spec can be wrong is shown with its place, its key path, the offending
//! value, what is allowed, and the line it stands on.

mod blocks;
mod bounds;
mod keys;
mod values;
mod variants;

use mbgen::block;
use mbgen::spec::{Draft, Spec};

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
