//! YAML with places: every file that a person writes for mbgen is read here.
//!
//! In order: [`parse`] makes a tree of the text, within bounds; [`read`] makes serde types of the
//! tree, and a [`Diagnostic`] of each thing that is wrong with their shape or kind, all at once; the
//! room whose file it is says what the values may be, in diagnostics of its own; [`render`] shows
//! them. The YAML crate is known to this room alone.

mod at;
mod diagnostic;
mod reader;
mod tree;

pub use at::{At, OneOrList, Ordered};
pub use diagnostic::{Diagnostic, excerpt, list, node_at, render};
pub use reader::{MAX_COUNT, read};
pub use tree::{Node, Span, Value, parse};

/// A place in a file, 1-based; `0, 0` for what was built in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column; counts characters.
    pub column: usize,
}
