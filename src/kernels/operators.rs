//! Operators for panels of every size. A generated crate has those of its network alone; mbgen runs and
//! measures whatever there may be.

use super::isa::{InstructionSet, Ops};
use super::ops::needs::{Needs, Panels};

/// Every panel there may be.
struct Everything;

impl Needs for Everything {
    const PANELS: Option<Panels> = None;
}

/// The operators of an instruction set, or the portable ones where the CPU lacks it.
pub fn ops(isa: InstructionSet) -> Ops {
    isa.ops_for::<Everything>()
}

/// All tables of operators for an instruction set, whatever CPU they suit, with a name for each; none
/// where this CPU does not have the set.
pub fn tables(isa: InstructionSet) -> impl Iterator<Item = (&'static str, Ops)> {
    isa.tables_for::<Everything>()
}
