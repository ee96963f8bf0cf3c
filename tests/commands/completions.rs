//! What shells offer, by the scripts that `completions` prints.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn script(shell: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mbgen"));
    let output = command.args(["completions", shell]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a shell on a script from standard input; `None` where this machine has no such shell.
fn said(shell: &str, args: &[&str], script: &str, folder: &Path) -> Option<String> {
    let mut command = Command::new(shell);
    command.args(args).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = command.stderr(Stdio::piped()).spawn() else {
        eprintln!("SKIPPED: no {shell} on this machine");
        return None;
    };
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A folder with a file of each kind, names that a shell would run or split among them.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "mine.yaml",
        "my net.yml",
        "$(touch ran).yaml",
        "notes.txt",
        "w.safetensors",
        "cat.JPG",
        "dog.png",
    ];
    for name in names {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    std::fs::create_dir(folder.path().join("specs.yaml")).unwrap();
    folder
}

/// What bash offers for the last of some words, as readline splits them; in order.
fn offered(folder: &Path, words: &[&str]) -> Option<Vec<String>> {
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let asked = format!(
        "{}\nCOMP_WORDS=(mbgen {})\nCOMP_CWORD={}\n_mbgen mbgen\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        script("bash"),
        quoted.join(" "),
        words.len()
    );
    let said = said("bash", &["--norc", "-u"], &asked, folder)?;
    let mut offered: Vec<_> =
        said.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    offered.sort();
    Some(offered)
}

#[test]
fn bash_offers_what_a_word_may_be() {
    let folder = folder();
    let folder = folder.path();
    let yaml = ["$(touch ran).yaml", "mine.yaml", "my net.yml", "specs.yaml"].map(str::to_owned);
    let names = |names: &mut dyn Iterator<Item = &str>, more: &[String]| {
        let mut all: Vec<_> = names.map(str::to_owned).chain(more.iter().cloned()).collect();
        all.sort();
        all
    };
    let specs = names(&mut mbgen::spec::EMBEDDED.iter().map(|spec| spec.name), &yaml);
    let machines = names(&mut mbgen::machine::SHIPPED.iter().map(|machine| machine.name), &yaml);
    let Some(first) = offered(folder, &["ana"]) else { return };
    assert_eq!(first, ["analyze"]);
    let words = |words: &[&str]| offered(folder, words).unwrap();
    for command in ["analyze", "compare", "graph", "generate", "run", "schedule"] {
        assert_eq!(words(&[command, ""]), specs, "{command}");
        assert!(words(&[command, "--"]).contains(&"--width".to_owned()), "{command}");
    }
    assert_eq!(words(&["compare", "v1", ""]), specs);
    assert_eq!(words(&["analyze", "--details", "v2"]), ["v2"]);
    assert_eq!(words(&["analyze", "my"]), ["my net.yml"]);
    assert_eq!(words(&["analyze", "v2", "--machine", ""]), machines);
    assert_eq!(words(&["archs", "--yaml", "res"]), ["residual"]);
    assert_eq!(words(&["machine", "--yaml", ""]), ["zen4", "zen5"]);
    assert_eq!(words(&["analyze", "v2", "--by", "b"]), ["block"]);
    assert_eq!(words(&["analyze", "v2", "--by", "="]), ["block", "layer", "stage"]);
    assert_eq!(words(&["analyze", "v2", "--by", "=", "s"]), ["stage"]);
    assert_eq!(words(&["analyze", "--format", "m"]), ["markdown"]);
    assert_eq!(words(&["graph", "--format", "s"]), ["svg"]);
    assert_eq!(words(&["completions", "z"]), ["zsh"]);
    assert_eq!(words(&["compare", "v2", "--max", "p"]), ["params=", "peak="]);
    assert_eq!(words(&["compare", "v2", "--max", "macs", "="]), [""; 0]);
    assert_eq!(words(&["compare", "v2", "--max", "macs", "=", "3"]), [""; 0]);
    assert_eq!(words(&["generate", "v2", "--weights", ""]), ["specs.yaml", "w.safetensors"]);
    assert_eq!(words(&["run", "--image", "d"]), ["dog.png"]);
    assert_eq!(words(&["analyze", "v2", "--width", ""]), [""; 0]);
    assert!(!folder.join("ran").exists(), "a file's name was run");
}

/// Each option that takes a file or a name from a list is completed with such.
#[test]
fn every_option_of_files_offers_files() {
    let script = script("bash");
    let help = |command: &str| {
        let mut mbgen = Command::new(env!("CARGO_BIN_EXE_mbgen"));
        String::from_utf8(mbgen.args([command, "--help"]).output().unwrap().stdout).unwrap()
    };
    let mut options = 0;
    for command in ["analyze", "compare", "graph", "generate", "run", "machine", "schedule", "man"]
    {
        for line in help(command).lines().filter(|line| line.trim_start().starts_with('-')) {
            if !line.contains("<FILE>") && !line.contains("<DIR>") {
                continue;
            }
            let flag = line.split([' ', ',']).rfind(|word| word.starts_with("--")).unwrap();
            let case = format!("\"{command} {flag}\") ");
            let case = script.lines().find(|line| line.contains(&case)).unwrap();
            assert!(!case.contains("files=\"\""), "{case}");
            options += 1;
        }
    }
    assert!(options > 15, "{options}");
}

#[test]
fn other_shells_offer_shipped_names_and_files() {
    let folder = folder();
    let zsh = script("zsh");
    for part in [
        ":_mbgen_specs' \\",
        ":FILE:_mbgen_machines' \\",
        ":METRIC=LIMIT:_mbgen_metrics' \\",
        "_mbgen_machines() { _alternative 'machines:shipped machine:(zen4 zen5)' ",
        "_files -g \"*.(yaml|yml)(-.)\"",
        ":(layer block stage)",
    ] {
        assert!(zsh.contains(part), "{part}");
    }
    let fish = script("fish");
    for part in ["-l machine ", "-a \"(__mbgen_machines)\"", "-l max ", "-a \"(__mbgen_metrics)\""]
    {
        assert!(fish.contains(part), "{part}");
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(!script(shell).contains("MBGEN_M"), "{shell}");
    }
    // Where clap's scripts know no values, the names stand behind a command.
    let (elvish, powershell) = (script("elvish"), script("powershell"));
    for command in ["analyze", "compare", "graph", "generate", "run", "schedule"] {
        let first = format!("'mbgen;{command}'= {{\n            cand v1 'shipped network'\n");
        assert!(elvish.contains(&first), "{command}");
        let first =
            format!("'mbgen;{command}' {{\n            [CompletionResult]::new('v1', 'v1', ");
        assert!(powershell.contains(&first), "{command}");
    }
    for script in [elvish, powershell] {
        assert_eq!(script.matches("'shipped network'").count(), 6 * mbgen::spec::EMBEDDED.len());
    }
    said("zsh", &["-n"], &zsh, folder.path());
    let asked = |line: &str| format!("{fish}\ncomplete -C '{line}'\n");
    let names = |said: String| -> Vec<String> {
        said.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect()
    };
    if let Some(said) = said("fish", &["--no-config"], &asked("mbgen analyze "), folder.path()) {
        let said = names(said);
        for name in ["v2", "residual", "mine.yaml", "my net.yml"] {
            assert!(said.iter().any(|offered| offered == name), "{name}: {said:?}");
        }
        let asked = asked("mbgen compare v2 --max pea");
        let said = super::completions::said("fish", &["--no-config"], &asked, folder.path());
        assert_eq!(names(said.unwrap()), ["peak="]);
    }
}
