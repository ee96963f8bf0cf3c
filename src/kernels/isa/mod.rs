//! Instruction sets: a small vector trait, and per set a token that proves the CPU has it.
//!
//! Operators in [`super::ops`] are written once over [`Vector`] and [`Tiles`]. An instruction set
//! supplies vector operations, tile sizes, and a feature-enabled function around each operator.
//! Everything inside such a function is `#[inline(always)]`: a function that is not inlined into it
//! would be compiled without the features, and its vectors would pass through memory.

mod list;

macro_rules! modules {
    ($($(#[$doc:meta])* $set:ident $module:ident $($arch:literal)?;)*) => {
        $($(#[cfg(target_arch = $arch)])?
        mod $module;
        $(#[cfg(target_arch = $arch)])?
        pub use $module::$set;)*
    };
}
table!(modules);

pub(crate) use list::table;
pub use list::{InstructionSet, UnknownInstructionSet};

use super::ops::dense::{Ahead, DensePanel, Inner};
use super::ops::depthwise::DepthwisePanel;
use super::ops::linear::LinearPanel;
use super::ops::needs::Needs;
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
    /// Most outputs of a depthwise tile: 4, 8, or 14 of 3×3 windows and 8 of others.
    const OUTPUTS: usize = 4;
    /// Neighbouring positions of a map side by side, each of `LANES / POSITIONS` channels.
    const POSITIONS: usize = 1;

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

    /// Reads `LANES / POSITIONS` values, the same for each position.
    #[inline(always)]
    unsafe fn load_each(p: *const f32) -> Self {
        // SAFETY: the values are the caller's contract; there is one position.
        unsafe { Self::load(p) }
    }

    /// Of positions that go on in `next`, those from one later than this vector's first.
    #[inline(always)]
    unsafe fn one_later(self, next: Self) -> Self {
        next
    }

    /// Returns `k`, hiding from the compiler that it is `k`.
    #[inline(always)]
    fn distinct(k: usize) -> usize {
        k
    }

    /// Returns `self`. The compiler does not compute it after stores that follow, where a set says so.
    ///
    /// # Safety
    ///
    /// As for the other methods.
    #[inline(always)]
    unsafe fn settled(self) -> Self {
        self
    }

    /// Asks for the cache line at `p` to be brought into the second-level cache.
    #[inline(always)]
    fn prefetch(_p: *const f32) {}
}

/// Register tiles of an instruction set.
pub trait Tiles: Sized {
    /// The widest vector.
    type Wide: Vector;
    /// The vector for columns that do not fill a wide one.
    type Narrow: Vector;
    /// Two positions of the channels of a narrow vector, where these are multiplied in the time of one;
    /// else a narrow vector.
    type Twice: Vector;
    /// The inner loop of a matrix tile.
    type Inner: Inner<Self>;
    /// Rows of a matrix tile that is one narrow vector wide, two, three, four: at most 8, or 12 or 14
    /// that may be halved. A tile needs as many sums as multiply-adds are in flight. None is wider than
    /// the list is long, which is two or four wide vectors; where code is compact, rows are 4.
    const ROWS: &'static [usize];
    /// Whether little code is better than a tile of every size: for a set that is a fallback only.
    const COMPACT: bool = false;
    /// Multiply-adds that are in flight at the peak rate, at most 16.
    const IN_FLIGHT: usize = 12;
}

/// An instruction set. A value of the type proves that the CPU has it.
pub trait Isa: Copy + Send + Sync + 'static {
    /// The operators that suit this CPU, for what is needed.
    fn ops<U: Needs>(self) -> Ops;

    /// All operators that there are for the set, whatever CPU they suit, each with a name.
    fn tables<U: Needs>(self) -> [Option<(&'static str, Ops)>; 2];
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

/// A token, which is the proof that the CPU has the features, and its detection.
#[allow(unused_macros)]
macro_rules! token {
    ($(#[$doc:meta])* $token:ident: $detected:ident $($feature:tt)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $token {
            _private: (),
        }

        impl $token {
            /// Whether every CPU that the program is compiled for has the instruction set.
            pub const STATIC: bool = true $(&& cfg!(target_feature = $feature))*;

            /// The token, if this CPU has the instruction set; without the feature `std`, if every CPU
            /// has it that the program is compiled for.
            pub fn new() -> Option<Self> {
                #[cfg(feature = "std")]
                let found = Self::STATIC || true $(&& std::arch::$detected!($feature))*;
                #[cfg(not(feature = "std"))]
                let found = Self::STATIC;
                found.then_some(Self { _private: () })
            }
        }
    };
}
use token;

/// The table of the operators with these tiles for what is needed, each in a function with the features
/// enabled; or one such function. Where it stands, there is a token that proves the features.
macro_rules! kernels {
    (@ parts $tiles:ident needs $needs:ident $(: $($feature:literal)*)?) => {
        struct Parts<$needs>(core::marker::PhantomData<$needs>);
        impl<$needs: super::Needs> super::super::ops::Parts for Parts<$needs> {
            $($(#[target_feature(enable = $feature)])*)?
            unsafe fn strip<const N: usize, const M: usize>(
                panel: &super::DensePanel,
                col: usize,
                ahead: &mut super::Ahead,
            ) -> usize {
                // SAFETY: the contract is the caller's; so below.
                unsafe { super::super::ops::dense::strip::<$tiles, $needs, N, M>(panel, col, ahead) }
            }

            $($(#[target_feature(enable = $feature)])*)?
            unsafe fn windows<const K: usize, const S: usize>(panel: &super::DepthwisePanel) -> usize {
                // SAFETY: as above.
                unsafe { super::super::ops::depthwise::windows::<$tiles, $needs, K, S>(panel) }
            }

            $($(#[target_feature(enable = $feature)])*)?
            unsafe fn twice(panel: &super::DepthwisePanel) {
                // SAFETY: as above.
                unsafe { super::super::ops::depthwise::twice::<$tiles, $needs>(panel) }
            }
        }
    };
    (@ $op:ident $panel:ident $tiles:ident needs $needs:ident $(: $($feature:literal)*)?) => {{
        super::kernels!(@ parts $tiles needs $needs $(: $($feature)*)?);
        super::kernels!(@ $op $panel ($tiles, $needs, Parts<$needs>) $needs $(: $($feature)*)?)
    }};
    (@ $op:ident $panel:ident ($($type:ty),*) $($needs:ident)? $(: $($feature:literal)*)?) => {{
        /// # Safety
        ///
        /// The CPU has the features, and the pointers of `panel` are valid as its type states.
        $($(#[target_feature(enable = $feature)])*)?
        unsafe fn $op$(<$needs: super::Needs>)?(panel: &super::$panel) {
            // SAFETY: the caller vouches for the pointers of `panel`.
            unsafe { super::super::ops::$op::run::<$($type),*>(panel) }
        }
        $op$(::<$needs>)?
    }};
    ($tiles:ident needs $needs:ident $(: $($feature:literal)*)?) => {
        super::Ops {
            dense: super::kernels!(@ dense DensePanel $tiles needs $needs $(: $($feature)*)?),
            depthwise: super::kernels!(@ depthwise DepthwisePanel $tiles needs $needs $(: $($feature)*)?),
            linear: super::kernels!(@ linear LinearPanel ($tiles) $(: $($feature)*)?),
            pool: super::kernels!(@ pool PoolPanel ($tiles) $(: $($feature)*)?),
            peak: super::kernels!(@ peak PeakRun ($tiles) $(: $($feature)*)?),
        }
    };
}
use kernels;
