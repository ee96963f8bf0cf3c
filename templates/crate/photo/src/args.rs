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
       ",
    env!("CARGO_PKG_NAME"),
    " prepare IMAGE OUT.png

`prepare` writes what the network sees of an image: turned upright, scaled and cropped. It writes
over no file.

Options of classify:
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
    /// To write what the network sees of an image.
    Prepare {
        /// The image.
        image: PathBuf,
        /// The PNG to write.
        png: PathBuf,
    },
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
pub fn parse(mut parser: Parser) -> Result<Command, String> {
    command(&mut parser).map_err(|error| format!("{error} (--help shows what is allowed)"))
}

fn command(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let name = match parser.next()? {
        Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Command::Help),
        Some(Arg::Value(value)) => value.string()?,
        Some(other) => return Err(other.unexpected()),
        None => return Err("a command is missing: classify IMAGE...".into()),
    };
    match &*name {
        "classify" => classify(parser),
        "prepare" => prepare(parser),
        other => Err(format!("unknown command '{other}': there are classify and prepare").into()),
    }
}

fn classify(parser: &mut Parser) -> Result<Command, lexopt::Error> {
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
            Arg::Value(value) => options.images.push(value.into()),
            other => return Err(other.unexpected()),
        }
    }
    if options.images.is_empty() {
        return Err("classify needs an image".into());
    }
    Ok(Command::Classify(options))
}

fn prepare(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut files = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Value(value) => files.push(PathBuf::from(value)),
            other => return Err(other.unexpected()),
        }
    }
    match <[PathBuf; 2]>::try_from(files) {
        Ok([image, png]) => Ok(Command::Prepare { image, png }),
        Err(files) => {
            Err(format!("prepare takes an image and a PNG to write, not {}", files.len()).into())
        }
    }
}

fn positive(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("a whole number of at least 1 is allowed"),
    }
}
