//! Which instruction sets there are, which of them this CPU has, and the way from a name to operators.

use core::fmt;
use core::str::FromStr;

use super::super::ops::needs::Needs;
use super::{Isa, Ops};

/// The table, best first: an instruction set, its file, whose name is the one used on command lines,
/// and the architecture that has it.
macro_rules! table {
    ($rows:ident) => {
        $rows! {
            /// AVX-512 F and VL (x86-64).
            Avx512 avx512 "x86_64";
            /// AVX2 with FMA (x86-64).
            Avx2 avx2 "x86_64";
            /// NEON (aarch64).
            Neon neon "aarch64";
            /// Plain Rust, which every CPU runs.
            Portable portable;
        }
    };
}
pub(crate) use table;

macro_rules! list {
    ($($(#[$doc:meta])* $set:ident $module:ident $($arch:literal)?;)*) => {
        /// An instruction set, whether or not this CPU has it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum InstructionSet {
            $($(#[$doc])* $set,)*
        }

        impl InstructionSet {
            /// Every instruction set, best first.
            pub const ALL: [Self; [$(Self::$set),*].len()] = [$(Self::$set),*];

            /// The name used on command lines.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$set => stringify!($module),)*
                }
            }

            /// Whether every CPU that the program is compiled for has it.
            #[allow(unreachable_patterns)]
            const fn is_static(self) -> bool {
                match self {
                    $($(#[cfg(target_arch = $arch)])?
                    Self::$set => super::$set::STATIC,)*
                    _ => false,
                }
            }

            /// Whether some CPU of this architecture has it.
            #[allow(unreachable_patterns)]
            const fn is_of_architecture(self) -> bool {
                match self {
                    $($(#[cfg(target_arch = $arch)])?
                    Self::$set => true,)*
                    _ => false,
                }
            }

            /// Whether this CPU has it. Without the feature `std` one set is found: the best that every
            /// CPU has that the program is compiled for.
            #[allow(unreachable_patterns)]
            pub fn is_available(self) -> bool {
                if !cfg!(feature = "std") {
                    return self == Self::BEST_STATIC;
                }
                match self {
                    $($(#[cfg(target_arch = $arch)])?
                    Self::$set => super::$set::new().is_some(),)*
                    _ => false,
                }
            }

            /// The operators of this instruction set, or the portable ones where the CPU lacks it, for what is
            /// needed. Without the feature `std` they are those of the one that is available.
            // Asked once a run, from many places.
            #[inline(never)]
            #[allow(unreachable_patterns)]
            pub fn ops_for<U: Needs>(self) -> Ops {
                // A constant without `std`, so that no other's are linked.
                let set = if cfg!(feature = "std") { self } else { Self::BEST_STATIC };
                match set {
                    $($(#[cfg(target_arch = $arch)])?
                    Self::$set => match super::$set::new() {
                        Some(isa) => isa.ops::<U>(),
                        None => super::Portable.ops::<U>(),
                    },)*
                    _ => super::Portable.ops::<U>(),
                }
            }

            /// All tables of operators for this instruction set, whatever CPU they suit, with a name for
            /// each; none where this CPU does not have the set.
            #[allow(unreachable_patterns)]
            pub fn tables_for<U: Needs>(self) -> impl Iterator<Item = (&'static str, Ops)> {
                let tables = match self {
                    $($(#[cfg(target_arch = $arch)])?
                    Self::$set => super::$set::new().map(Isa::tables::<U>),)*
                    _ => None,
                };
                tables.into_iter().flatten().flatten()
            }
        }
    };
}
table!(list);

impl InstructionSet {
    /// The best one that every CPU has that the program is compiled for.
    const BEST_STATIC: Self = {
        let mut i = 0;
        while !Self::ALL[i].is_static() {
            i += 1;
        }
        Self::ALL[i]
    };

    /// Whether there may be a better one than [`InstructionSet::Portable`].
    pub(super) const MAY_BE_BETTER: bool = {
        let mut i = 0;
        // The portable one is the last.
        while !Self::ALL[i].is_of_architecture() {
            i += 1;
        }
        let best = if cfg!(feature = "std") { Self::ALL[i] } else { Self::BEST_STATIC };
        !matches!(best, Self::Portable)
    };

    /// The best one that this CPU has.
    pub fn detect() -> Self {
        Self::ALL.into_iter().find(|isa| isa.is_available()).unwrap_or(Self::Portable)
    }

    /// Those that this CPU has, best first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_available())
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
