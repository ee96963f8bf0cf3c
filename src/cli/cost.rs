//! Arguments of the commands that count: `analyze`, `compare`, `graph`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::VariantArgs;
use crate::analysis::{By, Tool};
use crate::report::{Format, Output};

/// `mbgen analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// The network: a YAML file, a shipped name, or - for standard input.
    pub spec: String,
    /// The variant of the spec.
    #[command(flatten)]
    pub variant: VariantArgs,
    /// What a row stands for.
    #[arg(long, value_name = "ROW", default_value = "layer", value_parser = by())]
    pub by: By,
    /// Print what another tool would print, and what makes the difference.
    #[arg(long = "as", value_name = "TOOL", value_parser = tool())]
    pub tool: Option<Tool>,
    /// Show what activations reach without ReLU6, and what float16 resolves there: runs the network
    /// once, with seeded weights unless --weights names others.
    #[arg(long)]
    pub relu6: bool,
    /// Weights for --relu6.
    #[arg(long, value_name = "FILE.safetensors", requires = "relu6")]
    pub weights: Option<PathBuf>,
    /// Seed of the weights for --relu6.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "weights")]
    pub seed: u64,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Format and destination of a report.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Format of the report.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = format())]
    pub format: Format,
    /// File to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl OutputArgs {
    /// The destination.
    pub fn destination(&self) -> Output {
        self.output.clone().map_or(Output::Stdout, Output::File)
    }
}

/// The values of a closed set, by their names.
fn choice<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names = PossibleValuesParser::new(all.iter().map(|&value| name(value)));
    names.try_map(move |text| {
        all.iter().copied().find(|&value| name(value) == text).ok_or("not one of the values")
    })
}

fn by() -> impl TypedValueParser<Value = By> {
    choice(&By::ALL, By::name)
}

fn tool() -> impl TypedValueParser<Value = Tool> {
    choice(&Tool::ALL, Tool::name)
}

fn format() -> impl TypedValueParser<Value = Format> {
    choice(&Format::ALL, Format::name)
}
