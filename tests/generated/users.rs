//! Packages that use a generated crate as a library, and workspaces around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use mbgen::exec::instruction_sets;

use crate::crates::{Generated, mbgen, scratch, text};
use crate::support::sweep::leaves_out;

const SMALL: [&str; 7] = ["v2", "--width", "0.35", "--resolution", "33", "--seed", "1"];

/// A package with one program that uses the crate in `../odd` as `network`.
fn user(name: &str, program: &str, more: &str) -> Generated {
    let network = Generated::new("odd", &SMALL);
    let folder = scratch().join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = {name:?}\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         network = {{ package = {:?}, path = \"../odd\" }}\n\n{more}",
        network.name
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), program).unwrap();
    Generated::open(folder)
}

/// A package that uses the crate as a library, with an allocator that counts.
#[test]
fn an_inference_allocates_nothing() {
    let more = "[profile.dev]\nopt-level = 3\n";
    let package = user("allocations", include_str!("allocations/main.rs"), more);
    assert_eq!(package.succeeds(&["run", "--quiet"]), "no allocation\n");
}

/// As the crate's README says.
#[test]
fn an_inference_needs_a_small_stack() {
    if leaves_out("the stack in three profiles") {
        return;
    }
    let profiles = ["dev", "small", "release"];
    let more = "[profile.dev]\nopt-level = 0\n\n[profile.small]\ninherits = \"dev\"\n\n\
                [profile.small.package.\"*\"]\nopt-level = 1\n";
    let package = user("stack", include_str!("stack/main.rs"), more);
    for profile in profiles {
        let mut build = package.cargo(&["build", "--quiet", "--profile", profile]);
        build.env("CARGO_PROFILE_DEV_OPT_LEVEL", "0");
        assert!(build.status().unwrap().success());
        let folder = if profile == "dev" { "debug" } else { profile };
        let program = scratch().join("target").join(folder).join("stack");
        for isa in instruction_sets() {
            let kib = match (profile, isa) {
                ("dev", "avx512") => "512",
                ("dev", "avx2") => "220",
                _ => "64",
            };
            let output = Command::new(&program).args([isa, kib]).output().unwrap();
            assert!(output.status.success(), "{profile}, {isa}, {kib} KiB: {output:?}");
        }
    }
}

/// Writes a workspace whose package `app` uses the crate in `net`.
fn workspace(name: &str, members: &str) -> PathBuf {
    let folder = scratch().join(name);
    fs::create_dir_all(folder.join("app/src")).unwrap();
    let root = format!(
        "[workspace]\nresolver = \"3\"\n{members}\n\n\
         [profile.dev.package.mobilenet_v2_0_35_33]\nopt-level = 3\n"
    );
    fs::write(folder.join("Cargo.toml"), root).unwrap();
    let app = "[package]\nname = \"app\"\nedition = \"2024\"\n\n[dependencies]\n\
               network = { package = \"mobilenet_v2_0_35_33\", path = \"../net\" }\n";
    fs::write(folder.join("app/Cargo.toml"), app).unwrap();
    fs::write(folder.join("app/src/lib.rs"), "pub use network::Model;\n").unwrap();
    folder
}

/// Where cargo says that a package's workspace is, and the number of its members.
fn root_of(package: PathBuf) -> (PathBuf, usize) {
    let metadata =
        Generated::open(package).succeeds(&["metadata", "--no-deps", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let root = metadata["workspace_root"].as_str().unwrap().into();
    (root, metadata["workspace_members"].as_array().unwrap().len())
}

fn builds(package: &Path) {
    let output =
        Generated::open(package.to_owned()).cargo(&["check", "--workspace"]).output().unwrap();
    let said = text(&output.stderr);
    assert!(output.status.success() && !said.contains("warning"), "{said}");
}

#[test]
fn a_crate_is_a_member_of_a_workspace() {
    let folder = workspace("member", "members = [\"app\", \"net\"]");
    let net = Generated::new("member/net", &[&SMALL[..], &["--no-workspace"]].concat()).folder;
    builds(&folder.join("app"));
    assert_eq!(root_of(net.clone()), (folder.clone(), 2));
    assert_eq!(root_of(net.join("photo")), (net.join("photo"), 1));

    // What was asked for once is kept.
    let run = |more: &[&str]| {
        let place = ["-o", net.to_str().unwrap()];
        let output = mbgen(&[&["generate"], &SMALL[..], &place, more].concat());
        (output.status.code().unwrap(), text(&output.stderr))
    };
    assert_eq!(run(&["--check"]), (0, String::new()));
    let said = run(&["--workspace", "--check"]).1;
    assert!(said.contains("differs  Cargo.toml"), "{said}");
    let said = run(&[]).1;
    assert!(said.contains("up to date"), "{said}");
    let said = run(&["--workspace"]).1;
    assert!(said.contains("updated"), "{said}");
    assert_eq!(run(&["--check"]), (0, String::new()));
    let said = Generated::open(folder.join("app")).fails(&["check"]);
    assert!(said.contains("multiple workspace roots"), "{said}");
}

#[test]
fn a_workspace_leaves_a_crate_out() {
    let folder = workspace("outside", "members = [\"app\"]\nexclude = [\"net\"]");
    let net = Generated::new("outside/net", &SMALL).folder;
    builds(&folder.join("app"));
    builds(&net);
    assert_eq!(root_of(folder.join("app")), (folder, 1));
    assert_eq!(root_of(net.clone()), (net, 1));
}
