//! The program as it is called: exit codes, and what goes to which stream.

use std::io::Read;
use std::process::{Command, Output, Stdio};

fn mbgen(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[track_caller]
fn succeeds(args: &[&str]) -> String {
    let output = mbgen(args);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{args:?}");
    text(&output.stdout).to_owned()
}

#[track_caller]
fn is_refused(args: &[&str]) -> String {
    let output = mbgen(args);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    assert_eq!(text(&output.stdout), "", "{args:?}");
    text(&output.stderr).to_owned()
}

#[test]
fn archs_fit_100_columns_and_show_the_published_costs() {
    let shown = succeeds(&["archs"]);
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    let line = |arch: &str| shown.lines().find(|line| line.starts_with(arch)).unwrap().to_owned();
    assert!(line("v2 ").ends_with("3,504,872  300,774,272"), "{shown}");
    assert!(line("v1-paper ").ends_with("4,231,976  568,740,352"), "{shown}");
    for spec in mbgen::spec::EMBEDDED {
        assert!(shown.lines().any(|line| line.starts_with(spec.name)), "{}", spec.name);
        assert_eq!(succeeds(&["archs", "--yaml", spec.name]), spec.text);
    }
}

#[test]
fn a_mistyped_arch_is_corrected() {
    let shown = is_refused(&["archs", "--yaml", "v1-papr"]);
    assert!(
        shown.starts_with("error: no shipped spec `v1-papr`; did you mean `v1-paper`?"),
        "{shown}"
    );
    assert!(shown.contains("shipped specs: v1, v1-paper, v2,"), "{shown}");
}

#[test]
fn a_file_in_the_place_of_a_spec_is_sent_where_it_belongs() {
    for command in ["run", "analyze", "graph"] {
        let shown = is_refused(&[command, "photo.PNG"]);
        let hint = "error: photo.PNG is no spec: a photo goes after `--image`";
        assert!(shown.starts_with(hint), "{shown}");
    }
    let shown = is_refused(&["generate", "v2.safetensors", "-o", "x"]);
    assert!(shown.contains("weights go after `--weights`"), "{shown}");
    let shown = is_refused(&["run", "v1", "photo.jpg"]);
    assert!(shown.contains("unexpected argument 'photo.jpg'"), "{shown}");
    assert!(shown.contains("a photo goes after `--image`"), "{shown}");
    assert!(!is_refused(&["run", "v1", "v2"]).contains("--image`"));
}

#[test]
fn help_is_a_result_and_bad_usage_is_not() {
    assert!(succeeds(&["--help"]).contains("Examples:"));
    assert!(succeeds(&["archs", "--help"]).contains("mbgen archs --yaml v2"));
    assert!(succeeds(&["--version"]).starts_with("mbgen "));
    assert!(is_refused(&[]).contains("Usage: mbgen <COMMAND>"));
    assert!(is_refused(&["archz"]).contains("a similar subcommand exists: 'archs'"));
    assert!(is_refused(&["archs", "--yml", "v2"]).contains("a similar argument exists: '--yaml'"));
}

#[test]
fn schema_completions_and_manuals() {
    let schema: serde_json::Value = serde_json::from_str(&succeeds(&["schema"])).unwrap();
    assert_eq!(schema["title"], "mbgen network spec");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(succeeds(&["completions", shell]).contains("archs"), "{shell}");
    }
    assert!(is_refused(&["completions", "tcsh"]).contains("possible values: bash"));
    assert!(succeeds(&["man"]).contains(".TH mbgen 1"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("man1");
    assert_eq!(succeeds(&["man", "-o", path.to_str().unwrap()]), "");
    assert!(path.join("mbgen.1").exists() && path.join("mbgen-archs.1").exists());
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mbgen"))
        .args(["schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut shown = String::new();
    child.stderr.take().unwrap().read_to_string(&mut shown).unwrap();
    assert!(child.wait().unwrap().success(), "{shown}");
    assert_eq!(shown, "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for args in [&["schema"][..], &["--help"], &["--version"], &["help", "analyze"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output =
            Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).starts_with("error: cannot write standard output: "));
    }
}

#[test]
fn mistakes_of_newcomers_are_told_in_their_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [tabs, twice, labels] = ["tabs.yaml", "twice.json", "labels.txt"].map(path);
    std::fs::write(&tabs, "name: net\ninput:\n\tchannels: 3\n").unwrap();
    let update = ["compare", "v1", "--baseline", &twice, "--update-baseline", "--reason", "first"];
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).output().unwrap();
        (output.status.code().unwrap(), text(&output.stderr).to_owned())
    };
    assert_eq!(run(&update).0, 0);
    let mut baseline: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&twice).unwrap()).unwrap();
    let points = baseline["points"].as_array_mut().unwrap();
    points.push(points[0].clone());
    std::fs::write(&twice, baseline.to_string()).unwrap();
    std::fs::write(&labels, "\u{feff}cat\ndog\n").unwrap();
    for (args, code, says) in [
        (&["analyze", &tabs][..], 2, "line 3 is indented by a tab"),
        (&["generate", "v1", "--seed", "abc", "-o", "x"], 2, "a whole number from 0 to 1844"),
        (&["compare", "v1", "--baseline", &twice], 2, "is in it twice"),
        (&["compare", "v1", "--fit", "macs=1"], 1, "none of the networks tried fits"),
    ] {
        let (exit, said) = run(args);
        assert!(exit == code && said.contains(says), "{args:?}: {exit}, {said}");
    }
    let names = mbgen::spec::labels(std::path::Path::new(&labels), 2).unwrap();
    assert_eq!(names, ["cat", "dog"]);
}
