//! {{ title }}.
//!
{%- if source %}
//! {{ source }}.
//!
{%- endif %}
//! ```
//! use {{ name }}::{CLASSES, INPUT, Model, Workspace};
//!
//! let model = Model::embedded();
//! let mut workspace = Workspace::boxed();
//! let input = vec![0.0; INPUT];
//! let mut logits = [0.0; CLASSES];
//! let input = input.first_chunk().expect("as many values as the input has");
//! model.run(input, &mut workspace, &mut logits);
//! ```
//!
//! [`Model::run`] allocates nothing, does no I/O and does not panic. A [`Model`] may be used from many
//! threads at once, each with a [`Workspace`] of its own; [`Model::run_on`] puts several threads to
//! work on one inference.

#![cfg_attr(not(feature = "std"), no_std)]

use core::fmt;

mod kernels;
{%- if labels %}
mod labels;
{%- endif %}
mod network;
mod plan;
mod weights;

pub use kernels::blob::Mismatch;
pub use kernels::isa::{InstructionSet as Isa, UnknownInstructionSet as UnknownIsa};
pub use kernels::steps::{Join, Output, Serial};
#[cfg(feature = "std")]
pub use kernels::threads::Pool;
pub use network::{STEPS, Step};
pub use plan::ARENA_BYTES;
pub use weights::{LAYOUT, Layer};

#[cfg(feature = "std")]
use kernels::ops::peak::PeakRun;
use kernels::steps::{Observed, Runner};

/// Name of the network.
pub const NAME: &str = "{{ name }}";
/// Channels of the input: 3 are red, green, blue; 1 is luma.
pub const CHANNELS: usize = {{ channels }};
/// Rows of the input.
pub const HEIGHT: usize = {{ height }};
/// Columns of the input.
pub const WIDTH: usize = {{ width }};
/// Values of the input: rows, columns, channels, the channels of a position together.
pub const INPUT: usize = HEIGHT * WIDTH * CHANNELS;
/// Outputs.
pub const CLASSES: usize = {{ classes }};
/// Multiply-accumulates of one inference.
pub const MACS: u64 = {{ macs }};
/// Parameters of the network before its batch normalisations were folded.
pub const PARAMS: usize = {{ params }};
/// A photo's shorter side is scaled to this before its centre is cropped to the input.
pub const RESIZE: usize = {{ resize }};
/// Mean of each channel: an input value is (pixel / 255 - mean) / std.
pub const MEAN: [f32; CHANNELS] = {{ mean }};
/// Standard deviation of each channel.
pub const STD: [f32; CHANNELS] = {{ std }};
/// Name of each class, where they are known.
{%- if labels %}
pub const LABELS: Option<&[&str]> = Some(&labels::LABELS);
{%- else %}
pub const LABELS: Option<&[&str]> = None;
{%- endif %}

/// The memory that an inference works in, with room for `THREADS` threads.
///
/// `Workspace::boxed()` makes one on the heap, `Workspace::boxed_for::<2>()` one for two threads.
/// `Workspace::new()` is for statics: a local variable of {{ cost.arena }} may be too large for a stack.
/// One for no thread does not compile:
///
/// ```compile_fail
/// {{ name }}::Workspace::boxed_for::<0>();
/// ```
pub type Workspace<const THREADS: usize = 1> =
    kernels::memory::Arena<{ plan::SHARED }, { plan::SCRATCH }, THREADS>;

/// The network with its weights and an instruction set.
pub struct Model {
    weights: Weights,
    checksum: u64,
    isa: Isa,
}

enum Weights {
    Static(&'static [f32]),
    #[cfg(feature = "std")]
    Owned(kernels::memory::Values),
}

impl Model {
    /// Values of the input.
    pub const INPUT: usize = INPUT;
    /// Outputs.
    pub const CLASSES: usize = CLASSES;

    /// The network with the weights that are part of the program, which are trusted: see
    /// [`Model::verify`].
    pub fn embedded() -> Self {
        let checksum = weights::stated_checksum(weights::file()).unwrap_or(0);
        Self { weights: Weights::Static(weights::embedded()), checksum, isa: Isa::detect() }
    }

    /// The file of packed weights that is part of the program, as [`Model::from_bytes`] takes it.
    pub fn embedded_file() -> &'static [u8] {
        weights::file()
    }

    /// The network with weights from a file.
    ///
    /// # Errors
    /// If the file cannot be read, or is not what [`Model::from_bytes`] takes.
    #[cfg(feature = "std")]
    pub fn from_file(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        Self::from_bytes(&std::fs::read(path).map_err(Error::Io)?)
    }

    /// The network with a copy of packed weights.
    ///
    /// # Errors
    /// If they are not this network's, or their checksum is wrong.
    #[cfg(feature = "std")]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let values = kernels::memory::Values::from_le_bytes(weights::verified(bytes)?);
        let checksum = weights::stated_checksum(bytes)?;
        Ok(Self { weights: Weights::Owned(values), checksum, isa: Isa::detect() })
    }

    /// The network with packed weights where they lie, best on a multiple of 64 bytes. Their checksum
    /// is left to [`Model::verify`].
    ///
    /// # Errors
    /// If they are not this network's, or do not start on a multiple of 4 bytes.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, Error> {
        let values = weights::in_place(bytes)?;
        let checksum = weights::stated_checksum(bytes)?;
        Ok(Self { weights: Weights::Static(values), checksum, isa: Isa::detect() })
    }

    /// The same network with another instruction set than the best that this CPU has.
    ///
    /// # Errors
    /// If this CPU does not have it.
    pub fn with_isa(self, isa: Isa) -> Result<Self, Error> {
        if isa.is_available() { Ok(Self { isa, ..self }) } else { Err(Error::Unavailable(isa)) }
    }

    /// The instruction set in use.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Checks the weights in memory against their checksum.
    ///
    /// # Errors
    /// If they were damaged.
    pub fn verify(&self) -> Result<(), Error> {
        Ok(weights::verify(self.weights(), self.checksum)?)
    }

    /// Runs the network on one thread. `input` is rows, columns, channels; see [`preprocess`].
    pub fn run(
        &self,
        input: &[f32; INPUT],
        workspace: &mut Workspace,
        logits: &mut [f32; CLASSES],
    ) {
        self.run_on(&Serial, input, workspace, logits);
    }

    /// Runs the network on the threads of an executor, at most `THREADS` of them, however many it has.
    /// The result is the same, bit for bit.
    pub fn run_on<J: Join, const THREADS: usize>(
        &self,
        join: &J,
        input: &[f32; INPUT],
        workspace: &mut Workspace<THREADS>,
        logits: &mut [f32; CLASSES],
    ) {
        let memory = workspace.memory(input, self.weights(), logits);
        network::run(&mut Runner::new(self.isa.ops(), join, memory));
    }

    /// Runs the network and shows the output of each step, with its index in [`STEPS`].
    pub fn run_observed<J: Join, const THREADS: usize>(
        &self,
        join: &J,
        input: &[f32; INPUT],
        workspace: &mut Workspace<THREADS>,
        logits: &mut [f32; CLASSES],
        observe: impl FnMut(usize, Output),
    ) {
        let memory = workspace.memory(input, self.weights(), logits);
        let runner = Runner::new(self.isa.ops(), join, memory);
        network::run(&mut Observed::new(runner, observe));
    }

    /// Runs the network on many inputs, each on one thread, as many at once as the executor and the
    /// workspaces allow. Inputs without a place for their logits are left out.
    #[cfg(feature = "std")]
    pub fn run_batch<J: Join>(
        &self,
        join: &J,
        inputs: &[[f32; INPUT]],
        workspaces: &mut [Box<Workspace>],
        logits: &mut [[f32; CLASSES]],
    ) {
        let threads = join.threads().max(1).min(workspaces.len());
        let work = std::sync::Mutex::new(inputs.iter().zip(logits));
        let next = || work.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
        let serve = |workspace: &mut Workspace| {
            while let Some((input, logits)) = next() {
                self.run(input, workspace, logits);
            }
        };
        share(join, &mut workspaces[..threads], &serve);
    }

    fn weights(&self) -> &[f32] {
        match &self.weights {
            Weights::Static(values) => values,
            #[cfg(feature = "std")]
            Weights::Owned(values) => values.as_slice(),
        }
    }
}

/// Calls `serve` with each workspace, all at once.
#[cfg(feature = "std")]
fn share<J: Join>(
    join: &J,
    workspaces: &mut [Box<Workspace>],
    serve: &(impl Fn(&mut Workspace) + Sync),
) {
    match workspaces {
        [] => {}
        [only] => serve(only),
        many => {
            let (a, b) = many.split_at_mut(many.len() / 2);
            join.join(|| share(join, a, serve), || share(join, b, serve));
        }
    }
}

/// Turns 8-bit pixels of exactly the input's size, in the input's order, into an input.
///
/// # Errors
/// If there are more or fewer pixels.
pub fn preprocess(pixels: &[u8], input: &mut [f32; INPUT]) -> Result<(), Error> {
    let pixels: &[u8; INPUT] =
        pixels.try_into().map_err(|_| Error::Pixels { found: pixels.len() })?;
    let (from, _) = pixels.as_chunks::<CHANNELS>();
    let (to, _) = input.as_chunks_mut::<CHANNELS>();
    for (from, to) in from.iter().zip(to) {
        for (c, (from, to)) in from.iter().zip(to).enumerate() {
            *to = (f32::from(*from) / 255.0 - MEAN[c]) / STD[c];
        }
    }
    Ok(())
}

/// Multiply-accumulates a second that one core does with an instruction set when it does nothing else,
/// measured for about a millisecond. Where the CPU lacks the set, the portable one is measured.
#[cfg(feature = "std")]
pub fn peak(isa: Isa) -> f64 {
    let rounds = core::hint::black_box(300_000);
    let run = PeakRun { rounds, macs: Default::default(), sum: Default::default() };
    let start = std::time::Instant::now();
    isa.ops().peak(&run);
    let seconds = start.elapsed().as_secs_f64();
    core::hint::black_box(run.sum.get());
    run.macs.get() as f64 / seconds
}

/// The input that this crate's golden values belong to: value `i` in the order channels, rows,
/// columns is SplitMix64's output from state `i`, its upper 24 bits scaled to [-1, 1).
pub fn golden_input(input: &mut [f32; INPUT]) {
    for (position, values) in input.as_chunks_mut::<CHANNELS>().0.iter_mut().enumerate() {
        for (channel, value) in values.iter_mut().enumerate() {
            let state = (channel * HEIGHT * WIDTH + position) as u64;
            let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *value = ((z ^ (z >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0;
        }
    }
}

/// What can go wrong before a network runs.
#[derive(Debug)]
pub enum Error {
    /// This CPU does not have the instruction set.
    Unavailable(Isa),
    /// The bytes are not this network's weights.
    Weights(Mismatch),
    /// The image does not have the input's size.
    Pixels {
        /// Bytes that there are.
        found: usize,
    },
    /// The file of weights cannot be read.
    #[cfg(feature = "std")]
    Io(std::io::Error),
}

impl From<Mismatch> for Error {
    fn from(mismatch: Mismatch) -> Self {
        Self::Weights(mismatch)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Unavailable(isa) => write!(f, "this CPU does not have {isa}"),
            Self::Weights(mismatch) => mismatch.fmt(f),
            Self::Pixels { found } => {
                write!(f, "{found} bytes of pixels, the input has {HEIGHT} x {WIDTH} x {CHANNELS}")
            }
            #[cfg(feature = "std")]
            Self::Io(error) => write!(f, "cannot read the weights: {error}"),
        }
    }
}

impl core::error::Error for Error {}
