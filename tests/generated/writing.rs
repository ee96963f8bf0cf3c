//! What `mbgen generate` writes, and what it refuses to write over.

use std::fs;
use std::path::Path;

use mbgen::codegen::{self, Provenance};

use crate::crates::{files, mbgen, text};
use crate::support::data;

/// The weights that are part of the program.
const SHIPPED: &str = "archs/weights/v1-0.5-160.safetensors";
const SMALL: [&str; 6] = ["generate", "v1", "--width", "0.25", "--resolution", "32"];

/// Generates the small crate; exit code and what was said.
fn generate(folder: &Path, more: &[&str]) -> (i32, String) {
    let folder = folder.to_str().unwrap();
    let output = mbgen(&[&SMALL[..], &["-o", folder], more].concat());
    assert!(output.stdout.is_empty());
    (output.status.code().unwrap(), text(&output.stderr))
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let temporary = tempfile::tempdir().unwrap();
    let (a, b) = (temporary.path().join("a"), temporary.path().join("b"));
    assert_eq!(generate(&a, &["--seed", "3"]).0, 0);
    assert_eq!(generate(&b, &["--seed", "3"]).0, 0);
    assert!(files(&a) == files(&b));
    assert_eq!(generate(&b, &["--seed", "4"]).0, 0);
    assert!(files(&a) != files(&b));
    let names: Vec<String> = files(temporary.path()).into_iter().map(|(path, _)| path).collect();
    assert!(names.iter().all(|path| path.starts_with("a/") || path.starts_with("b/")));
}

#[test]
fn folders_on_the_way_are_made() {
    let temporary = tempfile::tempdir().unwrap();
    let place = temporary.path().join("some/where");
    assert_eq!(generate(&place, &[]).0, 0);
    assert!(place.join("mbgen.json").is_file());
}

#[test]
fn the_crate_has_its_files_and_its_kernels_byte_for_byte() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("crate");
    assert_eq!(generate(&folder, &[]).0, 0);
    let found = files(&folder);
    let shipped: Vec<(String, Vec<u8>)> =
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kernels"));
    let known: Vec<&str> = codegen::kernels().map(|file| file.path).collect();
    for (path, content) in &shipped {
        let own = ["Cargo.toml", "lib.rs", "naive.rs", "operators.rs"].contains(&path.as_str());
        let path = format!("src/kernels/{path}");
        assert_eq!(known.contains(&path.as_str()), !own, "{path}");
        assert_eq!(found.contains(&(path.clone(), content.clone())), !own, "{path}");
    }
    for (path, content) in &found {
        let lossy = String::from_utf8_lossy(content);
        assert!(!lossy.contains(temporary.path().to_str().unwrap()), "a path in {path}");
        if path.ends_with(".rs") && !path.starts_with("src/kernels/") {
            let code = lossy.lines().map(|line| line.split("//").next().unwrap());
            assert!(code.clone().all(|line| !line.contains("unsafe")), "unsafe in {path}");
        }
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("mbgen.json")).unwrap()).unwrap();
    assert_eq!(manifest["files"].as_object().unwrap().len(), found.len() - 1);
    assert_eq!(manifest["options"]["width"], 0.25);
    assert_eq!(manifest["api"], mbgen::codegen::API);
}

#[test]
fn a_crate_says_what_it_is_made_of_and_on_which_terms() {
    let temporary = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let vww = data("trained/v1_0.25_96_vww.tfsame.safetensors");
    let small = ["--width", "0.25", "--resolution", "32"];
    let random = "random, from seed 0";
    let wordnet = "WordNet 3.0 ([LICENSE-WORDNET](LICENSE-WORDNET))";
    // What is asked for, what is said of the weights and of the labels, whether all is mbgen's own.
    for (args, weights, labels, own) in [
        (&[&["v1"][..], &small].concat()[..], random, wordnet, false),
        (&["v1-0.5-160"], "google-coral/test_data", wordnet, false),
        (&["v1-0.25-96-vww"], random, "Words of mbgen's own", true),
        (
            &["v1-0.25-96-vww", "--weights", vww.to_str().unwrap()],
            "Source: not stated in the file. Licence: not stated in the file",
            "Words of mbgen's own",
            false,
        ),
    ] {
        let folder = temporary.path().join("crate");
        let output =
            mbgen(&[&["generate"], args, &["-o", folder.to_str().unwrap(), "--force"]].concat());
        let said = text(&output.stderr);
        assert!(output.status.success(), "{args:?}: {said}");
        let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            assert_eq!(read(licence), fs::read_to_string(root.join(licence)).unwrap());
        }
        assert_eq!(folder.join("LICENSE-WORDNET").exists(), labels == wordnet, "{args:?}");
        let (notice, readme, cargo) = (read("NOTICE.md"), read("README.md"), read("Cargo.toml"));
        assert!(notice.contains(labels), "{args:?}: {notice}");
        assert!(readme.contains(weights), "{args:?}: {readme}");
        let told = weights.replace(". Licence:", "; licence:").replace("Source:", "source:");
        let line = said.lines().last().unwrap();
        assert!(line.starts_with("weights: ") && line.contains(&told), "{args:?}: {said}");
        assert_eq!(cargo.contains("license = \"MIT OR Apache-2.0\""), own, "{args:?}: {cargo}");
        assert_eq!(cargo.contains("license-file = \"NOTICE.md\""), !own, "{args:?}: {cargo}");
        if weights != random {
            let bytes = if args.len() > 1 { fs::read(&vww) } else { fs::read(root.join(SHIPPED)) };
            let sha256 = Provenance::of_file(&bytes.unwrap());
            let Provenance::File { sha256, attribution } = sha256 else { unreachable!() };
            assert!(notice.contains(&sha256), "{notice}");
            let known = fs::read_to_string(root.join("archs/weights/README.md")).unwrap();
            assert_eq!(known.contains(&sha256), args.len() == 1, "{known}");
            let licence = attribution.licence.as_deref().unwrap_or("not stated in the file");
            assert!(notice.contains(&format!("- Licence: {licence}\n")), "{notice}");
        }
        if own {
            fs::remove_file(folder.join("NOTICE.md")).unwrap();
            let place = folder.to_str().unwrap();
            let checked = mbgen(&[&["generate"], args, &["-o", place, "--check"]].concat());
            let said = text(&checked.stderr);
            assert!(said.ends_with("would be generated:\n  missing  NOTICE.md\n"), "{said}");
        }
    }
}

/// Whoever forgets `--weights` does not lose what they gave.
#[test]
fn random_weights_take_the_place_of_trained_ones_only_by_force() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("crate");
    let vww = data("trained/v1_0.25_96_vww.tfsame.safetensors");
    let run = |spec: &str, more: &[&str]| {
        let output = mbgen(&[&["generate", spec, "-o", folder.to_str().unwrap()], more].concat());
        (output.status.code().unwrap(), text(&output.stderr))
    };
    assert_eq!(run("v1-0.25-96-vww", &["--weights", vww.to_str().unwrap()]).0, 0);
    let before = files(&folder);
    let (code, told) = run("v1-0.25-96-vww", &[]);
    assert_eq!(code, 2);
    assert!(told.contains("has trained weights (SHA-256 "), "{told}");
    assert!(files(&folder) == before);
    let (code, told) = run("residual", &["--resolution", "32", "--force"]);
    assert_eq!(code, 0);
    assert!(told.contains("note: it was the crate mobilenet_v1_025_96_vww"), "{told}");
}

#[test]
fn the_spec_inside_generates_the_same_bytes() {
    let temporary = tempfile::tempdir().unwrap();
    let vww = data("trained/v1_0.25_96_vww.tfsame.safetensors");
    let weights = ["--weights", vww.to_str().unwrap()];
    let small = ["--resolution", "40x33", "--classes", "7"];
    for (i, (arch, variant, weights)) in [
        ("v1", &["--resolution", "48"][..], &[][..]),
        ("v2", &["--width", "0.75", "--resolution", "48"], &[]),
        ("residual", &small, &["--seed", "5"]),
        ("v1-0.25-96-vww", &[], &weights),
    ]
    .into_iter()
    .enumerate()
    {
        let [a, b] = ["a", "b"].map(|name| temporary.path().join(format!("{name}{i}")));
        let run = |spec: &str, folder: &Path, variant: &[&str]| {
            let place = ["generate", spec, "-o", folder.to_str().unwrap()];
            let output = mbgen(&[&place, variant, weights].concat());
            assert!(output.status.success(), "{}", text(&output.stderr));
        };
        run(arch, &a, variant);
        run(a.join("spec.yaml").to_str().unwrap(), &b, &[]);
        let [a, b] = [a, b].map(|folder| files(&folder));
        for (a, b) in a.iter().zip(&b) {
            assert!(a == b, "{arch}: {} and {}", a.0, b.0);
        }
        assert_eq!(a.len(), b.len());
    }
}

#[test]
fn a_second_run_changes_nothing_and_check_agrees() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("crate");
    let (code, said) = generate(&folder, &["--check"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("missing  Cargo.toml") && !folder.exists(), "{said}");
    assert_eq!(generate(&folder, &[]).0, 0);
    let before = fs::metadata(folder.join("src/lib.rs")).unwrap().modified().unwrap();
    assert_eq!(generate(&folder, &["--check"]), (0, String::new()));
    let (code, said) = generate(&folder, &[]);
    assert!(code == 0 && said.contains("up to date"), "{said}");
    assert_eq!(fs::metadata(folder.join("src/lib.rs")).unwrap().modified().unwrap(), before);
    fs::write(folder.join("src/weights.rs"), "// mine\n").unwrap();
    let (code, said) = generate(&folder, &["--check"]);
    assert_eq!(code, 1);
    assert!(said.contains("differs  src/weights.rs") && !said.contains("lib.rs"), "{said}");
}

#[test]
fn edited_files_are_protected_and_other_files_kept() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("crate");
    assert_eq!(generate(&folder, &[]).0, 0);
    fs::write(folder.join("src/lib.rs"), "// mine\n").unwrap();
    fs::write(folder.join("src/mine.rs"), "// mine\n").unwrap();
    fs::create_dir_all(folder.join("target/debug")).unwrap();
    fs::write(folder.join("target/debug/built"), "built").unwrap();
    let before = files(&folder);

    let (code, said) = generate(&folder, &["--seed", "9"]);
    assert_eq!(code, 2);
    assert!(said.contains("--force") && said.contains("\n  src/lib.rs"), "{said}");
    assert!(!said.contains("mine.rs") && files(&folder) == before, "{said}");

    let (code, said) = generate(&folder, &["--seed", "9", "--force"]);
    assert!(code == 0 && said.contains("updated"), "{said}");
    assert_ne!(fs::read_to_string(folder.join("src/lib.rs")).unwrap(), "// mine\n");
    assert_eq!(fs::read_to_string(folder.join("src/mine.rs")).unwrap(), "// mine\n");
    assert_eq!(fs::read_to_string(folder.join("target/debug/built")).unwrap(), "built");
    assert_eq!(generate(&folder, &["--seed", "9", "--check"]).0, 0);

    // Another network has other files: those of the old one go.
    let args = ["generate", "v2", "--width", "0.35", "--resolution", "32", "-o"];
    let output = mbgen(&[&args[..], &[folder.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let weights: Vec<_> = fs::read_dir(folder.join("weights")).unwrap().collect();
    assert_eq!(weights.len(), 1);
    assert!(folder.join("src/mine.rs").exists());
    let left: Vec<_> = fs::read_dir(temporary.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left beside the crate");
}

#[test]
fn strange_folders_are_never_written_to() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("home");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("thesis.txt"), "years of work").unwrap();
    fs::write(folder.join("mbgen.json"), "{}").unwrap();
    for force in [&[][..], &["--force"]] {
        let (code, said) = generate(&folder, force);
        assert_eq!(code, 2);
        assert!(said.contains("not a generated crate"), "{said}");
    }
    assert_eq!(files(temporary.path()).len(), 2);
    let (code, said) = generate(&folder.join("thesis.txt"), &[]);
    assert!(code == 2 && said.contains("is a file"), "{said}");

    let empty = temporary.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert_eq!(generate(&empty, &[]).0, 0);
    assert!(empty.join("Cargo.toml").exists());
}

#[test]
fn bad_input_writes_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let place = temporary.path().join("deep/crate");
    let labels = temporary.path().join("labels.txt");
    fs::write(&labels, "one\ntwo\n").unwrap();
    let vww = data("trained/v1_0.25_96_vww.tfsame.safetensors");
    let (vww, labels) = (vww.to_str().unwrap(), labels.to_str().unwrap());
    for (args, complaint) in [
        (&["v1", "--weights", "missing.safetensors"][..], "cannot read missing.safetensors"),
        (&["v1", "--weights", vww], "has shape"),
        (&["v1", "--weights", labels], "not a safetensors file"),
        (&["v1", "--labels", labels], "2 labels for 1000 classes"),
        (&["v1", "--labels", "missing.txt"], "cannot read missing.txt"),
        (&["nothing-like-it"], "no shipped spec"),
        (&["v1", "--width", "nan"], "--width"),
        (&["v1", "--seed", "1", "--weights", vww], "cannot be used with"),
    ] {
        let args = [&["generate"], args, &["-o", place.to_str().unwrap()]].concat();
        let output = mbgen(&args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(complaint), "{args:?}: {said}");
        assert!(!place.exists() && output.stdout.is_empty());
        assert!(!temporary.path().join("deep").exists());
    }
}
