//! Cargo, as a child process.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::interrupt::Running;

/// What cargo is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// What it began, for example `compiling image v0.25.10`.
    Began(String),
    /// What it is doing or waits for, for example `building 12/41: image, png`.
    Doing(String),
}

/// Builds the package in `folder` with optimisation and returns its program. `hear` is told what
/// cargo is at.
///
/// # Errors
/// Where cargo is missing, or fails: with all that it said.
pub fn build(folder: &Path, target: &Path, hear: impl Fn(State) + Send) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let absolute = |path: &Path| std::path::absolute(path).map_err(Error::io("open", path));
    let (folder, target) = (&absolute(folder)?, absolute(target)?);
    let top = folder.ancestors().last().unwrap_or(folder);
    let mut command = Command::new(&cargo);
    command
        .args(["build", "--release", "--message-format=json-render-diagnostics", "--color=never"])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        // The progress that it shows to terminals otherwise.
        .envs([("CARGO_TERM_PROGRESS_WHEN", "always"), ("CARGO_TERM_PROGRESS_WIDTH", "80")])
        // Configuration, and with it programs to run, comes from the user's cargo home alone: cargo and
        // rustup look for more in the working folder and in all above it.
        .current_dir(top)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = Running::start(&mut command).map_err(|error| missing(&cargo, error))?;
    let child = running.child();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (program, said) = thread::scope(|scope| {
        let listener = scope.spawn(|| stderr.map_or_else(String::new, |pipe| listen(pipe, hear)));
        let program = stdout.and_then(program);
        (program, listener.join().unwrap_or_default())
    });
    let status = child.wait().map_err(Error::io("run", &cargo))?;
    match program {
        Some(program) if status.success() => Ok(program),
        _ => Err(failed(folder, &said)),
    }
}

/// What cargo says as a whole, without its progress, which ends each time where the line begins.
fn listen(pipe: impl Read, hear: impl Fn(State)) -> String {
    let (mut said, mut line) = (String::new(), Vec::new());
    for byte in BufReader::new(pipe).bytes().map_while(std::io::Result::ok).chain([b'\n']) {
        if !matches!(byte, b'\r' | b'\n') {
            line.push(byte);
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        if let Some(done) = done(&text) {
            hear(State::Doing(done));
        } else if !text.is_empty() || byte == b'\n' {
            match status(&text) {
                Some(wait) if wait.starts_with("blocking ") => hear(State::Doing(wait)),
                Some(began) => hear(State::Began(began)),
                None => {}
            }
            said.push_str(&text);
            said.push('\n');
        }
        line.clear();
    }
    said
}

/// What progress such as `    Building [=>   ] 12/41: image, png` says.
fn done(line: &str) -> Option<String> {
    let (_, rest) = line.trim_start().strip_prefix("Building [")?.split_once("] ")?;
    let is_count = rest.starts_with(|c: char| c.is_ascii_digit());
    is_count.then(|| format!("building {}", rest.trim_end()))
}

/// What a line such as `   Compiling image v0.25.10 (/folder)` says; `None` for any other text, and
/// at the end.
fn status(line: &str) -> Option<String> {
    let (verb, rest) = line.strip_prefix(' ')?.trim_start().split_once(' ')?;
    let is_verb = verb != "Finished"
        && verb.starts_with(|c: char| c.is_ascii_uppercase())
        && verb.chars().all(|c| c.is_ascii_alphabetic());
    // The folder of a package on this machine says nothing.
    let rest = rest.split(" (").next()?;
    is_verb.then(|| format!("{} {rest}", verb.to_lowercase()))
}

/// The executable among the messages of a build.
fn program(pipe: impl Read) -> Option<PathBuf> {
    let messages = BufReader::new(pipe).lines().map_while(std::io::Result::ok);
    let executables = messages.filter_map(|line| {
        let message: Value = serde_json::from_str(&line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    executables.last()
}

fn missing(cargo: &OsString, error: std::io::Error) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return Error::io("run", cargo)(error);
    }
    let message = "cargo is not to be found, which compiles what mbgen generates; \
        https://rustup.rs installs it";
    Error::Input { path: cargo.into(), message: message.to_owned() }
}

fn failed(folder: &Path, said: &str) -> Error {
    let mut message = format!("cargo could not build this package:\n{}", said.trim_end());
    let offline =
        ["failed to download", "download of", "resolve host", "Updating crates.io index\n"];
    if offline.iter().any(|sign| said.contains(sign)) && !said.contains("error: could not compile")
    {
        message += "\nThe first build fetches the crates that read photos from crates.io, \
            and needs a network for it.";
    }
    Error::Input { path: folder.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::{State, listen, status};

    #[test]
    fn only_states_of_work_are_told() {
        let told = |line| status(line);
        assert_eq!(told("   Compiling net v0.1.0 (/a/b)").unwrap(), "compiling net v0.1.0");
        assert_eq!(told("    Updating crates.io index").unwrap(), "updating crates.io index");
        for line in [
            "    Finished `release` profile in 1.05s",
            "warning: unused import",
            "   = note: on by default",
            "  --> src/lib.rs:39:22",
            "",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }

    #[test]
    fn progress_is_told_and_not_kept() {
        let pipe = "    Blocking waiting for file lock on package cache\n   Compiling quote v1.0.47\n\
            \x20   Building [       ] 0/41: quote(build.rs)      \r\
            \x20   Building [=>     ] 12/41: image, p\u{2026}\rwarning: unused\n\n  --> a.rs\nend";
        let heard = std::sync::Mutex::new(Vec::new());
        let said = listen(pipe.as_bytes(), |state| heard.lock().unwrap().push(state));
        let heard = heard.into_inner().unwrap();
        let doing = |text: &str| State::Doing(text.to_owned());
        let began = State::Began("compiling quote v1.0.47".to_owned());
        let told = [
            doing("blocking waiting for file lock on package cache"),
            began,
            doing("building 0/41: quote(build.rs)"),
            doing("building 12/41: image, p\u{2026}"),
        ];
        assert_eq!(heard, told);
        let kept = "   Compiling quote v1.0.47\nwarning: unused\n\n  --> a.rs\nend\n";
        assert_eq!(said, format!("    Blocking waiting for file lock on package cache\n{kept}"));
    }
}
