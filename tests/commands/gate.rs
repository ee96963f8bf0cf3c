//! The gate as CI calls it: exit codes and messages.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// A folder with a baseline of the shipped v2.
struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap() };
        let update = ["--update-baseline", "--reason", "the first version"];
        fixture
            .check(&update)
            .expect(0, "costs.json: 1 added\n  v2 1.0 224x224, 1000 classes, zen4");
        fixture
    }

    fn baseline(&self) -> PathBuf {
        self.folder.path().join("costs.json")
    }

    /// Compares v2 with the baseline.
    fn check(&self, args: &[&str]) -> Outcome {
        let baseline = self.baseline();
        compare(&[&["v2", "--baseline", baseline.to_str().unwrap()], args].concat())
    }

    /// Changes the baseline's text, which must have what is to be replaced.
    fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.baseline()).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(self.baseline(), text.replace(from, to)).unwrap();
    }
}

#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    /// Asserts the exit code, and that standard error says something; nothing where that is empty.
    #[track_caller]
    fn expect(&self, code: i32, says: &str) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stderr.contains(says), "{says}: {}", self.stderr);
        assert_eq!(says.is_empty(), self.stderr.is_empty(), "{self:?}");
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

fn compare(args: &[&str]) -> Outcome {
    mbgen(Path::new("."), &[&["compare"], args].concat())
}

fn mbgen(folder: &Path, args: &[&str]) -> Outcome {
    let command = Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).current_dir(folder).output();
    let output = command.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    Outcome { code: output.status.code(), stdout, stderr }
}

#[test]
fn limits_hold_or_are_named() {
    compare(&["v2", "--max", "macs=301M", "--max", "peak=6021120", "--max", "params=3.6M"])
        .expect(0, "");
    let outcome = compare(&["v2", "--max", "macs=290M", "--max", "params=3.6M"]);
    outcome.expect(
        1,
        "v2 1.0 224x224: macs is 300,774,272, over the limit of 290,000,000 by 10,774,272 (3.72%)",
    );
    outcome.expect(1, "1 of 2 limits do not hold");
    outcome.expect(1, "features.18.0 20,070,400");
    // The report is printed all the same.
    assert!(outcome.stdout.contains("3,504,872"));
}

#[test]
fn the_arena_can_be_limited() {
    compare(&["v2", "--max", "arena=3MB"]).expect(0, "");
    compare(&["v2", "--max", "arena=1k"]).expect(1, "arena is ");
}

/// The faults of one name with two meanings, and of a unit that nobody looked at.
#[test]
fn every_metric_has_one_meaning_and_one_unit() {
    let over =
        "weight_bytes is 13,951,264 B, over the limit of 5,000,000 B by 8,951,264 B (179.03%)";
    compare(&["v2", "--max", "weight_bytes=5MB"]).expect(1, over);
    compare(&["v2", "--max", "weights=3.5M", "--max", "weight_bytes=14MB"]).expect(0, "");
    compare(&["v2", "--max", "weights=3.4M"]).expect(1, "weights is 3,469,760");
    for (limit, why) in [
        ("weights=5MB", "the bytes of the weights are `weight_bytes`"),
        ("macs=310MB", "`macs` is a count, not a number of bytes"),
        ("peak=5ms", "`peak` is a number of bytes, not a time"),
        ("time=5MB", "`time` is a time, not a number of bytes"),
        ("time=5", "`time` needs a unit, as in `5ms`"),
    ] {
        for option in ["--max", "--fit"] {
            compare(&["v2", option, limit]).expect(2, why);
        }
    }
    compare(&["v2", "--max", "time=1s"]).expect(0, "");
    let slow = compare(&["v2", "--max", "time=1us"]);
    slow.expect(1, "v2 1.0 224x224: time is ");
    slow.expect(1, "over the limit of 1 µs by ");
    // Only a plan tells a time: its steps are responsible.
    slow.expect(1, "\n      features.2 ");
    let widths = ["--width", "0.5,0.75,1", "--format", "csv"];
    let fit = compare(&[&["v2", "--fit", "weight_bytes=8MB"], &widths[..]].concat());
    assert_eq!(fit.stdout.lines().count(), 2, "{}", fit.stdout);
}

#[test]
fn metrics_and_limits_are_checked() {
    compare(&["v2", "--max", "speed=1"]).expect(2, "no metric `speed`");
    compare(&["v2", "--max", "macs"]).expect(2, "METRIC=LIMIT");
    compare(&["v2", "--max", "macs=much"]).expect(2, "a number of at least 0");
    compare(&["v2", "--max-increase", "1%"]).expect(2, "--baseline");
    compare(&["v2", "--by", "layer"]).expect(2, "--by compares two networks, but there are 1");
}

#[test]
fn a_network_passes_against_itself() {
    let fixture = Fixture::new();
    fixture.check(&[]).expect(0, "");
    fixture.check(&["--max-increase", "1%"]).expect(0, "");
}

#[test]
fn growth_names_the_layer_that_grew() {
    let fixture = Fixture::new();
    fixture.edit("\"macs\":300774272", "\"macs\":290774272");
    fixture.edit("\"flops\":601548544", "\"flops\":581548544");
    fixture.edit("\"macs\":20070400", "\"macs\":10070400");
    let outcome = fixture.check(&["--max-increase", "1%"]);
    outcome.expect(1, "(baseline 290,774,272 + 1%)");
    outcome.expect(1, "features.18.0 20,070,400 (+10,000,000)");
    assert!(!outcome.stderr.contains("features.2.conv.0.0"), "{}", outcome.stderr);
    fixture.check(&["--max-increase", "macs=4%"]).expect(0, "");
    let both = ["--max-increase", "flops=4%", "--max-increase", "macs=10M"];
    fixture.check(&[&["--max-increase", "1%"], &both[..]].concat()).expect(0, "");
}

#[test]
fn a_renamed_layer_is_still_the_same_layer() {
    let fixture = Fixture::new();
    fixture.edit("features.18.0", "features.last.0");
    fixture.check(&[]).expect(0, "");
    fixture.edit("\"params\":3504872", "\"params\":3504871");
    fixture.edit("\"params\":1281000", "\"params\":1280999");
    let outcome = fixture.check(&[]);
    outcome.expect(1, "classifier.1 1,281,000 (+1)");
    assert!(!outcome.stderr.contains("features.18.0"), "{}", outcome.stderr);
}

#[test]
fn a_metric_that_the_baseline_lacks_is_bad_input() {
    let fixture = Fixture::new();
    fixture.edit("\"peak\":6021120,\"arena\"", "\"arena\"");
    for allowed in [&["--max-increase", "peak=1%"][..], &["--max-increase", "1%"], &[]] {
        fixture.check(allowed).expect(2, "v2 1.0 224x224: the baseline lacks peak; --update-");
    }
    // What is not asked about is free.
    fixture.check(&["--max-increase", "macs=1%"]).expect(0, "");
    let update = ["--update-baseline", "--reason", "with its peak"];
    fixture.check(&update).expect(0, "\n    peak 6,021,120 B, unknown before");
    fixture.check(&[]).expect(0, "");
}

#[test]
fn a_network_that_the_baseline_lacks_is_bad_input() {
    let fixture = Fixture::new();
    let lacks = |args: &[&str], what: &str| {
        let has = "; of this spec it has v2 1.0 224x224, 1000 classes, zen4; --update-baseline";
        fixture.check(args).expect(2, what).expect(2, has);
    };
    lacks(&["--width", "0.5"], "v2 0.5 224x224: the baseline lacks it");
    lacks(&["--classes", "10"], "v2 1.0 224x224, 10 classes: the baseline lacks it");
    lacks(&["--machine", "zen5"], "the baseline lacks it (1000 classes, zen5)");
    let baseline = fixture.baseline();
    compare(&["v1", "--baseline", baseline.to_str().unwrap()]).expect(2, "; it has v2; ");
}

#[test]
fn paths_of_specs_are_compared_by_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let nets = folder.path().join("nets");
    std::fs::create_dir(&nets).unwrap();
    let v1 = include_str!("../../archs/v1.yaml").replace("labels: imagenet_1000.txt\n", "");
    std::fs::write(nets.join("v1"), v1).unwrap();
    let gate = |from: &Path, spec: &str, baseline: &str, more: &[&str]| {
        mbgen(from, &[&["compare", spec, "--baseline", baseline], more].concat())
    };
    let update = ["--update-baseline", "--reason", "first"];
    gate(folder.path(), "nets/v1", "costs.json", &update).expect(0, "1 added");
    gate(folder.path(), "./nets/../nets/v1", "costs.json", &[]).expect(0, "");
    gate(folder.path(), nets.join("v1").to_str().unwrap(), "costs.json", &[]).expect(0, "");
    std::fs::rename(nets.join("v1"), nets.join("other")).unwrap();
    let gone = gate(folder.path(), "nets/other", "costs.json", &[]);
    gone.expect(2, "the baseline lacks it").expect(2, "; it has nets/v1; ");
    // A shipped network is no file.
    gate(&nets, "v1", "../costs.json", &[]).expect(2, "the baseline lacks it");
}

/// A renewal of some networks is no renewal of the others.
#[test]
fn other_networks_stay_in_the_baseline() {
    let fixture = Fixture::new();
    let baseline = fixture.baseline();
    let renew = |spec: &str| {
        let update = ["--update-baseline", "--reason", "why"];
        compare(&[&[spec, "--baseline", baseline.to_str().unwrap()], &update[..]].concat())
    };
    renew("v1").expect(0, "1 added, 1 kept\n  v1 1.0 224x224, 1000 classes, zen4: added\n");
    fixture.check(&[]).expect(0, "");
    fixture.edit("\"macs\":533833216", "\"macs\":533833235");
    let outcome = renew("v1");
    outcome.expect(0, "1 changed, 1 kept\n  v1 1.0 224x224, 1000 classes, zen4\n");
    outcome.expect(0, "\n    macs 533,833,235 to 533,833,216, -19 (-0.0000036%)\n");
    renew("v1").expect(0, "costs.json: 1 as before, 1 kept\n");
    fixture.check(&[]).expect(0, "");
}

#[test]
fn an_older_baseline_is_upgraded_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("costs.json");
    let layer = json!({"name": "a", "op": "fc", "params": 1, "weights": 1, "macs": 1, "live": 1});
    let metrics = json!({"arena": 1, "flops": 601_548_544_u64, "macs": 300_774_272_u64,
        "params": 3_504_872, "peak": 6_021_120, "weights": 3_469_760});
    let point = |spec: &str| {
        json!({"spec": spec, "width": 1.0, "resolution": [224, 224], "metrics": metrics,
            "layers": [layer]})
    };
    let old = json!({"schema": "mbgen.baseline/1", "reasons": ["old"],
        "points": [point("v2"), point("v1")]});
    std::fs::write(&path, old.to_string()).unwrap();
    let gate = |args: &[&str]| compare(&[args, &["--baseline", path.to_str().unwrap()]].concat());
    gate(&["v2"]).expect(2, "of version `mbgen.baseline/1`").expect(2, "upgrades it");
    let update = ["--update-baseline", "--reason", "new"];
    let part = gate(&[&["v2"], &update[..]].concat());
    part.expect(2, "name v1 1.0 224x224, too, or begin another file");
    let whole = gate(&[&["v2", "v1"], &update[..]].concat());
    whole.expect(0, "; upgraded from mbgen.baseline/1 to mbgen.baseline/2\n");
    whole.expect(0, " ms, unknown before\n");
    whole.expect(0, "\n    macs 300,774,272 to 533,833,216, +233,058,944 (+77.49%)\n");
    gate(&["v2", "v1"]).expect(0, "");
    let new: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(new["reasons"], json!(["old", "new"]));
    assert_eq!(new["points"][0]["classes"], 1000);
    assert_eq!(new["points"][0]["machine"], "zen4");
}

/// What became cheaper is told as well, then and now and the difference.
#[test]
fn a_baseline_report_tells_changes_both_ways_in_one_table() {
    let fixture = Fixture::new();
    let same = fixture.check(&[]);
    assert!(same.stdout.contains("Against the baseline: all 8 figures are as they were\n"));
    fixture.edit("\"macs\":300774272", "\"macs\":300774253");
    fixture.edit("\"peak\":6021120,\"arena\"", "\"peak\":7021120,\"arena\"");
    fixture.edit("\"params\":3504872", "\"params\":0");
    let outcome = fixture.check(&[]);
    outcome.expect(1, "by 19 (0.0000063%)");
    outcome.expect(1, "over the limit of 0 (baseline 0 + 0%) by 3,504,872\n");
    let rows: Vec<String> = outcome
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Against the baseline: 3 of 8 figures changed"))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(rows[1], "width input metric baseline now difference % at most");
    assert_eq!(rows[3], "1.0 224 params 0 3,504,872 +3,504,872 0");
    assert_eq!(rows[4], "1.0 224 macs 300,774,253 300,774,272 +19 +0.0000063% 300,774,253");
    assert_eq!(rows[5], "1.0 224 peak 7,021,120 B 6,021,120 B -1,000,000 B -14.24% 7,021,120 B");

    let markdown = fixture.check(&["--format", "markdown"]).stdout;
    let heads = markdown.lines().zip(markdown.lines().skip(1));
    let heads = heads.filter(|(_, rule)| rule.starts_with("| ---")).map(|(head, _)| head);
    for head in heads.collect::<Vec<_>>() {
        let mut names: Vec<_> = head.trim_matches('|').split('|').map(str::trim).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{head}");
    }
    let csv = fixture.check(&["--format", "csv"]).stdout;
    let columns =
        "spec,width,input_height,input_width,classes,metric,before,now,difference,growth,limit";
    assert_eq!(csv.lines().next(), Some(columns));
    assert_eq!(csv.lines().count(), 9);
    assert!(csv.contains("v2,1.0,224,224,1000,peak,7021120,6021120,-1000000,"), "{csv}");
    let json = fixture.check(&["--format", "json"]).json();
    let changes = json["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 8);
    assert_eq!(
        (&changes[2]["metric"], &changes[2]["before"]),
        (&json!("macs"), &json!(300_774_253))
    );
    let time = changes[7]["now"].as_f64().unwrap();
    assert!((0.001..0.1).contains(&time), "{time} seconds");
    assert_eq!(json["checks"][7]["value"], changes[7]["now"]);
    assert_eq!(json["points"][0]["metrics"]["time"], changes[7]["now"]);
}

#[test]
fn files_that_are_no_baseline_are_bad_input() {
    let fixture = Fixture::new();
    let write = |text: &[u8]| std::fs::write(fixture.baseline(), text).unwrap();
    let whole = std::fs::read(fixture.baseline()).unwrap();
    for corrupt in [&whole[..whole.len() / 2], b"", b"[]", b"{}", b"\xff\xfe", b"{\"schema\": 1}"] {
        write(corrupt);
        fixture.check(&[]).expect(2, "not a baseline");
    }
    write(br#"{"schema": "mbgen.baseline/2", "reasons": [], "points": 3}"#);
    fixture.check(&[]).expect(2, "not a baseline: invalid type");
    write(br#"{"schema": "mbgen.baseline/3", "networks": {}}"#);
    fixture.check(&[]).expect(2, "a baseline of version `mbgen.baseline/3`");
    // Nor are they replaced by one.
    let update = ["--update-baseline", "--reason", "new"];
    fixture.check(&update).expect(2, "a baseline of version `mbgen.baseline/3`");
    write(b"notes of mine");
    fixture.check(&update).expect(2, "not a baseline");
    assert_eq!(std::fs::read(fixture.baseline()).unwrap(), b"notes of mine");
    std::fs::remove_file(fixture.baseline()).unwrap();
    fixture.check(&[]).expect(2, "no baseline there");
}

#[test]
fn reasons_stay_in_the_file() {
    let fixture = Fixture::new();
    fixture.check(&["--update-baseline"]).expect(2, "--reason");
    let update = ["--update-baseline", "--reason", "wider \"head\""];
    fixture.check(&update).expect(0, "costs.json: 1 as before\n");
    let baseline: serde_json::Value =
        serde_json::from_slice(&std::fs::read(fixture.baseline()).unwrap()).unwrap();
    assert_eq!(baseline["reasons"], serde_json::json!(["the first version", "wider \"head\""]));
    // A limit that does not hold leaves the baseline as it was.
    let before = std::fs::read(fixture.baseline()).unwrap();
    fixture.check(&["--update-baseline", "--reason", "no", "--max", "macs=1"]).expect(1, "macs");
    assert_eq!(std::fs::read(fixture.baseline()).unwrap(), before);
}

#[test]
fn budgets_of_the_spec_hold_for_the_spec_itself() {
    let folder = tempfile::tempdir().unwrap();
    let spec = |budget: &str| {
        let v2 = include_str!("../../archs/v2.yaml").replace("labels: imagenet_1000.txt\n", "");
        let path = folder.path().join("net.yaml");
        std::fs::write(&path, format!("{v2}budgets: {{{budget}}}\n")).unwrap();
        path
    };
    let run = |command: &str, path: &Path, args: &[&str]| {
        mbgen(Path::new("."), &[&[command, path.to_str().unwrap()], args].concat())
    };
    for command in ["analyze", "compare"] {
        let all = "macs: 310M, weight_bytes: 14MB, arena: 3MB, time: 1s";
        run(command, &spec(all), &[]).expect(0, "");
        let path = spec("macs: 300M, arena: 3MB");
        let failed = run(command, &path, &[]);
        failed.expect(1, "300,000,000 (the spec's budget) by 774,272 (0.26%)\n");
        failed.expect(1, "error: 1 of 2 limits do not hold\n");
        assert!(failed.stdout.contains("A MAC counts once"));
        run(command, &path, &["--width", "1.4"]).expect(0, "");
        run(command, &spec("weights: 5MB"), &[]).expect(2, "= help: `weights` is a count");
        run(command, &spec("weights: 5MB"), &[]).expect(2, "the weights are `weight_bytes`");
        run(command, &spec("time: 5"), &[]).expect(2, "= help: `time` needs a unit, as in `5ms`");
    }
    let path = spec("macs: 300M, time: 1s");
    let shown = run("analyze", &path, &["--format", "json"]).json();
    let budgets = shown["budgets"].as_array().unwrap();
    assert_eq!(budgets[0]["metric"], "macs");
    assert_eq!((&budgets[0]["passed"], &budgets[1]["passed"]), (&json!(false), &json!(true)));
    assert_eq!(budgets[1]["limit"], 1.0);
    let shown = run("analyze", &path, &[]).stdout;
    let line = shown.lines().find(|line| line.starts_with("macs ")).unwrap();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(line, "macs 300,000,000 300,774,272 -774,272 does not hold");
    let shown = run("analyze", &spec("arena: 0"), &[]).stdout;
    assert!(
        shown.lines().any(|line| line.starts_with("arena  ") && line.contains(" 0 B ")),
        "{shown}"
    );
    let shown = run("analyze", &path, &["--width", "0.5"]).stdout;
    assert!(shown.contains("Budgets of the spec hold for the network as it is written, not"));
    // A budget that only a plan tells is checked in however large a sweep.
    let path = spec("arena: 1k");
    let widths = ["--width", "0.2..1.25:0.001", "--resolution", "224", "--format", "csv"];
    run("compare", &path, &widths).expect(1, "arena is ");
}

#[test]
fn a_network_has_one_name_in_bmf() {
    let bmf = ["--format", "bmf", "--classes", "10", "--width", "0.5"];
    let [analyze, compare] = ["analyze", "compare"].map(|command| {
        mbgen(Path::new("."), &[&[command, "v2"], &bmf[..]].concat()).expect(0, "").json()
    });
    assert_eq!(analyze, compare);
    let metrics = &analyze["mobilenet_v2 0.5 224x224, 10 classes"];
    let names: Vec<_> = metrics.as_object().unwrap().keys().collect();
    let expected = ["params", "weights", "macs", "flops", "weight_bytes", "peak", "arena", "time"];
    assert_eq!(names, expected);
    // What cannot be told apart is not mixed up.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.yaml");
    let v2 = include_str!("../../archs/v2.yaml").replace("labels: imagenet_1000.txt\n", "");
    std::fs::write(&path, v2.replace("c: 1280", "c: 640")).unwrap();
    let both = ["compare", "v2", path.to_str().unwrap(), "--format", "bmf"];
    mbgen(Path::new("."), &both).expect(2, "two networks are called `mobilenet_v2 1.0 224x224`");
}

/// A program that reads a file of values finds one type in a column, whatever the networks.
#[test]
fn columns_of_values_have_one_type() {
    let sweep = ["v1-0.25-96-vww", "v2", "--resolution", "64x96,96", "--format", "csv"];
    let analyze = |args: &[&str]| {
        mbgen(Path::new("."), &[&["analyze"], args, &["--format", "csv"]].concat()).stdout
    };
    let tables = [
        compare(&sweep).stdout,
        analyze(&["v1-0.25-96-vww", "--resolution", "64x96"]),
        analyze(&["v2"]),
        analyze(&["v2", "--by", "block"]),
        analyze(&["v2", "--by", "stage"]),
    ];
    let mut types = std::collections::BTreeMap::new();
    for table in tables {
        let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let names = lines.next().unwrap();
        for line in lines {
            assert_eq!(line.len(), names.len());
            for (name, value) in names.iter().zip(line).filter(|(_, value)| !value.is_empty()) {
                let numeric = value.parse::<f64>().is_ok();
                assert_eq!(*types.entry((*name).to_owned()).or_insert(numeric), numeric, "{name}");
            }
        }
    }
    for name in ["input_height", "in_channels", "out_width", "k_height", "p_top", "weight_bytes"] {
        assert_eq!(types.get(name), Some(&true), "{name}");
    }
}

/// More networks than are planned have neither arena nor time, which is said; in files of values both
/// columns stand whatever the networks.
#[test]
fn columns_that_are_left_out_are_named() {
    let many = ["v1-0.25-96-vww", "--width", "0.3..1.301:0.001", "--format"];
    let report = |format| compare(&[&many[..], &[format]].concat()).stdout;
    let said = "Left out: arena and time, which more than 1,000 networks have only where they are";
    for format in ["table", "markdown", "html"] {
        assert_eq!(report(format).matches(said).count(), 1, "{format}");
    }
    let header = |text: &str| text.lines().next().unwrap().to_owned();
    let swept = report("csv");
    assert!(
        header(&swept).ends_with(",arena,time") && swept.lines().nth(1).unwrap().ends_with(",,")
    );
    let few = compare(&["v2", "--format", "csv"]).stdout;
    let none = compare(&["v2", "--fit", "macs=1", "--width", "1", "--format", "csv"]);
    none.expect(1, "none of the networks tried fits");
    assert_eq!(header(&few), header(&swept));
    assert_eq!(none.stdout, header(&swept) + "\n");
}

#[test]
fn the_columns_of_two_networks_have_two_names() {
    for (networks, names) in [
        (&["v1", "v2"][..], ["v1", "v2"]),
        (&["v2", "--width", "1,0.5"], ["width 1.0", "width 0.5"]),
        (&["v2", "--resolution", "224,96"], ["224x224", "96x96"]),
        (&["v2", "v2"], ["first", "second"]),
    ] {
        let args = [networks, &["--by", "stage", "--format", "markdown"]].concat();
        let [a, b] = names.map(|name| format!("{name} params"));
        let heading = format!("| stage | {a} | {b} | change of params |");
        assert!(compare(&args).stdout.contains(&heading), "{heading}");
    }
}

#[test]
fn markdown_fits_a_comment_whatever_the_sweep() {
    let outcome = compare(&[
        "v2",
        "--width",
        "0.2..1.4:0.01",
        "--resolution",
        "96..224:2",
        "--max",
        "macs=50M",
        "--format",
        "markdown",
    ]);
    outcome.expect(1, "limits do not hold");
    assert!(outcome.stdout.chars().count() < 65_536);
    assert!(outcome.stdout.contains("limits do not hold"));
    assert!(outcome.stdout.contains("A MAC counts once"));
}

/// The gate that `.github/workflows/costs.yml` runs on the networks of this repository.
#[test]
fn shipped_networks_cost_what_was_agreed() {
    let baseline = Path::new(env!("CARGO_MANIFEST_DIR")).join("archs/costs.json");
    let names = mbgen::spec::EMBEDDED.iter().map(|spec| spec.name);
    let mut args: Vec<_> = names.chain(["--baseline", baseline.to_str().unwrap()]).collect();
    args.extend(["--max-increase", "0%", "--max-increase", "arena=5%"]);
    args.extend(["--max-increase", "time=5%"]);
    let outcome = compare(&args);
    outcome.expect(0, "");
    assert!(outcome.stdout.lines().all(|line| line.len() <= 100), "{}", outcome.stdout);
}
