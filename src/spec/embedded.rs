//! The specs and label files that are part of the binary.

use crate::asset::{Asset, asset};

/// A spec that is part of the binary.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// The name it is loaded by.
    pub name: &'static str,
    /// The YAML file, as shipped.
    pub text: &'static str,
}

impl Embedded {
    /// What the network calls itself, which is what reports call it.
    pub fn network(&self) -> &'static str {
        self.text.lines().find_map(|line| line.strip_prefix("name: ")).unwrap_or(self.name)
    }
}

/// The shipped specs, in the order in which they are listed.
pub const EMBEDDED: &[Embedded] = &[
    Embedded { name: "v1", text: include_str!("../../archs/v1.yaml") },
    Embedded { name: "v1-paper", text: include_str!("../../archs/v1-paper.yaml") },
    Embedded { name: "v2", text: include_str!("../../archs/v2.yaml") },
    Embedded { name: "v1-0.5-160", text: include_str!("../../archs/v1-0.5-160.yaml") },
    Embedded { name: "v1-0.25-96-vww", text: include_str!("../../archs/v1-0.25-96-vww.yaml") },
    Embedded { name: "residual", text: include_str!("../../archs/residual.yaml") },
];

/// The label files that the shipped specs name.
const LABELS: &[(&str, Asset)] = &[
    (IMAGENET[0], asset!("archs/imagenet_1000.txt")),
    (IMAGENET[1], asset!("archs/imagenet_1001.txt")),
    ("vww_2.txt", asset!("archs/vww_2.txt")),
];

/// Those of [`LABELS`] whose names are ImageNet's, and so WordNet's.
const IMAGENET: [&str; 2] = ["imagenet_1000.txt", "imagenet_1001.txt"];

/// The licence of WordNet, which is to go with every copy.
pub const WORDNET: Asset = asset!("archs/LICENSE-WORDNET");

/// The shipped spec called `name`.
pub fn spec(name: &str) -> Option<&'static Embedded> {
    EMBEDDED.iter().find(|spec| spec.name == name)
}

/// The shipped label file called `name`.
pub fn labels(name: &str) -> Option<&'static Asset> {
    LABELS.iter().find(|(file, _)| *file == name).map(|(_, asset)| asset)
}

/// Whose class names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelsOf {
    /// ImageNet's: synsets of WordNet.
    ImageNet,
    /// A file of mbgen's own.
    Mbgen,
    /// Those of whoever wrote the spec or the file.
    Other,
}

impl LabelsOf {
    /// By the names alone, wherever they were read.
    pub fn names(names: &[String]) -> Self {
        let shipped =
            LABELS.iter().find(|(_, file)| file.text().is_ok_and(|text| text.lines().eq(names)));
        match shipped {
            Some((file, _)) if IMAGENET.contains(file) => Self::ImageNet,
            Some(_) => Self::Mbgen,
            None => Self::Other,
        }
    }
}

/// Where a work is from, and its licence, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    /// Its origin.
    pub source: Option<String>,
    /// Its licence.
    pub licence: Option<String>,
}

/// The trained weights of a shipped spec: a safetensors file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trained {
    /// The name of the file.
    pub file: &'static str,
    /// Its bytes; `None` without feature `cli`, where the file is to be had beside the program.
    pub bytes: Option<&'static [u8]>,
    /// The spec whose weights they are.
    spec: &'static str,
    /// The SHA-256 of the file.
    sha256: &'static str,
    source: &'static str,
    licence: &'static str,
}

/// `archs/weights/README.md` says the same.
const TRAINED: Trained = Trained {
    file: "v1-0.5-160.safetensors",
    #[cfg(feature = "cli")]
    bytes: Some(include_bytes!("../../archs/weights/v1-0.5-160.safetensors")),
    #[cfg(not(feature = "cli"))]
    bytes: None,
    spec: "v1-0.5-160",
    sha256: "1fd69dfa89ee08fb4eece9b5bd0eab5acb88d626a9abba6e21192504c3f2d636",
    source: "GitHub repository google-coral/test_data, commit 104342d2d348, \
             mobilenet_v1_0.5_160_quant.tflite (by TensorFlow, trained on ImageNet-1k), dequantised to f32 \
             and renamed",
    licence: "Apache-2.0",
};

/// The trained weights of the shipped spec called `name`.
pub fn trained(name: &str) -> Option<Trained> {
    (name == TRAINED.spec).then_some(TRAINED)
}

/// What is known of the shipped weights with that SHA-256.
pub fn attribution(sha256: &str) -> Option<Attribution> {
    let Trained { source, licence, .. } = TRAINED;
    let known = || Attribution { source: Some(source.into()), licence: Some(licence.into()) };
    (sha256 == TRAINED.sha256).then(known)
}
