//! Lines are the class names of a crate, each a line of text that does nothing, or are refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mbgen::block::{Variant, load_text};
use mbgen::tasks::{Ingredients, Source};
use mbgen::weights::Selection;
use mbgen_fuzz::{begin_with, name, planned, taken};

fuzz_target!(
    init: {
        begin_with("labels", ["cat\ndog\n", "tench, Tinca tinca\r\n\u{202e}goldfish\t\n\n'\"\\ #{}", "é"]);
    },
    |text: &str| {
        let classes = text.lines().count().clamp(1, 50);
        let planned = planned(Variant { classes: Some(classes), ..Variant::default() });
        let Some(names) = taken(planned.named(text, name())) else { return };
        assert_eq!(names.len(), classes);
        assert!(!names.iter().any(|name| name.contains(char::is_control)), "{names:?}");
        let ingredients = Ingredients {
            source: Source::Seed(0),
            tensors: Selection::default(),
            labels: Some(names.clone()),
            workspace: true,
        };
        let tree = planned.tree(ingredients, |_| ()).unwrap();
        let file = |path: &str| str::from_utf8(&tree.files[path]).unwrap();
        assert_eq!(file("labels.txt"), names.iter().map(|name| format!("{name}\n")).collect::<String>());
        // Read again, they are the same names.
        assert_eq!(planned.named(file("labels.txt"), name()).unwrap(), names);
        load_text(file("spec.yaml"), "spec.yaml", &Variant::default()).unwrap();
    }
);
