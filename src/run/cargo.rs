//! Cargo, as a child process.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::interrupt::Running;

/// Builds the package in `folder` with optimisation and returns its program. `doing` hears what
/// cargo is at, for example `compiling image v0.25.10`.
///
/// # Errors
/// Where cargo is missing, or fails: with all that it said.
pub fn build(folder: &Path, target: &Path, doing: impl Fn(String) + Send) -> Result<PathBuf> {
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
        // Configuration, and with it programs to run, comes from the user's cargo home alone: cargo and
        // rustup look for more in the working folder and in all above it.
        .current_dir(top)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = Running::start(&mut command).map_err(|error| missing(&cargo, error))?;
    let child = running.child();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (program, said) = thread::scope(|scope| {
        let listener = scope.spawn(|| stderr.map_or_else(String::new, |pipe| listen(pipe, doing)));
        let program = stdout.and_then(program);
        (program, listener.join().unwrap_or_default())
    });
    let status = child.wait().map_err(Error::io("run", &cargo))?;
    match program {
        Some(program) if status.success() => Ok(program),
        _ => Err(failed(folder, &said)),
    }
}

/// What cargo says, line by line and as a whole.
fn listen(pipe: impl Read, doing: impl Fn(String)) -> String {
    let mut said = String::new();
    for line in BufReader::new(pipe).lines().map_while(std::io::Result::ok) {
        if let Some(status) = status(&line) {
            doing(status);
        }
        said.push_str(&line);
        said.push('\n');
    }
    said
}

/// What a line such as `   Compiling image v0.25.10 (/folder)` says; `None` for any other text.
fn status(line: &str) -> Option<String> {
    let (verb, rest) = line.strip_prefix(' ')?.trim_start().split_once(' ')?;
    let is_verb = verb.starts_with(|c: char| c.is_ascii_uppercase())
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
    use super::status;

    #[test]
    fn only_states_of_work_are_told() {
        let told = |line| status(line);
        assert_eq!(told("   Compiling net v0.1.0 (/a/b)").unwrap(), "compiling net v0.1.0");
        assert_eq!(told("    Updating crates.io index").unwrap(), "updating crates.io index");
        for line in
            ["warning: unused import", "   = note: on by default", "  --> src/lib.rs:39:22", ""]
        {
            assert_eq!(told(line), None, "{line}");
        }
    }
}
