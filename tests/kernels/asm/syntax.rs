//! The assembly languages, as far as vectors go.

#[derive(Clone, Copy)]
pub enum Syntax {
    /// Intel's.
    X86_64,
    Aarch64,
}

impl Syntax {
    pub fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Aarch64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// Whether it is that of an instruction set.
    pub fn has(self, isa: &str) -> bool {
        match self {
            Self::X86_64 => isa.starts_with("Avx"),
            Self::Aarch64 => isa == "Neon",
        }
    }

    /// What makes the compiler write it.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::X86_64 => &["-Cllvm-args=-x86-asm-syntax=intel"],
            Self::Aarch64 => &[],
        }
    }

    pub fn is_multiply_add(self, line: &str) -> bool {
        match self {
            Self::X86_64 => line.starts_with("vfmadd"),
            Self::Aarch64 => line.starts_with("fmla"),
        }
    }

    pub fn is_of_vectors(self, line: &str) -> bool {
        match self {
            Self::X86_64 => ["xmm", "ymm", "zmm"].iter().any(|name| line.contains(name)),
            Self::Aarch64 => {
                let first = line.split_once('\t').map_or("", |(_, operands)| operands);
                first.starts_with(['q', 'v', '{'])
            }
        }
    }

    /// Whether an instruction writes to memory.
    pub fn writes(self, line: &str) -> bool {
        match self {
            // The first operand is the destination.
            Self::X86_64 => line.split(',').next().is_some_and(|first| first.contains('[')),
            Self::Aarch64 => line.starts_with("st"),
        }
    }

    /// Vectors that an instruction loads.
    pub fn loads(self, line: &str) -> usize {
        match self {
            Self::X86_64 => {
                usize::from(self.is_of_vectors(line) && line.contains('[') && !self.writes(line))
            }
            Self::Aarch64 if !self.is_of_vectors(line) => 0,
            Self::Aarch64 if line.starts_with("ldp") => 2,
            Self::Aarch64 if line.starts_with("ld1\t") => line.matches("v").count(),
            Self::Aarch64 => usize::from(line.starts_with("ld")),
        }
    }

    /// Whether a line makes the frame pointer one: without it the register is like any other.
    pub fn makes_a_frame(self, line: &str) -> bool {
        match self {
            Self::X86_64 => line.trim() == "mov\trbp, rsp",
            Self::Aarch64 => {
                line.trim() == "mov\tx29, sp" || line.trim().starts_with("add\tx29, sp")
            }
        }
    }

    /// Whether an address is on the stack.
    pub fn uses_stack(self, line: &str, framed: bool) -> bool {
        let address = line.split_once('[').map_or("", |(_, address)| address);
        let (stack, frame) = match self {
            Self::X86_64 => ("rsp", "rbp"),
            Self::Aarch64 => ("sp", "x29"),
        };
        address.starts_with(stack) || framed && address.starts_with(frame)
    }

    /// Whether an address has a second register after the first: `[rsp + 4*rax + 64]`, `[sp, x8]`.
    pub fn has_an_index(self, line: &str) -> bool {
        let address = line.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
        address.is_some_and(|(terms, _)| match self {
            Self::X86_64 => terms.matches('r').count() > 1,
            Self::Aarch64 => terms.contains(", x"),
        })
    }
}
