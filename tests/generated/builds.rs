//! Crates build, are tidy, and compute what PyTorch computes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use mbgen::block::Variant;
use mbgen::exec;
use mbgen::reference::golden_input;
use mbgen::report::profile::Measured;
use mbgen::spec::load;

use crate::crates::{Generated, scratch, text};
use crate::support::formula::formula;
use crate::support::sweep::{leaves_out, sweep};
use crate::support::{data, json, largest_difference, networks, numbers, photos};

/// Everything that holds for every crate. Lints of each are the sweep's; some crates are linted always.
fn check(generated: &Generated) {
    if sweep() {
        is_tidy(generated);
    }
    generated.succeeds(&["test", "--quiet"]);
}

fn is_tidy(generated: &Generated) {
    generated.succeeds(&["fmt", "--check"]);
    generated.succeeds(&["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
}

/// Writes a file of weights made by formula, and the spec, for an entry of `infer.json`.
fn infer(entry: &serde_json::Value) -> (PathBuf, PathBuf) {
    let name = entry["name"].as_str().unwrap();
    let spec = &entry["spec"];
    let size = |value: &serde_json::Value| value.as_u64().unwrap() as usize;
    let input = [0, 1, 2].map(|i| size(&spec["input_chw"][i]));
    let (width, classes) = (spec["width_mult"].as_f64().unwrap(), size(&spec["num_classes"]));
    let yaml = match spec["model"].as_str().unwrap() {
        "v1_paper" => load("v1-paper").unwrap().text,
        "v1_seed" => load("v1").unwrap().text,
        _ => {
            let last = size(&spec["last"]);
            networks::v2_spec(input, classes, width, &spec["tcns"].to_string(), last)
        }
    };
    let file = scratch().join(format!("{name}.yaml"));
    let [c, h, w] = input;
    let lines = [
        ("name: ", name.replace('.', "_")),
        ("input: ", format!("{{channels: {c}, height: {h}, width: {w}}}")),
        ("classes: ", classes.to_string()),
    ];
    let edit = |line: &str| match lines.iter().find(|(key, _)| line.starts_with(key)) {
        Some((key, value)) => format!("{key}{value}"),
        None => line.replace("multiplier: 1.0", &format!("multiplier: {width:?}")),
    };
    let kept = yaml.lines().filter(|line| !line.starts_with("labels:"));
    let yaml: Vec<String> = kept.map(edit).collect();
    fs::write(&file, yaml.join("\n") + "\n").unwrap();
    let graph = load(file.to_str().unwrap()).unwrap().graph(&Variant::default()).unwrap();
    let range = numbers(&entry["bn_var_range"]);
    let weights = scratch().join(format!("{name}.safetensors"));
    fs::write(&weights, formula(&graph, (range[0], range[1])).to_safetensors()).unwrap();
    (file, weights)
}

/// A crate does not fail its tests where its only logit is small by chance.
#[test]
fn a_logit_that_cancels() {
    let spec = data("cancels.yaml");
    let generated = Generated::new("cancels", &[spec.to_str().unwrap(), "--seed", "3"]);
    generated.succeeds(&["test", "--quiet", "--test", "golden"]);
}

#[test]
fn crates_have_pytorchs_logits() {
    let golden = json(&data("golden/infer.json"));
    for entry in golden.as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let (spec, weights) = infer(entry);
        let (spec, weights) = (spec.to_str().unwrap(), weights.to_str().unwrap());
        let generated = Generated::new(name, &[spec, "--weights", weights]);
        check(&generated);
        let graph = load(spec).unwrap().graph(&Variant::default()).unwrap();
        let input = golden_input(graph.input());
        for isa in exec::instruction_sets() {
            let logits = generated.logits(&input, isa);
            let off = largest_difference(&logits, &numbers(&entry["logits_f64"]));
            assert!(off < 1e-4, "{name} on {isa} is off by {off}");
        }
    }
}

#[test]
fn a_trained_crate_sees_what_pytorch_sees() {
    let weights = data("trained/v1_0.25_96_vww.tfsame.safetensors");
    let args = ["v1-0.25-96-vww", "--weights", weights.to_str().unwrap()];
    let generated = Generated::new("trained", &args);
    check(&generated);
    let spec = load("v1-0.25-96-vww").unwrap().spec;
    let expected = json(&data("trained/v1_0.25_96_vww.json"));
    for (image, photo) in expected["images"].as_object().unwrap() {
        let input = photos::input(&data("trained/images").join(image), &spec);
        for isa in exec::instruction_sets() {
            let logits = generated.logits(&input, isa);
            let off = largest_difference(&logits, &numbers(&photo["logits"]));
            assert!(off < 1e-3, "{image} on {isa} is off by {off}");
        }
    }
}

#[test]
fn one_channel_and_ten_classes() {
    if leaves_out("a crate of one channel") {
        return;
    }
    let luma = load("v1").unwrap().text.replace("channels: 3", "channels: 1");
    let cut = |line: &&str| !line.starts_with("preprocess:") && !line.starts_with("labels:");
    let luma: Vec<&str> = luma.lines().filter(cut).collect();
    let spec = scratch().join("luma.yaml");
    fs::write(&spec, luma.join("\n")).unwrap();
    let spec = spec.to_str().unwrap();
    let variant = ["--width", "0.25", "--resolution", "96", "--classes", "10"];
    check(&Generated::new("luma", &[&[spec][..], &variant].concat()));
}

#[test]
fn odd_sizes() {
    let odd =
        Generated::new("odd", &["v2", "--width", "0.35", "--resolution", "33", "--seed", "1"]);
    is_tidy(&odd);
    check(&odd);
    // The table (two lines of heading, the columns, the total), and the same for `mbgen run`.
    let arena = |threads: &str| {
        let text =
            odd.succeeds(&["run", "--quiet", "--", "bench", "--runs", "3", "--threads", threads]);
        let line = text.lines().find(|line| line.starts_with("arena")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
    };
    let [one, two, three] = ["1", "2", "3"].map(arena);
    assert!(two > one && three - two == two - one, "{one}, {two}, {three} bytes");
    let table = odd.succeeds(&["run", "--quiet", "--", "profile", "--runs", "3"]);
    assert!(table.contains("GFLOP/s, multiply-adds alone") && table.contains("of peak"), "{table}");
    let csv = odd.succeeds(&["run", "--quiet", "--", "profile", "--runs", "3", "--csv"]);
    let (measured, isa) = Measured::parse(&csv).unwrap();
    assert_eq!(measured.ns.len() + 4, table.lines().count(), "{table}{csv}");
    assert!(measured.peak > 0.0 && measured.ns.iter().all(|&ns| ns > 0), "{csv}");
    assert_eq!(isa, exec::instruction_sets()[0]);
    if cfg!(unix) {
        let said = odd.fails(&["run", "--quiet", "--", "logits", "/dev/zero"]);
        let size = "\"/dev/zero\" has more than 13068 bytes; an input is 33 x 33 x 3 f32 values";
        assert!(said.contains(size), "{said}");
    }
}

#[test]
fn residual_blocks() {
    if leaves_out("a crate of residual blocks") {
        return;
    }
    check(&Generated::new("residual", &["residual", "--width", "0.5", "--resolution", "64"]));
}

/// Names as long as they may be, and a stage called like nothing in Rust.
#[test]
fn long_names_stay_tidy() {
    let (long, stage) = ("n".repeat(64), "s".repeat(64));
    let yaml = format!(
        "name: {long}\ninput: {{channels: 2, height: 9, width: 7}}\nclasses: 3\n\
         preprocess: {{mean: [0.125, 1.0e-7], std: [0.25, 3.0e+9]}}\n\
         stages: {{{stage}: [conv_dsc: {{c: 8}}, conv_bn: {{c: 12, k: 1, activation: relu}}], \
         _: [conv_bn: {{c: 4, k: 1}}, inverted_residual: {{columns: [t, c, n, s], \
         rows: [[2, 8, 2, 1]]}}]}}\n\
         head: [{{pool: global_average_pool}}, {{fc: linear}}]\n"
    );
    let spec = scratch().join("long.yaml");
    fs::write(&spec, yaml).unwrap();
    let generated = Generated::new("long", &[spec.to_str().unwrap(), "--width", "2"]);
    is_tidy(&generated);
}

#[test]
fn the_smallest_input_works() {
    let variant = ["--width", "0.35", "--resolution", "1", "--classes", "1"];
    check(&Generated::new("smallest", &[&["v2"][..], &variant].concat()));
}

#[test]
fn every_shipped_spec_is_tidy() {
    for arch in ["v1", "v1-paper", "v2", "v1-0.5-160", "residual"] {
        Generated::new(arch, &[arch, "--resolution", "48"]).succeeds(&["fmt", "--check"]);
    }
}

#[test]
fn a_crate_builds_alone_and_inside_another_workspace() {
    let home = tempfile::tempdir().unwrap();
    let generated =
        Generated::new("odd", &["v2", "--width", "0.35", "--resolution", "33", "--seed", "1"]);
    let rustup = std::env::var_os("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".rustup")));
    let mut build = generated.cargo(&["build", "--offline", "--quiet"]);
    build.env("CARGO_HOME", home.path());
    if let Some(rustup) = rustup {
        build.env("RUSTUP_HOME", rustup);
    }
    assert!(build.status().unwrap().success(), "an empty CARGO_HOME");

    let outer = scratch().join("outer");
    fs::create_dir_all(&outer).unwrap();
    fs::write(outer.join("Cargo.toml"), "[workspace]\nmembers = []\nresolver = \"3\"\n").unwrap();
    Generated::new("outer/inner", &["v2", "--width", "0.35", "--resolution", "33", "--seed", "1"])
        .succeeds(&["check", "--quiet"]);
}

#[test]
fn a_library_builds_without_a_warning_for_other_targets_and_without_std() {
    if leaves_out("crates for other targets") {
        return;
    }
    let generated =
        Generated::new("odd", &["v2", "--width", "0.35", "--resolution", "33", "--seed", "1"]);
    let check = |more: &[&str]| {
        let output = generated.cargo(&[&["check", "--lib"], more].concat()).output().unwrap();
        let said = text(&output.stderr);
        assert!(output.status.success() && !said.contains("warning"), "{more:?}\n{said}");
    };
    check(&["--no-default-features"]);
    for (target, std) in [
        ("wasm32-unknown-unknown", true),
        ("aarch64-unknown-linux-gnu", true),
        ("thumbv7em-none-eabihf", false),
    ] {
        let print = ["--print", "target-libdir", "--target", target];
        let folder = Command::new("rustc").args(print).output();
        let folder = folder.map(|output| PathBuf::from(text(&output.stdout).trim()));
        if !folder.is_ok_and(|folder| folder.is_dir()) {
            let _ = writeln!(std::io::stderr(), "SKIPPED: rustup target add {target}");
            continue;
        }
        check(&["--no-default-features", "--target", target]);
        if std {
            check(&["--target", target]);
        }
    }
}

#[test]
fn the_widths_and_sizes_of_the_papers() {
    if leaves_out("crates of the papers' widths and sizes") {
        return;
    }
    let grid = [
        ("v1", &["0.25", "0.5", "0.75", "1.0"][..]),
        ("v2", &["0.35", "0.5", "0.75", "1.0", "1.3", "1.4"]),
    ];
    for (arch, widths) in grid {
        for (i, width) in widths.iter().enumerate() {
            // Every width at two sizes, and every size at some widths.
            for size in [["96", "128", "160", "192", "224"][i % 5], "224"] {
                let args = [arch, "--width", width, "--resolution", size];
                check(&Generated::new(&format!("{arch}_{width}_{size}"), &args));
            }
        }
    }
}
