//! The kernels of an instruction set with its name, for tests and benches.

use std::ops::Deref;

use mbgen::kernels::isa::{InstructionSet, Ops};

/// The kernels of one instruction set that this CPU has.
pub struct Kernels {
    isa: InstructionSet,
    ops: Ops,
}

impl Kernels {
    /// Name of the instruction set.
    pub fn name(&self) -> &'static str {
        self.isa.name()
    }
}

impl Deref for Kernels {
    type Target = Ops;

    fn deref(&self) -> &Ops {
        &self.ops
    }
}

/// The kernels of an instruction set, if this CPU has it.
pub fn kernels(isa: InstructionSet) -> Option<Kernels> {
    isa.is_available().then(|| Kernels { isa, ops: isa.ops() })
}

/// The kernels of AVX-512 for CPUs that are double-pumped or not, whichever this one is.
#[allow(dead_code)]
pub fn avx512(double_pumped: bool) -> Option<Kernels> {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = mbgen::kernels::isa::Avx512::new() {
        use mbgen::kernels::isa::Isa;
        let ops = if double_pumped { token.halves() } else { token.ops() };
        return Some(Kernels { isa: InstructionSet::Avx512, ops });
    }
    let _ = double_pumped;
    None
}

/// The portable kernels with all their tiles, which x86-64 leaves out.
#[allow(dead_code)]
pub fn portable_full() -> Kernels {
    use mbgen::kernels::isa::{Isa, Portable};
    Kernels { isa: InstructionSet::Portable, ops: Portable.ops() }
}
