//! mbgen: cost accounting and Rust code generation for networks of the MobileNet family.

pub mod block;
pub mod error;
pub mod graph;
pub mod kernels;
pub mod layer;
pub mod spec;
