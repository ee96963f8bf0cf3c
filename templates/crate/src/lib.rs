#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

mod constants;
mod error;
mod input;
mod kernels;
mod model;
mod network;
mod plan;
mod weights;

pub use constants::{
    CHANNELS, CLASSES, FILTER, HEIGHT, INPUT, LABELS, MACS, MEAN, NAME, PARAMS, RESIZE, STD, WIDTH,
};
pub use error::Error;
pub use input::{Filter, Resize, golden_input, preprocess};
#[cfg(feature = "std")]
pub use input::{boxed_input, boxed_logits};
pub use kernels::blob::Mismatch;
pub use kernels::isa::{InstructionSet as Isa, UnknownInstructionSet as UnknownIsa};
pub use kernels::steps::{Join, Output, Serial};
#[cfg(feature = "std")]
pub use kernels::threads::Pool;
pub use model::Model;
#[cfg(feature = "std")]
pub use model::peak;
pub use network::{STEPS, Step};
pub use plan::{ARENA_BYTES, Workspace};
pub use weights::{LAYOUT, Layer};
