//! The kernels: what a generated crate runs, and what mbgen itself runs in tests and to verify.
//!
//! These files are shipped into every generated crate byte for byte. They use `core` only (`std` for
//! CPU detection, under the feature `std`), nothing else of the crate they live in, and `super::`
//! paths only. All `unsafe` of mbgen and of a generated crate is here.
//!
//! - [`isa`]: instruction sets, from a token that proves the CPU has one to vector operations;
//! - [`ops`]: operators on one panel of channels, written once over the vectors;
//! - [`steps`]: whole steps of a network, as plain data and as loops over panels and bands;
//! - [`memory`]: weights in place, and the arena; [`blob`]: the file of weights;
//! - `threads`: an executor made of the standard library's threads.

// A generated crate, or an architecture, has no use for some of this. Both crates deny `unsafe`
// everywhere else.
#![allow(dead_code, unused_imports, unsafe_code)]

pub mod blob;
pub mod isa;
pub mod memory;
pub mod ops;
pub mod steps;
#[cfg(feature = "std")]
pub mod threads;
