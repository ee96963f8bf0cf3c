//! The network, ready to run.

use crate::kernels::isa::{InstructionSet as Isa, Ops};
use crate::kernels::ops::needs::{Needs, Panels};
use crate::kernels::steps::{Join, Output, Runner, Serial};
#[cfg(feature = "std")]
use crate::kernels::{memory::Values, ops::peak::PeakRun};
use crate::network::NETWORK;
use crate::{CLASSES, Error, INPUT, Step, Workspace, weights};

/// The steps in order.
pub const STEPS: [Step; NETWORK.steps().len()] = NETWORK.summaries();

const _: () = assert!(NETWORK.sizes().input == INPUT, "the network has another input");
const _: () = assert!(NETWORK.sizes().logits == CLASSES, "the network has other outputs");

/// What the network needs of the kernels: nothing else of them is linked.
struct Own;

impl Needs for Own {
    const PANELS: Option<Panels> = NETWORK.panels();
}

/// The network with its weights and an instruction set.
pub struct Model {
    weights: Weights,
    checksum: u64,
    isa: Isa,
    ops: Ops,
}

enum Weights {
    Static(&'static [f32]),
    #[cfg(feature = "std")]
    Owned(Values),
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
        Self::new(Weights::Static(weights::embedded()), checksum)
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
        let values = Values::from_le_bytes(weights::verified(bytes)?);
        let checksum = weights::stated_checksum(bytes)?;
        Ok(Self::new(Weights::Owned(values), checksum))
    }

    /// The network with packed weights where they lie, best on a multiple of 64 bytes. Their checksum
    /// is left to [`Model::verify`].
    ///
    /// # Errors
    /// If they are not this network's, or do not start on a multiple of 4 bytes.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, Error> {
        let values = weights::in_place(bytes)?;
        let checksum = weights::stated_checksum(bytes)?;
        Ok(Self::new(Weights::Static(values), checksum))
    }

    fn new(weights: Weights, checksum: u64) -> Self {
        let isa = Isa::detect();
        Self { weights, checksum, isa, ops: isa.ops_for::<Own>() }
    }

    /// The same network with another instruction set than the best that this CPU has.
    ///
    /// # Errors
    /// If this CPU does not have it.
    pub fn with_isa(self, isa: Isa) -> Result<Self, Error> {
        if !isa.is_available() {
            return Err(Error::Unavailable(isa));
        }
        Ok(Self { isa, ops: isa.ops_for::<Own>(), ..self })
    }

    /// The network with each table of kernels that this CPU can run, and the table's name: an instruction
    /// set may have several, for different CPUs. For tests, and not compiled for anything else.
    #[doc(hidden)]
    #[inline]
    pub fn with_each_table() -> impl Iterator<Item = (&'static str, Self)> {
        Isa::ALL.into_iter().flat_map(|isa| {
            let tables = isa.tables_for::<Own>();
            tables.map(move |(name, ops)| (name, Self { isa, ops, ..Self::embedded() }))
        })
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

    /// Runs the network on one thread. `input` is rows, columns, channels; see
    /// [`preprocess`](crate::preprocess).
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
        self.run_observed(join, input, workspace, logits, |_, _| {});
    }

    /// Runs the network and shows the output of each step, with its index in
    /// [`STEPS`](crate::STEPS).
    pub fn run_observed<J: Join, const THREADS: usize>(
        &self,
        join: &J,
        input: &[f32; INPUT],
        workspace: &mut Workspace<THREADS>,
        logits: &mut [f32; CLASSES],
        mut observe: impl FnMut(usize, Output),
    ) {
        let memory = workspace.memory(input, self.weights(), logits);
        // There always is a runner: the types and the file of weights have the network's sizes.
        if let Some(mut runner) = Runner::new(NETWORK, self.ops, join, memory) {
            runner.run(&mut observe);
        }
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

/// Multiply-accumulates a second that one core does with an instruction set when it does nothing else,
/// measured for about a millisecond. Where the CPU lacks the set, the portable one is measured.
#[cfg(feature = "std")]
pub fn peak(isa: Isa) -> f64 {
    let rounds = core::hint::black_box(300_000);
    let run = PeakRun { rounds, macs: Default::default(), sum: Default::default() };
    let start = std::time::Instant::now();
    isa.ops_for::<Own>().peak(&run);
    let seconds = start.elapsed().as_secs_f64();
    core::hint::black_box(run.sum.get());
    run.macs.get() as f64 / seconds
}
