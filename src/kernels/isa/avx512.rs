//! AVX-512 (F and VL): 16 lanes, 32 registers, broadcasts from memory inside the multiply.

use core::arch::asm;
use core::arch::x86_64::*;

use super::avx2::Ymm;
use super::{
    DensePanel, DepthwisePanel, LinearPanel, PeakRun, PoolPanel, Tiles, Vector, feature_enabled,
};

/// Proof that the CPU and the system support AVX-512 F and VL, AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Avx512 {
    _private: (),
}

impl Avx512 {
    /// The token, if this CPU has the instruction set.
    #[cfg(feature = "std")]
    pub fn new() -> Option<Self> {
        let detected = std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512vl")
            && super::Avx2::new().is_some();
        detected.then_some(Self { _private: () })
    }
}

struct Tile512;

impl Tiles for Tile512 {
    type Wide = Zmm;
    type Narrow = Ymm;
    const ROWS: usize = 7;
    const ACCUMULATORS: usize = 12;
}

feature_enabled!(Avx512, Tile512, "avx512", "avx512f,avx512vl,avx2,fma");

#[derive(Clone, Copy)]
pub struct Zmm(__m512);

impl Vector for Zmm {
    const LANES: usize = 16;
    const REGISTERS: usize = 32;
    const FREE_BROADCAST: bool = true;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm512_set1_ps(x)) }
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: 16 readable values at `p` are the caller's contract.
        unsafe { Self(_mm512_loadu_ps(p)) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: 16 writable values at `p` are the caller's contract.
        unsafe { _mm512_storeu_ps(p, self.0) }
    }

    #[inline(always)]
    unsafe fn load_first(p: *const f32, n: usize) -> Self {
        // SAFETY: lanes from `n` on are masked and not read.
        unsafe { Self(_mm512_maskz_loadu_ps(((1u32 << n) - 1) as __mmask16, p)) }
    }

    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, n: usize) {
        // SAFETY: lanes from `n` on are masked and not written.
        unsafe { _mm512_mask_storeu_ps(p, ((1u32 << n) - 1) as __mmask16, self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm512_fmadd_ps(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm512_add_ps(self.0, b.0)) }
    }

    #[inline(always)]
    unsafe fn clamp(self, lo: Self, hi: Self) -> Self {
        // The second operand of min and max is the result where one is NaN.
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(_mm512_min_ps(hi.0, _mm512_max_ps(lo.0, self.0))) }
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
