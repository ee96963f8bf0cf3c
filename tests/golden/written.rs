//! What tools print depends on how a network's program is written: its pool, its activation.

use mbgen::analysis::Totals;
use mbgen::analysis::tools::FIGURES;
use mbgen::block;
use mbgen::spec::{Pool, load};
use serde_json::Value;

/// One pointwise convolution of one channel on 10x10, one class.
const SMALL: &str = "\
name: small
input: {channels: 1, height: 10, width: 10}
classes: 1
stages:
  body: [{conv_bn: {c: 1, k: 1, activation: relu}}]
head: [{pool: global_average_pool}, {fc: linear}]
";

/// The spec of a network with its pool written as `pool`, and `activation` wherever one may be.
fn spec(network: &str, pool: &str, activation: &str) -> String {
    let text = match network {
        "small" => SMALL,
        "v1" => include_str!("../../archs/v1.yaml"),
        "v2" => include_str!("../../archs/v2.yaml"),
        "residual" => include_str!("../../archs/residual.yaml"),
        other => panic!("{other}"),
    };
    let pool = match pool {
        "module" => "global_average_pool".to_owned(),
        other => format!("{{global_average_pool: {other}}}"),
    };
    let text = text.replace("{global_average_pool: mean}", "global_average_pool");
    let text = text.replace("global_average_pool", &pool);
    match activation {
        "relu6" => text.replace("activation: relu}", "activation: relu6}"),
        "relu" if network == "v1" => text.replace(", s: ", ", activation: relu, s: "),
        "relu" if network == "v2" => text
            .replace("{c: 32, s: 2}", "{c: 32, s: 2, activation: relu}")
            .replace("width: at_least_one", "width: at_least_one, activation: relu")
            .replace("        columns", "        activation: relu\n        columns"),
        _ => text,
    }
}

#[test]
fn tools_see_pools_and_activations_as_they_are_written() {
    let file = include_str!("../data/tools/written.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let networks = file["networks"].as_array().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.yaml");
    for pool in Pool::ALL {
        let mut written = networks.iter().filter(|network| network["pool"] == pool.name());
        assert!(written.any(|network| network["network"] == "v2"), "{pool:?}");
    }
    for expected in networks {
        let word = |key: &str| expected[key].as_str().unwrap();
        let (network, pool, activation) = (word("network"), word("pool"), word("activation"));
        std::fs::write(&path, spec(network, pool, activation)).unwrap();
        let loaded = load(path.to_str().unwrap()).unwrap();
        let totals = Totals::of(&block::expand(&loaded.spec).unwrap());
        for figure in FIGURES.iter().filter(|figure| !figure.key.starts_with("keras")) {
            let at = format!("{network} {pool} {activation}: {}", figure.key);
            assert_eq!(expected[figure.key], figure.value(&totals), "{at}");
        }
    }
}

/// A module's name says nothing about it.
#[test]
fn the_name_of_a_pool_changes_no_figure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.yaml");
    let mut totals = ["pool", "mean"].map(|name| {
        std::fs::write(&path, SMALL.replace("{pool: ", &format!("{{{name}: "))).unwrap();
        Totals::of(&block::expand(&load(path.to_str().unwrap()).unwrap().spec).unwrap())
    });
    totals.iter_mut().for_each(|totals| totals.peak_live_at = None);
    assert_eq!(totals[0], totals[1]);
}
