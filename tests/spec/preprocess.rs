//! How a photo becomes an input: what is read, and how it follows the input's size.

use mbgen::block::{Variant, load_text};
use mbgen::spec::{Filter, Resize, Spec};
use mbgen::tasks::edits;

const SPEC: &str = "\
name: tiny
input: {channels: 1, height: 100, width: 200}
classes: 2
preprocess: {RESIZE mean: [0], std: [1]}
stages: {body: [{conv_bn: {c: 4}}]}
head: [{pool: global_average_pool}, {fc: linear}]
";

fn text(resize: &str) -> String {
    SPEC.replace("RESIZE", resize)
}

#[test]
fn a_resize_is_a_number_or_names_its_sides() {
    let exact = Resize::Exact { height: 90, width: 80 };
    for (written, resize, filter) in [
        ("", None, Filter::Bilinear),
        ("resize: 120,", Some(Resize::Shorter(120)), Filter::Bilinear),
        ("resize: {shorter: 120}, filter: bicubic,", Some(Resize::Shorter(120)), Filter::Bicubic),
        ("resize: {width: 80, height: 90}, filter: nearest,", Some(exact), Filter::Nearest),
    ] {
        let preprocess = Spec::parse(&text(written), "a").unwrap().preprocess.unwrap();
        assert_eq!((preprocess.resize, preprocess.filter), (resize, filter), "{written}");
    }
}

/// The shorter side with the input's shorter side, otherwise each with its own; rounded, at least 1.
#[test]
fn a_resize_follows_the_resolution() {
    for (written, (height, width), expected, edited) in [
        ("", (50, 50), None, ""),
        ("resize: 120,", (50, 300), Some(Resize::Shorter(60)), "resize: 60,"),
        ("resize: 120,", (300, 51), Some(Resize::Shorter(61)), "resize: 61,"),
        ("resize: {shorter: 7},", (1, 1), Some(Resize::Shorter(1)), "resize: 1,"),
        (
            "resize: {height: 110, width: 240},",
            (50, 300),
            Some(Resize::Exact { height: 55, width: 360 }),
            "resize: {height: 55, width: 360},",
        ),
    ] {
        let variant = Variant { resolution: Some((height, width)), ..Variant::default() };
        let loaded = load_text(&text(written), "a", &variant).unwrap();
        assert_eq!(variant.apply(&loaded.spec).preprocess.unwrap().resize, expected, "{written}");
        // And so it is written into a spec.
        let texts: Vec<String> =
            edits(&loaded, &variant).unwrap().into_iter().map(|edit| edit.text).collect();
        let mut sides = vec![height.to_string(), width.to_string()];
        if !edited.is_empty() {
            sides.push(edited["resize: ".len()..edited.len() - 1].to_owned());
        }
        assert_eq!(texts, sides, "{written}");
    }
}
