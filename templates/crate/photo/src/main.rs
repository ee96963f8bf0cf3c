//! Names what is on a photo.

mod args;
mod prepare;
mod resample;
mod show;
mod text;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use args::{Command, Options};
use network::{CLASSES, Error, INPUT, Model, Workspace, boxed_input, boxed_logits, preprocess};
use prepare::Prepared;
use text::visible;

/// Exit code for bad usage and unreadable images.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let outcome = match args::parse(lexopt::Parser::from_env()) {
        Ok(Command::Help) => print(args::HELP).map(|()| 0),
        Ok(Command::Classify(options)) => classify(&options),
        Ok(Command::Prepare { image, png }) => Ok(prepare(&image, &png)),
        Err(message) => Ok(complain(&message)),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        // The reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => complain(&format!("cannot write standard output: {error}")).into(),
    }
}

/// Classifies every image that can be read, in order. One that cannot be read is reported and costs
/// the exit code, not the other images.
fn classify(options: &Options) -> io::Result<u8> {
    let mut network = match Network::new(options) {
        Ok(network) => network,
        Err(error) => return Ok(complain(&error.to_string())),
    };
    let (mut code, mut first) = (0, true);
    for path in &options.images {
        let pixels = load(path, options.prepared);
        match pixels.and_then(|pixels| network.run(&pixels, options.runs)) {
            Ok(median) => {
                let result = show::Result {
                    image: path,
                    logits: &network.logits[..],
                    isa: network.model.isa(),
                    timing: median.map(|nanoseconds| (nanoseconds, options.runs)),
                };
                print(&result.render(options, first))?;
                first = false;
            }
            Err(reason) => code = complain(&format!("{}: {reason}", path.display())),
        }
    }
    Ok(code)
}

/// Writes what the network sees of an image; returns the exit code.
fn prepare(image: &Path, png: &Path) -> u8 {
    let written = match load(image, false) {
        Ok(pixels) => prepare::write(png, &pixels).map_err(|reason| (png, reason)),
        Err(reason) => Err((image, reason)),
    };
    written.map_or_else(|(path, reason)| complain(&format!("{}: {reason}", path.display())), |()| 0)
}

/// The pixels of an image; warns where some are missing.
fn load(path: &Path, prepared: bool) -> Result<Vec<u8>, String> {
    let Prepared { pixels, warning } = prepare::load(path, prepared)?;
    if let Some(warning) = warning {
        say("warning", &format!("{}: {warning}", path.display()));
    }
    Ok(pixels)
}

/// A model and the memory that it runs in.
struct Network {
    model: Model,
    workspace: Box<Workspace>,
    input: Box<[f32; INPUT]>,
    logits: Box<[f32; CLASSES]>,
}

impl Network {
    fn new(options: &Options) -> Result<Self, Error> {
        let mut model = Model::embedded();
        if let Some(isa) = options.isa {
            model = model.with_isa(isa)?;
        }
        let (input, logits) = (boxed_input(), boxed_logits());
        Ok(Self { model, workspace: Workspace::boxed(), input, logits })
    }

    /// Leaves the logits of an image of the input's size; returns the median time of `runs` further
    /// inferences, in nanoseconds.
    fn run(&mut self, pixels: &[u8], runs: usize) -> Result<Option<u128>, String> {
        preprocess(pixels, &mut self.input).map_err(|error| error.to_string())?;
        self.infer();
        let mut times: Vec<u128> = (0..runs).map(|_| self.infer()).collect();
        times.sort_unstable();
        Ok(times.get(runs / 2).copied())
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

/// Reports an error and returns the exit code for it.
fn complain(message: &str) -> u8 {
    say("error", message);
    BAD_INPUT
}

/// A line on standard error. One that nobody reads changes nothing.
fn say(kind: &str, message: &str) {
    let _ = writeln!(io::stderr(), "{kind}: {}", visible(message));
}
