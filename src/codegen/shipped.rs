//! Files for shipping byte for byte: what is the same in every crate, the program that reads
//! photos, and the kernels.

use crate::asset::{Asset, asset};
use crate::kernels;

/// Path below a folder, and file.
macro_rules! files {
    ($folder:literal: $($path:literal),* $(,)?) => {
        &[$(($path, asset!($folder, "/", $path))),*]
    };
}

/// Files that stand between those that are generated; they know the network's constants by name.
pub const COMMON: &[(&str, Asset)] = files![
    "templates/crate":
    ".gitignore",
    "rustfmt.toml",
    "src/commands/bench.rs",
    "src/commands/logits.rs",
    "src/commands/measure.rs",
    "src/commands/mod.rs",
    "src/commands/options.rs",
    "src/commands/profile.rs",
    "src/error.rs",
    "src/input.rs",
    "src/lib.rs",
    "src/model.rs",
    "tests/golden/expected.rs",
];

/// Files of the package `photo`, beside its manifest; they know the network as `network`.
pub const PHOTO: &[(&str, Asset)] = files![
    "templates/crate/photo":
    "src/args.rs",
    "src/main.rs",
    "src/prepare.rs",
    "src/resample.rs",
    "src/show.rs",
    "src/text.rs",
    "tests/rayon.rs",
];

/// Every file of the kernels, at the path that it has here and in a crate. A crate needs all of them: the
/// instruction set is chosen at run time.
pub fn kernels() -> impl Iterator<Item = Asset> {
    kernels::FILES.iter().map(|&(path, text)| Asset::of_kernels(path, text))
}
