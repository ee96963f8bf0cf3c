//! Schedules that are given: files are read back, whatever is allowed gives the oracle's answers, and
//! whatever is not is refused where it stands.

use std::fmt::Write;
use std::process::{Command, Output};

use crate::support::networks::{parsed, shipped, spec};
use crate::support::random::{Choices, network};
use crate::support::sweep::cases;
use crate::support::{json, plans};
use mbgen::graph::LayerGraph;
use mbgen::kernels::steps::Step;
use mbgen::machine::{Description, Machine};
use mbgen::plan::{Overrides, Plan, schema};
use mbgen::spec::EMBEDDED;

const SMALL: Machine = Machine { l1: 1 << 11, l2: 1 << 14 };
const LARGE: Machine = Machine { l1: 1 << 30, l2: 1 << 30 };

fn with(graph: &LayerGraph, machine: &Machine, file: &str) -> Plan {
    let file = if file.is_empty() { "{}" } else { file };
    let overrides = Overrides::parse(file, "schedule.yaml").unwrap_or_else(|e| panic!("{e}"));
    Plan::with(graph, machine, &overrides).unwrap_or_else(|e| panic!("{e}\n{file}"))
}

#[test]
fn what_is_printed_gives_the_same_steps_for_any_machine() {
    let small = |name| shipped(name, 0.25, (96, 80), 10);
    for graph in EMBEDDED.iter().map(|spec| small(spec.name)) {
        for machine in [Machine::REFERENCE, SMALL, LARGE] {
            let plan = Plan::new(&graph, &machine).unwrap();
            let file = plan.schedule();
            assert_eq!(with(&graph, &machine, &file), plan);
            assert_eq!(plan.overridden().count(), 0);
            for other in [Machine::REFERENCE, SMALL, LARGE] {
                let again = with(&graph, &other, &file);
                assert_eq!(again.schedule(), file);
                assert_eq!((again.shared, again.scratch), (plan.shared, plan.scratch));
                let steps = plan.steps.iter().zip(&again.steps);
                steps.for_each(|(a, b)| assert_eq!(a.operation, b.operation, "{}", a.name));
            }
        }
    }
}

/// A random choice of what runs as one step.
fn fusions(choices: &mut Choices, plan: &Plan) -> String {
    let mut file = String::new();
    // Fewer than a step may have, so that each choice is allowed by itself.
    let mut parts = 1;
    for part in plan.steps.iter().flat_map(|step| &step.parts) {
        let fuse = parts < 8 && choices.among(&[true, true, false]);
        if part.schedule.fuse.is_some() {
            parts = if fuse { parts + 1 } else { 1 };
            writeln!(file, "{}: {{fuse: {fuse}}}", part.name).unwrap();
        }
    }
    file
}

/// Random schedules of steps that fuse as `plan` does; with panels as there where `panels` is unset.
fn schedules(choices: &mut Choices, plan: &Plan, panels: bool) -> String {
    let mut file = String::new();
    for step in &plan.steps {
        for (i, part) in step.parts.iter().enumerate() {
            let (c, h) = match &step.operation {
                Step::Conv(conv) => (conv.dense.c_out, None),
                Step::Chain(chain) => {
                    let unit = &chain.units()[i];
                    (unit.depthwise.c, Some(unit.output.0))
                }
                Step::Head(head) => (head.c, None),
            };
            let mut keys: Vec<String> = Vec::new();
            keys.extend(part.schedule.fuse.map(|fuse| format!("fuse: {fuse}")));
            if panels {
                let most = c.div_ceil(16) as u64;
                let panel = 16 * choices.up_to(most);
                keys.extend(choices.among(&[true, false]).then(|| format!("panel: {panel}")));
            } else {
                keys.push(format!("panel: {}", part.schedule.panel));
            }
            let mut band = h.map(|h| choices.up_to(h as u64) as usize);
            match part.schedule.split.map(|_| choices.among(&["rows", "panels", ""])) {
                Some("panels") if step.parts.len() == 1 => {
                    band = h.filter(|_| choices.among(&[true, false]));
                    keys.push("split: panels".into());
                }
                Some("rows") => keys.push("split: rows".into()),
                _ => {}
            }
            let band = band.filter(|_| choices.among(&[true, true, false]));
            keys.extend(band.map(|band| format!("band: {band}")));
            writeln!(file, "{}: {{{}}}", part.name, keys.join(", ")).unwrap();
        }
    }
    file
}

/// Runs random overrides of a plan. With the same panels, all give the same bits. Returns whether other
/// parts were fused than the planner would, and no step is zero everywhere.
fn vary(name: &str, graph: &LayerGraph, machine: &Machine, seed: u64) -> bool {
    let choices = &mut Choices::Seed(seed);
    let plan = Plan::new(graph, machine).unwrap();
    let fused = with(graph, machine, &fusions(choices, &plan));
    let other_steps = fused.steps.len() != plan.steps.len();
    let panels = with(graph, machine, &schedules(choices, &fused, true));
    let other = with(graph, machine, &schedules(choices, &panels, false));
    let again = with(graph, machine, &fusions(choices, &plan));
    let again = with(graph, machine, &same_panels(&again, &panels));
    let ran = [&panels, &other, &again].map(|plan| {
        let name = format!("{}\n{name}", plan.schedule());
        plans::run(&name, graph, plan)
    });
    assert_eq!(ran[0].logits, ran[1].logits, "{name}\n{}{}", panels.schedule(), other.schedule());
    assert_eq!(ran[0].logits, ran[2].logits, "{name}\n{}{}", panels.schedule(), again.schedule());
    other_steps && ran[0].telling
}

/// The fusions of one plan with the panels of another.
fn same_panels(fusions: &Plan, panels: &Plan) -> String {
    let parts =
        |plan: &Plan| plan.steps.iter().flat_map(|step| step.parts.clone()).collect::<Vec<_>>();
    let mut file = String::new();
    for (fusion, panel) in parts(fusions).into_iter().zip(parts(panels)) {
        let fuse = fusion.schedule.fuse.map_or(String::new(), |fuse| format!("fuse: {fuse}, "));
        writeln!(file, "{}: {{{fuse}panel: {}}}", fusion.name, panel.schedule.panel).unwrap();
    }
    file
}

#[test]
fn whatever_is_allowed_gives_the_same_answers() {
    let (mut run, mut telling) = (0, 0);
    let seeds = cases(300);
    for seed in 0..seeds {
        let Some((text, graph)) = network(seed) else { continue };
        for machine in [SMALL, LARGE] {
            telling += u64::from(vary(&text, &graph, &machine, seed));
            run += 1;
        }
    }
    println!("{run} networks, {telling} of them fused otherwise");
    assert!(run * 5 > seeds * 7 && telling * 20 > seeds, "{run} run, {telling} telling");
    for (seed, (name, width, resolution)) in [
        ("v1", 0.25, (65, 47)),
        ("v1-paper", 0.5, (64, 64)),
        ("v2", 0.35, (64, 49)),
        ("residual", 0.5, (33, 40)),
    ]
    .into_iter()
    .enumerate()
    {
        let graph = shipped(name, width, resolution, 10);
        for seed in [seed as u64, 100 + seed as u64] {
            vary(name, &graph, &Machine::REFERENCE, seed);
        }
    }
}

/// Runs of eleven blocks in which every one can follow the one before, on a map that is not small.
fn long() -> LayerGraph {
    let blocks = ["conv_dsc: {c: 20}"; 11].join(", ");
    parsed(&spec([3, 18, 11], 4, 1.0, &format!("{{a: [conv_bn: {{c: 40}}, {blocks}]}}")))
}

#[test]
fn what_is_left_out_follows_from_what_is_given() {
    let graph = long();
    let tiny = Machine { l1: 1 << 8, l2: 1 << 9 };
    let fused = Plan::new(&graph, &tiny).unwrap();
    assert_eq!(fused.steps[0].parts.len(), 8);
    let name = &fused.steps[0].parts[2].name;
    let apart = with(&graph, &tiny, &format!("{name}: {{split: panels}}"));
    let parts: Vec<usize> = apart.steps.iter().map(|step| step.parts.len()).collect();
    assert_eq!(parts, [2, 1, 8, 1]);
    let step = apart.steps.iter().find(|step| step.name == *name).unwrap();
    assert_eq!(step.runs(), "whole maps, panels of 32 channels, split by panels");
    let bands = with(&graph, &LARGE, &format!("{name}: {{band: 2}}"));
    let step = bands.steps.iter().find(|step| step.name == *name).unwrap();
    assert_eq!(step.runs(), "bands of 2 rows, panels of 32 channels, split by rows");
}

#[test]
fn a_step_has_at_most_eight_parts() {
    let graph = long();
    let plan = Plan::new(&graph, &LARGE).unwrap();
    assert!(plan.steps.iter().all(|step| step.parts.len() == 1));
    let names: Vec<&str> = plan.steps[..10].iter().map(|step| &step.name[..]).collect();
    let fused = |names: &[&str]| -> String {
        names.iter().map(|name| format!("{name}: {{fuse: true, band: 2}}\n")).collect()
    };
    let eight = with(&graph, &LARGE, &fused(&names[1..8]));
    assert_eq!(eight.steps[0].parts.len(), 8);
    assert_eq!(eight.overridden().collect::<Vec<_>>(), names[..8]);
    plans::run("eight", &graph, &eight);
    let last = Overrides::parse("a.11.3..fc: {fuse: true}", "s.yaml").unwrap();
    let error = Plan::with(&graph, &LARGE, &last).unwrap_err().to_string();
    assert!(error.contains("does not begin with a 1×1 and a depthwise"), "{error}");
    let error = Overrides::parse(&fused(&names[1..9]), "s.yaml").unwrap();
    let error = Plan::with(&graph, &LARGE, &error).unwrap_err().to_string();
    assert!(
        error.contains("as many parts as a step may have") && error.contains("s.yaml:8:"),
        "{error}"
    );
}

/// What is said of a file for a network with every kind of step, on one line.
fn refused(file: &str) -> String {
    let stages = "{a: [conv_bn: {c: 40}, conv_dsc: {c: 48, s: 2}, conv_dsc: {c: 24}, \
                  inverted_residual: {columns: [t, c, n, s], rows: [[2, 24, 2, 1]]}, \
                  residual: {columns: [c, n, s], rows: [[8, 1, 2]]}, conv_bn: {c: 56, k: 1}]}";
    let graph = parsed(&spec([3, 32, 32], 4, 1.0, stages));
    let shown = Overrides::parse(file, "s.yaml").and_then(|o| Plan::with(&graph, &LARGE, &o));
    let shown = shown.expect_err("the file is wrong").to_string();
    assert!(shown.contains("--> s.yaml:"), "{shown}");
    shown
}

#[test]
fn what_cannot_be_is_refused_where_it_stands() {
    for (file, parts) in [
        (
            "a.3: {band: 17}",
            &["`band` is 17", "s.yaml:1:13", "the 16 rows of the map", "at: a.3.band"][..],
        ),
        ("a.3: {band: 0}", &["`band` is 0", "a whole number from 1"]),
        ("a.3: {band: two}", &["`band` is two", "s.yaml:1:13"]),
        (
            "a.3: {panel: 24}",
            &["`panel` is 24", "a multiple of 16, at most 48, is allowed for 48 ch"],
        ),
        ("a.3: {panel: 64}", &["`panel` is 64", "at: a.3.panel"]),
        ("a.3: {split: cols}", &["unknown split `cols`", "allowed: `rows`, `panels`"]),
        (
            "a.3: {split: panels, band: 2}",
            &["`split` is panels", "a band of the whole map, 16 rows", "bands"],
        ),
        ("a.3: {fuse: true}", &["`fuse` is true", "does not end in a depthwise"]),
        ("a.3: {fuse: yes}", &["`fuse` is yes", "true or false is allowed"]),
        ("a.0..a.1.0: {fuse: true}", &["no step `a.0..a.1.0`", "did you mean `a.0.0..a.1.0`?"]),
        ("a.0.0..a.1.0: {fuse: true}", &["`fuse` is true", "what runs before does not end"]),
        (
            "a.1.3..a.2.3: {fuse: true, split: panels}",
            &["only rows is allowed in a step of several"],
        ),
        (
            "a.0.0..a.1.0: {split: panels}\na.1.3..a.2.3: {fuse: true}",
            &["s.yaml:1:23", "only rows"],
        ),
        ("a.6.0..fc: {fuse: true}", &["does not end in a depthwise"]),
        ("a.5.conv1: {band: 3}", &["`band` is 3", "only a depthwise convolution is made by bands"]),
        ("a.6.0..fc: {split: rows}", &["`split` is rows", "always split into the same parts"]),
        ("a.6.0..fc: {band: 1}", &["`band` is 1", "only a depthwise"]),
        ("a.3: {bands: 1}", &["unknown key `bands`", "did you mean `band`?"]),
        ("a.3: {band: 1}\na.3: {band: 2}", &["duplicate key `a.3`", "s.yaml:2:1"]),
        ("a.9: {band: 1}", &["no step `a.9`", "`mbgen schedule SPEC` lists them"]),
        ("a.3: 4", &["`a.3` is 4", "a mapping with the keys"]),
        ("[a.3]", &["the file is a list"]),
        ("", &["the file is empty"]),
        ("{a: &a [*a]}", &["s.yaml:1:"]),
    ] {
        let shown = refused(file);
        parts.iter().for_each(|part| assert!(shown.contains(part), "{part}\n{shown}"));
    }
    let shown = refused("a.3: {band: 99, panel: 1}\nb.3: {band: 1}\na.4: {band: 99}");
    assert!(shown.ends_with("4 problems in s.yaml"), "{shown}");
}

#[test]
fn damaged_files_are_planned_or_refused() {
    let graph = long();
    let text = "a.0.0..a.1.0: {panel: 48, split: rows}\na.1.3..a.2.0: {fuse: true, band: 3}\n";
    with(&graph, &SMALL, text);
    let (mut good, mut bad) = (0, 0);
    for at in 0..text.len() {
        for piece in ["", "0", "{", "\n", ": ", "&a ", "1e9", "\u{0}"] {
            let text = [&text[..at], piece, &text[at + 1..]].concat();
            let read = Overrides::parse(&text, "s.yaml");
            match read.and_then(|overrides| Plan::with(&graph, &SMALL, &overrides)) {
                Ok(_) => good += 1,
                Err(error) => {
                    assert!(error.to_string().contains("--> s.yaml:"), "{text}\n{error}");
                    bad += 1;
                }
            }
        }
    }
    assert!(good > 20 && bad > 100, "{good} good, {bad} bad");
}

#[test]
fn the_schema_covers_what_is_printed() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good = serde_json::json!({"a.3": {"fuse": true, "panel": 32, "band": 2, "split": "rows"}});
    assert!(validator.is_valid(&good), "{schema:#}");
    for wrong in [r#"{"a": {"bands": 1}}"#, r#"{"a": {"band": 0}}"#, r#"{"a": {"split": "all"}}"#] {
        assert!(!validator.is_valid(&serde_json::from_str(wrong).unwrap()), "{wrong}");
    }
}

fn mbgen(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).output().unwrap()
}

/// What a command prints that succeeds.
fn said(args: &[&str]) -> String {
    let output = mbgen(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn crates_keep_their_schedule() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, a, b) = (path("fast.yaml"), path("a"), path("b"));
    std::fs::write(&file, "features.2: {panel: 32, band: 2}\nfeatures.3: {split: panels}\n")
        .unwrap();
    let small = ["--width", "0.35", "--resolution", "96"];
    let options = ["--schedule", &file, "-o", &a];
    said(&[&["generate", "v2"], &small[..], &options].concat());
    let manifest = json(&folder.path().join("a/mbgen.json"));
    let overridden = &manifest["options"]["overridden"];
    assert_eq!(overridden, &serde_json::json!(["features.2", "features.3"]));
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
    assert_eq!(
        read("a/schedule.yaml"),
        said(&[&["schedule", "v2"], &small[..], &options[..2]].concat())
    );
    said(&[&["schedule", "v2", "-o", &path("all.yaml")], &small[..], &options[..2]].concat());
    assert_eq!(read("all.yaml"), read("a/schedule.yaml"));
    let text = read("a/README.md");
    assert!(text.contains("bands of 2 rows, panels of 32 channels, split by rows"), "{text}");
    let text = read("a/src/network.rs");
    let step = |name| text.split("\n\n").find(|step| step.contains(name)).unwrap();
    assert!(step("const FEATURES_2:").contains("\n    .bands(2)\n"), "{text}");
    assert!(step("const FEATURES_3:").contains("\n    .split(Split::Panels)\n"), "{text}");

    // From the crate alone, for whatever machine.
    let (spec, schedule) = (path("a/spec.yaml"), path("a/schedule.yaml"));
    for machine in ["zen4", "zen5"] {
        let options = ["--machine", machine, "--schedule", &schedule, "--force", "-o", &b];
        said(&[&["generate", &spec], &options[..]].concat());
        for file in
            ["src/network.rs", "schedule.yaml", "weights/mobilenet_v2_0_35_96.bin", "spec.yaml"]
        {
            let bytes = |root: &str| std::fs::read(folder.path().join(root).join(file)).unwrap();
            assert!(bytes("a") == bytes("b"), "{machine}: {file}");
        }
    }
    let check = mbgen(&[&["generate", "v2"], &small[..], &["-o", &a, "--check"]].concat());
    let stderr = String::from_utf8(check.stderr).unwrap();
    assert!(
        check.status.code() == Some(1) && stderr.contains("differs  schedule.yaml"),
        "{stderr}"
    );
}

#[test]
fn commands_refuse_bad_schedules() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, out) = (path("bad.yaml"), path("out"));
    std::fs::write(&file, "features.2: {band: 200}\n").unwrap();
    for args in [
        &["analyze", "v2"][..],
        &["schedule", "v2"],
        &["generate", "v2", "-o", &out],
        &["run", "v2"],
    ] {
        let output = mbgen(&[args, &["--schedule", &file]].concat());
        let shown = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {shown}");
        assert!(shown.contains("bad.yaml:1:20") && output.stdout.is_empty(), "{args:?}: {shown}");
    }
    let output = mbgen(&["schedule", "v2", "--schedule", &path("none.yaml")]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_overrides_change_shows_in_the_analysis() {
    let graph = shipped("v1", 1.0, (224, 224), 10);
    let machine = Description::reference().machine();
    let plan = Plan::new(&graph, &machine).unwrap();
    let apart: String = plan
        .steps
        .iter()
        .flat_map(|step| &step.parts)
        .map(|part| format!("{}: {{fuse: false}}\n", part.name))
        .collect();
    let apart = with(&graph, &machine, &apart);
    assert!(apart.steps.iter().all(|step| step.parts.len() == 1));
    assert_ne!(apart.arena_bytes(), plan.arena_bytes());
}
