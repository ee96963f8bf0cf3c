//! Networks that tests build in memory.

use mbgen::block::{Variant, expand};
use mbgen::graph::LayerGraph;
use mbgen::spec::{
    Activation, Block, ConvBn, ConvDsc, HeadItem, HeadKind, Input, InvertedResidual, InvertedRow,
    Padding, Position, Residual, ResidualRow, Rounding, Spec, Stage, Width, WidthRule,
};

/// MobileNetV2's table 2: t, c, n, s.
pub const V2_ROWS: [(f64, usize, usize, usize); 7] = [
    (1.0, 16, 1, 1),
    (6.0, 24, 2, 2),
    (6.0, 32, 3, 2),
    (6.0, 64, 4, 2),
    (6.0, 96, 3, 1),
    (6.0, 160, 3, 2),
    (6.0, 320, 1, 1),
];

/// The layer graph of a spec that has one.
pub fn graph(spec: &Spec) -> LayerGraph {
    expand(spec, &Variant::default()).unwrap()
}

/// A spec with symmetric padding and without stages and head.
pub fn empty(input: (usize, usize, usize), classes: usize) -> Spec {
    let (channels, height, width) = input;
    Spec {
        name: "test".to_owned(),
        source: None,
        input: Input { channels, height, width },
        classes,
        width: Width { multiplier: 1.0, rounding: Rounding::MakeDivisible(8) },
        padding: Padding::Symmetric,
        bn_eps: 1e-5,
        preprocess: None,
        labels: None,
        stages: Vec::new(),
        head: Vec::new(),
    }
}

/// MobileNetV1 with the article's names.
pub fn v1(input: (usize, usize, usize), classes: usize, multiplier: f64, last: usize) -> Spec {
    let dsc = |(c, s)| Block::ConvDsc(conv_dsc(c, s));
    let stage1 = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)].map(dsc);
    let mut stage1 = Vec::from(stage1);
    stage1.insert(0, Block::ConvBn(conv_bn(32, 3, 2)));
    let mut spec = empty(input, classes);
    spec.width = Width { multiplier, rounding: Rounding::Floor(8) };
    spec.stages = vec![
        stage("stage1", stage1),
        stage("stage2", [(512, 1); 5].map(dsc).into()),
        stage("stage3", [(1024, 2), (1024, last)].map(dsc).into()),
    ];
    spec.head = head("avg1", "fc1");
    spec
}

/// MobileNetV2 with torchvision's names.
pub fn v2(
    input: (usize, usize, usize),
    classes: usize,
    multiplier: f64,
    rows: &[(f64, usize, usize, usize)],
    last: usize,
) -> Spec {
    let rows = rows.iter().map(|&(t, c, n, s)| InvertedRow { t, c, n, s, k: 3, at: at() });
    let table =
        InvertedResidual { rows: rows.collect(), activation: Activation::Relu6, padding: None };
    let last = ConvBn { width: WidthRule::AtLeastOne, ..conv_bn(last, 1, 1) };
    let blocks =
        vec![Block::ConvBn(conv_bn(32, 3, 2)), Block::InvertedResidual(table), Block::ConvBn(last)];
    let mut spec = empty(input, classes);
    spec.width.multiplier = multiplier;
    spec.stages = vec![stage("features", blocks)];
    spec.head = head("mean", "classifier.1");
    spec
}

/// A small network of classic bottleneck blocks.
pub fn residual(input: (usize, usize, usize), classes: usize) -> Spec {
    let rows = vec![
        ResidualRow { c: 8, n: 2, s: 1, at: at() },
        ResidualRow { c: 16, n: 2, s: 2, at: at() },
    ];
    let table = Residual { rows, activation: Activation::Relu, padding: None };
    let mut spec = empty(input, classes);
    spec.stages = vec![
        stage("stem", vec![Block::ConvBn(conv_bn(16, 3, 2))]),
        stage("layer1", vec![Block::Residual(table)]),
    ];
    spec.head = head("avgpool", "fc");
    spec
}

/// A 3×3 or 1×1 convolution with ReLU6.
pub fn conv_bn(c: usize, k: usize, s: usize) -> ConvBn {
    let (activation, width) = (Activation::Relu6, WidthRule::Scale);
    ConvBn { c, k, s, activation, width, padding: None, at: at() }
}

/// A depthwise separable convolution with ReLU6.
pub fn conv_dsc(c: usize, s: usize) -> ConvDsc {
    ConvDsc { c, k: 3, s, activation: Activation::Relu6, padding: None, at: at() }
}

/// A named stage.
pub fn stage(name: &str, blocks: Vec<Block>) -> Stage {
    Stage { name: name.to_owned(), blocks }
}

/// Pool and classifier.
pub fn head(pool: &str, classifier: &str) -> Vec<HeadItem> {
    vec![
        HeadItem { name: pool.to_owned(), kind: HeadKind::GlobalAveragePool },
        HeadItem { name: classifier.to_owned(), kind: HeadKind::Linear },
    ]
}

fn at() -> Position {
    Position::default()
}
