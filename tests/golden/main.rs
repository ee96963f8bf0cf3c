//! Exact comparison with numbers that PyTorch and the counting tools gave.

mod graph;
mod networks;
mod published;
mod rounding;
mod shipped;
mod written;

use mbgen::analysis::Analysis;
use mbgen::report::{CostReport, Network, json};
use mbgen::spec::{Padding, Spec};
use networks::{expand, layer_files, published, read, spec};
use serde_json::{Value, json};

/// The JSON report of a network.
fn report(spec: &Spec) -> Value {
    let graph = expand(spec);
    let network = Network {
        name: spec.name.clone(),
        spec: spec.name.clone(),
        width: spec.width.multiplier,
        input: graph.input(),
        classes: spec.classes,
        padding: Padding::Symmetric,
    };
    let analysis = Analysis::of(&graph);
    let report = CostReport::of(&network, &analysis);
    serde_json::from_str(&json::render(&report)).unwrap()
}

/// Asserts that `actual` has every key of `expected` with the same value, in objects within too.
fn assert_covers(actual: &Value, expected: &Value, at: &str) {
    match expected {
        Value::Object(keys) => {
            for (key, value) in keys {
                assert_covers(&actual[key], value, &format!("{at}.{key}"));
            }
        }
        _ => assert_eq!(actual, expected, "{at}"),
    }
}

#[test]
fn layers() {
    for name in layer_files() {
        let golden = read(&format!("layers/{name}.json"));
        let report = report(&spec(&golden["spec"]));
        assert_covers(&report["totals"], &golden["totals"], &name);
        let columns = golden["columns"].as_array().unwrap();
        let (rows, expected) = (report["rows"].as_array().unwrap(), golden["rows"].as_array());
        assert_eq!(rows.len(), expected.unwrap().len(), "{name}");
        for (row, expected) in rows.iter().zip(expected.unwrap()) {
            for (column, value) in columns.iter().zip(expected.as_array().unwrap()) {
                let key = column.as_str().unwrap();
                assert_eq!(&row[key], value, "{name} {} {key}", row["name"]);
            }
        }
    }
}

#[test]
fn totals() {
    let golden = read("totals.json");
    let entries = golden.as_array().unwrap();
    assert_eq!(entries.len(), 70);
    for entry in entries {
        let model = entry["model"].as_str().unwrap();
        let [width, resolution] = ["width_mult", "res"].map(|key| &entry[key]);
        let network = published(model, width.as_f64().unwrap(), resolution.as_u64().unwrap());
        let mut expected = entry.clone();
        for key in ["model", "width_mult", "res", "tools"] {
            expected.as_object_mut().unwrap().remove(key);
        }
        let report = report(&network);
        let at = format!("{model} {width} {resolution}");
        assert_covers(&report["totals"], &expected, &at);
        assert_covers(&report["as"], &entry["tools"], &at);
    }
}

#[test]
fn separable() {
    let golden = read("dwsep.json");
    for name in ["v1_seed_1.0_224", "v1_paper_1.0_224", "v1_paper_0.25_96", "v2_1.0_224"] {
        let report = report(&spec(&read(&format!("layers/{name}.json"))["spec"]));
        assert_covers(&json!({"blocks": report["separable"]}), &blocks_of(&golden[name]), name);
        let mut totals = golden[name].clone();
        totals.as_object_mut().unwrap().remove("blocks");
        assert_covers(&report["separable_totals"], &totals, name);
    }
}

fn blocks_of(section: &Value) -> Value {
    json!({"blocks": section["blocks"]})
}

#[test]
fn shallow_network() {
    let mut spec = published("v1_paper", 1.0, 224);
    spec.stages.remove(1);
    assert_covers(
        &report(&spec)["totals"],
        &json!({"macs": 307_323_392, "params": 2_887_976, "weights": 2_875_328}),
        "shallow",
    );
}

#[test]
fn published_figures() {
    for (model, params, macs) in [
        ("v2", 3_504_872, 300_774_272_u64),
        ("v1_seed", 4_231_976, 533_833_216),
        ("v1_paper", 4_231_976, 568_740_352),
    ] {
        let totals = &report(&published(model, 1.0, 224))["totals"];
        assert_eq!(totals["params"], params, "{model}");
        assert_eq!(totals["macs"], macs, "{model}");
        assert_eq!(totals["flops"], 2 * macs, "{model}");
    }
}

/// The tools' own figures, under the names that they give them.
#[test]
fn tools() {
    let golden = read("tools.json");
    for name in layer_files() {
        let tools = &golden["models"][&name];
        let report = report(&spec(&read(&format!("layers/{name}.json"))["spec"]));
        for (key, tool, figure) in [
            ("torchinfo_mult_adds", "torchinfo", "mult_adds"),
            ("torchinfo_fwd_bwd_bytes", "torchinfo", "fwd_bwd_bytes"),
            ("torchinfo_param_bytes", "torchinfo", "param_bytes"),
            ("fvcore_flops", "fvcore", "flops"),
            ("fvcore_activations", "fvcore", "acts"),
            ("ptflops_pytorch_macs", "ptflops_pytorch", "macs"),
            ("ptflops_aten_macs", "ptflops_aten", "macs"),
            ("thop_macs", "thop", "macs"),
            ("torch_flop_counter_flops", "torch_flop_counter", "flops"),
            ("calflops_flops", "calflops", "flops"),
            ("torchprofile_macs", "torchprofile", "macs"),
            ("onnx_tool_macs", "onnx_tool", "macs"),
        ] {
            let expected = tools[tool][figure].as_f64();
            assert_eq!(report["as"][key].as_f64(), expected, "{name} {key}");
        }
    }
}
