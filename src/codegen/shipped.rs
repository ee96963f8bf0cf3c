//! The kernels as text, for shipping byte for byte.

/// Path below `src/kernels`, and text.
macro_rules! kernels {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../kernels/", $path)))),*]
    };
}

/// Every file of `src/kernels`. A crate needs all of them: the instruction set is chosen at run time.
pub const KERNELS: &[(&str, &str)] = kernels![
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
    "steps/view.rs",
    "threads.rs",
];
