//! What mbgen does to a disk: files that a user names, crates in folders that a user works in, signals
//! in the midst of it.

#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod cache;
mod crates;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod interrupts;

use std::process::Output;

/// Runs mbgen; exit code, and what was said on standard error.
fn mbgen(args: &[&str]) -> (i32, String) {
    said(&support::crates::mbgen().args(args).output().unwrap())
}

fn said(output: &Output) -> (i32, String) {
    (output.status.code().unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// The names in a folder.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[cfg(unix)]
fn make_fifo(path: &std::path::Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}
