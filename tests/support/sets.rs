//! The kernels of an instruction set behind one type, for tests and benches.

use mbgen::kernels::isa::{InstructionSet, Isa, Task};
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

/// The kernels of an instruction set, if this CPU has it.
pub fn kernels(isa: InstructionSet) -> Option<Box<dyn Kernels>> {
    struct Boxed;
    impl Task for Boxed {
        type Output = Box<dyn Kernels>;

        fn on<I: Isa>(self, isa: I) -> Self::Output {
            Box::new(isa)
        }
    }
    isa.is_available().then(|| isa.run(Boxed))
}
