//! What the planner knows about a machine: a description, never the host itself.

/// Sizes that decide between schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// First-level data cache of a core, in bytes.
    pub l1: usize,
    /// Second-level cache of a core, in bytes.
    pub l2: usize,
}

impl Machine {
    /// The reference machine: one core of an AMD Zen 4.
    pub const REFERENCE: Self = Self { l1: 32 << 10, l2: 1 << 20 };
}
