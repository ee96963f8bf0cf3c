//! The folder that crates are built in.

use std::fs;
use std::path::Path;

use super::{said, support};

/// A package that compiles in a moment.
fn package(folder: &Path) {
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest =
        "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), "fn main() {}\n").unwrap();
}

/// Cargo would run what a configuration in any folder above says.
#[test]
fn configuration_of_others_has_no_say() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (marker, wrapper) = (folder.path().join("ran"), folder.path().join("wrapper"));
    let script = format!("#!/bin/sh\ntouch '{}'\nexec \"$@\"\n", marker.display());
    fs::write(&wrapper, script).unwrap();
    fs::set_permissions(&wrapper, PermissionsExt::from_mode(0o755)).unwrap();
    let place = folder.path().join("cache/tiny");
    package(&place);
    let config = format!("[build]\nrustc-wrapper = \"{}\"\n", wrapper.display());
    for place in [folder.path(), &place] {
        fs::create_dir(place.join(".cargo")).unwrap();
        fs::write(place.join(".cargo/config.toml"), &config).unwrap();
    }
    let program = mbgen::run::cargo::build(&place, &folder.path().join("target"), |_| ()).unwrap();
    assert!(program.is_file() && !marker.exists());
    // That very configuration does run it where cargo reads it.
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--target-dir", "other"]).current_dir(&place);
    support::crates::succeed(&mut cargo);
    assert!(marker.exists());
}

#[test]
fn run_names_the_variable_where_no_folder_is_safe() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, PermissionsExt::from_mode(0o777)).unwrap();
    for (variable, value) in [("MBGEN_CACHE", cache.to_str().unwrap()), ("HOME", "relative")] {
        let mut command = support::crates::mbgen();
        command.args(["run", "v1", "--width", "0.25", "--resolution", "32"]);
        for name in ["MBGEN_CACHE", "XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"] {
            command.env_remove(name);
        }
        let (code, told) = said(&command.env(variable, value).output().unwrap());
        assert!(code == 2 && told.contains("MBGEN_CACHE names a"), "{variable}: {told}");
    }
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 0);
}
