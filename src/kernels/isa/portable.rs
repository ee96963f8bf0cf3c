//! Plain Rust for any CPU: arrays of four lanes, which compilers turn into whatever is there.

use super::super::ops::dense::RegisterBroadcast;
use super::{InstructionSet, Isa, Needs, Ops, Tiles, Vector, kernels};

/// The instruction set that every CPU has.
#[derive(Clone, Copy, Debug)]
pub struct Portable;

impl Portable {
    /// Every CPU has it.
    pub const STATIC: bool = true;

    /// The token.
    pub fn new() -> Option<Self> {
        Some(Self)
    }

    /// The operators with all their tiles.
    fn full<U: Needs>(self) -> Ops {
        kernels!(Tile128 needs U)
    }

    /// The operators in little code.
    fn compact<U: Needs>(self) -> Ops {
        kernels!(Tile128Compact needs U)
    }
}

impl Isa for Portable {
    /// Those in little code where the processor has a faster set, or may have.
    fn ops<U: Needs>(self) -> Ops {
        if InstructionSet::MAY_BE_BETTER { self.compact::<U>() } else { self.full::<U>() }
    }

    fn tables<U: Needs>(self) -> [Option<(&'static str, Ops)>; 2] {
        [Some(("portable", self.full::<U>())), Some(("portable_compact", self.compact::<U>()))]
    }
}

struct Tile128;

impl Tiles for Tile128 {
    type Wide = Four;
    type Narrow = Four;
    type Twice = Four;
    type Inner = RegisterBroadcast;
    const ROWS: &'static [usize] = &[4, 4];
}

struct Tile128Compact;

impl Tiles for Tile128Compact {
    type Wide = Four;
    type Narrow = Four;
    type Twice = Four;
    type Inner = RegisterBroadcast;
    const ROWS: &'static [usize] = Tile128::ROWS;
    const COMPACT: bool = true;
}

#[derive(Clone, Copy)]
pub struct Four([f32; 4]);

impl Four {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        // Not `array::from_fn`, which is compiled elsewhere and inlined by grace.
        let (x, y) = (self.0, other.0);
        Self([f(x[0], y[0]), f(x[1], y[1]), f(x[2], y[2]), f(x[3], y[3])])
    }
}

impl Vector for Four {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Self([x; 4])
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: 4 readable values at `p` are the caller's contract.
        unsafe { Self(p.cast::<[f32; 4]>().read_unaligned()) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: 4 writable values at `p` are the caller's contract.
        unsafe { p.cast::<[f32; 4]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn load_first(p: *const f32, n: usize) -> Self {
        let mut values = [0.0; 4];
        // SAFETY: only the first `n` values are read, and there is room for 4.
        unsafe { values.as_mut_ptr().copy_from_nonoverlapping(p, n) };
        Self(values)
    }

    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, n: usize) {
        // SAFETY: only the first `n` values are written.
        unsafe { p.copy_from_nonoverlapping(self.0.as_ptr(), n) };
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        self.zip(b, |a, b| a * b).zip(c, |ab, c| ab + c)
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        self.zip(b, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn clamp(self, lo: Self, hi: Self) -> Self {
        // Comparisons with NaN are false, so a NaN stays.
        self.zip(lo, |x, lo| if x < lo { lo } else { x })
            .zip(hi, |x, hi| if x > hi { hi } else { x })
    }
}
