//! The numbers of a crate's README.

use serde::Serialize;

use super::Input;
use crate::analysis::Totals;
use crate::text::{bytes, thousands};

/// What a network costs.
#[derive(Debug, Serialize)]
pub struct Cost {
    /// Multiply-accumulates.
    pub macs: String,
    /// Floating-point operations.
    pub flops: String,
    /// Parameters.
    pub params: String,
    /// Size of the file of weights.
    pub weights: String,
    /// Size of the arena of one thread.
    pub arena: String,
    /// Its part that all threads share.
    pub shared: String,
    /// Its part that each thread has.
    pub scratch: String,
    /// Largest sum of tensors that are alive at once, layer by layer.
    pub peak: String,
}

impl Cost {
    pub fn new(input: &Input, totals: &Totals, weights: usize) -> Self {
        let elements = |n: usize| bytes((n * size_of::<f32>()) as u64);
        Self {
            macs: thousands(totals.macs),
            flops: thousands(totals.flops),
            params: thousands(totals.params),
            weights: bytes(weights as u64),
            arena: bytes(input.plan.arena_bytes() as u64),
            shared: elements(input.plan.shared),
            scratch: elements(input.plan.scratch),
            peak: bytes(totals.peak_live_bytes),
        }
    }
}
