//! `mbgen analyze` as it is called.

use std::process::{Command, Output};

use serde_json::Value;

fn mbgen(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).output().unwrap()
}

#[track_caller]
fn stdout(args: &[&str]) -> String {
    let output = mbgen(args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_variant_is_what_was_asked_for() {
    let text =
        stdout(&["analyze", "v2", "--width", "0.35", "--resolution", "96", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["totals"]["macs"], 11_934_128);
    assert_eq!(report["model"]["width"], 0.35);
    assert_eq!(report["model"]["input"], serde_json::json!([3, 96, 96]));
    assert_eq!(report["totals"]["arena_bytes"], report["arena"]["bytes"]);
}

#[test]
fn files_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v1.csv");
    std::fs::write(&path, "old").unwrap();
    let args = ["analyze", "v1", "--format", "csv", "-o", path.to_str().unwrap()];
    assert_eq!(stdout(&args), "");
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 30);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let missing = folder.path().join("no/such/folder.csv");
    let output = mbgen(&["analyze", "v1", "-o", missing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn torchinfos_footer_is_printed() {
    let text = stdout(&["analyze", "v2", "--as", "torchinfo"]);
    for line in [
        "Total params: 3,504,872",
        "Total mult-adds (M): 300.81",
        "Input size (MB): 0.60",
        "Forward/backward pass size (MB): 106.86",
        "Params size (MB): 14.02",
        "Estimated Total Size (MB): 121.48",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn relu6_is_shown_on_request() {
    let args = ["analyze", "v1", "--width", "0.25", "--resolution", "32", "--format", "json"];
    let report = |extra: &[&str]| -> Value {
        serde_json::from_str(&stdout(&[&args[..], extra].concat())).unwrap()
    };
    assert_eq!(report(&[])["relu6"], Value::Null);
    let rows = report(&["--relu6"])["relu6"]["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 27);
    assert!(rows.iter().all(|row| row["largest"].as_f64().unwrap() > 0.5));
    let output = mbgen(&["analyze", "v1", "--weights", "x.safetensors"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn bad_usage_exits_with_2() {
    for args in [
        &["analyze", "v2", "--by", "neuron"][..],
        &["analyze", "v2", "--as", "abacus"],
        &["analyze", "v2", "--format", "pdf"],
        &["analyze", "no-such-spec"],
    ] {
        let output = mbgen(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty());
    }
}
