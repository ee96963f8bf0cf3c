//! What README shows is what is printed.
//!
//! In a block of `console` each line after `$ ` is a command, with what it prints below; `...` stands
//! for any lines. Every command is at least one that the command line knows. Those of `run` and
//! `machine` are not run, because they build crates, and measure: of a profile, steps and what bounds
//! them are those that `analyze` has.

use std::path::Path;
use std::process::Command;

use clap::Parser;
use mbgen::block::{MAX_ELEMENTS, MAX_KERNEL, MAX_LAYERS, MAX_MACS, MAX_STRIDE};
use mbgen::cli::{Cli, Command as Asked};
use mbgen::text::thousands;

const README: &str = include_str!("../../README.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&*fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The commands of a block, each with the lines below it.
fn samples(block: &str) -> Vec<(&str, Vec<&str>)> {
    let mut samples: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in block.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => samples.push((command, Vec::new())),
            None => samples.last_mut().expect("a command first").1.push(line),
        }
    }
    samples
}

/// Runs a command line in `folder`; its exit code, and all that it says.
fn shell(command: &str, folder: &Path) -> (Option<i32>, String) {
    let script = format!("mbgen() {{ \"$MBGEN\" \"$@\"; }}; {{ {command}\n}} 2>&1");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(folder).env("MBGEN", env!("CARGO_BIN_EXE_mbgen"));
    let output = shell.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Whether lines are as expected, where `...` stands for any number of them.
fn matches(expected: &[&str], lines: &[&str]) -> bool {
    match expected {
        [] => lines.is_empty(),
        ["...", rest @ ..] => (0..=lines.len()).any(|from| matches(rest, &lines[from..])),
        [first, rest @ ..] => lines.first() == Some(first) && matches(rest, &lines[1..]),
    }
}

/// A command of README's, as the command line reads it.
#[track_caller]
fn parses(command: &str) -> Cli {
    let end = command.find(['#', '>', '|']).unwrap_or(command.len());
    let mut words = Vec::new();
    for (i, part) in command[..end].split('"').enumerate() {
        match i % 2 {
            0 => words.extend(part.split_whitespace()),
            _ => words.push(part),
        }
    }
    Cli::try_parse_from(&words).unwrap_or_else(|error| panic!("{command}: {error}"))
}

/// Checks the rows of a profile.
#[track_caller]
fn has_steps(spec: &str, machine: Option<&str>, rows: &[&str], folder: &Path) {
    let machine = machine.map_or(String::new(), |name| format!(" --machine {name}"));
    let named = |line: &str| {
        let mut cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        let (step, bound) = (cells.next()?.to_owned(), cells.next()?.to_owned());
        bound.contains(", ").then_some((step, bound))
    };
    let (_, analysis) = shell(&format!("mbgen analyze {spec}{machine} --details"), folder);
    let bounds = analysis.split("bound by").nth(1).unwrap().split("\n\n").next().unwrap();
    let shown: Vec<_> = rows.iter().filter_map(|row| named(row)).collect();
    if !rows.is_empty() {
        assert_eq!(shown, bounds.lines().filter_map(named).collect::<Vec<_>>(), "{spec}");
    }
}

#[test]
fn samples_are_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // What `machine` would have measured.
    assert_eq!(shell("mbgen machine --yaml zen4 > this.yaml", folder).0, Some(0));
    let (mut compared, mut profiled) = (0, 0);
    for (command, expected) in blocks("console").into_iter().flat_map(samples) {
        let cli = parses(command);
        match cli.command {
            Asked::Machine(_) => continue,
            Asked::Run(args) => {
                profiled += usize::from(!expected.is_empty());
                has_steps(&args.spec, args.machine.machine.as_deref(), &expected, folder);
                continue;
            }
            _ => {}
        }
        let (code, said) = shell(command, folder);
        let fails = expected.iter().any(|line| line.starts_with("error: "));
        assert_eq!(code, Some(i32::from(fails)), "{command}: {said}");
        if expected.iter().any(|line| !line.is_empty()) {
            let lines: Vec<_> = said.trim_end().lines().collect();
            let expected = expected.join("\n");
            let expected: Vec<_> = expected.trim_end().lines().collect();
            assert!(
                matches(&expected, &lines),
                "{command} prints\n{said}\nand not\n{}",
                expected.join("\n")
            );
            compared += 1;
        }
    }
    assert!(compared >= 5 && profiled == 2, "{compared} samples, {profiled} profiles");
}

#[test]
fn commands_of_other_blocks_are_known() {
    let lines = blocks("sh").into_iter().flat_map(str::lines);
    let commands: Vec<_> = lines.filter(|line| line.starts_with("mbgen ")).collect();
    assert!(!commands.is_empty());
    commands.into_iter().for_each(|command| drop(parses(command)));
}

#[test]
fn the_spec_is_one_and_its_mistake_is_shown_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let spec = blocks("yaml").into_iter().find(|block| block.contains("stages:")).unwrap();
    let path = folder.path().join("net.yaml");
    std::fs::write(&path, spec).unwrap();
    let (code, said) = shell("mbgen analyze net.yaml", folder.path());
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(&path, spec.replace("[6, 16, 2, 2]", "[6, 16, 2]")).unwrap();
    let (code, said) = shell("mbgen analyze net.yaml", folder.path());
    assert_eq!(code, Some(2), "{said}");
    let shown = blocks("text").into_iter().find(|block| block.starts_with("error: ")).unwrap();
    assert_eq!(said.trim_end(), shown.trim_end());
}

#[test]
fn the_limits_of_networks_are_those_of_the_language() {
    let words: Vec<&str> = README.split_whitespace().collect();
    let text = words.join(" ");
    let [elements, macs, strides] = [MAX_ELEMENTS, MAX_MACS, MAX_STRIDE].map(u64::ilog2);
    for limit in [
        format!("{} layers, a tensor 2^{elements} elements", thousands(MAX_LAYERS as u64)),
        format!("a window {MAX_KERNEL}x{MAX_KERNEL}"),
        format!("a network 2^{macs} MACs and strides of 2^{strides} in all"),
    ] {
        assert!(text.contains(&limit), "{limit}");
    }
}

#[test]
fn the_schedule_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let schedule = blocks("yaml").into_iter().find(|block| block.contains("panel:")).unwrap();
    std::fs::write(folder.path().join("mine.yaml"), schedule).unwrap();
    let (code, said) = shell("mbgen analyze v2 --schedule mine.yaml", folder.path());
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_ellipsis_stands_for_any_lines() {
    assert!(matches(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(matches(&["...", "d"], &["d"]));
    assert!(!matches(&["a", "...", "d"], &["a", "b"]));
    assert!(!matches(&["a"], &["a", "b"]));
}
