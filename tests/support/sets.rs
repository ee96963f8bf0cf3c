//! The kernels of an instruction set by its name, for tests and benches.

#[cfg(target_arch = "x86_64")]
use mbgen::kernels::isa::{Avx2, Avx512};
use mbgen::kernels::isa::{Isa, Portable};
use mbgen::kernels::ops::dense::DensePanel;
use mbgen::kernels::ops::depthwise::DepthwisePanel;
use mbgen::kernels::ops::linear::LinearPanel;
use mbgen::kernels::ops::pool::PoolPanel;

/// The kernels of one instruction set that this CPU has.
///
/// # Safety
///
/// As for [`Isa`]: the pointers of a panel are valid for the extents that its type states.
#[allow(clippy::missing_safety_doc)]
pub trait Kernels {
    /// Name of the instruction set.
    fn name(&self) -> &'static str;
    /// See [`DensePanel`].
    unsafe fn dense(&self, panel: &DensePanel);
    /// See [`DepthwisePanel`].
    unsafe fn depthwise(&self, panel: &DepthwisePanel);
    /// See [`LinearPanel`].
    unsafe fn linear(&self, panel: &LinearPanel);
    /// See [`PoolPanel`].
    unsafe fn pool(&self, panel: &PoolPanel);
}

impl<I: Isa> Kernels for I {
    fn name(&self) -> &'static str {
        I::NAME
    }

    unsafe fn dense(&self, panel: &DensePanel) {
        // SAFETY: the caller's contract.
        unsafe { Isa::dense(*self, panel) }
    }

    unsafe fn depthwise(&self, panel: &DepthwisePanel) {
        // SAFETY: the caller's contract.
        unsafe { Isa::depthwise(*self, panel) }
    }

    unsafe fn linear(&self, panel: &LinearPanel) {
        // SAFETY: the caller's contract.
        unsafe { Isa::linear(*self, panel) }
    }

    unsafe fn pool(&self, panel: &PoolPanel) {
        // SAFETY: the caller's contract.
        unsafe { Isa::pool(*self, panel) }
    }
}

/// The kernels of the instruction set called `isa`, if this CPU has it.
pub fn kernels(isa: &str) -> Option<Box<dyn Kernels>> {
    fn boxed(isa: impl Isa) -> Box<dyn Kernels> {
        Box::new(isa)
    }
    match isa {
        #[cfg(target_arch = "x86_64")]
        Avx512::NAME => Avx512::new().map(boxed),
        #[cfg(target_arch = "x86_64")]
        Avx2::NAME => Avx2::new().map(boxed),
        Portable::NAME => Portable::new().map(boxed),
        _ => None,
    }
}
