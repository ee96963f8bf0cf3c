//! The names of the classes.

use crate::CLASSES;

/// A name for each class, in order.
pub static LABELS: [&str; CLASSES] = lines(include_str!("../labels.txt"));

/// The lines of a text, the first `N` of them.
const fn lines<const N: usize>(text: &'static str) -> [&'static str; N] {
    let mut lines = [""; N];
    let mut rest = text;
    let mut i = 0;
    while i < N && !rest.is_empty() {
        let mut end = 0;
        while end < rest.len() && rest.as_bytes()[end] != b'\n' {
            end += 1;
        }
        lines[i] = rest.split_at(end).0;
        rest = if end < rest.len() { rest.split_at(end + 1).1 } else { "" };
        i += 1;
    }
    lines
}
