//! The schema file beside the shipped specs is the one that mbgen derives, and they point at it.

use std::path::Path;

use mbgen::spec::{EMBEDDED, schema};

#[test]
fn the_schema_file_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("archs/spec.schema.json");
    let file = std::fs::read_to_string(&path).unwrap_or_default();
    if file == schema() {
        return;
    }
    if std::env::var_os("MBGEN_BLESS").is_some() {
        std::fs::write(&path, schema()).unwrap();
        panic!("{} was rewritten: look at the change, then run again", path.display());
    }
    panic!("{} is stale: run this test with MBGEN_BLESS=1", path.display());
}

#[test]
fn shipped_specs_point_at_the_schema() {
    for spec in EMBEDDED {
        let first = spec.text.lines().next();
        assert_eq!(
            first,
            Some("# yaml-language-server: $schema=spec.schema.json"),
            "{}",
            spec.name
        );
    }
}

#[test]
fn every_key_is_described() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let definitions = schema["$defs"].as_object().unwrap().values();
    for definition in definitions.chain([&schema]) {
        let keys = definition["properties"].as_object().into_iter().flatten();
        for (key, value) in keys {
            assert!(value["description"].is_string(), "{key}: {value}");
        }
    }
}
