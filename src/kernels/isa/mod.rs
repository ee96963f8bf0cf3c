//! Instruction sets: a small vector trait, and per set a token that proves the CPU has it.
//!
//! Operators in [`super::ops`] are written once over [`Vector`] and [`Tiles`]. An instruction set
//! supplies vector operations, tile sizes, and a feature-enabled function around each operator.
//! Everything inside such a function is `#[inline(always)]`: a function that is not inlined into it
//! would be compiled without the features, and its vectors would pass through memory.

// A token comes from detection, which needs `std`.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod avx2;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod avx512;
mod list;
mod portable;

#[cfg(all(target_arch = "x86_64", feature = "std"))]
pub use avx2::Avx2;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
pub use avx512::Avx512;
pub use list::{InstructionSet, UnknownInstructionSet};
pub use portable::Portable;

use super::ops::dense::DensePanel;
use super::ops::depthwise::DepthwisePanel;
use super::ops::linear::LinearPanel;
use super::ops::peak::PeakRun;
use super::ops::pool::PoolPanel;

/// A vector of `f32` lanes.
///
/// # Safety
///
/// Every method may be called only where the CPU has the vector's instruction set; loads and stores
/// need `LANES` (or `n`) readable or writable values at `p`, without any alignment.
#[allow(clippy::missing_safety_doc)]
pub trait Vector: Copy {
    /// Number of lanes.
    const LANES: usize;
    /// Most outputs of a depthwise tile, 4 or 8.
    const OUTPUTS: usize = 4;

    /// All lanes equal to `x`.
    unsafe fn splat(x: f32) -> Self;
    /// Reads `LANES` values.
    unsafe fn load(p: *const f32) -> Self;
    /// Writes `LANES` values.
    unsafe fn store(self, p: *mut f32);
    /// Reads `n <= LANES` values; the other lanes are zero.
    unsafe fn load_first(p: *const f32, n: usize) -> Self;
    /// Writes the first `n <= LANES` lanes.
    unsafe fn store_first(self, p: *mut f32, n: usize);
    /// `self * b + c`, lane by lane.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// `self + b`, lane by lane.
    unsafe fn add(self, b: Self) -> Self;
    /// `f32::clamp` lane by lane: a NaN stays a NaN.
    unsafe fn clamp(self, lo: Self, hi: Self) -> Self;

    /// Returns `k`, hiding from the compiler that it is `k`.
    #[inline(always)]
    fn distinct(k: usize) -> usize {
        k
    }

    /// Asks for the cache line at `p` to be brought into the second-level cache.
    #[inline(always)]
    fn prefetch(_p: *const f32) {}
}

/// Register tile sizes of an instruction set.
///
/// # Safety
///
/// The methods have the contract of [`Vector`]'s.
#[allow(clippy::missing_safety_doc)]
pub trait Tiles {
    /// The widest vector.
    type Wide: Vector;
    /// The vector for columns that do not fill a wide one.
    type Narrow: Vector;
    /// Rows of a matrix tile of two vectors, at most 8; at least 4 where [`Tiles::COMPACT`].
    const ROWS: usize;
    /// Rows of a matrix tile of one narrow vector: at most `ROWS`, or 12, or 14. A tile needs as many
    /// sums as multiply-adds are in flight.
    const NARROW_ROWS: usize = Self::ROWS;
    /// Whether a value that multiplies two vectors is better broadcast by each multiply, from memory,
    /// than once into a register.
    const EMBEDDED_BROADCAST: bool = false;
    /// Whether little code is better than a tile of every size: for a set that is a fallback only.
    const COMPACT: bool = false;
    /// Wide vectors side by side in a depthwise or linear tile's accumulators.
    const ACCUMULATORS: usize;
    /// Whether tiles less than two wide vectors across are better computed with two values of k side
    /// by side in each wide vector, by the methods below: where a multiply-add of a wide vector takes
    /// as long as that of a narrow one, and as long as a load.
    const PAIRS: bool = false;

    /// The two values at `p`, over and over.
    #[inline(always)]
    unsafe fn splat_pair(_p: *const f32) -> Self::Wide {
        unreachable!("no pairs")
    }

    /// `x` in the even lanes, zero in the odd ones.
    #[inline(always)]
    unsafe fn splat_even(_x: f32) -> Self::Wide {
        unreachable!("no pairs")
    }

    /// The lanes of two vectors in turn, in two vectors and an order of their own.
    #[inline(always)]
    unsafe fn interleave(_even: Self::Wide, _odd: Self::Wide) -> [Self::Wide; 2] {
        unreachable!("no pairs")
    }

    /// Sums of what [`Tiles::interleave`] brought together.
    #[inline(always)]
    unsafe fn pair_sums(_pairs: [Self::Wide; 2]) -> Self::Wide {
        unreachable!("no pairs")
    }

    /// The lanes of two narrow vectors in turn.
    #[inline(always)]
    unsafe fn interleave_narrow(_even: Self::Narrow, _odd: Self::Narrow) -> Self::Wide {
        unreachable!("no pairs")
    }

    /// Sums of neighbouring lanes, of each of two vectors.
    #[inline(always)]
    unsafe fn pair_sums_narrow(_pairs: [Self::Wide; 2]) -> [Self::Narrow; 2] {
        unreachable!("no pairs")
    }
}

/// An instruction set. A value of the type proves that the CPU has it.
pub trait Isa: Copy + Send + Sync + 'static {
    /// Name used on command lines.
    const NAME: &'static str;

    /// Its operators.
    fn ops(self) -> Ops;
}

/// The operators of an instruction set that the CPU has.
///
/// A table of functions rather than a type parameter: what calls them, once for each panel of a
/// step, is compiled once for all instruction sets.
#[derive(Clone, Copy, Debug)]
pub struct Ops {
    dense: unsafe fn(&DensePanel),
    depthwise: unsafe fn(&DepthwisePanel),
    linear: unsafe fn(&LinearPanel),
    pool: unsafe fn(&PoolPanel),
    peak: unsafe fn(&PeakRun),
}

impl Ops {
    /// One panel of a matrix product.
    ///
    /// # Safety
    ///
    /// The pointers of `panel` are valid for the extents that its type states; so below.
    #[inline(always)]
    pub unsafe fn dense(&self, panel: &DensePanel) {
        // SAFETY: who made the table had the token; the pointers are the caller's contract.
        unsafe { (self.dense)(panel) }
    }

    /// One panel of a depthwise convolution.
    ///
    /// # Safety
    ///
    /// As for [`Ops::dense`].
    #[inline(always)]
    pub unsafe fn depthwise(&self, panel: &DepthwisePanel) {
        // SAFETY: as above.
        unsafe { (self.depthwise)(panel) }
    }

    /// Some rows of a vector-matrix product.
    ///
    /// # Safety
    ///
    /// As for [`Ops::dense`].
    #[inline(always)]
    pub unsafe fn linear(&self, panel: &LinearPanel) {
        // SAFETY: as above.
        unsafe { (self.linear)(panel) }
    }

    /// Column sums of a map.
    ///
    /// # Safety
    ///
    /// As for [`Ops::dense`].
    #[inline(always)]
    pub unsafe fn pool(&self, panel: &PoolPanel) {
        // SAFETY: as above.
        unsafe { (self.pool)(panel) }
    }

    /// Multiply-adds and nothing else.
    pub fn peak(&self, run: &PeakRun) {
        // SAFETY: who made the table had the token; a run has no pointers.
        unsafe { (self.peak)(run) }
    }
}

/// Implements [`Isa`] for a token by wrapping each operator in a function with the features enabled.
macro_rules! feature_enabled {
    ($token:ident, $tiles:ident, $name:literal $(, $features:literal)?) => {
        impl super::Isa for $token {
            const NAME: &'static str = $name;

            fn ops(self) -> super::Ops {
                feature_enabled!(@ dense, DensePanel, $tiles $(, $features)?);
                feature_enabled!(@ depthwise, DepthwisePanel, $tiles $(, $features)?);
                feature_enabled!(@ linear, LinearPanel, $tiles $(, $features)?);
                feature_enabled!(@ pool, PoolPanel, $tiles $(, $features)?);
                feature_enabled!(@ peak, PeakRun, $tiles $(, $features)?);
                // `self` proves the features.
                super::Ops { dense, depthwise, linear, pool, peak }
            }
        }
    };
    (@ $op:ident, $panel:ident, $tiles:ident $(, $features:literal)?) => {
        /// # Safety
        ///
        /// The CPU has the features, and the pointers of `panel` are valid as its type states.
        $(#[target_feature(enable = $features)])?
        unsafe fn $op(panel: &$panel) {
            // SAFETY: the caller vouches for the pointers of `panel`.
            unsafe { super::super::ops::$op::run::<$tiles>(panel) }
        }
    };
}
use feature_enabled;
