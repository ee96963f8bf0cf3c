//! Generating crates and running cargo in them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::sweep::sweep;

/// Folder of everything that these tests write: crates, and one folder for all that is built.
pub fn scratch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs mbgen.
pub fn mbgen<S: AsRef<OsStr>>(args: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An edit of a crate: file, the first what after which text, by what it is replaced.
pub type Edit = (&'static str, &'static str, &'static str, &'static str);

/// A generated crate, always at the same place, so that cargo builds only what changed.
pub struct Generated {
    pub folder: PathBuf,
    pub name: String,
}

impl Generated {
    /// Generates the crate `key` from mbgen's arguments.
    #[track_caller]
    pub fn new(key: &str, args: &[&str]) -> Self {
        let folder = scratch().join(key);
        let mut args = args.to_vec();
        args.extend(["-o", folder.to_str().unwrap(), "--force"]);
        args.insert(0, "generate");
        let output = mbgen(&args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        Self::open(folder)
    }

    pub fn open(folder: PathBuf) -> Self {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap();
        Self { name: name.trim_end_matches('"').to_owned(), folder }
    }

    /// A cargo command in the crate, without a network.
    pub fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command.args(args).current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", scratch().join("target")).env("CARGO_NET_OFFLINE", "true");
        // Crates are built once and never debugged; the rest would be gigabytes.
        command.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "false");
        // To optimise them takes six times as long as all that these tests do with them.
        if !sweep() {
            command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "0");
        }
        // What cargo sets for this test program must not reach the crate.
        command.env_remove("RUSTFLAGS").env("RUST_BACKTRACE", "0");
        command
    }

    /// Runs cargo, which must succeed; what it printed.
    #[track_caller]
    pub fn succeeds(&self, args: &[&str]) -> String {
        let output = self.cargo(args).output().unwrap();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{}: cargo {args:?}\n{stdout}\n{stderr}", self.name);
        stdout
    }

    /// Runs cargo, which must fail; what it printed.
    #[track_caller]
    pub fn fails(&self, args: &[&str]) -> String {
        let output = self.cargo(args).output().unwrap();
        assert!(!output.status.success(), "{}: cargo {args:?} succeeded", self.name);
        text(&output.stdout) + &text(&output.stderr)
    }

    /// The logits of an input by the crate's program, which three threads do not change.
    pub fn logits(&self, input: &[f32], isa: &str) -> Vec<f64> {
        let file = scratch().join(format!("{}.f32", self.name));
        let bytes: Vec<u8> = input.iter().flat_map(|x| x.to_le_bytes()).collect();
        fs::write(&file, bytes).unwrap();
        let args = ["run", "--quiet", "--", "logits", file.to_str().unwrap(), "--isa", isa];
        let logits = self.succeeds(&args);
        assert_eq!(self.succeeds(&[&args[..], &["--threads", "3"]].concat()), logits);
        serde_json::from_str(&logits).unwrap()
    }

    /// Replaces the first `from` of a file after `after`; cargo sees the change.
    #[track_caller]
    pub fn replace(&self, file: &str, after: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let start = text.find(after).unwrap_or_else(|| panic!("no {after} in {file}"));
        let at = start + text[start..].find(from).unwrap_or_else(|| panic!("no {from} in {file}"));
        fs::write(&path, format!("{}{to}{}", &text[..at], &text[at + from.len()..])).unwrap();
    }
}

/// What `run` gives while the crate has an edit.
#[track_caller]
pub fn while_edited<T>(generated: &Generated, edit: Edit, run: impl FnOnce() -> T) -> T {
    let (file, after, from, to) = edit;
    let path = generated.folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    generated.replace(file, after, from, to);
    let given = run();
    fs::write(path, text).unwrap();
    given
}

/// Every file below a folder: path with `/`, content.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &Path, prefix: &str, found: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &format!("{path}/"), found);
            } else {
                found.push((path, fs::read(entry.path()).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    found
}
