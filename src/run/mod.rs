//! Building and running a generated crate.
//!
//! A [`Scratch`] is a place in the user's cache folder. It stays there, so that a second run of the
//! same network compiles nothing and one of another network compiles that network alone.
//! [`cargo::build`] compiles a package and finds its program.

pub mod cargo;
mod scratch;

pub use scratch::{Scratch, VARIABLE};
