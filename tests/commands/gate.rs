//! The gate as CI calls it: exit codes and messages.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with a baseline of the shipped v2.
struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap() };
        let update = ["--update-baseline", "--reason", "the first version"];
        fixture.check(&update).expect(0, "");
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
    /// Asserts the exit code, and that standard error says something.
    #[track_caller]
    fn expect(&self, code: i32, says: &str) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stderr.contains(says), "{says}: {}", self.stderr);
        assert_eq!(code == 0, self.stderr.is_empty(), "{self:?}");
        self
    }
}

fn compare(args: &[&str]) -> Outcome {
    let command = Command::new(env!("CARGO_BIN_EXE_mbgen")).arg("compare").args(args).output();
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
    fixture.edit("\"macs\":20070400", "\"macs\":10070400");
    let outcome = fixture.check(&["--max-increase", "1%"]);
    outcome.expect(1, "(baseline 290,774,272 + 1%)");
    outcome.expect(1, "features.18.0 20,070,400 (+10,000,000)");
    assert!(!outcome.stderr.contains("features.2.conv.0.0"), "{}", outcome.stderr);
    fixture.check(&["--max-increase", "macs=4%"]).expect(0, "");
    fixture.check(&["--max-increase", "1%", "--max-increase", "macs=10M"]).expect(0, "");
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
    let text = std::fs::read_to_string(fixture.baseline()).unwrap();
    let start = text.find("\"arena\":").unwrap();
    let end = start + text[start..].find(',').unwrap() + 1;
    fixture.edit(&text[start..end], "");
    fixture.check(&["--max-increase", "arena=1%"]).expect(2, "the baseline lacks arena");
    fixture.check(&["--max-increase", "1%"]).expect(0, "");
}

#[test]
fn a_network_that_the_baseline_lacks_is_bad_input() {
    let fixture = Fixture::new();
    fixture.check(&["--width", "0.5"]).expect(2, "v2 0.5 224x224: the baseline lacks it");
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
    write(br#"{"schema": "mbgen.baseline/1", "reasons": [], "points": 3}"#);
    fixture.check(&[]).expect(2, "not a baseline: invalid type");
    write(br#"{"schema": "mbgen.baseline/2", "networks": {}}"#);
    fixture.check(&[]).expect(2, "a baseline of version `mbgen.baseline/2`");
    std::fs::remove_file(fixture.baseline()).unwrap();
    fixture.check(&[]).expect(2, "no baseline there");
}

#[test]
fn reasons_stay_in_the_file() {
    let fixture = Fixture::new();
    fixture.check(&["--update-baseline"]).expect(2, "--reason");
    fixture.check(&["--update-baseline", "--reason", "wider \"head\""]).expect(0, "");
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
    let check = |path: &Path, args: &[&str]| compare(&[&[path.to_str().unwrap()], args].concat());
    check(&spec("macs: 310M"), &[]).expect(0, "");
    let path = spec("macs: 300M");
    check(&path, &[]).expect(1, "300,000,000 (the spec's budget)");
    check(&path, &["--width", "1.4"]).expect(0, "");
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
    let outcome = compare(&args);
    outcome.expect(0, "");
    assert!(outcome.stdout.lines().all(|line| line.len() <= 100), "{}", outcome.stdout);
}
