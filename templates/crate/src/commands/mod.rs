//! The program: measures the network, and runs it on raw inputs.

/// Calls a function with a workspace for as many threads as are asked for. Its scratch memory is for a
/// constant number of them, all of it resident.
macro_rules! on_threads {
    ($options:expr, $run:ident($($argument:expr),*)) => {
        match $options.threads {
            1 => $run::<1>($options, $($argument),*),
            2 => $run::<2>($options, $($argument),*),
            _ => $run::<{ $crate::commands::MOST_THREADS }>($options, $($argument),*),
        }
    };
}

mod bench;
mod logits;
mod measure;
mod options;
mod profile;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use crate::network::NAME;
use options::{Command, Options, USAGE};

/// Most threads that share one inference.
const MOST_THREADS: usize = 64;

/// Runs the command that the arguments name, and writes what it gives.
pub fn main() -> ExitCode {
    let done = Options::parse(std::env::args_os().skip(1)).and_then(|options| run(&options));
    let text = match done {
        Ok(text) => text,
        Err(message) => {
            eprintln!("{NAME}: {message}");
            return ExitCode::from(2);
        }
    };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("{NAME}: cannot write to standard output: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::SUCCESS,
    }
}

fn run(options: &Options) -> Result<String, String> {
    match &options.command {
        Command::Help => Ok(USAGE.to_owned()),
        Command::Bench => bench::run(options),
        Command::Profile => profile::run(options),
        Command::Logits(file) => logits::run(options, file),
    }
}
