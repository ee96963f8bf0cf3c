//! The rules of the house that the compiler does not know: `src/lib.rs` states them.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order in which they depend on each other: each may use those before it.
const ROOMS: [&str; 30] = [
    "escape",
    "suggest",
    "yaml",
    "error",
    "input",
    "quantity",
    "json",
    "interrupt",
    "disk",
    "output",
    "spec",
    "layer",
    "text",
    "graph",
    "block",
    "weights",
    "reference",
    "initialise",
    "kernels",
    "machine",
    "plan",
    "exec",
    "analysis",
    "gate",
    "report",
    "codegen",
    "tasks",
    "run",
    "server",
    "cli",
];
/// Above all rooms.
const TOP: &str = "commands";

/// A library, and the places that may know it.
const LIBRARIES: [(&str, &[&str]); 7] = [
    ("petgraph", &["graph"]),
    ("comfy_table", &["report"]),
    ("tera", &["codegen", "report/html"]),
    ("serde_yaml", &["yaml"]),
    ("clap", &["cli", "main"]),
    ("rustix", &["disk", "interrupt"]),
    ("signal_hook", &["interrupt"]),
];

/// Every file of `src`: its path there without `.rs`, and its lines without comments.
fn sources() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().map(|line| line.split("//").next().unwrap().to_owned());
                files.push((name.to_str().unwrap().replace('\\', "/"), code.collect()));
            }
        }
    }
    assert!(files.len() > 100, "{} files", files.len());
    files
}

/// The words that follow `prefix` in a line.
fn after<'l>(line: &'l str, prefix: &'l str) -> impl Iterator<Item = &'l str> {
    line.match_indices(prefix).map(move |(at, _)| {
        let rest = &line[at + prefix.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn rooms_use_only_rooms_before_them() {
    let rank = |room: &str| ROOMS.iter().position(|&known| known == room);
    let mut uses = 0;
    for (file, code) in sources() {
        let room = file.split('/').next().unwrap();
        if ["lib", "main", TOP].contains(&room) {
            continue;
        }
        let own = rank(room).unwrap_or_else(|| panic!("{file}: a room without a place in ROOMS"));
        for line in code {
            assert!(!line.contains("use crate::{"), "{file}: one `use` for each room");
            for used in after(&line, "crate::") {
                let Some(used) = rank(used) else { panic!("{file} uses `{used}`: {line}") };
                assert!(used <= own, "{file} uses a room that is not before it: {line}");
                uses += usize::from(used < own);
            }
        }
    }
    assert!(uses > 200, "{uses} uses of other rooms");
}

#[test]
fn the_map_names_every_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let line = |room: &str| {
        let names = [format!("[`{room}`]"), format!("[`mod@{room}`]")];
        let at = |line: &str| line.starts_with("//! | [") && names.iter().any(|n| line.contains(n));
        map.lines().position(at).unwrap_or_else(|| panic!("no `{room}` in the map"))
    };
    ROOMS.iter().chain([&TOP]).for_each(|room| _ = line(room));
}

#[test]
fn a_library_is_known_where_it_belongs() {
    let files = sources();
    for (library, places) in LIBRARIES {
        let mut known = 0;
        for (file, code) in &files {
            let uses = |line: &String| {
                line.contains(&format!("{library}::")) || line.contains(&format!("use {library}"))
            };
            if code.iter().any(uses) {
                known += 1;
                let at_home = places
                    .iter()
                    .any(|place| file == place || file.starts_with(&format!("{place}/")));
                assert!(at_home, "{file} knows {library}, which belongs to {places:?}");
            }
        }
        assert!(known > 0, "nothing uses {library}");
    }
}

#[test]
fn unsafe_code_is_in_the_kernels() {
    for (file, code) in sources() {
        let begins = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "allow(unsafe"];
        let unsafe_code = code.iter().any(|line| begins.iter().any(|begin| line.contains(begin)));
        assert!(!unsafe_code || file.starts_with("kernels/"), "{file}");
    }
}
