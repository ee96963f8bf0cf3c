//! Two values at a time, side by side in each wide vector.

use super::super::super::isa::{Tiles, Vector};
use super::overlap::{self, Opening};
use super::strip::{Row, Run};
use super::{Inner, Products, RegisterBroadcast, Strip, one_by_one};

/// Operations on pairs of lanes.
///
/// # Safety
///
/// The methods have the contract of [`Vector`]'s.
#[allow(clippy::missing_safety_doc)]
pub trait PairLanes: Tiles {
    /// The two values at `p`, over and over.
    unsafe fn splat_pair(p: *const f32) -> Self::Wide;
    /// `*x * b + c` in the even lanes, `c` in the odd ones.
    unsafe fn mul_add_even(x: *const f32, b: Self::Wide, c: Self::Wide) -> Self::Wide;
    /// The lanes of two vectors in turn, in two vectors and an order of their own.
    unsafe fn interleave(even: Self::Wide, odd: Self::Wide) -> [Self::Wide; 2];
    /// Sums of what [`PairLanes::interleave`] brought together.
    unsafe fn pair_sums(pairs: [Self::Wide; 2]) -> Self::Wide;
    /// The lanes of two narrow vectors in turn.
    unsafe fn interleave_narrow(even: Self::Narrow, odd: Self::Narrow) -> Self::Wide;
    /// Sums of neighbouring lanes, of each of two vectors.
    unsafe fn pair_sums_narrow(pairs: [Self::Wide; 2]) -> [Self::Narrow; 2];
}

/// The inner loop where a multiply-add of a wide vector takes as long as that of a narrow one, and as
/// long as a load: tiles less than two wide vectors across have two values of k side by side in each
/// wide vector. Wider tiles take a broadcast value at a time.
pub struct Pairs;

impl<T: PairLanes> Inner<T> for Pairs {
    #[inline(always)]
    unsafe fn tiles<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
        n: usize,
    ) {
        // Sums and the first weights fit the registers, in the tiles that most rows are in. Conditions are
        // constants, so that what does not is not compiled.
        // SAFETY: the caller's contract.
        unsafe {
            if const { N < 2 } {
                if const { matches!((R, N, M), (14, 0, 1) | (7, 1, 0)) } && overlap::suits(strip) {
                    overlap::tiles::<Self, T, R, N, M>(strip, row, n);
                } else {
                    one_by_one::<Self, T, R, N, M>(strip, row, n);
                }
            } else if const { R == 7 && N == 2 && M == 0 } && overlap::suits(strip) {
                overlap::tiles::<RegisterBroadcast, T, R, N, M>(strip, row, n);
            } else {
                one_by_one::<RegisterBroadcast, T, R, N, M>(strip, row, n);
            }
        }
    }
}

/// Each vector has the sums of its columns over even k and over odd k side by side.
impl<T: PairLanes, const N: usize, const M: usize> Products<T, N, M> for Pairs {
    type Sums = Both<T, N, M>;

    #[inline(always)]
    unsafe fn start(bias: Row<T, N, M>) -> Self::Sums {
        // SAFETY: the instruction set is the caller's contract.
        unsafe { interleave::<T, N, M>(bias, zero::<T, N, M>()) }
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn add<const R: usize>(
        strip: &mut Strip<T, N, M>,
        run: &Run<R>,
        from: usize,
        sums: &mut [Self::Sums; R],
    ) {
        let pitch = strip.panel.pitch;
        let &Run { rows, w, len } = run;
        let mut w = w.wrapping_add(from * pitch);
        // SAFETY: as for `Broadcast`; with k, an even number below `len - 1`, k + 1 is a row of W.
        unsafe {
            for k in from / 2..len / 2 {
                let b = weights_of_two::<T, N, M>(w, pitch);
                for i in 0..R {
                    sums[i] = mul_add::<T, N, M>(T::splat_pair(rows[i].add(2 * k)), b, sums[i]);
                }
                w = w.wrapping_add(2 * pitch);
            }
            if len % 2 == 1 {
                let b = interleave::<T, N, M>(Strip::<T, N, M>::load(w), zero::<T, N, M>());
                for i in 0..R {
                    let x = rows[i].add(len - 1);
                    for j in 0..N {
                        for h in 0..2 {
                            sums[i].0[j][h] = T::mul_add_even(x, b.0[j][h], sums[i].0[j][h]);
                        }
                    }
                    for j in 0..M {
                        sums[i].1[j] = T::mul_add_even(x, b.1[j], sums[i].1[j]);
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn end([a, b]: [Self::Sums; 2]) -> [Row<T, N, M>; 2] {
        // SAFETY: the instruction set is the caller's contract.
        unsafe {
            let mut ends = [zero::<T, N, M>(); 2];
            for j in 0..N {
                ends[0].0[j] = T::pair_sums(a.0[j]);
                ends[1].0[j] = T::pair_sums(b.0[j]);
            }
            for j in 0..M {
                [ends[0].1[j], ends[1].1[j]] = T::pair_sums_narrow([a.1[j], b.1[j]]);
            }
            ends
        }
    }
}

impl<T: PairLanes, const N: usize, const M: usize> Opening<T, N, M> for Pairs {
    type Weights = [Both<T, N, M>; overlap::BEGIN / 2];

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn weights(strip: &mut Strip<T, N, M>, w: *const f32) -> Self::Weights {
        let pitch = strip.panel.pitch;
        // SAFETY: the caller's contract.
        unsafe {
            let mut weights = [weights_of_two::<T, N, M>(w, pitch); overlap::BEGIN / 2];
            for k in 1..overlap::BEGIN / 2 {
                weights[k] = weights_of_two::<T, N, M>(w.add(2 * k * pitch), pitch);
            }
            weights
        }
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn open(x: *const f32, weights: &Self::Weights, mut sums: Self::Sums) -> Self::Sums {
        // SAFETY: the caller's contract.
        unsafe {
            for k in 0..overlap::BEGIN / 2 {
                sums = mul_add::<T, N, M>(T::splat_pair(x.add(2 * k)), weights[k], sums);
            }
            for sum in sums.0.as_flattened_mut() {
                *sum = sum.settled();
            }
            for sum in &mut sums.1 {
                *sum = sum.settled();
            }
            sums
        }
    }
}

/// `N` wide and `M` narrow vectors of columns for two values of k.
type Both<T, const N: usize, const M: usize> =
    ([[<T as Tiles>::Wide; 2]; N], [<T as Tiles>::Wide; M]);

/// A row of zeros.
///
/// # Safety
///
/// The CPU has the instruction set of `T`.
#[inline(always)]
unsafe fn zero<T: Tiles, const N: usize, const M: usize>() -> Row<T, N, M> {
    // SAFETY: the instruction set is the caller's contract.
    unsafe { ([T::Wide::splat(0.0); N], [T::Narrow::splat(0.0); M]) }
}

/// The row of W at `w` and the next side by side.
///
/// # Safety
///
/// As for [`Strip::load`], for both rows.
#[inline(always)]
unsafe fn weights_of_two<T: PairLanes, const N: usize, const M: usize>(
    w: *const f32,
    pitch: usize,
) -> Both<T, N, M> {
    // SAFETY: the caller's contract.
    unsafe {
        let even = Strip::<T, N, M>::load(w);
        interleave::<T, N, M>(even, Strip::<T, N, M>::load(w.add(pitch)))
    }
}

/// Two rows of values side by side.
///
/// # Safety
///
/// The CPU has the instruction set of `T`.
#[inline(always)]
unsafe fn interleave<T: PairLanes, const N: usize, const M: usize>(
    even: Row<T, N, M>,
    odd: Row<T, N, M>,
) -> Both<T, N, M> {
    // SAFETY: the instruction set is the caller's contract.
    unsafe {
        let mut pairs = ([[T::Wide::splat(0.0); 2]; N], [T::Wide::splat(0.0); M]);
        for j in 0..N {
            pairs.0[j] = T::interleave(even.0[j], odd.0[j]);
        }
        for j in 0..M {
            pairs.1[j] = T::interleave_narrow(even.1[j], odd.1[j]);
        }
        pairs
    }
}

/// `x * b + acc`.
///
/// # Safety
///
/// The CPU has the instruction set of `T`.
#[inline(always)]
unsafe fn mul_add<T: PairLanes, const N: usize, const M: usize>(
    x: T::Wide,
    b: Both<T, N, M>,
    mut acc: Both<T, N, M>,
) -> Both<T, N, M> {
    // SAFETY: the instruction set is the caller's contract.
    unsafe {
        for j in 0..N {
            for h in 0..2 {
                acc.0[j][h] = x.mul_add(b.0[j][h], acc.0[j][h]);
            }
        }
        for j in 0..M {
            acc.1[j] = x.mul_add(b.1[j], acc.1[j]);
        }
        acc
    }
}
