//! Every JSON document against its published schema.

use mbgen::analysis::tools::Tool;
use mbgen::analysis::{Analysis, By, clamp::Clamp};
use mbgen::block::Variant;
use mbgen::machine::Description;
use mbgen::plan::Plan;
use mbgen::report::{CostReport, Format, Network, Style, reconcile};
use mbgen::spec::{EMBEDDED, load};
use serde_json::Value;

fn assert_valid(document: &str, schema: &str) {
    let path = format!("{}/src/report/schema/{schema}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn reports() {
    let clamps = [
        Clamp { name: "features.0.0".into(), largest: 12.5, above: 0.1 },
        Clamp { name: "features.1.0".into(), largest: 1e6, above: 0.5 },
    ];
    for arch in EMBEDDED {
        let loaded = load(arch.name).unwrap();
        let graph = loaded.graph(&Variant::default()).unwrap();
        let machine = Description::reference();
        let plan = Plan::new(&graph, &machine.machine()).unwrap();
        let network = Network::of(&loaded, &Variant::default());
        let analysis = Analysis::of(&graph).with_plan(&plan).with_machine(&graph, &plan, &machine);
        for (by, clamps) in By::ALL.into_iter().zip([None, Some(&clamps[..]), None]) {
            let report = CostReport { by, clamps, ..CostReport::of(&network, &analysis) };
            assert_valid(&report.render(Format::Json, Style::default()), "report");
            for tool in Tool::ALL {
                let text = reconcile::render(&report, tool, Format::Json, Style::default());
                assert_valid(&text, "as");
            }
        }
    }
}

#[test]
fn comparisons_and_baselines() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (baseline, out) = (file("baseline.json"), file("out.json"));
    let compare = |args: &[&str]| {
        let json = ["--format", "json", "-o", &out];
        let args = [&["compare"], args, &json[..]].concat();
        std::process::Command::new(env!("CARGO_BIN_EXE_mbgen")).args(args).output().unwrap();
        assert_valid(&std::fs::read_to_string(&out).unwrap(), "compare");
    };
    compare(&["v2", "v1", "--baseline", &baseline, "--update-baseline", "--reason", "first"]);
    assert_valid(&std::fs::read_to_string(&baseline).unwrap(), "baseline");
    compare(&["v2", "v1", "--baseline", &baseline]);
    compare(&["v2", "--width", "0.35,0.75,1", "--max", "macs=100M"]);
    compare(&["v1", "v2", "--by", "layer"]);
    compare(&["v2", "--fit", "macs=1"]);
}
