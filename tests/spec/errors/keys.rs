//! Keys and kinds of values: unknown, missing, given twice, of another kind; and text that is no YAML.

use super::{GOOD, check, problems, with};

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
