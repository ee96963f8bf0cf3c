//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};
use network::Isa;

/// The answer to `--help`.
pub const HELP: &str = concat!(
    "\
Names what is on a photo (PNG or JPEG).

Usage: ",
    env!("CARGO_PKG_NAME"),
    " classify IMAGE... [OPTIONS]

Options:
      --top N     Show the N likeliest classes [default: 5]
      --json      Print one JSON object a line for each image
      --logits    Print all logits as one JSON array a line for each image
      --prepared  Take the pixels of images of exactly the input size as they are
      --isa NAME  Use this instruction set, for example portable; the best one otherwise
      --runs N    Time N inferences of each image
  -h, --help      Print this text

Exit codes: 0 done; 2 bad usage, or an image that cannot be read.
"
);

/// What is asked for.
pub enum Command {
    /// The help text.
    Help,
    /// To name what is on photos.
    Classify(Options),
}

/// The arguments of `classify`.
pub struct Options {
    /// At least one file.
    pub images: Vec<PathBuf>,
    /// Number of classes shown.
    pub top: usize,
    /// How results are printed.
    pub format: Format,
    /// Whether the images have the input's size and are taken as they are.
    pub prepared: bool,
    /// The instruction set, where one is forced.
    pub isa: Option<Isa>,
    /// Number of timed inferences.
    pub runs: usize,
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A small table.
    Text,
    /// A JSON object a line.
    Json,
    /// A JSON array of all logits a line.
    Logits,
}

/// Reads the arguments; the error is for the user.
pub fn parse(parser: Parser) -> Result<Command, String> {
    options(parser).map_err(|error| format!("{error} (--help shows what is allowed)"))
}

fn options(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut command = None;
    let mut options = Options {
        images: Vec::new(),
        top: 5,
        format: Format::Text,
        prepared: false,
        isa: None,
        runs: 0,
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("top") => options.top = parser.value()?.parse_with(positive)?,
            Arg::Long("runs") => options.runs = parser.value()?.parse_with(positive)?,
            Arg::Long("json") => options.format = Format::Json,
            Arg::Long("logits") => options.format = Format::Logits,
            Arg::Long("prepared") => options.prepared = true,
            Arg::Long("isa") => options.isa = Some(parser.value()?.parse()?),
            Arg::Value(value) if command.is_none() => command = Some(value.string()?),
            Arg::Value(value) => options.images.push(value.into()),
            other => return Err(other.unexpected()),
        }
    }
    match command.as_deref() {
        Some("classify") if options.images.is_empty() => Err("classify needs an image".into()),
        Some("classify") => Ok(Command::Classify(options)),
        Some(other) => Err(format!("unknown command '{other}': classify is the only one").into()),
        None => Err("a command is missing: classify IMAGE...".into()),
    }
}

fn positive(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("a whole number of at least 1 is allowed"),
    }
}
