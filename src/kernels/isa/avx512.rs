//! AVX-512 (F and VL): 16 lanes, 32 registers, broadcasts from memory inside the multiply.

use core::arch::asm;
use core::arch::x86_64::*;
use core::sync::atomic::{AtomicU8, Ordering};

use super::super::ops::dense::{EmbeddedBroadcast, PairLanes, Pairs};
use super::avx2::Ymm;
use super::{Isa, Needs, Ops, Tiles, Vector, kernels, token};

token! {
    /// Proof that the CPU and the system support AVX-512 F and VL, AVX2 and FMA.
    Avx512: is_x86_feature_detected "avx512f" "avx512vl" "avx2" "fma"
}

impl Avx512 {
    /// Whether this CPU does an operation on 512 bits as two on 256: AMD's family 19h, Zen 4.
    fn is_double_pumped(self) -> bool {
        // The instruction leaves a virtual machine, so it is asked once: 0 is not yet.
        static KNOWN: AtomicU8 = AtomicU8::new(0);
        let mut known = KNOWN.load(Ordering::Relaxed);
        if known == 0 {
            let (vendor, version) = (__cpuid(0), __cpuid(1).eax);
            let amd = [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes);
            let family = (version >> 8 & 0xf) + (version >> 20 & 0xff);
            let double_pumped = amd == [*b"Auth", *b"enti", *b"cAMD"] && family == 0x19;
            known = 1 + u8::from(double_pumped);
            KNOWN.store(known, Ordering::Relaxed);
        }
        known == 2
    }

    /// The operators for CPUs that do 512 bits at once.
    fn whole<U: Needs>(self) -> Ops {
        kernels!(Tile512 needs U: "avx512f" "avx512vl" "avx2" "fma")
    }

    /// The operators for CPUs that are double-pumped, where half a vector takes half the time, loads
    /// are twice as many as multiply-adds, and a broadcast into a register takes a multiply's place.
    fn halves<U: Needs>(self) -> Ops {
        let dense =
            kernels!(@ dense DensePanel Tile512Halves needs U: "avx512f" "avx512vl" "avx2" "fma");
        // Two positions at once would take as long as one after the other.
        let depthwise = kernels!(
            @ depthwise DepthwisePanel Tile512Halves needs U: "avx512f" "avx512vl" "avx2" "fma"
        );
        Ops { dense, depthwise, ..self.whole::<U>() }
    }
}

impl Isa for Avx512 {
    fn ops<U: Needs>(self) -> Ops {
        if self.is_double_pumped() { self.halves::<U>() } else { self.whole::<U>() }
    }

    fn tables<U: Needs>(self) -> [Option<(&'static str, Ops)>; 2] {
        [Some(("avx512", self.whole::<U>())), Some(("avx512_halves", self.halves::<U>()))]
    }
}

struct Tile512;

impl Tiles for Tile512 {
    type Wide = Zmm;
    type Narrow = Ymm;
    type Twice = TwoYmm;
    type Inner = Pairs;
    const ROWS: &'static [usize] = &[14, 7, 7, 7];
}

struct Tile512Halves;

impl Tiles for Tile512Halves {
    type Wide = Zmm;
    type Narrow = Ymm;
    type Twice = Ymm;
    type Inner = EmbeddedBroadcast;
    const ROWS: &'static [usize] = Tile512::ROWS;
}

impl PairLanes for Tile512 {
    #[inline(always)]
    unsafe fn splat_pair(p: *const f32) -> Zmm {
        // SAFETY: 2 readable values at `p` are the caller's contract.
        unsafe { Zmm(_mm512_castpd_ps(_mm512_set1_pd(p.cast::<f64>().read_unaligned()))) }
    }

    #[inline(always)]
    unsafe fn mul_add_even(x: *const f32, b: Zmm, c: Zmm) -> Zmm {
        // SAFETY: a readable value at `x` and the instruction set are the caller's contract.
        unsafe { Zmm(mul_add_even(x, b.0, c.0)) }
    }

    #[inline(always)]
    unsafe fn interleave(even: Zmm, odd: Zmm) -> [Zmm; 2] {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            let low = _mm512_unpacklo_ps(even.0, odd.0);
            [Zmm(low), Zmm(_mm512_unpackhi_ps(even.0, odd.0))]
        }
    }

    #[inline(always)]
    unsafe fn pair_sums([low, high]: [Zmm; 2]) -> Zmm {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            let even = _mm512_shuffle_ps::<0x88>(low.0, high.0);
            Zmm(_mm512_add_ps(even, _mm512_shuffle_ps::<0xdd>(low.0, high.0)))
        }
    }

    #[inline(always)]
    unsafe fn interleave_narrow(even: Ymm, odd: Ymm) -> Zmm {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            let order = _mm512_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
            let even = _mm512_castpd256_pd512(_mm256_castps_pd(even.0));
            let both = _mm512_insertf64x4::<1>(even, _mm256_castps_pd(odd.0));
            Zmm(_mm512_permutexvar_ps(order, _mm512_castpd_ps(both)))
        }
    }

    #[inline(always)]
    unsafe fn pair_sums_narrow([a, b]: [Zmm; 2]) -> [Ymm; 2] {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            let even = _mm512_permutex2var_ps(a.0, even, b.0);
            let sums = _mm512_add_ps(even, _mm512_permutex2var_ps(a.0, odd, b.0));
            let high = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(sums));
            [Ymm(_mm512_castps512_ps256(sums)), Ymm(_mm256_castpd_ps(high))]
        }
    }
}

#[derive(Clone, Copy)]
pub struct Zmm(__m512);

impl Vector for Zmm {
    const LANES: usize = 16;
    const OUTPUTS: usize = 14;

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
    unsafe fn settled(self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Zmm(settled(self.0)) }
    }

    #[inline(always)]
    fn prefetch(p: *const f32) {
        // SAFETY: a prefetch never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
    }
}

/// Two positions of eight channels.
#[derive(Clone, Copy)]
pub struct TwoYmm(Zmm);

impl Vector for TwoYmm {
    const LANES: usize = Zmm::LANES;
    const OUTPUTS: usize = 8;
    const POSITIONS: usize = 2;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the contract is the caller's; so below.
        unsafe { Self(Zmm::splat(x)) }
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: as above.
        unsafe { Self(Zmm::load(p)) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: as above.
        unsafe { self.0.store(p) }
    }

    #[inline(always)]
    unsafe fn load_first(p: *const f32, n: usize) -> Self {
        // SAFETY: as above.
        unsafe { Self(Zmm::load_first(p, n)) }
    }

    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, n: usize) {
        // SAFETY: as above.
        unsafe { self.0.store_first(p, n) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(self.0.mul_add(b.0, c.0)) }
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(self.0.add(b.0)) }
    }

    #[inline(always)]
    unsafe fn clamp(self, lo: Self, hi: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(self.0.clamp(lo.0, hi.0)) }
    }

    #[inline(always)]
    unsafe fn load_each(p: *const f32) -> Self {
        // SAFETY: 8 readable values at `p` are the caller's contract.
        unsafe {
            let both = _mm512_broadcast_f64x4(_mm256_loadu_pd(p.cast()));
            Self(Zmm(_mm512_castpd_ps(both)))
        }
    }

    #[inline(always)]
    unsafe fn one_later(self, next: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            let (a, b) = (_mm512_castps_si512(self.0.0), _mm512_castps_si512(next.0.0));
            Self(Zmm(_mm512_castsi512_ps(_mm512_alignr_epi64::<4>(b, a))))
        }
    }

    #[inline(always)]
    fn distinct(k: usize) -> usize {
        Zmm::distinct(k)
    }
}

/// See [`Vector::settled`]. (A function of its own: registers of 512 bits need the feature.)
///
/// # Safety
///
/// The CPU has AVX-512 F.
#[inline]
#[target_feature(enable = "avx512f")]
fn settled(mut x: __m512) -> __m512 {
    // SAFETY: no instruction at all; as far as the compiler knows, it reads and writes memory.
    unsafe { asm!("/* {0} */", inout(zmm_reg) x, options(nostack, preserves_flags)) };
    x
}

/// See [`PairLanes::mul_add_even`]. (One instruction: of a masked multiply-add between vectors the
/// compiler makes one without and a blend for each.)
///
/// # Safety
///
/// The CPU has AVX-512 F; `x` points to a value.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn mul_add_even(x: *const f32, b: __m512, mut c: __m512) -> __m512 {
    // SAFETY: it reads the value at `x`, and no flags or stack.
    unsafe {
        asm!(
            "vfmadd231ps {c}{{{even}}}, {b}, dword ptr [{x}]{{1to16}}",
            c = inout(zmm_reg) c,
            b = in(zmm_reg) b,
            even = in(kreg) 0x5555u16,
            x = in(reg) x,
            options(pure, readonly, nostack, preserves_flags)
        );
    }
    c
}
