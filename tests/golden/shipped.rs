//! The shipped specs load, expand, and cost what is published.

use mbgen::block::Variant;
use mbgen::spec::{EMBEDDED, load};

fn cost(arch: &str) -> (usize, u64) {
    let loaded = load(arch).unwrap_or_else(|error| panic!("{arch}: {error}"));
    let graph = loaded.graph(&Variant::default()).expect(arch);
    graph.layers().fold((0, 0), |(params, macs), (_, layer)| {
        let p = layer.parameters();
        (params + p.weights + p.bias + p.norm, macs + layer.macs())
    })
}

#[test]
fn costs_are_the_published_ones() {
    assert_eq!(cost("v1"), (4_231_976, 533_833_216));
    assert_eq!(cost("v1-paper"), (4_231_976, 568_740_352));
    assert_eq!(cost("v2"), (3_504_872, 300_774_272));
    println!("{:?}", cost("residual"));
}

#[test]
fn labels_match_the_classes() {
    for arch in EMBEDDED {
        let loaded = load(arch.name).expect(arch.name);
        let labels = loaded.labels().expect(arch.name).expect("labels");
        assert_eq!(labels.names.len(), loaded.spec.classes, "{}", arch.name);
    }
}
