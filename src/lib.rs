//! mbgen: cost accounting and Rust code generation for networks of the MobileNet family.

pub mod analysis;
pub mod block;
pub mod error;
pub mod graph;
pub mod layer;
pub mod reference;
pub mod report;
pub mod spec;
pub mod weights;
