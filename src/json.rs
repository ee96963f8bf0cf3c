//! JSON of this crate's own types, which are all made of what JSON has.

use serde::Serialize;

/// `value` on indented lines, with a final newline.
///
/// # Panics
/// Where `value` is no JSON, which only a mistake in its type can make it.
pub fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("a type without JSON") + "\n"
}

/// `value` on one line.
///
/// # Panics
/// As [`pretty`].
pub fn line(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("a type without JSON")
}
