//! The command line.

use std::ffi::OsString;

use super::MOST_THREADS;
use crate::network::{Isa, Model};

/// The answer to `--help`.
pub const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND [OPTIONS]

commands:
  bench           time whole inferences; the last line is the median in nanoseconds
  profile         time each step, and show its share of the core's peak
  logits FILE     run one input: raw little-endian f32 values, rows, columns, channels;
                  - reads standard input; prints a JSON array

options:
  --isa NAME      an instruction set, such as portable; the best that the CPU has by default
  --threads N     threads for one inference, or for a batch (1)
  --runs N        measured runs (100)
  --batch N       inputs of a run, dealt out to the threads (bench)
  --csv           exact values, separated by commas (profile)
"
);

/// What is asked for.
pub enum Command {
    /// The text above.
    Help,
    /// The times of whole inferences.
    Bench,
    /// The time of each step.
    Profile,
    /// The logits of the input in a file.
    Logits(OsString),
}

/// The arguments.
pub struct Options {
    /// What is to be done.
    pub command: Command,
    /// An instruction set other than the best.
    pub isa: Option<Isa>,
    /// Threads that share the work.
    pub threads: usize,
    /// Runs that are measured.
    pub runs: usize,
    /// Inputs of a run, where they are a batch.
    pub batch: Option<usize>,
    /// Whether a profile is for programs.
    pub csv: bool,
}

impl Options {
    /// Reads the arguments; the error is for the user.
    pub fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut words = Vec::new();
        let mut options = Self {
            command: Command::Help,
            isa: None,
            threads: 1,
            runs: 100,
            batch: None,
            csv: false,
        };
        while let Some(arg) = args.next() {
            let Some(name) = arg.to_str().filter(|text| text.starts_with("--")) else {
                words.push(arg);
                continue;
            };
            let (name, inline) = match name.split_once('=') {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => (name, None),
            };
            if name == "--help" {
                return Ok(Self { command: Command::Help, ..options });
            }
            let mut value = || inline.clone().or_else(|| args.next());
            match name {
                "--isa" => {
                    let value = value().ok_or("--isa needs a name")?;
                    let value = value.to_string_lossy();
                    let isa = value.parse().map_err(|e| format!("--isa {value:?}: {e}"))?;
                    options.isa = Some(isa);
                }
                "--threads" => options.threads = count(name, value())?.min(MOST_THREADS),
                "--runs" => options.runs = count(name, value())?,
                "--batch" => options.batch = Some(count(name, value())?),
                "--csv" if inline.is_none() => options.csv = true,
                _ => return Err(format!("unknown option {name:?}\n\n{USAGE}")),
            }
        }
        let mut words = words.into_iter();
        let command = words.next();
        options.command = match command.as_ref().and_then(|command| command.to_str()) {
            Some("bench") => Command::Bench,
            Some("profile") => Command::Profile,
            Some("logits") => Command::Logits(words.next().ok_or("logits needs a file, or -")?),
            Some("help" | "-h") => Command::Help,
            _ => match command {
                Some(other) => {
                    return Err(format!("unknown command {other:?}\n\n{USAGE}"));
                }
                None => return Err(format!("a command is needed\n\n{USAGE}")),
            },
        };
        match words.next() {
            Some(word) => Err(format!("unexpected argument {word:?}")),
            None => Ok(options),
        }
    }

    /// The network, on the instruction set that is asked for.
    pub fn model(&self) -> Result<Model, String> {
        let model = Model::embedded();
        match self.isa {
            Some(isa) => model.with_isa(isa).map_err(|error| error.to_string()),
            None => Ok(model),
        }
    }
}

fn count(name: &str, value: Option<OsString>) -> Result<usize, String> {
    let value = value.ok_or_else(|| format!("{name} needs a number"))?;
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|&n: &usize| n > 0);
    number.ok_or_else(|| format!("{name} {value:?}: a whole number above 0 is needed"))
}
