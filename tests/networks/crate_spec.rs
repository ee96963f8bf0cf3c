//! A crate's `spec.yaml` says all that the spec said from which the crate was generated.

use crate::support::crates::{generate, mbgen};
use crate::support::random::network;
use mbgen::block::Variant;
use mbgen::graph::LayerGraph;
use mbgen::spec::{LabelNames, load};

/// Every key of the language that the crate keeps, with another value than by default.
const EVERYTHING: &str = "\
name: everything
source: 'a paper: \"Table 1\"'
input: {channels: 1, height: 40, width: 36}
classes: 2
width: {multiplier: 0.5, rounding: {floor: 4}}
padding: same
bn_eps: 0.001
preprocess: {resize: {height: 48, width: 40}, filter: bicubic, mean: [0.25], std: [0.5]}
labels: [cat, 'dog #2']
stages:
  a:
    - conv_bn: {c: 9, k: 5, s: 2, activation: relu, width: at_least_one, padding: valid}
    - conv_dsc: {c: 11, k: 2, s: 2, activation: none, padding: symmetric}
    - conv_dsc: {columns: [c, s, n], rows: [[16, 1, 2], [24, 2, 1]], activation: relu}
  b:
    - inverted_residual:
        columns: [k, t, c, n, s]
        rows: [[3, 1, 24, 2, 1], [5, 1.5, 20, 1, 2]]
        expand: always
        activation: relu
    - inverted_residual: {columns: [t, c, n, s], rows: [[1, 20, 1, 1]], padding: symmetric}
    - residual: {columns: [c, n, s], rows: [[4, 2, 2]], activation: relu6}
head: [{pool: {global_average_pool: mean}}, {fc: [{dropout: 0.5}, linear]}]
";

/// The layers of a network, with all that there is to say of each.
fn layers(graph: &LayerGraph) -> Vec<String> {
    graph.layers().map(|(id, layer)| format!("{layer:?} {:?}", graph.operands(id))).collect()
}

/// Generates a crate from a text and loads its own spec; the layers must be the same.
fn kept(key: &str, text: &str) -> [mbgen::spec::Loaded; 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.yaml");
    std::fs::write(&path, text).unwrap();
    let own = generate::<&str>(&format!("crate_spec_{key}"), &path, &[]).join("spec.yaml");
    let both = [&path, &own].map(|path| load(path.to_str().unwrap()).unwrap());
    let [before, after] =
        both.each_ref().map(|loaded| layers(&loaded.graph(&Variant::default()).unwrap()));
    assert_eq!(before, after, "{text}\n{}", both[1].text);
    both
}

#[test]
fn every_key_is_kept() {
    let [before, after] = kept("everything", EVERYTHING);
    let labels = |loaded: &mbgen::spec::Loaded| loaded.labels().unwrap().unwrap().names;
    assert_eq!(labels(&after), ["cat", "dog #2"]);
    assert_eq!(labels(&before), labels(&after));
    let (before, after) = (before.spec, after.spec);
    assert!(matches!(after.labels.unwrap().names, LabelNames::File(_)));
    assert_eq!(
        (before.name, before.source, before.bn_eps, before.preprocess, before.head),
        (after.name, after.source, after.bn_eps, after.preprocess, after.head)
    );
}

#[test]
fn random_networks_are_kept() {
    let networks: Vec<String> =
        (1000..).filter_map(|seed| Some(network(seed)?.0)).take(12).collect();
    for (i, text) in networks.iter().enumerate() {
        kept(&format!("random{i}"), text);
    }
}

/// As `--help` of `archs` says: a shipped spec, saved, is a spec of one's own.
#[test]
fn a_saved_spec_generates_with_the_labels_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| mbgen().args(args).current_dir(folder.path()).output().unwrap();
    for name in ["v2", "v1-0.25-96-vww"] {
        std::fs::write(folder.path().join("mine.yaml"), run(&["archs", "--yaml", name]).stdout)
            .unwrap();
        let small = ["--width", "0.35", "--resolution", "32", "--force", "-o", "net"];
        let output = run(&[&["generate", "mine.yaml"][..], &small].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert!(said.contains(".txt is not beside the spec; the names are those of mbgen's own"));
        let labels = std::fs::read_to_string(folder.path().join("net/labels.txt")).unwrap();
        assert_eq!(labels.lines().count(), load(name).unwrap().spec.classes);
    }
}
