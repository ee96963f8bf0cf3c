//! The networks of the golden files, built from the tables that those files carry.

use mbgen::block;
use mbgen::graph::LayerGraph;
use mbgen::spec::{
    Activation, Block, ConvBn, ConvDsc, DscRow, Expand, HeadItem, HeadKind, Input,
    InvertedResidual, InvertedRow, Padding, Pool, Position, Rounding, Spec, Stage, Width,
    WidthRule,
};
use serde_json::{Value, json};

/// The parsed file under `tests/data/golden`.
pub fn read(name: &str) -> Value {
    let path = format!("{}/tests/data/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).unwrap()
}

/// The networks of `layers/`.
pub fn layer_files() -> Vec<String> {
    let folder = format!("{}/tests/data/golden/layers", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap();
    let stem = |path: std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<_> = files.map(|file| stem(file.unwrap().path())).collect();
    names.sort();
    assert_eq!(names.len(), 9);
    names
}

pub fn expand(spec: &Spec) -> LayerGraph {
    block::expand(spec).unwrap()
}

/// The network `v1_seed`, `v1_paper` or `v2` as the papers have it.
pub fn published(model: &str, width: f64, resolution: u64) -> Spec {
    let last_stride = if model == "v1_seed" { 2 } else { 1 };
    let mut blocks = vec![[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2]];
    blocks.extend([[512, 1]; 5]);
    blocks.extend([[1024, 2], [1024, last_stride]]);
    spec(&json!({
        "model": model, "width_mult": width, "input_chw": [3, resolution, resolution],
        "num_classes": 1000, "round_nearest": 8, "stem": 32, "last": 1280, "blocks_c_s": blocks,
        "tcns": [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1],
            [6, 160, 3, 2], [6, 320, 1, 1]],
    }))
}

/// The network of a golden file's `spec`.
pub fn spec(value: &Value) -> Spec {
    let input = value["input_chw"].as_array().unwrap();
    let v2 = value["model"] == "v2";
    Spec {
        name: value["model"].as_str().unwrap().to_owned(),
        source: None,
        input: Input { channels: int(&input[0]), height: int(&input[1]), width: int(&input[2]) },
        classes: int(&value["num_classes"]),
        width: Width {
            multiplier: value["width_mult"].as_f64().unwrap(),
            rounding: if v2 {
                Rounding::MakeDivisible(int(&value["round_nearest"]))
            } else {
                Rounding::Exact
            },
        },
        padding: Padding::Symmetric,
        bn_eps: 1e-5,
        preprocess: None,
        labels: None,
        budgets: Vec::new(),
        stages: if v2 { v2_stages(value) } else { v1_stages(value) },
        head: vec![
            HeadItem {
                name: if v2 { "mean" } else { "avg1" }.into(),
                kind: HeadKind::GlobalAveragePool(if v2 { Pool::Mean } else { Pool::Module }),
            },
            HeadItem {
                name: if v2 { "classifier.1" } else { "fc1" }.into(),
                kind: HeadKind::Linear,
            },
        ],
    }
}

fn v1_stages(value: &Value) -> Vec<Stage> {
    let mut blocks = vec![conv_bn(int(&value["stem"]), 3, 2, WidthRule::Scale)];
    blocks.extend(value["blocks_c_s"].as_array().unwrap().iter().map(|row| {
        let (c, s) = (int(&row[0]), int(&row[1]));
        let rows = vec![DscRow { c, n: 1, s, k: 3, at: Position::default() }];
        Block::ConvDsc(ConvDsc { rows, activation: Activation::Relu6, padding: None })
    }));
    let mut rest = blocks.split_off(7);
    let last = rest.split_off(5);
    [("stage1", blocks), ("stage2", rest), ("stage3", last)]
        .map(|(name, blocks)| Stage { name: name.into(), blocks })
        .into()
}

fn v2_stages(value: &Value) -> Vec<Stage> {
    let rows = value["tcns"].as_array().unwrap().iter().map(|row| InvertedRow {
        t: row[0].as_f64().unwrap(),
        c: int(&row[1]),
        n: int(&row[2]),
        s: int(&row[3]),
        k: 3,
        at: Position::default(),
    });
    let table = InvertedResidual {
        rows: rows.collect(),
        activation: Activation::Relu6,
        expand: Expand::UnlessOne,
        padding: None,
    };
    let blocks = vec![
        conv_bn(int(&value["stem"]), 3, 2, WidthRule::Scale),
        Block::InvertedResidual(table),
        conv_bn(int(&value["last"]), 1, 1, WidthRule::AtLeastOne),
    ];
    vec![Stage { name: "features".into(), blocks }]
}

fn conv_bn(c: usize, k: usize, s: usize, width: WidthRule) -> Block {
    let (activation, padding, at) = (Activation::Relu6, None, Position::default());
    Block::ConvBn(ConvBn { c, k, s, activation, width, padding, at })
}

fn int(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}
