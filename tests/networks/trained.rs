//! Trained networks on real photos: the oracle's logits are PyTorch's.

use std::path::{Path, PathBuf};

use crate::support::plans::outputs;
use crate::support::{data, json, largest_difference, numbers, photos, shared};
use mbgen::block::expand;
use mbgen::spec::{Padding, Spec, load};
use mbgen::weights::{Folded, fold, load as load_weights};

/// What float64 evaluations may differ by; a wrong eps, padding, stride or clamp costs 0.1 or more.
const TOLERANCE: f64 = 1e-3;

/// A trained network and where its photos and their logits are.
struct Trained<'a> {
    arch: &'a str,
    /// Symmetric padding and the image turned by 180 degrees, for weights that are turned too.
    turned: bool,
    weights: PathBuf,
    expected: PathBuf,
    images: PathBuf,
}

impl Trained<'_> {
    /// Compares the logits of every photo; returns how many there were.
    fn check(&self) -> usize {
        let mut spec: Spec = load(self.arch).unwrap().spec;
        if self.turned {
            assert_eq!(std::mem::replace(&mut spec.padding, Padding::Symmetric), Padding::Same);
        }
        let graph = expand(&spec).unwrap();
        let dict = load_weights(&self.weights).unwrap_or_else(|error| panic!("{error}"));
        let weights: Folded = fold(&dict, &graph, spec.bn_eps, &self.weights)
            .unwrap_or_else(|error| panic!("{error}"));
        let expected = json(&self.expected);
        let photos = expected["images"].as_object().unwrap();
        for (name, photo) in photos {
            let mut input = photos::input(&self.images.join(name), &spec);
            if self.turned {
                input = photos::turned(&input);
            }
            let outputs = outputs(&graph, &weights, &input);
            let logits = outputs.last().unwrap();
            let off = largest_difference(logits, &numbers(&photo["logits"]));
            println!("{} {name}: {off:.1e}", self.weights.display());
            assert!(off < TOLERANCE, "{} {name} is off by {off}", self.weights.display());
            let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
            let top = photo["top5"][0]["index"].as_u64().unwrap() as usize;
            assert_eq!(best, Some(top), "{} {name}", self.weights.display());
        }
        photos.len()
    }
}

#[test]
fn shipped_networks_see_what_pytorch_sees() {
    let archs = Path::new(env!("CARGO_MANIFEST_DIR")).join("archs");
    for (arch, weights, expected) in [
        (
            "v1-0.25-96-vww",
            data("trained/v1_0.25_96_vww.tfsame.safetensors"),
            "trained/v1_0.25_96_vww.json",
        ),
        (
            "v1-0.5-160",
            archs.join("weights/v1-0.5-160.safetensors"),
            "trained/v1_0.5_160_imagenet1001.json",
        ),
    ] {
        let (expected, images) = (data(expected), data("trained/images"));
        let network = Trained { arch, turned: false, weights, expected, images };
        assert_eq!(network.check(), 3);
    }
}

#[test]
fn all_trained_networks_see_what_pytorch_sees() {
    let Some(folder) = shared() else { return };
    for (arch, model, file, turned) in [
        ("v2", "v2_1.0_224_imagenet1k", "v2_1.0_224_imagenet1k", false),
        ("v1-0.5-160", "v1_0.5_160_imagenet1001", "v1_0.5_160_imagenet1001.tfsame", false),
        ("v1-0.5-160", "v1_0.5_160_imagenet1001", "v1_0.5_160_imagenet1001.rot180", true),
        ("v1-0.25-96-vww", "v1_0.25_96_vww", "v1_0.25_96_vww.tfsame", false),
        ("v1-0.25-96-vww", "v1_0.25_96_vww", "v1_0.25_96_vww.rot180", true),
    ] {
        let weights = folder.join(format!("weights/{file}.safetensors"));
        let expected = folder.join(format!("weights/expected/{model}.json"));
        let images = folder.join("images/prepared");
        let network = Trained { arch, turned, weights, expected, images };
        assert_eq!(network.check(), 8);
    }
}
