//! The machines that are part of the binary.

use crate::suggest::not_shipped;

/// A machine whose file is part of the binary.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The name that it is loaded by.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// The shipped machines; the first is the reference.
pub const SHIPPED: [Shipped; 2] = [
    Shipped { name: "zen4", text: include_str!("../../archs/machines/zen4.yaml") },
    Shipped { name: "zen5", text: include_str!("../../archs/machines/zen5.yaml") },
];

/// What is said where `arg` names nothing.
pub(super) fn not_found(arg: &str, or_file: bool) -> String {
    not_shipped("machine", arg, SHIPPED.iter().map(|shipped| (shipped.name, shipped.name)), or_file)
}
