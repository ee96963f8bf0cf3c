//! The golden tests of a crate fail, and name the step, when something in it is wrong.

use std::fs;

use mbgen::block::Variant;
use mbgen::spec::load;

use crate::crates::{Generated, scratch};
use crate::support::formula::formula;

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
    let constant = format!("pub const {layer}: usize = ");
    let at = layout.find(&constant).unwrap() + constant.len();
    let offset: String =
        layout[at..].chars().take_while(|&c| c != ';').filter(|&c| c != '_').collect();
    let path = generated.folder.join(format!("weights/{}.bin", generated.name));
    let mut bytes = fs::read(&path).unwrap();
    // Past the bias, which has at most 96 values in this network.
    let at = 64 + 4 * (offset.parse::<usize>().unwrap() + 100);
    let value = f32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) + by;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_wrong_weight_stride_offset_or_epilogue_is_found() {
    names_the_step("features.5", |generated| change_weight(generated, "FEATURES_5_CONV_0_0", 1.0));
    names_the_step("features.3", |generated| change_weight(generated, "FEATURES_3_CONV_2", -0.5));
    names_the_step("features.6", |generated| {
        generated.replace("src/network.rs", "const FEATURES_6:", "stride: 1", "stride: 2");
    });
    names_the_step("features.2", |generated| {
        generated.replace("src/network.rs", "const FEATURES_2:", "stride: 2", "stride: 1");
    });
    names_the_step("features.9", |generated| {
        generated.replace("src/weights.rs", "pub const FEATURES_9_CONV_1_0:", "= ", "= 16 + ");
    });
    names_the_step("features.8", |generated| {
        generated.replace("src/network.rs", "const FEATURES_8:", "clamp: RELU6", "clamp: LINEAR");
    });
    names_the_step("features.12", |generated| {
        let skip = "residual: Some(FEATURES_11.out)";
        generated.replace("src/network.rs", "const FEATURES_12:", skip, "residual: None");
    });
    names_the_step("features.7", |generated| {
        // A place in the arena that is the step's own input.
        let out = "Place::Arena(plan::FEATURES_7)";
        let other = "Place::Arena(plan::FEATURES_6)";
        generated.replace("src/network.rs", "const FEATURES_7:", out, other);
    });
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
