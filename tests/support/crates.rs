//! Generated crates that tests build and run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

/// Where generated crates are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated")
}

/// What cargo makes of generated crates, shared by all tests. Packages that are built here at the
/// same time must have distinct names.
pub fn target() -> PathBuf {
    folder().join("target")
}

/// The mbgen command.
pub fn mbgen() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mbgen"))
}

/// Generates a crate into the folder called `name` and returns that folder.
pub fn generate<S: AsRef<OsStr>>(name: &str, spec: impl AsRef<OsStr>, options: &[S]) -> PathBuf {
    std::fs::create_dir_all(folder()).unwrap();
    let crate_folder = folder().join(name);
    let mut command = mbgen();
    command.arg("generate").arg(spec).args(options).arg("--force").arg("-o").arg(&crate_folder);
    succeed(&mut command);
    crate_folder
}

/// Builds a package with optimisation and returns its program.
pub fn build(package: &Path) -> PathBuf {
    mbgen::run::cargo::build(package, &target(), |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// Generates the crate of a spec with trained weights, and builds the program that reads photos.
pub fn photo_program(name: &str, spec: &Path, weights: &Path) -> PathBuf {
    // Tests that ask for the same crate at the same time take turns.
    static ONE: Mutex<()> = Mutex::new(());
    let _turn = ONE.lock();
    build(&generate(name, spec, &[Path::new("--weights"), weights]).join("photo"))
}

/// Runs cargo in a package; it must succeed.
pub fn cargo(package: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO"));
    // What cargo sets for this test program must not reach the package.
    command.args(args).current_dir(package).env_remove("RUSTFLAGS");
    succeed(command.env("CARGO_TARGET_DIR", target()))
}

/// Runs a command that must succeed.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    output
}
