//! Which instruction sets there are, which of them this CPU has, and the way from a name to a token.

use core::fmt;
use core::str::FromStr;

#[cfg(all(target_arch = "x86_64", feature = "std"))]
use super::{Avx2, Avx512};
use super::{Isa, Ops, Portable};

/// An instruction set, whether or not this CPU has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstructionSet {
    /// AVX-512 F and VL (x86-64).
    Avx512,
    /// AVX2 with FMA (x86-64).
    Avx2,
    /// Plain Rust, which every CPU runs.
    Portable,
}

impl InstructionSet {
    /// Every instruction set, best first.
    pub const ALL: [Self; 3] = [Self::Avx512, Self::Avx2, Self::Portable];

    /// The best one that this CPU has.
    pub fn detect() -> Self {
        Self::ALL.into_iter().find(|isa| isa.is_available()).unwrap_or(Self::Portable)
    }

    /// Those that this CPU has, best first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_available())
    }

    /// Whether this CPU has it. Without the feature `std` only [`InstructionSet::Portable`] is found.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            Self::Avx512 => Avx512::new().is_some(),
            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            Self::Avx2 => Avx2::new().is_some(),
            Self::Portable => true,
            #[allow(unreachable_patterns)]
            _ => false,
        }
    }

    /// The name used on command lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        }
    }

    /// The operators of this instruction set, or the portable ones where the CPU lacks it. On x86-64
    /// those are a fallback with little code.
    // Asked once a run, from many places.
    #[inline(never)]
    pub fn ops(self) -> Ops {
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        match self {
            Self::Avx512 => {
                if let Some(isa) = Avx512::new() {
                    return if isa.is_double_pumped() { isa.halves() } else { isa.ops() };
                }
            }
            Self::Avx2 => {
                if let Some(isa) = Avx2::new() {
                    return isa.ops();
                }
            }
            Self::Portable => {}
        }
        // x86-64 has faster sets, wherever they can be detected.
        if cfg!(all(target_arch = "x86_64", feature = "std")) {
            Portable.compact()
        } else {
            Portable.ops()
        }
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name is no instruction set's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownInstructionSet;

impl fmt::Display for UnknownInstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("instruction sets are")?;
        InstructionSet::ALL.iter().try_for_each(|isa| write!(f, " {isa}"))
    }
}

impl core::error::Error for UnknownInstructionSet {}

impl FromStr for InstructionSet {
    type Err = UnknownInstructionSet;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|isa| isa.name() == name).ok_or(UnknownInstructionSet)
    }
}
