//! Whole networks in process: weights, plans and schedules through the kernels, against the reference
//! executor, and that against PyTorch.

#[path = "../support/mod.rs"]
mod support;

mod crate_spec;
mod executors;
mod faults;
mod plan;
mod random_networks;
mod reference;
mod schedule;
mod steps;
mod trained;
mod weight_values;
mod weights;
