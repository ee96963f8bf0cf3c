//! Generated crates: what is written, whether it builds, and whether it computes what it should.
//!
//! By default a few small crates are built: those of `infer.json`, a trained one, one of odd sizes, as
//! cargo builds them by default but without optimisation. `MBGEN_SWEEP=1` optimises them as users do,
//! and adds one channel, residual blocks, other targets, widths 0.25 to 1.4 and sizes 96 to 224.

#[path = "../support/mod.rs"]
mod support;

mod builds;
mod crates;
mod kernel_edits;
mod limits;
mod mutations;
mod peers;
mod photo;
mod prepare;
mod resample;
mod users;
mod writing;
