//! Rust literals as rustfmt has them.

/// Columns of a line.
pub const LINE: usize = 100;

/// A number with an underscore every three digits.
pub fn number(n: usize) -> String {
    crate::text::thousands(n as u64).replace(',', "_")
}

/// An `f32` literal.
pub fn float(x: f32) -> String {
    match x {
        f32::INFINITY => "f32::INFINITY".to_owned(),
        f32::NEG_INFINITY => "f32::NEG_INFINITY".to_owned(),
        x => format!("{x:?}"),
    }
}
