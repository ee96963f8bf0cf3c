//! A crate in which something is wrong does not build, or its golden tests fail; both name the step.

use std::fs;

use mbgen::block::Variant;
use mbgen::spec::load;

use crate::crates::{Edit, Generated, scratch, while_edited};
use crate::support::formula::formula;
use crate::support::sweep::sweep;

const GOLDEN: &[&str] = &["test", "--quiet", "--test", "golden", "every_step"];

/// Makes the crate wrong by `damage`; its tests must name `step`.
fn names_the_step(step: &str, damage: impl FnOnce(&Generated)) {
    // A package of no other test's name: cargo would take the one for the other where files are older.
    let args = ["v2", "--width", "0.35", "--resolution", "33", "--classes", "999", "--seed", "2"];
    let generated = Generated::new("damaged", &args);
    damage(&generated);
    let said = generated.fails(GOLDEN);
    assert!(said.contains(&format!(", {step}: ")), "the step is {step}\n{said}");
}

/// Adds `by` to a value of the packed weights.
fn change_weight(generated: &Generated, layer: &str, by: f32) {
    let layout = fs::read_to_string(generated.folder.join("src/weights.rs")).unwrap();
    let constant = format!("pub const {layer}: Packed = Packed::new(");
    let at = layout.find(&constant).unwrap() + constant.len();
    let offset: String =
        layout[at..].chars().take_while(|&c| c != '.').filter(|&c| c != '_').collect();
    let path = generated.folder.join(format!("weights/{}.bin", generated.name));
    let mut bytes = fs::read(&path).unwrap();
    // Past the bias, which has at most 96 values in this network.
    let at = 64 + 4 * (offset.parse::<usize>().unwrap() + 100);
    let value = f32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) + by;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_wrong_weight_epilogue_or_sum_is_found() {
    names_the_step("features.5", |generated| change_weight(generated, "FEATURES_5_CONV_0_0", 1.0));
    names_the_step("features.3", |generated| change_weight(generated, "FEATURES_3_CONV_2", -0.5));
    names_the_step("features.8", |generated| {
        generated.replace("src/network.rs", "const FEATURES_8:", "RELU6", "LINEAR");
    });
    names_the_step("features.12", |generated| {
        generated.replace("src/network.rs", "const FEATURES_12:", ".add(FEATURES_11.out())", "");
    });
}

const NETWORK: &str = "src/network.rs";
const WEIGHTS: &str = "src/weights.rs";

/// Edits of V2, and what the compiler says: the constant or the step, and the reason.
const REFUSED: [(Edit, &str, &str); 19] = [
    // Places.
    (
        (NETWORK, "const FEATURES_2:", ".at(", ".at(0 * "),
        "`network::FEATURES_2`",
        "the output overlaps the source",
    ),
    (
        (NETWORK, "const FEATURES_7:", ".at_with(", ".at_with(0 * "),
        "`network::FEATURES_7`",
        "the rows overlap the output",
    ),
    (
        (NETWORK, "const FEATURES_4:", ".at_with(", ".at_with(usize::MAX - "),
        "`network::FEATURES_4`",
        "an output beyond any memory",
    ),
    // Shapes.
    (
        (NETWORK, "const FEATURES_5:", ".expand(96", ".expand(88"),
        "`network::FEATURES_5`",
        "a layer has other weights",
    ),
    (
        (NETWORK, "const FEATURES_4:", ".split(", ".add(FEATURES_2.out()).split("),
        "`network::FEATURES_4`",
        "what is added has another shape",
    ),
    (
        (NETWORK, "const INPUT:", "33, 33", "1 << 40, 1 << 40"),
        "`network::FEATURES_0_TO_FEATURES_1`",
        "a map larger than any memory",
    ),
    (
        (NETWORK, "const K3S2:", "[1, 1", "[2, 1"),
        "`network::FEATURES_0_TO_FEATURES_1`",
        "a window reaches over a border by more than half of itself",
    ),
    ((NETWORK, "const INPUT:", "33, 33", "33, 32"), "`model::_`", "the network has another input"),
    // Rows that are kept, panels, threads.
    (
        (NETWORK, "const FEATURES_2:", ".bands(4)", ".bands(10)"),
        "`network::FEATURES_2`",
        "a band is one row to all of the map",
    ),
    (
        (WEIGHTS, "pub const FEATURES_6_CONV_2:", ", 32)", ", 12)"),
        "`network::FEATURES_6`",
        "panels of whole vectors",
    ),
    (
        (WEIGHTS, "pub const FEATURES_6_CONV_2:", ", 32)", ", 16)"),
        "`network::FEATURES_6`",
        "a projection has the widest panels",
    ),
    (
        (WEIGHTS, "pub const FEATURES_8_CONV_1_0:", ", 32)", ", 24)"),
        "`network::FEATURES_8`",
        "a depthwise convolution has the panels of the dense one before it",
    ),
    (
        (NETWORK, "const FEATURES_2:", ".at(", ".split(Split::Panels).at("),
        "`network::FEATURES_2`",
        "threads share panels of one whole map",
    ),
    // Weights.
    (
        (NETWORK, "const FEATURES_9:", "w::FEATURES_9_CONV_0_0", "w::FEATURES_8_CONV_0_0"),
        "`network::FEATURES_9`",
        "a layer's weights do not follow those before them",
    ),
    (
        (WEIGHTS, "pub const FEATURES_9_CONV_1_0:", "new(", "new(16 + "),
        "`network::FEATURES_9`",
        "a layer has other weights",
    ),
    (
        (NETWORK, "const STEPS:", "FEATURES_9)", "FEATURES_8)"),
        "`network::NETWORK`",
        "features.9: its weights do not begin where those before them end",
    ),
    (
        (NETWORK, "const STEPS:", "FEATURES_13)", "FEATURES_14)"),
        "`network::NETWORK`",
        "features.13: its weights do not begin where those before them end",
    ),
    (
        (WEIGHTS, "", "pub const VALUES: usize = ", "pub const VALUES: usize = 16 + "),
        "`network::NETWORK`",
        "features.18.0..classifier.1: the weights do not end with its own",
    ),
    (
        (NETWORK, "const STEPS:", "FEATURES_2)", "FEATURES_18_TO_CLASSIFIER_1)"),
        "`network::NETWORK`",
        "features.2: its weights do not begin where those before them end",
    ),
];

/// A crate with an edit does not build; the compiler says where and why.
#[track_caller]
fn is_refused(generated: &Generated, edit: Edit, place: &str, reason: &str) {
    let said = while_edited(generated, edit, || generated.fails(&["check", "--lib", "--quiet"]));
    let place = format!("evaluation of {place} failed");
    assert!(said.contains(&place) && said.contains(reason), "{place}, {reason}\n{said}");
}

#[test]
fn wrong_geometry_and_weights_do_not_build() {
    let args = ["v2", "--width", "0.35", "--resolution", "33", "--classes", "998"];
    let generated = Generated::new("refused", &args);
    for (edit, place, reason) in REFUSED.into_iter().step_by(if sweep() { 1 } else { 3 }) {
        is_refused(&generated, edit, place, reason);
    }
    generated.succeeds(&["check", "--lib", "--quiet"]);
}

#[test]
fn a_step_that_overwrites_what_is_still_read_does_not_build() {
    let args = ["residual", "--width", "0.5", "--resolution", "32", "--classes", "5"];
    let generated = Generated::new("overwritten", &args);
    let reason = "layer1.1.conv2: it overwrites what a later step reads";
    let over = (NETWORK, "const LAYER1_1_CONV2:", ".at(4_096", ".at(8_192");
    is_refused(&generated, over, "`network::NETWORK`", reason);
    let stale = (NETWORK, ".add(LAYER1_0", ".add(LAYER1_0.out())", ".add(LAYER1_0_CONV3.out())");
    is_refused(&generated, stale, "`network::NETWORK`", reason);
    generated.succeeds(&["check", "--lib", "--quiet"]);
}

#[test]
fn a_network_of_zeros_is_found() {
    let text = load("v1").unwrap().text;
    let graph = load("v1").unwrap();
    let variant = Variant { width: Some(0.25), resolution: Some((32, 32)), classes: Some(3) };
    let dict = formula(&graph.graph(&variant).unwrap(), (0.5, 1.5));
    let mut zeros = mbgen::weights::StateDict::new();
    for (name, tensor) in dict.iter() {
        let data = vec![0.0; tensor.data.len()];
        zeros.insert(name, mbgen::weights::Tensor { shape: tensor.shape.clone(), data });
    }
    let file = scratch().join("zeros.safetensors");
    fs::write(&file, zeros.to_safetensors()).unwrap();
    let spec = scratch().join("zeros.yaml");
    fs::write(&spec, text.replace("name: mobilenet_v1", "name: zeros").replace("labels:", "# "))
        .unwrap();
    let args = [spec.to_str().unwrap(), "--width", "0.25", "--resolution", "32", "--classes", "3"];
    let weights = ["--weights", file.to_str().unwrap()];
    let generated = Generated::new("zeros", &[&args[..], &weights].concat());
    let said = generated.fails(GOLDEN);
    assert!(said.contains("step 0, stage1.0"), "{said}");
    assert!(said.contains("all values are zero"), "{said}");
}
