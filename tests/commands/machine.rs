//! Machines: their files, what is wrong with them, and what is predicted from them.

use std::path::Path;
use std::process::{Command, Output};

use mbgen::analysis::roofline::{Bound, Traffic};
use mbgen::analysis::{Analysis, Roofline};
use mbgen::block::{Variant, expand};
use mbgen::kernels::isa::InstructionSet;
use mbgen::layer::Kind;
use mbgen::machine::{Description, LevelName, Machine, SHIPPED, schema};
use mbgen::plan::Plan;
use mbgen::spec::{Spec, load};
use serde_json::Value;

const GOOD: &str = "\
name: small
source: a test
compute:
  avx512: {peak: 100, conv: 10, dw: 20, pw: 64, pw_out: 4, lanes: 16}
  portable: {peak: 8}
memory:
  l1: {size: 1KiB, read: 100}
  l2: {size: 1MiB, read: 10}
  dram: {read: 1}
";

fn mbgen(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).output().unwrap()
}

#[track_caller]
fn stdout(args: &[&str]) -> String {
    let output = mbgen(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn files_are_read_and_written() {
    let machine = Description::parse(GOOD, "small.yaml").unwrap();
    assert_eq!(machine.machine(), Machine { l1: 1 << 10, l2: 1 << 20 });
    assert_eq!(machine.compute[0].0, InstructionSet::Avx512);
    // What a file leaves out stands at the peak, and costs nothing.
    let portable = machine.rates(InstructionSet::Portable).unwrap();
    assert_eq!((portable.conv, portable.dw, portable.pw), (8.0, 8.0, 8.0));
    assert_eq!((portable.pw_out, portable.lanes), (None, 1));
    assert_eq!(machine.rates(InstructionSet::Avx2), None);
    assert_eq!(machine.holding(1 << 10).name, LevelName::L1);
    assert_eq!(machine.holding((1 << 20) + 1).name, LevelName::Dram);
    assert_eq!(Description::parse(&machine.to_yaml(), "again.yaml").unwrap(), machine);
}

#[test]
fn shipped_machines_follow_the_schema_and_the_first_is_the_reference() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for shipped in SHIPPED {
        let machine = Description::load(shipped.name).unwrap();
        assert_eq!(machine.name, shipped.name);
        assert_eq!(Description::parse(&machine.to_yaml(), "again.yaml").unwrap(), machine);
        let first = shipped.text.lines().next();
        assert_eq!(first, Some("# yaml-language-server: $schema=machine.schema.json"));
        assert_eq!(stdout(&["machine", "--yaml", shipped.name]), shipped.text);
    }
    assert_eq!(Description::reference().machine(), Machine::REFERENCE);
    let compute = serde_json::json!({"avx2": {"peak": 118.2}});
    let cache = |size: &str| serde_json::json!({"size": size, "read": 100});
    let memory =
        serde_json::json!({"l1": cache("32KiB"), "l2": cache("1MiB"), "dram": {"read": 15}});
    let good = serde_json::json!({"name": "a", "compute": compute, "memory": memory});
    assert!(validator.is_valid(&good));
    let unknown =
        serde_json::json!({"name": "a", "compute": {"sse": {"peak": 1}}, "memory": memory});
    assert!(!validator.is_valid(&unknown));
}

#[test]
fn the_schema_file_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("archs/machines/machine.schema.json");
    if std::fs::read_to_string(&path).unwrap_or_default() == schema() {
        return;
    }
    if std::env::var_os("MBGEN_BLESS").is_some() {
        std::fs::write(&path, schema()).unwrap();
        panic!("{} was rewritten: look at the change, then run again", path.display());
    }
    panic!("{} is stale: run this test with MBGEN_BLESS=1", path.display());
}

/// The problems of the good file with `from` replaced.
#[track_caller]
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let error = Description::parse(&GOOD.replacen(from, to, 1), "bad.yaml");
    error.expect_err("the file is wrong").to_string()
}

#[track_caller]
fn says(shown: &str, message: &str, at: &str, key: &str, allowed: &str) {
    for part in [&format!("error: {message}\n"), &format!("--> bad.yaml:{at}\n"), allowed] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(shown.contains(&format!("= at: {key}")), "{key}\n{shown}");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let number = "a number of GFLOP/s from 0.001 to 1000000 is allowed";
    let shown = with("peak: 8", "peak: 0");
    says(&shown, "`peak` is 0", "5:20", "compute.portable.peak", number);
    says(
        &with("peak: 8", "peak: 1e-4"),
        "`peak` is 0.0001",
        "5:20",
        "compute.portable.peak",
        number,
    );
    says(&with("peak: 8", "peak: .nan"), "`peak` is NaN", "5:20", "compute.portable.peak", number);
    let shown = with("conv: 10", "conv: 101");
    says(&shown, "`conv` is 101", "4:29", "compute.avx512.conv", "at most `peak`, 100, is allowed");
    let shown = with("portable:", "portible:");
    let key = "compute.portible";
    says(&shown, "unknown instruction set `portible`", "5:3", key, "did you mean `portable`?");
    says(&with("size: 1KiB", "size: 1Kib"), "`size` is 1Kib", "7:14", "memory.l1.size", "32KiB");
    let shown = with("size: 1MiB", "size: 1KiB");
    let allowed = "more than the 1024 of l1 are needed";
    says(&shown, "l2 has 1024 bytes", "8:14", "memory.l2.size", allowed);
    let shown = with("  dram: {read: 1}\n", "");
    says(&shown, "missing key `dram`", "7:3", "memory.dram", "`dram: ...` belongs here");
    let shown = with("read: 100", "speed: 100");
    says(&shown, "unknown key `speed`", "7:20", "memory.l1.speed", "`size`, `read`");
    says(
        &with("lanes: 16", "lanes: 5000"),
        "`lanes` is 5000",
        "4:67",
        "compute.avx512.lanes",
        "1024",
    );
    says(&with("name: small", "name: a b"), "`name` is \"a b\"", "1:7", "name", "a letter, then");
    let error = Description::parse("", "bad.yaml").unwrap_err().to_string();
    assert!(error.contains("the file is empty"), "{error}");
    let error = Description::parse("- a\n", "bad.yaml").unwrap_err().to_string();
    assert!(error.contains("error: the file is a list"), "{error}");
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let text = GOOD.replace("peak: 8", "peak: -8").replace("read: 1}", "read: fast}");
    let text = text.replace("size: 1KiB", "size: 0").replace("source:", "sauce:");
    let shown = Description::parse(&text, "bad.yaml").unwrap_err().to_string();
    for part in ["`peak` is -8", "`read` is fast", "`size` is 0", "unknown key `sauce`"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(shown.ends_with("4 problems in bad.yaml"), "{shown}");
}

#[test]
fn damaged_files_are_read_or_refused() {
    let (mut good, mut bad) = (0, 0);
    for at in 0..GOOD.len() {
        for piece in ["", "0", "{", "\n", ": ", "&a ", "1e9", "\u{0}"] {
            let text = [&GOOD[..at], piece, &GOOD[at + 1..]].concat();
            match Description::parse(&text, "bad.yaml") {
                Ok(machine) => {
                    assert!(!machine.compute.is_empty() && machine.levels.len() > 2, "{text}");
                    good += 1;
                }
                Err(error) => {
                    assert!(error.to_string().contains("--> bad.yaml:"), "{text}\n{error}");
                    bad += 1;
                }
            }
        }
    }
    assert!(good > 100 && bad > 100, "{good} good, {bad} bad");
}

#[test]
fn commands_refuse_bad_machines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.yaml");
    std::fs::write(&file, GOOD.replace("peak: 8", "peak: no")).unwrap();
    let (file, out) = (file.to_str().unwrap(), folder.path().join("out"));
    let out = out.to_str().unwrap();
    for args in [
        &["analyze", "v1"][..],
        &["compare", "v1", "v2"],
        &["compare", "v1", "--width", "0.1..1.1:0.001", "--resolution", "96,128"],
        &["generate", "v1", "-o", out],
        &["run", "v1", "--profile"],
    ] {
        let output = mbgen(&[args, &["--machine", file]].concat());
        let shown = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {shown}");
        assert!(shown.contains("bad.yaml:5:20"), "{args:?}: {shown}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
    let output = mbgen(&["analyze", "v1", "--machine", "zen6"]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(shown.contains("no shipped machine of that name; did you mean `zen"), "{shown}");
    for wrong in [&["machine", "--l1", "0"][..], &["machine", "--name", "a b"]] {
        assert_eq!(mbgen(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_default_is_the_reference_whatever_the_host_is() {
    for format in ["table", "json", "csv", "markdown", "html", "bmf"] {
        let of = |more: &[&str]| stdout(&[&["analyze", "v2", "--format", format], more].concat());
        assert_eq!(of(&[]), of(&["--machine", "zen4"]), "{format}");
        let compared =
            |more: &[&str]| stdout(&[&["compare", "v1", "v2", "--format", format], more].concat());
        assert_eq!(compared(&[]), compared(&["--machine", "zen4"]), "{format}");
        assert_ne!(compared(&[]), compared(&["--machine", "zen5"]), "{format}");
    }
}

#[test]
fn comparisons_predict_times_except_of_huge_sweeps() {
    let json = |args: &[&str]| -> Value {
        let text = stdout(&[&["compare"], args, &["--format", "json"]].concat());
        serde_json::from_str(&text).unwrap()
    };
    let both = json(&["v1", "v2"]);
    for (point, spec) in both["points"].as_array().unwrap().iter().zip(["v1", "v2"]) {
        let alone: Value =
            serde_json::from_str(&stdout(&["analyze", spec, "--format", "json"])).unwrap();
        assert_eq!(point["predicted_ns"], alone["roofline"]["predicted_ns"]);
        assert_eq!(point["predicted_ns"], alone["totals"]["predicted_ns"]);
    }
    assert_eq!(both["machine"]["name"], "zen4");
    let huge = json(&["v1", "--width", "0.1..1.1:0.001", "--resolution", "32"]);
    assert!(huge["points"].as_array().unwrap().len() > 1000);
    assert_eq!(huge["points"][0]["predicted_ns"], Value::Null);
    assert_eq!(huge["machine"], Value::Null);
    let bmf: Value = serde_json::from_str(&stdout(&["analyze", "v1", "--format", "bmf"])).unwrap();
    let seconds = bmf["mobilenet_v1 1.0 224x224"]["time"]["value"].as_f64().unwrap();
    assert_eq!(both["points"][0]["predicted_ns"], (1e9 * seconds).round() as u64);
}

const TINY: &str = "\
name: tiny
input: {channels: 3, height: 4, width: 4}
classes: 2
stages: {s: [{conv_bn: {c: 8, s: 2}}]}
head: [{pool: global_average_pool}, {fc: linear}]
";

/// Worked out on paper: see the comments.
#[test]
fn predictions_are_sums_of_the_slowest_of_flops_and_bytes() {
    let spec = Spec::parse(TINY, "tiny.yaml").unwrap();
    let graph = expand(&spec).unwrap();
    let machine = Description::parse(GOOD, "small.yaml").unwrap();
    let plan = Plan::new(&graph, &machine.machine()).unwrap();
    let roofline = Roofline::of(&graph, &plan, &machine);
    let [conv, head] = &roofline.steps[..] else { panic!("{:?}", roofline.steps) };
    // 3x3x3x8 weights on 2x2 positions: 864 MACs, as many for 8 channels as for 16 lanes, at 10
    // GFLOP/s. All of an inference does not fit into L1, so (216 + 8) weights and 48 inputs come
    // from L2 at 10 B/ns: 1088 B, 108.8 ns. 32 outputs go to L1.
    assert_eq!((conv.macs, conv.bytes), (864, 4 * (224 + 48 + 32)));
    assert!((conv.ns - 2.0 * 864.0 * 2.0 / 10.0).abs() < 1e-9, "{}", conv.ns);
    assert_eq!((conv.bound, conv.share), (Bound::Compute("conv"), 1.0));
    assert!((conv.intensity() - 1728.0 / 1216.0).abs() < 1e-9);
    // The pool reads 128 B from L1 and leaves 32 B there: 1.6 ns at 100 B/ns. The classifier's 18
    // weights come from L2: 7.2 ns, longer than its 16 MACs (2.56 ns).
    assert_eq!((head.macs, head.bytes), (16, 4 * (32 + 18 + 2)));
    assert!((head.ns - 8.8).abs() < 1e-9, "{}", head.ns);
    assert_eq!(head.bound, Bound::Memory(LevelName::L2, Traffic::Weights));
    assert!((head.share - 7.2 / 8.8).abs() < 1e-9);
    assert_eq!(roofline.predicted_ns(), 354);
    let analysis = Analysis::of(&graph).with_plan(&plan).with_machine(&graph, &plan, &machine);
    assert_eq!(analysis.totals.predicted_ns, Some(354));
    // With the portable set everything is at 8 GFLOP/s: 216 ns.
    let portable = Roofline::with_isa(&graph, &plan, &machine, InstructionSet::Portable).unwrap();
    assert!((portable.steps[0].ns - 216.0).abs() < 1e-9);
    assert_eq!(Roofline::with_isa(&graph, &plan, &machine, InstructionSet::Avx2), None);
}

#[test]
fn pointwise_convolutions_take_time_for_outputs_too() {
    let text = TINY.replace("c: 8, s: 2}}", "c: 8, s: 2}}, {conv_bn: {c: 24, k: 1}}");
    let graph = expand(&Spec::parse(&text, "tiny.yaml").unwrap()).unwrap();
    let (_, layer) = graph.layers().find(|(_, l)| matches!(l.kind, Kind::Pointwise(_))).unwrap();
    let machine = Description::parse(GOOD, "small.yaml").unwrap();
    // 24 channels take as long as 32: 8x32x4 MACs at 64 GFLOP/s, and 128 outputs at 4 a ns.
    assert!((machine.compute[0].1.time(layer) - (32.0 + 32.0)).abs() < 1e-9);
}

/// The figures of the README for Zen 4, the reference machine.
#[test]
fn the_reference_predicts_what_was_measured_on_it() {
    let machine = Description::reference();
    for (spec, width, ms) in [
        ("v1-paper", 1.0, 10.257),
        ("v2", 1.0, 5.586),
        ("v1-paper", 0.25, 0.758),
        ("v2", 0.5, 1.835),
    ] {
        let variant = Variant { width: Some(width), ..Variant::default() };
        let graph = load(spec).unwrap().graph(&variant).unwrap();
        let plan = Plan::new(&graph, &machine.machine()).unwrap();
        let predicted = 1e-6 * Roofline::of(&graph, &plan, &machine).ns;
        let off = predicted / ms - 1.0;
        assert!(off.abs() < 0.1, "{spec} {width}: {predicted:.3} ms for {ms}, {:.1}%", 100.0 * off);
    }
}

#[test]
fn this_machine_is_measured_into_a_file_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("this.yaml");
    let file = path.to_str().unwrap();
    // Small caches, so that the test needs no gigabyte.
    let sizes = ["--l1", "32KiB", "--l2", "512KiB", "--l3", "4MiB"];
    let source = ["--name", "here", "--source", "a \"test\"", "-o", file];
    assert_eq!(stdout(&[&["machine"], &sizes[..], &source[..]].concat()), "");
    let machine = Description::load(file).unwrap();
    assert_eq!((machine.name.as_str(), machine.source.as_deref()), ("here", Some("a \"test\"")));
    assert_eq!(machine.machine(), Machine { l1: 32 << 10, l2: 512 << 10 });
    assert_eq!(machine.levels.len(), 4);
    let sets: Vec<_> = machine.compute.iter().map(|(isa, _)| *isa).collect();
    assert_eq!(sets, InstructionSet::available().collect::<Vec<_>>());
    // The vectors of a set are four times as wide at most; kernels that are not inlined are forty times slower.
    let peaks: Vec<f64> = machine.compute.iter().map(|(_, rates)| rates.peak).collect();
    assert!(peaks.iter().all(|peak| peak * 30.0 > peaks[0]), "{peaks:?}");
    let read = std::fs::read_to_string(&path).unwrap();
    assert_eq!(machine.to_yaml(), read);
    let report = stdout(&["analyze", "v1", "--machine", file]);
    assert!(report.contains("predicted: here, "), "{report}");
}
