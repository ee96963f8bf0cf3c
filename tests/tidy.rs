//! The rules of the house that the compiler does not know: `src/lib.rs` states them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rooms in the order in which they depend on each other: each may use those before it.
const ROOMS: [&str; 31] = [
    "escape",
    "suggest",
    "yaml",
    "error",
    "asset",
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
    "kernels",
    "weights",
    "reference",
    "initialise",
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

/// Where the module of a test may stand: `program`, then modules; `lib` is the library.
fn places(program: &str, modules: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = modules.join("/");
    let (folder, names) = match (program, modules) {
        ("lib", _) => (root.join("src"), vec!["{}.rs", "{}/mod.rs", "{}/tests.rs"]),
        (_, []) => (root.join("tests"), vec!["{}.rs", "{}/main.rs"]),
        _ => (root.join("tests").join(program), vec!["{}.rs", "{}/mod.rs"]),
    };
    let path = if path.is_empty() { program.to_owned() } else { path };
    names.iter().map(|name| folder.join(name.replace("{}", &path))).collect()
}

/// Whether one of these files has that test.
fn has_test(files: &[PathBuf], name: &str) -> bool {
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    texts.into_iter().any(|text| {
        let mut tests = text.split("#[test]").skip(1).filter_map(|rest| rest.split("fn ").nth(1));
        tests.any(|rest| rest.split('(').next() == Some(name))
    })
}

/// What a document writes as code, but for its listings.
fn code_of(document: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(document)).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn what_documents_say_of_tests_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = 0;
    for document in ["SECURITY.md", "CONTRIBUTING.md"] {
        for code in code_of(document) {
            let word = |word: &str| {
                word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
            };
            let parts: Vec<&str> = code.split("::").collect();
            if let [program, modules @ .., test] = &parts[..]
                && parts.iter().all(|part| !part.is_empty() && word(part))
            {
                if parts.len() > 1 {
                    assert!(
                        has_test(&places(program, modules), test),
                        "{document}: no test {code}"
                    );
                    named += 1;
                }
            } else if let Some((_, asked)) = code.split_once("cargo test --test ") {
                let mut asked = asked.split(' ');
                let program = asked.next().filter(|program| word(program));
                let Some(program) = program else { continue };
                let files = fs::read_dir(root.join("tests").join(program)).unwrap();
                let files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
                let filter = asked.next();
                assert!(filter.is_none_or(|test| has_test(&files, test)), "{document}: {code}");
            } else if [
                "tests/",
                "src/",
                "web/",
                ".ci/",
                ".github/",
                "archs/",
                "templates/",
                "fuzz/",
            ]
            .iter()
            .any(|folder| code.starts_with(folder))
            {
                assert!(root.join(&code).exists(), "{document}: no file {code}");
            }
        }
    }
    assert!(named > 30, "{named} tests are named");
}

#[test]
fn every_test_program_is_in_the_map_of_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let mut programs = 0;
    for entry in fs::read_dir(root.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs")
            || path.join("main.rs").exists()
        {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(
                map.contains(&format!("\n| `{name}` | ")),
                "CONTRIBUTING.md has no row of {name}"
            );
            programs += 1;
        }
    }
    assert!(programs > 5, "{programs} programs");
}

/// In a script, text from a pull request would be code.
#[test]
fn expressions_of_workflows_are_values_of_keys_and_never_in_scripts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workflows = fs::read_dir(root.join(".github/workflows")).unwrap();
    let files = workflows.map(|entry| entry.unwrap().path()).chain([root.join("action.yml")]);
    let mut values = 0;
    for file in files {
        for line in fs::read_to_string(&file).unwrap().lines().filter(|line| line.contains("${{")) {
            let key =
                line.trim_start().trim_start_matches("- ").split_once(": ").map(|(key, _)| key);
            let name =
                |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            let is_value = key.is_some_and(|key| name(key) && key != "run");
            assert!(is_value, "{}: {line}", file.display());
            values += 1;
        }
    }
    assert!(values > 10, "{values} expressions");
}

/// `cargo fmt` does not see modules that a macro declares.
#[test]
fn instruction_sets_are_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(root.join("src/kernels/isa")).unwrap().map(|e| e.unwrap().path());
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition=2024", "--config-path"]).arg(root).args(files);
    let output = rustfmt.output().expect("rustfmt");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
