//! Names what is on a photo.

mod args;
mod prepare;
mod show;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use args::{Command, Options};
use network::{Isa, Model, Workspace};

/// Exit code for bad usage and unreadable images.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let outcome = match args::parse(lexopt::Parser::from_env()) {
        Ok(Command::Help) => print(args::HELP).map(|()| 0),
        Ok(Command::Classify(options)) => classify(&options),
        Err(message) => {
            complain(&message);
            Ok(BAD_INPUT)
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        // The reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("cannot write standard output: {error}"));
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// Classifies every image that can be read, in order. One that cannot be read is reported and costs
/// the exit code, not the others.
fn classify(options: &Options) -> io::Result<u8> {
    let model = match model(options.isa) {
        Ok(model) => model,
        Err(message) => {
            complain(&message);
            return Ok(BAD_INPUT);
        }
    };
    let mut network = Network {
        model,
        workspace: Workspace::boxed(),
        input: vec![0.0; Model::INPUT],
        logits: vec![0.0; Model::CLASSES],
    };
    let mut code = 0;
    for (i, path) in options.images.iter().enumerate() {
        match prepare::load(path, options.prepared) {
            Ok(pixels) => {
                let nanoseconds = network.run(&pixels, options.runs);
                let result = show::Result {
                    image: path,
                    logits: &network.logits,
                    isa: network.model.isa(),
                    timing: nanoseconds.map(|median| (median, options.runs)),
                };
                print(&result.render(options, i == 0))?;
            }
            Err(reason) => {
                complain(&format!("{}: {reason}", path.display()));
                code = BAD_INPUT;
            }
        }
    }
    Ok(code)
}

/// The network on the instruction set that was asked for, or on the best one.
fn model(isa: Option<Isa>) -> Result<Model, String> {
    match isa {
        None => Ok(Model::embedded()),
        Some(isa) => {
            Model::embedded().with_isa(isa).map_err(|_| format!("this CPU does not have {isa}"))
        }
    }
}

/// A model and the memory that it runs in.
struct Network {
    model: Model,
    workspace: Box<Workspace>,
    input: Vec<f32>,
    logits: Vec<f32>,
}

impl Network {
    /// Leaves the logits of an image of the input's size; returns the median time of `runs` further
    /// inferences, in nanoseconds.
    fn run(&mut self, pixels: &[u8], runs: usize) -> Option<u128> {
        network::preprocess(pixels, &mut self.input);
        self.infer();
        let mut times: Vec<u128> = (0..runs).map(|_| self.infer()).collect();
        times.sort_unstable();
        times.get(runs / 2).copied()
    }

    /// One inference, timed in nanoseconds.
    fn infer(&mut self) -> u128 {
        let start = Instant::now();
        self.model.run(&self.input, &mut self.workspace, &mut self.logits);
        start.elapsed().as_nanos()
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Reports an error. A standard error that nobody reads changes nothing.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "error: {message}");
}
