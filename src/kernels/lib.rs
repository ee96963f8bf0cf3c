//! The kernels as a package of their own, which is optimised where the rest of mbgen is built to be
//! debugged.
//!
//! `mod.rs` and what it names are shipped into generated crates; `FILES` is the list. This file,
//! [`operators`] and [`naive`] are mbgen's alone.

#[path = "mod.rs"]
mod kernels;
pub mod naive;
pub mod operators;

pub use kernels::*;

/// A file with its path in mbgen's repository; its text is there with the feature `files`.
#[cfg(feature = "files")]
macro_rules! file {
    ($($path:expr),+) => {
        (concat!("src/kernels/", $($path),+), Some(include_str!(concat!($($path),+))))
    };
}
#[cfg(not(feature = "files"))]
macro_rules! file {
    ($($path:expr),+) => {
        (concat!("src/kernels/", $($path),+), None)
    };
}

macro_rules! files {
    ($($(#[$doc:meta])* $set:ident $module:ident $($arch:literal)?;)*) => {
        /// Every file that is shipped, a file for each row of the table of instruction sets among them.
        pub const FILES: &[(&str, Option<&str>)] = &[
            $(file!("isa/", stringify!($module), ".rs"),)*
            file!("blob.rs"),
            file!("isa/list.rs"),
            file!("isa/mod.rs"),
            file!("memory.rs"),
            file!("mod.rs"),
            file!("ops/dense/broadcast.rs"),
            file!("ops/dense/lanes.rs"),
            file!("ops/dense/mod.rs"),
            file!("ops/dense/overlap.rs"),
            file!("ops/dense/pairs.rs"),
            file!("ops/dense/strip.rs"),
            file!("ops/depthwise/any.rs"),
            file!("ops/depthwise/mod.rs"),
            file!("ops/depthwise/three.rs"),
            file!("ops/linear.rs"),
            file!("ops/mod.rs"),
            file!("ops/needs.rs"),
            file!("ops/peak.rs"),
            file!("ops/pool.rs"),
            file!("steps/build.rs"),
            file!("steps/chain.rs"),
            file!("steps/convolve.rs"),
            file!("steps/derive.rs"),
            file!("steps/head.rs"),
            file!("steps/join.rs"),
            file!("steps/mod.rs"),
            file!("steps/needs.rs"),
            file!("steps/network.rs"),
            file!("steps/runner.rs"),
            file!("steps/sizes.rs"),
            file!("steps/view.rs"),
            file!("threads.rs"),
        ];
    };
}
isa::table!(files);
