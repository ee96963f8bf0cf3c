//! What a machine can do: a description, never the host itself.
//!
//! A [`Description`] is a YAML file: what one core computes with each instruction set and kind of
//! layer, and how fast it reads from each level of memory. The planner knows its [`Machine`] alone.
//! `mbgen machine` measures a description ([`measure`]); nothing else looks at the host, so that
//! plans and predictions are the same everywhere. Without a file it is that of [`SHIPPED`]'s first.

mod caches;
mod check;
mod file;
pub mod measure;
mod shipped;
mod text;

use std::fmt;
use std::path::Path;

use crate::error::{Error, Result};
use crate::input;
use crate::kernels::isa::InstructionSet;
use crate::layer::{Kind, Layer};

pub use caches::Caches;
pub use file::schema;
pub use shipped::{SHIPPED, Shipped};

/// Sizes that decide between schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// First-level data cache of a core, in bytes.
    pub l1: usize,
    /// Second-level cache of a core, in bytes.
    pub l2: usize,
}

impl Machine {
    /// The reference machine: one core of an AMD Zen 4.
    pub const REFERENCE: Self = Self { l1: 32 << 10, l2: 1 << 20 };
}

/// One core of a machine: what limits it.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// What it is called beside what is predicted for it.
    pub name: String,
    /// What it is, and where the figures come from.
    pub source: Option<String>,
    /// Rates by instruction set, the best first; at least one.
    pub compute: Vec<(InstructionSet, Rates)>,
    /// Sizes and bandwidths of caches and memory, the nearest first; L1, L2 and DRAM at least.
    pub levels: Vec<Level>,
}

/// What one core computes at most, in GFLOP/s: FLOPs a nanosecond, two for each multiply-add.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Multiply-adds from register to register.
    pub peak: f64,
    /// Dense convolutions larger than 1×1, operands in caches; so below.
    pub conv: f64,
    /// Depthwise convolutions.
    pub dw: f64,
    /// Multiply-adds of 1×1 convolutions.
    pub pw: f64,
    /// Outputs that 1×1 convolutions finish in a nanosecond (bias, clamp, store), which takes time on
    /// top of their multiply-adds; `None` where it takes none.
    pub pw_out: Option<f64>,
    /// Channels computed together: counts that are no multiple of it take as long as the next one.
    pub lanes: u32,
}

impl Rates {
    /// The nanoseconds that a layer takes where no memory limits it. Linear layers, pools and sums
    /// are limited by memory alone.
    pub fn time(&self, layer: &Layer) -> f64 {
        let lanes = f64::from(self.lanes.max(1));
        let channels = layer.output.c as f64;
        let padded = (channels / lanes).ceil() * lanes / channels;
        let flops = (2 * layer.macs()) as f64 * padded;
        match layer.kind {
            Kind::Conv(_) => flops / self.conv,
            Kind::Depthwise(_) => flops / self.dw,
            Kind::Pointwise(_) => {
                let outputs = layer.output.elements() as f64 * padded;
                flops / self.pw + self.pw_out.map_or(0.0, |rate| outputs / rate)
            }
            Kind::GlobalAveragePool(_) | Kind::Linear | Kind::Add => flops / self.peak,
        }
    }
}

/// A level of memory as one core sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Which one.
    pub name: LevelName,
    /// Its size in bytes; `None` for DRAM, which holds everything.
    pub size: Option<u64>,
    /// What one core reads from it, in GB/s: bytes a nanosecond.
    pub read: f64,
}

/// The names of levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LevelName {
    /// First-level data cache.
    L1,
    /// Second-level cache.
    L2,
    /// Third-level cache.
    L3,
    /// Main memory.
    Dram,
}

impl LevelName {
    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::L3 => "l3",
            Self::Dram => "dram",
        }
    }
}

impl fmt::Display for LevelName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

impl Description {
    /// The machine that everything is planned and predicted for where no other is named.
    pub fn reference() -> Self {
        let shipped = &SHIPPED[0];
        // A test reads every shipped file.
        Self::parse(shipped.text, shipped.name).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Loads a machine: the name of a shipped one, or a path.
    pub fn load(arg: &str) -> Result<Self> {
        if let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == arg) {
            return Self::parse(shipped.text, arg);
        }
        let path = Path::new(arg);
        match input::text(path, MAX_BYTES) {
            Err(error) if error.is_not_found() => Err(Error::Usage(shipped::not_found(arg, true))),
            text => Self::parse(&text?, arg),
        }
    }

    /// Reads and checks a description. `name` stands for the file in messages.
    ///
    /// # Errors
    /// All that is wrong with the file, each with its place and what is allowed.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        check::parse(text, name)
    }

    /// What the planner knows of it.
    pub fn machine(&self) -> Machine {
        let size = |name| {
            let level = self.levels.iter().find(|level| level.name == name);
            level.and_then(|level| level.size).map_or(0, |size| size as usize)
        };
        Machine { l1: size(LevelName::L1), l2: size(LevelName::L2) }
    }

    /// The rates of an instruction set, if the file has them.
    pub fn rates(&self, isa: InstructionSet) -> Option<Rates> {
        self.compute.iter().find(|(known, _)| *known == isa).map(|(_, rates)| *rates)
    }

    /// The nearest level that holds so many bytes.
    pub fn holding(&self, bytes: u64) -> &Level {
        let holds = |level: &&Level| level.size.is_none_or(|size| bytes <= size);
        self.levels.iter().find(holds).unwrap_or(&self.levels[self.levels.len() - 1])
    }
}

/// The text of a shipped machine's file.
pub fn shipped_text(name: &str) -> Result<&'static str> {
    let found = SHIPPED.iter().find(|shipped| shipped.name == name);
    found.map(|shipped| shipped.text).ok_or_else(|| Error::Usage(shipped::not_found(name, false)))
}

/// A machine's name; otherwise what is allowed.
pub fn parse_name(text: &str) -> std::result::Result<String, &'static str> {
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    if first && rest && text.len() <= 32 {
        return Ok(text.to_owned());
    }
    Err("a letter, then at most 31 letters, digits, `_`, `-` or `.`")
}
