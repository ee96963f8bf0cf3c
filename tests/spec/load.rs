//! Where specs and their labels are found, and what is said when they are not.

use std::path::Path;

use mbgen::block;
use mbgen::error::Error;
use mbgen::spec::{EMBEDDED, Origin, load};

const SPEC: &str = "\
name: tiny
input: {channels: 1, height: 8, width: 8}
classes: 2
labels: words.txt
stages: {body: [{conv_bn: {c: 4}}]}
head: [{pool: global_average_pool}, {fc: linear}]
";

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn refusal(arg: &str) -> String {
    let error = load(arg).expect_err(arg);
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

#[test]
fn shipped_specs_load_by_name_and_give_themselves_back() {
    for shipped in EMBEDDED {
        let loaded = block::load(shipped.name).unwrap();
        assert_eq!(loaded.text, shipped.text);
        assert_eq!(loaded.origin, Origin::Embedded);
        assert_eq!(loaded.labels().unwrap().map(|labels| labels.len()), Some(loaded.spec.classes));
    }
}

#[test]
fn labels_stand_beside_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load(&write(folder.path(), "tiny.yaml", SPEC.as_bytes())).unwrap();
    assert_eq!(loaded.origin, Origin::Folder(folder.path().to_owned()));

    let missing = loaded.labels().unwrap_err();
    assert!(matches!(missing, Error::Io { .. }), "{missing}");
    write(folder.path(), "words.txt", b"cat\ndog\nbird\n");
    let three = loaded.labels().unwrap_err().to_string();
    assert!(
        three.ends_with(
            "words.txt: 3 labels for 2 classes; one for each class is allowed, a line each"
        ),
        "{three}"
    );
    write(folder.path(), "words.txt", b"cat\r\ndog\r\n\r\n");
    assert_eq!(loaded.labels().unwrap(), Some(vec!["cat".into(), "dog".into()]));
}

#[test]
fn a_spec_that_is_nowhere() {
    let shown = refusal("v1_paper");
    let hint = "no file `v1_paper`, and no shipped spec of that name; did you mean `v1-paper`?";
    assert!(shown.starts_with(hint), "{shown}");
    assert!(shown.contains("shipped specs: v1, v1-paper, v2,"), "{shown}");
    assert!(!refusal("/no/such/file.yaml").contains("did you mean"));
}

#[test]
fn a_spec_that_is_no_text_or_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let shown = refusal(&write(folder.path(), "latin.yaml", b"name: a\nsource: caf\xe9\n"));
    assert!(shown.ends_with("latin.yaml: line 2 is not UTF-8 text"), "{shown}");
    assert!(refusal(folder.path().to_str().unwrap()).starts_with("cannot read "));
    let large = folder.path().join("large.yaml");
    std::fs::File::create(&large).unwrap().set_len(1 << 40).unwrap();
    assert!(refusal(large.to_str().unwrap()).ends_with("larger than 4 MiB, the most that is read"));
}

#[test]
fn messages_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "bad.yaml", SPEC.replace("c: 4", "c: 0").as_bytes());
    assert!(refusal(&path).contains(&format!("--> {path}:5:31\n")));
}
