//! Where specs and their labels are found, and what is said when they are not.

use std::path::Path;

use mbgen::block::{self, Variant};
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
        let loaded = block::load(shipped.name, &Variant::default()).unwrap();
        assert_eq!(loaded.text, shipped.text);
        assert_eq!(loaded.origin, Origin::Embedded);
        assert_eq!(
            loaded.labels().unwrap().map(|labels| labels.names.len()),
            Some(loaded.spec.classes)
        );
    }
}

#[test]
fn labels_stand_beside_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load(&write(folder.path(), "tiny.yaml", SPEC.as_bytes())).unwrap();
    assert_eq!(loaded.origin, Origin::Folder(folder.path().to_owned()));

    let refused = || loaded.labels().unwrap_err();
    let missing = refused();
    assert!(matches!(missing, Error::Spec(_)), "{missing}");
    let missing = missing.to_string();
    assert!(missing.starts_with("error: cannot read ") && missing.contains("words.txt: "));
    assert!(missing.contains("tiny.yaml:4:9\n"), "{missing}");
    assert!(missing.contains("= at: labels\n"), "{missing}");
    assert!(missing.contains("--labels takes a file in its place"), "{missing}");
    write(folder.path(), "words.txt", b"cat\ndog\nbird\n");
    let three = refused().to_string();
    assert!(three.starts_with("error: words.txt has 3 names for 2 classes\n"), "{three}");
    assert!(three.contains("tiny.yaml:4:9\n"), "{three}");
    write(folder.path(), "words.txt", b"cat\r\ndog\r\n\r\n");
    let found = loaded.labels().unwrap().unwrap();
    assert_eq!((found.names, found.shipped), (vec!["cat".into(), "dog".into()], None));
}

/// Who passes a spec on does not pass on whatever file it names.
#[test]
fn labels_stay_beside_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    let named = |file: &str| SPEC.replace("words.txt", file);
    let help = "--labels takes a file from anywhere";
    for file in ["../../etc/passwd", "/etc/passwd", "a/../../words.txt", ".."] {
        let shown = refusal(&write(folder.path(), "tiny.yaml", named(file).as_bytes()));
        assert!(shown.starts_with(&format!("error: `labels` is \"{file}\"\n")), "{shown}");
        assert!(shown.contains("tiny.yaml:4:9\n") && shown.contains(help), "{shown}");
    }
    std::fs::create_dir(folder.path().join("a")).unwrap();
    write(folder.path(), "words.txt", b"cat\ndog\n");
    for file in ["./words.txt", "a/../words.txt"] {
        let loaded = load(&write(folder.path(), "tiny.yaml", named(file).as_bytes())).unwrap();
        assert_eq!(loaded.labels().unwrap().unwrap().names, ["cat", "dog"], "{file}");
    }
}

#[cfg(unix)]
#[test]
fn labels_follow_no_link_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (specs, linked) = (folder.path().join("specs"), folder.path().join("linked"));
    std::fs::create_dir(&specs).unwrap();
    symlink(&specs, &linked).unwrap();
    write(folder.path(), "secret.txt", b"cat\ndog\n");
    write(&specs, "names.txt", b"cat\ndog\n");
    write(&specs, "tiny.yaml", SPEC.as_bytes());
    symlink(folder.path().join("secret.txt"), specs.join("words.txt")).unwrap();
    symlink(folder.path(), specs.join("up")).unwrap();
    // The folder itself may be reached by a link, and a link may stay in it.
    for place in [&specs, &linked] {
        let loaded = load(place.join("tiny.yaml").to_str().unwrap()).unwrap();
        let shown = loaded.labels().unwrap_err().to_string();
        let message = "words.txt: a symbolic link out of the folder of the spec\n";
        assert!(shown.contains(message) && shown.contains("tiny.yaml:4:9\n"), "{shown}");
    }
    let up = SPEC.replace("words.txt", "up/secret.txt");
    let loaded = load(&write(&specs, "up.yaml", up.as_bytes())).unwrap();
    assert!(loaded.labels().unwrap_err().to_string().contains("out of the folder"));
    std::fs::remove_file(specs.join("words.txt")).unwrap();
    symlink("names.txt", specs.join("words.txt")).unwrap();
    let loaded = load(linked.join("tiny.yaml").to_str().unwrap()).unwrap();
    assert_eq!(loaded.labels().unwrap().unwrap().names, ["cat", "dog"]);
}

#[test]
fn labels_stand_in_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    let listed = |labels: &str| SPEC.replace("labels: words.txt", &format!("labels: {labels}"));
    let path = write(folder.path(), "tiny.yaml", listed("[cat, \"d\\ng\"]").as_bytes());
    let found = load(&path).unwrap().labels().unwrap().unwrap();
    assert_eq!((found.names, found.shipped), (vec!["cat".into(), "d\\ng".into()], None));
    for (labels, message, column) in [
        ("[cat, \" \"]", "`labels` has an empty name\n", 15),
        ("\"\"", "`labels` has an empty name\n", 9),
        ("{cat: dog}", "`labels` is a mapping\n", 9),
    ] {
        let shown = refusal(&write(folder.path(), "tiny.yaml", listed(labels).as_bytes()));
        assert!(shown.contains(message) && shown.contains(&format!(":4:{column}\n")), "{shown}");
    }
}

#[test]
fn labels_of_a_copied_spec_are_those_that_are_shipped() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "mine.yaml", EMBEDDED[2].text.as_bytes());
    let (mine, shipped) = (load(&path).unwrap(), load("v2").unwrap());
    let found = mine.labels().unwrap().unwrap();
    assert_eq!(found, shipped.labels().unwrap().unwrap());
    assert_eq!(found.shipped.as_deref(), Some("imagenet_1000.txt"));
    // A file beside the spec comes first.
    let own: String = (0..1000).map(|i| format!("class {i}\n")).collect();
    write(folder.path(), "imagenet_1000.txt", own.as_bytes());
    let found = mine.labels().unwrap().unwrap();
    assert_eq!((found.names[999].as_str(), found.shipped), ("class 999", None));
}

#[test]
fn a_spec_that_is_nowhere() {
    let shown = refusal("v1_paper");
    let hint = "no file `v1_paper`, and no shipped spec of that name; did you mean `v1-paper`?";
    assert!(shown.starts_with(hint), "{shown}");
    assert!(shown.contains("shipped specs: v1, v1-paper, v2,"), "{shown}");
    // A name that reports print.
    for name in ["mobilenet_v2", "MobileNetV2"] {
        assert!(refusal(name).contains("; did you mean `v2`?"), "{}", refusal(name));
    }
    for spec in EMBEDDED {
        assert_eq!(spec.network(), load(spec.name).unwrap().spec.name);
    }
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
