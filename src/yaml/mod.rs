//! YAML with places: every file that a person writes for mbgen is read here.
//!
//! In order: `parse` makes a tree of the text, within bounds; `read` makes serde types of the
//! tree, and a [`Diagnostic`] of each thing that is wrong with their shape or kind, all at once; the
//! room whose file it is says what the values may be, in diagnostics of its own; [`Diagnostics`]
//! shows them. The YAML crate is known to this room alone.

mod at;
mod diagnostic;
mod reader;
mod render;
mod tree;

pub(crate) use at::{At, OneOrList, Ordered};
pub use diagnostic::{Diagnostic, Diagnostics};
pub(crate) use diagnostic::{excerpt, list, node_at};
pub(crate) use reader::{MAX_COUNT, read};
pub use tree::Span;
pub(crate) use tree::{Node, Value, parse};

/// A place in a file, 1-based; `0, 0` for what was built in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column; counts characters.
    pub column: usize,
}
