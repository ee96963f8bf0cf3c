//! Text that a stranger wrote, in every place that it reaches.

use std::path::Path;
use std::process::Output;

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
    for file in ["README.md", "src/lib.rs", "src/network.rs", "spec.yaml", "labels.txt"] {
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
