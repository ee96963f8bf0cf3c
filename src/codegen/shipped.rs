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

/// Every file of `src/kernels`. A crate needs all of them: the instruction set is chosen at run time.
pub const KERNELS: &[(&str, Asset)] = files![
    "src/kernels":
    "blob.rs",
    "isa/avx2.rs",
    "isa/avx512.rs",
    "isa/list.rs",
    "isa/mod.rs",
    "isa/portable.rs",
    "memory.rs",
    "mod.rs",
    "ops/dense.rs",
    "ops/depthwise.rs",
    "ops/linear.rs",
    "ops/mod.rs",
    "ops/peak.rs",
    "ops/pool.rs",
    "steps/chain.rs",
    "steps/check.rs",
    "steps/convolve.rs",
    "steps/head.rs",
    "steps/join.rs",
    "steps/mod.rs",
    "steps/observe.rs",
    "steps/runner.rs",
    "steps/sizes.rs",
    "steps/view.rs",
    "threads.rs",
];
