//! The machines that are part of the binary.

use super::did_you_mean;

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
    let names = || SHIPPED.iter().map(|shipped| shipped.name);
    let mut text = if or_file {
        format!("no file `{arg}`, and no shipped machine of that name")
    } else {
        format!("no shipped machine `{arg}`")
    };
    if let Some(hint) = did_you_mean(arg, names()) {
        text += &format!("; {hint}");
    }
    text + &format!("\n  shipped machines: {}", names().collect::<Vec<_>>().join(", "))
}
