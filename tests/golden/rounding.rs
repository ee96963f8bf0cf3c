//! Rounding of channel counts against the article's function.

use mbgen::spec::{Rounding, make_divisible};

use crate::networks::{expand, published, read};

#[test]
fn make_divisible_is_the_articles() {
    let golden = read("make_divisible.json");
    for row in golden["scaled"].as_array().unwrap() {
        let (c, n) = (row[0].as_u64().unwrap() as usize, row[2].as_u64().unwrap() as usize);
        let ours = Rounding::MakeDivisible(n).apply(c, row[1].as_f64().unwrap());
        assert_eq!(ours.map(|c| c as u64), row[3].as_u64(), "{row}");
    }
    for row in golden["direct"].as_array().unwrap() {
        let min = row[2].as_u64().map(|min| min as usize);
        let ours = make_divisible(row[0].as_f64().unwrap(), row[1].as_u64().unwrap() as usize, min);
        assert_eq!(Some(ours as u64), row[3].as_u64(), "{row}");
    }
}

#[test]
fn v2_channels_and_adds() {
    for (width, expected) in read("v2_channels.json").as_object().unwrap() {
        let graph = expand(&published("v2", width.parse().unwrap(), 224));
        let layers: Vec<_> = graph.layers().map(|(_, layer)| layer).collect();
        let blocks = layers.chunk_by(|a, b| a.block == b.block);
        let channels: Vec<_> = blocks.map(|block| block[block.len() - 1].output.c).collect();
        let of_blocks = serde_json::json!(channels[..19]);
        assert_eq!(of_blocks, expected["channels"], "{width}");
        let adds = layers.iter().filter(|layer| layer.kind.op() == "add");
        let adds: Vec<_> = adds.map(|layer| &*layer.block).collect();
        assert_eq!(serde_json::json!(adds), expected["adds"], "{width}");
    }
}
