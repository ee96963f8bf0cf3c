//! Text that a stranger wrote, in every place that it reaches.

use std::path::Path;
use std::process::Output;

use mbgen::block::Variant;
use mbgen::initialise::initialise;

use crate::support::crates::{generate, mbgen};

/// A citation that would end its comment, run code in a doc test, and set the terminal's title.
const SOURCE: &str = "\"```\\n//! ```\\nfn main() { std::process::abort() }\\e]0;owned\\a\\u202e\"";

/// A small spec with `extra` lines at its top.
fn spec(extra: &str) -> String {
    format!(
        "name: tiny\n{extra}\ninput: {{channels: 3, height: 8, width: 8}}\nclasses: 2\n\
         stages:\n  features:\n    - conv_bn: {{c: 8}}\n\
         head: [{{pool: global_average_pool}}, {{fc: linear}}]\n"
    )
}

fn run(folder: &Path, args: &[&str]) -> Output {
    mbgen().args(args).current_dir(folder).output().unwrap()
}

/// Whether a terminal would show the text as it is, on the lines that it seems to have.
#[track_caller]
fn is_plain(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let acts = |c: &char| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c);
    assert_eq!(text.chars().find(acts), None, "{text:?}");
}

#[test]
fn a_citation_stays_a_citation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.yaml");
    let labels = "labels: names.txt\nsource: ".to_owned() + SOURCE;
    std::fs::write(&path, spec(&labels)).unwrap();
    std::fs::write(folder.path().join("names.txt"), "cat\u{1b}[31m\nd\u{9b}og\n").unwrap();
    let made = generate::<&str>("hostile_text", &path, &[]);
    let read = |file: &str| std::fs::read_to_string(made.join(file)).unwrap();
    for file in ["README.md", "src/constants.rs", "src/network.rs", "spec.yaml", "labels.txt"] {
        let text = read(file);
        is_plain(text.as_bytes());
        assert!(!text.lines().any(|line| line.starts_with("fn main")), "{file}: {text}");
    }
    // The fence is text, in one line of the comment.
    let network = read("src/network.rs");
    assert!(network.contains("//! \\`\\`\\`"), "{network}");
    // What a crate keeps of its spec says the same.
    let kept = mbgen::spec::load(made.join("spec.yaml").to_str().unwrap()).unwrap().spec;
    assert_eq!(kept.source, mbgen::spec::load(path.to_str().unwrap()).unwrap().spec.source);
}

/// A safetensors file of a spec's network that says this of itself.
fn weights(spec: &Path, metadata: &serde_json::Value) -> Vec<u8> {
    let loaded = mbgen::spec::load(spec.to_str().unwrap()).unwrap();
    let graph = loaded.graph(&Variant::default()).unwrap();
    let input = mbgen::reference::golden_input(graph.input());
    let bytes = initialise(&graph, loaded.spec.bn_eps, 1, &input).to_safetensors();
    let (length, rest) = bytes.split_first_chunk().unwrap();
    let (header, values) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header: serde_json::Value = serde_json::from_slice(header).unwrap();
    header["__metadata__"] = metadata.clone();
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), values].concat()
}

#[test]
fn what_weights_say_of_themselves_is_shown_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.yaml");
    std::fs::write(&path, spec("labels: [cat, dog]")).unwrap();
    let file = folder.path().join("tiny.safetensors");
    let hostile = "A <b>\u{1b}]0;owned\u{7}\n\n# Notice\n```\u{202e}";
    for (metadata, source, licence) in [
        (
            serde_json::json!({ "source": "Ours, 2026", "license": "CC-BY-4.0" }),
            "Ours, 2026",
            "CC-BY-4.0",
        ),
        (
            serde_json::json!({ "license": " ", "modelspec.license": "CC0-1.0" }),
            "not stated in the file",
            "CC0-1.0",
        ),
        (
            serde_json::json!({ "source": hostile, "license": hostile }),
            "A &lt;b>\\\\u{1b}\\]0;owned\\\\u{7} \\# Notice \\`\\`\\`\\\\u{202e}",
            "A &lt;b>\\\\u{1b}\\]0;owned\\\\u{7} \\# Notice \\`\\`\\`\\\\u{202e}",
        ),
    ] {
        std::fs::write(&file, weights(&path, &metadata)).unwrap();
        let args = ["generate", "tiny.yaml", "--weights", "tiny.safetensors", "-o", "made"];
        let output = run(folder.path(), &args);
        assert!(output.status.success(), "{output:?}");
        is_plain(&output.stderr);
        let read = |file: &str| std::fs::read_to_string(folder.path().join("made").join(file));
        let (notice, readme) = (read("NOTICE.md").unwrap(), read("README.md").unwrap());
        is_plain(notice.as_bytes());
        is_plain(readme.as_bytes());
        let lines = format!("- Source: {source}\n- Licence: {licence}\n");
        assert!(notice.contains(&lines), "{notice}");
        assert!(notice.contains("- Licence: not stated\n"), "of the labels: {notice}");
        assert!(readme.contains(&format!("Source: {source}. Licence: {licence}.")), "{readme}");
        std::fs::remove_dir_all(folder.path().join("made")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_path_is_shown_on_one_line_without_what_acts() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{1b}[31m<b>|\nc.yaml";
    std::fs::write(folder.path().join(name), spec("")).unwrap();
    for format in ["table", "json", "csv", "markdown", "html", "bmf"] {
        for args in [&["analyze", name][..], &["compare", name, "v2"]] {
            let output = run(folder.path(), &[args, &["--format", format]].concat());
            assert!(output.status.success(), "{output:?}");
            is_plain(&output.stdout);
            let text = String::from_utf8(output.stdout).unwrap();
            let markup = ["markdown", "html"].contains(&format) && text.contains("<b>|");
            assert!(!markup, "{format}: {text}");
        }
    }
    std::fs::write(folder.path().join(name), spec("classes: 3")).unwrap();
    for args in [&["analyze", name][..], &["generate", "v2", "--weights", name, "-o", "x"]] {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(2));
        is_plain(&output.stderr);
    }
}

/// A line of an error is one that mbgen wrote, whatever its words are about.
#[cfg(unix)]
#[test]
fn a_name_forges_no_line_of_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let name = "a\nforged: b";
    let shared = folder.path().join(name);
    std::fs::create_dir(&shared).unwrap();
    std::fs::set_permissions(&shared, PermissionsExt::from_mode(0o777)).unwrap();
    let absent = name.to_owned() + "c";
    for args in [
        &["analyze", &absent][..],
        &["analyze", name],
        &["compare", "v2", "--baseline", &absent],
        &["analyze", "v2", "--machine", &absent],
        &["analyze", "v2", "--schedule", &absent],
        &["generate", "v2", "--labels", &absent, "-o", "x"],
        &["run"],
    ] {
        let output = mbgen()
            .args(args)
            .current_dir(folder.path())
            .env("MBGEN_CACHE", name)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("a\\nforged: b"), "{args:?}: {said}");
        assert!(!said.lines().any(|line| line.starts_with("forged")), "{args:?}: {said}");
    }
}

#[test]
fn what_a_spec_says_is_shown_without_what_acts() {
    let folder = tempfile::tempdir().unwrap();
    let strange = "\"\\e]0;owned\\a\\u009b31m\\u202e\"";
    for extra in [
        format!("{strange}: 1"),
        format!("padding: {strange}"),
        format!("budgets: {{{strange}: 1}}"),
        format!("labels: [{strange}]"),
        // Not in quotes: what the snippet shows is the file's own line.
        "padding: \u{9b}31m\u{202e}".to_owned(),
    ] {
        std::fs::write(folder.path().join("tiny.yaml"), spec(&extra)).unwrap();
        let output = run(folder.path(), &["analyze", "tiny.yaml"]);
        assert_eq!(output.status.code(), Some(2), "{extra}");
        is_plain(&output.stderr);
    }
}
