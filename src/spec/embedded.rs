//! The specs and label files that are part of the binary.

/// A spec that is part of the binary.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// The name it is loaded by.
    pub name: &'static str,
    /// The YAML file, as shipped.
    pub text: &'static str,
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
const LABELS: &[(&str, &str)] = &[
    ("imagenet_1000.txt", include_str!("../../archs/imagenet_1000.txt")),
    ("imagenet_1001.txt", include_str!("../../archs/imagenet_1001.txt")),
    ("vww_2.txt", include_str!("../../archs/vww_2.txt")),
];

/// The shipped spec called `name`.
pub fn spec(name: &str) -> Option<&'static Embedded> {
    EMBEDDED.iter().find(|spec| spec.name == name)
}

/// The shipped label file called `name`.
pub fn labels(name: &str) -> Option<&'static str> {
    LABELS.iter().find(|(file, _)| *file == name).map(|(_, text)| *text)
}

/// The trained weights of a shipped spec: a safetensors file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trained {
    /// The name of the file.
    pub file: &'static str,
    /// Its bytes; `None` without feature `cli`, where the file is to be had beside the program.
    pub bytes: Option<&'static [u8]>,
}

/// The trained weights of the shipped spec called `name`.
pub fn trained(name: &str) -> Option<Trained> {
    #[cfg(feature = "cli")]
    let bytes = Some(include_bytes!("../../archs/weights/v1-0.5-160.safetensors").as_slice());
    #[cfg(not(feature = "cli"))]
    let bytes = None;
    (name == "v1-0.5-160").then_some(Trained { file: "v1-0.5-160.safetensors", bytes })
}
