//! The kernels of an instruction set with their name, for tests and benches.

use std::ops::Deref;

use mbgen::kernels::isa::{InstructionSet, Ops};
use mbgen::kernels::operators;

/// A table of kernels that this CPU can run.
pub struct Kernels {
    name: &'static str,
    ops: Ops,
}

impl Kernels {
    /// Tables with their names.
    pub fn all(tables: impl Iterator<Item = (&'static str, Ops)>) -> impl Iterator<Item = Kernels> {
        tables.map(|(name, ops)| Kernels { name, ops })
    }

    /// Name of the table: that of its instruction set, or begins with it.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl Deref for Kernels {
    type Target = Ops;

    fn deref(&self) -> &Ops {
        &self.ops
    }
}

/// All tables of kernels that this CPU can run, whatever CPU they suit.
pub fn tables() -> impl Iterator<Item = Kernels> {
    Kernels::all(InstructionSet::ALL.into_iter().flat_map(operators::tables))
}

/// The table called `name`, if this CPU can run it.
pub fn kernels(name: &str) -> Option<Kernels> {
    tables().find(|table| table.name == name)
}
