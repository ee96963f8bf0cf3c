//! mbgen: cost accounting and Rust code generation for networks of the MobileNet family.

pub mod analysis;
pub mod block;
pub mod cli;
pub mod codegen;
pub mod commands;
pub mod error;
pub mod exec;
pub mod gate;
pub mod graph;
pub mod kernels;
pub mod layer;
pub mod machine;
pub mod plan;
pub mod reference;
pub mod report;
pub mod spec;
mod suggest;
pub mod weights;
