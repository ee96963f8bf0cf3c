//! A network: steps that are held to each other.

use core::fmt;

use super::sizes::{aligned, sum};
use super::{MAX_UNITS, Place, Step, Tensor};

/// The steps of a network in order, each with its name: whatever a step reads was made by one before it
/// and is not overwritten in between, and every weight belongs to one layer.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a, const UNITS: usize = MAX_UNITS> {
    steps: &'a [(&'a str, Step<UNITS>)],
    sizes: Sizes,
}

/// Elements of the memory of an inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The input.
    pub input: usize,
    /// The packed weights.
    pub weights: usize,
    /// The part of the arena that threads share.
    pub shared: usize,
    /// Scratch memory of each thread.
    pub scratch: usize,
    /// The outputs.
    pub logits: usize,
}

/// Why steps are not a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// The step that is wrong.
    pub step: &'a str,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// What a step is, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Module path of the block, or of the first and the last layer.
    pub name: &'static str,
    /// Channels, rows and columns that it reads.
    pub input: [usize; 3],
    /// Channels, rows and columns that it makes.
    pub output: [usize; 3],
    /// Multiply-accumulates.
    pub macs: u64,
}

impl<'a, const UNITS: usize> Network<'a, UNITS> {
    /// The network of these steps and so many weights.
    ///
    /// # Panics
    ///
    /// Where the steps are not one; a constant is then refused by the compiler.
    pub const fn new(weights: usize, steps: &'a [(&'a str, Step<UNITS>)]) -> Self {
        match Self::prove(weights, steps) {
            Ok(network) => network,
            Err(fault) => panic!("{}", fault.text().as_str()),
        }
    }

    /// The network of these steps and so many weights.
    ///
    /// # Errors
    ///
    /// The first step that is wrong, and why.
    pub const fn prove(
        weights: usize,
        steps: &'a [(&'a str, Step<UNITS>)],
    ) -> Result<Self, Fault<'a>> {
        let mut sizes = Sizes { input: 0, weights: 0, shared: 0, scratch: 0, logits: 0 };
        let mut input: Option<&Tensor> = None;
        let mut i = 0;
        while i < steps.len() {
            let (step, this) = &steps[i];
            let own = this.weights();
            if own.start != sizes.weights {
                let reason = "its weights do not begin where those before them end";
                return Err(Fault { step, reason });
            }
            sizes.weights = aligned(own.end);
            sizes.scratch = larger(sizes.scratch, aligned(this.scratch()));
            if let Some((at, len)) = this.workspace() {
                sizes.shared = larger(sizes.shared, aligned(sum([at, len])));
            }
            let out = this.out();
            match out.place {
                Place::Arena(at) => {
                    sizes.shared = larger(sizes.shared, aligned(sum([at, out.len()])));
                }
                Place::Logits if i + 1 == steps.len() => sizes.logits = out.len(),
                _ => return Err(Fault { step, reason: "only the last step makes the logits" }),
            }
            let mut operand = Some(this.source());
            let mut next = this.residual();
            while let Some(tensor) = operand {
                if let Place::Input = tensor.place {
                    if let Some(first) = input
                        && !first.is(tensor)
                    {
                        return Err(Fault { step, reason: "the input has another shape" });
                    }
                    input = Some(tensor);
                    sizes.input = tensor.len();
                } else if let Err(fault) = Self::holds(steps, i, tensor) {
                    return Err(fault);
                }
                (operand, next) = (next, None);
            }
            i += 1;
        }
        if i > 0 && sizes.weights != weights {
            let step = steps[i - 1].0;
            return Err(Fault { step, reason: "the weights do not end with its own" });
        }
        Ok(Self { steps, sizes })
    }

    /// Whether step `reader` finds a tensor of the arena as it was made: looks back from step to step
    /// to the one that made it. That is as many looks as tensors are alive in all steps.
    const fn holds(
        steps: &[(&'a str, Step<UNITS>)],
        reader: usize,
        tensor: &Tensor,
    ) -> Result<(), Fault<'a>> {
        let mut i = reader;
        while i > 0 {
            i -= 1;
            let (step, writer) = &steps[i];
            let out = writer.out();
            if out.is(tensor) {
                return Ok(());
            }
            let beside = match writer.workspace() {
                Some((at, len)) => tensor.avoids(at, len),
                None => true,
            };
            let avoids = match out.place {
                Place::Arena(at) => tensor.avoids(at, out.len()),
                _ => true,
            };
            if !(avoids && beside) {
                return Err(Fault { step, reason: "it overwrites what a later step reads" });
            }
        }
        Err(Fault { step: steps[reader].0, reason: "it reads what no step before it makes" })
    }

    /// The steps in order, with their names.
    pub const fn steps(&self) -> &'a [(&'a str, Step<UNITS>)] {
        self.steps
    }

    /// The memory that an inference needs.
    pub const fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Bytes of the arena of one thread.
    pub const fn arena_bytes(&self) -> usize {
        (self.sizes.shared + self.sizes.scratch) * size_of::<f32>()
    }

    /// Multiply-accumulates of an inference.
    pub const fn macs(&self) -> u64 {
        let (mut macs, mut i) = (0, 0);
        while i < self.steps.len() {
            macs += self.steps[i].1.macs();
            i += 1;
        }
        macs
    }
}

impl<const UNITS: usize> Network<'static, UNITS> {
    /// The first `N` steps in short.
    pub const fn summaries<const N: usize>(&self) -> [Summary; N] {
        let mut all = [Summary { name: "", input: [0; 3], output: [0; 3], macs: 0 }; N];
        let mut i = 0;
        while i < N && i < self.steps.len() {
            let (name, step) = &self.steps[i];
            let (input, output, macs) = (step.source().shape(), step.out().shape(), step.macs());
            all[i] = Summary { name, input, output, macs };
            i += 1;
        }
        all
    }
}

const fn larger(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

impl Tensor {
    /// Channels, rows and columns.
    pub const fn shape(&self) -> [usize; 3] {
        [self.c, self.h, self.w]
    }

    /// Whether both are the same tensor.
    const fn is(&self, other: &Self) -> bool {
        let place = match (self.place, other.place) {
            (Place::Arena(a), Place::Arena(b)) => a == b,
            (Place::Input, Place::Input) => true,
            _ => false,
        };
        let shape = self.c == other.c && self.h == other.h && self.w == other.w;
        place && shape && self.panel == other.panel && self.maker == other.maker
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.reason)
    }
}

impl Fault<'_> {
    /// The same where nothing can be formatted.
    const fn text(&self) -> Text {
        let mut text = Text { bytes: [0; 256], len: 0 };
        text.push(self.step);
        text.push(": ");
        text.push(self.reason);
        text
    }
}

/// A short text; what is too long is cut.
struct Text {
    bytes: [u8; 256],
    len: usize,
}

impl Text {
    const fn push(&mut self, text: &str) {
        let mut i = 0;
        while i < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text.as_bytes()[i];
            self.len += 1;
            i += 1;
        }
    }

    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "a step is wrong",
        }
    }
}
