//! Files for shipping byte for byte: what is the same in every crate, the program that reads
//! photos, and the kernels.

use crate::asset::{Asset, asset};

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

/// Every file of `src/kernels` but those of [`INSTRUCTION_SETS`]. A crate needs all of them: the
/// instruction set is chosen at run time.
pub const KERNELS: &[(&str, Asset)] = files![
    "src/kernels":
    "blob.rs",
    "isa/list.rs",
    "isa/mod.rs",
    "memory.rs",
    "mod.rs",
    "ops/dense/broadcast.rs",
    "ops/dense/lanes.rs",
    "ops/dense/mod.rs",
    "ops/dense/pairs.rs",
    "ops/dense/strip.rs",
    "ops/depthwise/any.rs",
    "ops/depthwise/mod.rs",
    "ops/depthwise/three.rs",
    "ops/linear.rs",
    "ops/mod.rs",
    "ops/needs.rs",
    "ops/peak.rs",
    "ops/pool.rs",
    "steps/build.rs",
    "steps/chain.rs",
    "steps/convolve.rs",
    "steps/derive.rs",
    "steps/head.rs",
    "steps/join.rs",
    "steps/mod.rs",
    "steps/needs.rs",
    "steps/network.rs",
    "steps/runner.rs",
    "steps/sizes.rs",
    "steps/view.rs",
    "threads.rs",
];

macro_rules! sets {
    ($($(#[$doc:meta])* $set:ident $module:ident $($arch:literal)?;)*) => {
        &[$((
            concat!("isa/", stringify!($module), ".rs"),
            asset!("src/kernels/isa/", stringify!($module), ".rs"),
        )),*]
    };
}
/// A file for each row of the table of instruction sets.
pub const INSTRUCTION_SETS: &[(&str, Asset)] = crate::kernels::isa::table!(sets);
