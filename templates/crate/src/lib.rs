#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

mod constants;
mod error;
mod input;
mod kernels;
mod model;
mod network;
mod weights;
mod workspace;

pub use constants::{
    CHANNELS, CLASSES, FILTER, HEIGHT, INPUT, LABELS, MACS, MEAN, NAME, PARAMS, RESIZE, STD, WIDTH,
};
pub use error::Error;
pub use input::{Filter, Resize, golden_input, preprocess};
#[cfg(feature = "std")]
pub use input::{boxed_input, boxed_logits};
pub use kernels::blob::Mismatch;
pub use kernels::isa::{InstructionSet as Isa, UnknownInstructionSet as UnknownIsa};
pub use kernels::steps::{Join, Output, Serial, Summary as Step};
#[cfg(feature = "std")]
pub use kernels::threads::Pool;
#[cfg(feature = "std")]
pub use model::peak;
pub use model::{Model, STEPS};
pub use weights::{LAYOUT, Layer};
pub use workspace::{ARENA_BYTES, Workspace};
