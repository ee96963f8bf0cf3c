//! AVX2 with FMA: 8 lanes, 16 registers.

use core::arch::asm;
use core::arch::x86_64::*;

use super::super::ops::dense::RegisterBroadcast;
use super::{Isa, Needs, Ops, Tiles, Vector, kernels, token};

token! {
    /// Proof that the CPU and the system support AVX2 and FMA.
    Avx2: is_x86_feature_detected "avx2" "fma"
}

impl Isa for Avx2 {
    fn ops<U: Needs>(self) -> Ops {
        kernels!(Tile256 needs U: "avx2" "fma")
    }

    fn tables<U: Needs>(self) -> [Option<(&'static str, Ops)>; 2] {
        [Some(("avx2", self.ops::<U>())), None]
    }
}

struct Tile256;

impl Tiles for Tile256 {
    type Wide = Ymm;
    type Narrow = Ymm;
    type Twice = Ymm;
    type Inner = RegisterBroadcast;
    const ROWS: &'static [usize] = &[12, 6];
}

#[derive(Clone, Copy)]
pub struct Ymm(pub(super) __m256);

/// Eight ones and eight zeros: the window that starts 8 - n lanes in selects the first n lanes.
static MASKS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// A mask of the first `n` lanes.
///
/// # Safety
///
/// The CPU has AVX2, and `n` is at most 8.
#[inline(always)]
unsafe fn first(n: usize) -> __m256i {
    debug_assert!(n <= 8);
    // SAFETY: 8 - n + 8 <= 16 values are inside the table.
    unsafe { _mm256_loadu_si256(MASKS.as_ptr().add(8 - n).cast()) }
}

impl Vector for Ymm {
    const LANES: usize = 8;
    const OUTPUTS: usize = 8;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm256_set1_ps(x)) }
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: 8 readable values at `p` are the caller's contract.
        unsafe { Self(_mm256_loadu_ps(p)) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: 8 writable values at `p` are the caller's contract.
        unsafe { _mm256_storeu_ps(p, self.0) }
    }

    #[inline(always)]
    unsafe fn load_first(p: *const f32, n: usize) -> Self {
        // SAFETY: lanes from `n` on are masked and not read.
        unsafe { Self(_mm256_maskload_ps(p, first(n))) }
    }

    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, n: usize) {
        // SAFETY: lanes from `n` on are masked and not written.
        unsafe { _mm256_maskstore_ps(p, first(n), self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm256_fmadd_ps(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm256_add_ps(self.0, b.0)) }
    }

    #[inline(always)]
    unsafe fn clamp(self, lo: Self, hi: Self) -> Self {
        // The second operand of min and max is the result where one is NaN.
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm256_min_ps(hi.0, _mm256_max_ps(lo.0, self.0))) }
    }

    #[inline(always)]
    fn distinct(k: usize) -> usize {
        let mut k = k;
        // SAFETY: no instruction at all.
        unsafe { asm!("/* {0} */", inout(reg) k, options(nomem, nostack, preserves_flags)) };
        k
    }

    #[inline(always)]
    fn prefetch(p: *const f32) {
        // SAFETY: a prefetch never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
    }
}
