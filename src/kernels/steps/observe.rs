//! The steps of a network in order, run or looked at.

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

impl Steps for Runner<'_> {
    fn conv(&mut self, step: &Conv) {
        Runner::conv(self, step);
    }

    fn chain(&mut self, step: &Chain) {
        Runner::chain(self, step);
    }

    fn head(&mut self, step: &Head) {
        Runner::head(self, step);
    }
}

/// Runs steps and shows the output of each to an observer, with the step's number from 0.
pub struct Observed<'a, O> {
    runner: Runner<'a>,
    observe: O,
    step: usize,
}

impl<'a, O: FnMut(usize, Output)> Observed<'a, O> {
    /// An observed runner, before its first step.
    pub fn new(runner: Runner<'a>, observe: O) -> Self {
        Self { runner, observe, step: 0 }
    }
}

impl<O: FnMut(usize, Output)> Steps for Observed<'_, O> {
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
