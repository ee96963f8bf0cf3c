//! The steps of a network in order, run or looked at.

use super::join::Join;
use super::runner::{Output, Runner};
use super::{Chain, Conv, Head};

/// Whatever takes the steps of a network in order.
pub trait Steps {
    /// A convolution.
    fn conv(&mut self, step: &Conv);
    /// Fused convolutions.
    fn chain(&mut self, step: &Chain);
    /// Pooling and classifier.
    fn head(&mut self, step: &Head);
}

impl<J: Join> Steps for Runner<'_, J> {
    #[inline(always)]
    fn conv(&mut self, step: &Conv) {
        Runner::conv(self, step);
    }

    #[inline(always)]
    fn chain(&mut self, step: &Chain) {
        Runner::chain(self, step);
    }

    #[inline(always)]
    fn head(&mut self, step: &Head) {
        Runner::head(self, step);
    }
}

/// Runs steps and shows the output of each to an observer, with the step's number from 0.
pub struct Observed<'a, J, O> {
    runner: Runner<'a, J>,
    observe: O,
    step: usize,
}

impl<'a, J: Join, O: FnMut(usize, Output)> Observed<'a, J, O> {
    /// An observed runner, before its first step.
    pub fn new(runner: Runner<'a, J>, observe: O) -> Self {
        Self { runner, observe, step: 0 }
    }
}

impl<J: Join, O: FnMut(usize, Output)> Steps for Observed<'_, J, O> {
    fn conv(&mut self, step: &Conv) {
        self.runner.conv(step);
        (self.observe)(self.step, self.runner.output(&step.out));
        self.step += 1;
    }

    fn chain(&mut self, step: &Chain) {
        self.runner.chain(step);
        (self.observe)(self.step, self.runner.output(&step.out));
        self.step += 1;
    }

    fn head(&mut self, step: &Head) {
        self.runner.head(step);
        (self.observe)(self.step, self.runner.scores(step));
        self.step += 1;
    }
}
