//! What the command line changes.

use mbgen::block::{self, Variant};
use mbgen::machine::Description;
use mbgen::plan::Overrides;
use mbgen::spec::load;
use mbgen::tasks::Planned;

use super::GOOD;

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
    assert!(third.contains("= note: with width 0.9 in place of the spec's"), "{third}");
}

/// Names in the spec are held to the number of classes that is asked for.
#[test]
fn labels_are_those_of_the_classes_that_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.yaml");
    let text = GOOD.replace("classes: 10", "classes: 3\nlabels: [a, b, c, d]");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let asked = |classes| {
        let variant = Variant { classes, ..Variant::default() };
        let loaded = block::load(path, &variant)?;
        let machine = Description::reference();
        Planned::new(loaded, variant, machine, &Overrides::default())?.labels()
    };
    for classes in [None, Some(3)] {
        let shown = asked(classes).unwrap_err().to_string();
        let wrong = "error: `labels` has 4 names for 3 classes; one for each is allowed\n";
        assert!(shown.starts_with(wrong) && shown.contains("net.yaml:4:9\n"), "{shown}");
    }
    assert_eq!(asked(Some(4)).unwrap().unwrap().names, ["a", "b", "c", "d"]);
    assert_eq!(asked(Some(5)).unwrap(), None);
}

#[test]
fn a_variant_from_the_command_line_is_named() {
    let loaded = load("v2").unwrap();
    let shown = |variant: Variant| loaded.graph(&variant).expect_err("too large").to_string();
    let wide = shown(Variant { width: Some(1e6), ..Variant::default() });
    assert!(wide.contains("--> v2:18:16\n"), "{wide}");
    let note = "= note: with width 1000000 in place of the spec's; the spec by itself is fine";
    assert!(wide.contains(note), "{wide}");
    let large = shown(Variant { resolution: Some((100_000, 99_999)), ..Variant::default() });
    let message = "resolution 100000x99999: the input of 3 x 100000 x 99999 has 29999700000 \
                   elements; at most 2^31 are allowed";
    assert_eq!(large, message);
}
