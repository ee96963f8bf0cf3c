//! NEON: 4 lanes, 32 registers, multiplies by one lane of a vector.

use core::arch::aarch64::*;
use core::arch::asm;

use super::super::ops::dense::{ByLane, Lanes};
use super::{Isa, Needs, Ops, Tiles, Vector, kernels, token};

token! {
    /// Proof that the CPU has NEON.
    Neon: is_aarch64_feature_detected "neon"
}

impl Isa for Neon {
    fn ops<U: Needs>(self) -> Ops {
        kernels!(Tile128 needs U: "neon")
    }

    fn tables<U: Needs>(self) -> [Option<(&'static str, Ops)>; 2] {
        [Some(("neon", self.ops::<U>())), None]
    }
}

struct Tile128;

impl Tiles for Tile128 {
    type Wide = Quad;
    type Narrow = Quad;
    type Twice = Quad;
    type Inner = Lanes;
    const ROWS: &'static [usize] = &[14, 8, 7, 6];
    const IN_FLIGHT: usize = 16;
}

#[derive(Clone, Copy)]
pub struct Quad(float32x4_t);

impl Vector for Quad {
    const LANES: usize = 4;
    const OUTPUTS: usize = 8;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(vdupq_n_f32(x)) }
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: 4 readable values at `p` are the caller's contract.
        unsafe { Self(vld1q_f32(p)) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: 4 writable values at `p` are the caller's contract.
        unsafe { vst1q_f32(p, self.0) }
    }

    #[inline(always)]
    unsafe fn load_first(p: *const f32, n: usize) -> Self {
        // SAFETY: only the first `n` values are read.
        unsafe {
            let zero = vdupq_n_f32(0.0);
            Self(match n {
                0 => zero,
                1 => vld1q_lane_f32::<0>(p, zero),
                2 => vcombine_f32(vld1_f32(p), vdup_n_f32(0.0)),
                3 => vld1q_lane_f32::<2>(p.add(2), vcombine_f32(vld1_f32(p), vdup_n_f32(0.0))),
                _ => vld1q_f32(p),
            })
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, n: usize) {
        // SAFETY: only the first `n` values are written.
        unsafe {
            match n {
                0 => {}
                1 => vst1q_lane_f32::<0>(p, self.0),
                2 => vst1_f32(p, vget_low_f32(self.0)),
                3 => {
                    vst1_f32(p, vget_low_f32(self.0));
                    vst1q_lane_f32::<2>(p.add(2), self.0);
                }
                _ => vst1q_f32(p, self.0),
            }
        }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(vfmaq_f32(c.0, self.0, b.0)) }
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(vaddq_f32(self.0, b.0)) }
    }

    #[inline(always)]
    unsafe fn clamp(self, lo: Self, hi: Self) -> Self {
        // Of a NaN and a number both give the NaN.
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(vminq_f32(hi.0, vmaxq_f32(lo.0, self.0))) }
    }

    #[inline(always)]
    fn distinct(k: usize) -> usize {
        let mut k = k;
        // SAFETY: no instruction at all.
        unsafe { asm!("/* {0} */", inout(reg) k, options(nomem, nostack, preserves_flags)) };
        k
    }
}

impl ByLane for Quad {
    #[inline(always)]
    unsafe fn mul_add_lane<const LANE: i32>(self, x: Self, c: Self) -> Self {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { Self(vfmaq_laneq_f32::<LANE>(c.0, self.0, x.0)) }
    }
}
