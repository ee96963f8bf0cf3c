//! Two values at a time, side by side in each wide vector.

use super::super::super::isa::{Tiles, Vector};
use super::strip::{Row, Run};
use super::{Inner, RegisterBroadcast, Strip, Tile, one_by_one, overlap};

/// Operations on pairs of lanes.
///
/// # Safety
///
/// The methods have the contract of [`Vector`]'s.
#[allow(clippy::missing_safety_doc)]
pub trait PairLanes: Tiles {
    /// The two values at `p`, over and over.
    unsafe fn splat_pair(p: *const f32) -> Self::Wide;
    /// `x` in the even lanes, zero in the odd ones.
    unsafe fn splat_even(x: f32) -> Self::Wide;
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
    unsafe fn sums<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
    ) -> Tile<T, R, N, M> {
        // SAFETY: the caller's contract.
        unsafe {
            if const { N < 2 } {
                sums_of_pairs(strip, row)
            } else {
                RegisterBroadcast::sums(strip, row)
            }
        }
    }

    #[inline(always)]
    unsafe fn tiles<const R: usize, const N: usize, const M: usize>(
        strip: &mut Strip<T, N, M>,
        row: usize,
        n: usize,
    ) {
        // SAFETY: the caller's contract.
        unsafe {
            // Where sums and the first weights fit the registers.
            if const { N == 2 && M == 0 && R == overlap::ROWS } && overlap::suits(strip) {
                overlap::tiles::<T, N, M>(strip, row, n);
            } else {
                one_by_one::<Self, T, R, N, M>(strip, row, n);
            }
        }
    }
}

/// `N` wide and `M` narrow vectors of columns for two values of k.
type Both<T, const N: usize, const M: usize> =
    ([[<T as Tiles>::Wide; 2]; N], [<T as Tiles>::Wide; M]);

/// As [`Inner::sums`]: each vector has the sums of its columns over even k and over odd k side by side.
///
/// # Safety
///
/// As for [`Inner::sums`].
#[inline(always)]
#[allow(clippy::needless_range_loop)]
unsafe fn sums_of_pairs<T: PairLanes, const R: usize, const N: usize, const M: usize>(
    strip: &Strip<T, N, M>,
    row: usize,
) -> Tile<T, R, N, M> {
    let pitch = strip.panel.pitch;
    // SAFETY: as for `Broadcast`; with k, an even number below `len - 1`, k + 1 is a row of W.
    unsafe {
        let zero = ([T::Wide::splat(0.0); N], [T::Narrow::splat(0.0); M]);
        let bias = interleave::<T, N, M>(strip.bias(), zero);
        let mut acc = [bias; R];
        for r in 0..strip.runs() {
            let Run { rows, mut w, len } = strip.run::<R>(row, r);
            for k in 0..len / 2 {
                let (even, odd) = (w, w.wrapping_add(pitch));
                let b = interleave::<T, N, M>(
                    Strip::<T, N, M>::load(even),
                    Strip::<T, N, M>::load(odd),
                );
                for i in 0..R {
                    acc[i] = mul_add::<T, N, M>(T::splat_pair(rows[i].add(2 * k)), b, acc[i]);
                }
                w = w.wrapping_add(2 * pitch);
            }
            if len % 2 == 1 {
                let b = interleave::<T, N, M>(Strip::<T, N, M>::load(w), zero);
                for i in 0..R {
                    acc[i] = mul_add::<T, N, M>(T::splat_even(*rows[i].add(len - 1)), b, acc[i]);
                }
            }
        }
        let mut tile = Tile { wide: [zero.0; R], narrow: [zero.1; R] };
        for i in 0..R {
            for j in 0..N {
                tile.wide[i][j] = T::pair_sums(acc[i].0[j]);
            }
        }
        for i in (0..R).step_by(2) {
            let next = if i + 1 < R { i + 1 } else { i };
            for j in 0..M {
                let sums = T::pair_sums_narrow([acc[i].1[j], acc[next].1[j]]);
                [tile.narrow[i][j], tile.narrow[next][j]] = sums;
            }
        }
        tile
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
