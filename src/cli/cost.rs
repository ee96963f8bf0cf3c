//! Arguments of the commands that count: `analyze`, `compare`, `graph`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{MachineArgs, OverrideArgs, TensorArgs, VariantArgs};
use crate::analysis::{By, Tool, list};
use crate::gate::{Increase, Limit};
use crate::output::Output;
use crate::report::Format;
use crate::report::graph::GraphFormat;

/// What belongs to `--relu6`.
const RELU6: &str = "Activations without ReLU6";

/// `mbgen analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// The network: a YAML file, a shipped name, or - for standard input.
    pub spec: String,
    /// What a row stands for.
    #[arg(long, value_name = "ROW", default_value = "layer", value_parser = by())]
    pub by: By,
    /// Show what few need, too: separable against standard convolution and inverted against classic
    /// residual blocks, block by block; the crate's schedule and arena, step by step. For tables:
    /// other formats are always complete.
    #[arg(long)]
    pub details: bool,
    /// Print what another tool would print, and what makes the difference.
    #[arg(long = "as", value_name = "TOOL", value_parser = tool())]
    pub tool: Option<Tool>,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
    /// The variant of the spec.
    #[command(flatten)]
    pub variant: VariantArgs,
    /// Show what activations reach without ReLU6, and what float16 resolves there: runs the network
    /// once, with seeded weights unless --weights names others.
    #[arg(long, help_heading = RELU6)]
    pub relu6: bool,
    /// Weights for --relu6, safetensors with PyTorch's names.
    #[arg(long, help_heading = RELU6, value_name = "FILE", requires = "relu6")]
    pub weights: Option<PathBuf>,
    /// Which tensors of the file are taken.
    #[command(flatten, next_help_heading = RELU6)]
    pub tensors: TensorArgs,
    /// Seed of the weights for --relu6.
    #[arg(long, help_heading = RELU6, value_name = "N", default_value_t = 0, conflicts_with = "weights",
        value_parser = super::parse_seed)]
    pub seed: u64,
    /// What times are predicted for.
    #[command(flatten)]
    pub machine: MachineArgs,
    /// What is not left to the planner.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `mbgen compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The networks: YAML files, shipped names, or - for standard input.
    #[arg(required = true)]
    pub specs: Vec<String>,
    /// Show two networks side by side, row by row.
    #[arg(long, value_name = "ROW", value_parser = by())]
    pub by: Option<By>,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
    /// What to compare at.
    #[command(flatten)]
    pub sweep: SweepArgs,
    /// What the networks may cost.
    #[command(flatten)]
    pub gate: GateArgs,
    /// What times are predicted for.
    #[command(flatten)]
    pub machine: MachineArgs,
}

/// `mbgen graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// The network: a YAML file, a shipped name, or - for standard input.
    pub spec: String,
    /// Format of the picture [default: what the name of the file ends in, or dot].
    #[arg(long, value_name = "FORMAT", value_parser = graph_format())]
    pub format: Option<GraphFormat>,
    /// File to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The variant of the spec.
    #[command(flatten)]
    pub variant: VariantArgs,
}

impl GraphArgs {
    /// The format that is asked for, that of the file's name, or the default one.
    pub fn format(&self) -> GraphFormat {
        let named = || ending(self.output.as_deref(), &GraphFormat::ALL, GraphFormat::name);
        self.format.or_else(named).unwrap_or_default()
    }
}

/// The format whose name, or the usual short one, the name of a file ends in.
fn ending<T: Copy>(path: Option<&Path>, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
    let ending = path?.extension()?.to_str()?.to_lowercase();
    let wanted = match &*ending {
        "gv" => "dot",
        "htm" => "html",
        "md" => "markdown",
        "mmd" => "mermaid",
        name => name,
    };
    all.iter().copied().find(|&format| name(format) == wanted)
}

/// The points of a sweep.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sweep")]
pub struct SweepArgs {
    /// Width multipliers, for example 0.5,0.75,1 or 0.25..1.5:0.05.
    #[arg(long, value_name = "LIST", value_parser = list::widths)]
    pub width: Option<list::Widths>,
    /// Input sizes, for example 160,192x256 or 96..320:32.
    #[arg(long, value_name = "LIST", value_parser = list::resolutions)]
    pub resolution: Option<list::Resolutions>,
    /// Number of classes in place of the specs'.
    #[arg(long, value_name = "N", value_parser = list::count)]
    pub classes: Option<usize>,
    /// List only what fits, largest first; without --width and --resolution, over a grid of both.
    #[arg(long, value_name = "METRIC=LIMIT", value_parser = Limit::parse)]
    pub fit: Vec<Limit>,
}

/// Limits and baselines.
#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub struct GateArgs {
    /// Fail where a network exceeds a limit: params, weights, macs, flops (counts), weight_bytes, peak,
    /// arena (bytes), time (predicted, for example 5ms).
    #[arg(long, value_name = "METRIC=LIMIT", value_parser = Limit::parse)]
    pub max: Vec<Limit>,
    /// File of what the networks cost when last agreed to.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Growth over the baseline that is allowed, for all metrics or one; none by default.
    #[arg(long, value_name = "[METRIC=]N%", requires = "baseline", value_parser = Increase::parse)]
    pub max_increase: Vec<Increase>,
    /// Put these networks into the baseline instead of checking against it; others stay in it.
    #[arg(long, requires = "baseline", requires = "reason", conflicts_with = "max_increase")]
    pub update_baseline: bool,
    /// Why the baseline moves; it is kept in the file.
    #[arg(long, value_name = "TEXT", requires = "update_baseline")]
    pub reason: Option<String>,
}

/// Format and destination of a report.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Format of the report [default: what the name of the file ends in, or table].
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    pub format: Option<Format>,
    /// File to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl OutputArgs {
    /// The format that is asked for, that of the file's name, or the default one.
    pub fn format(&self) -> Format {
        let named = || ending(self.output.as_deref(), &Format::ALL, Format::name);
        self.format.or_else(named).unwrap_or_default()
    }

    /// The destination.
    pub fn destination(&self) -> Output {
        Output::of(self.output.clone())
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

fn graph_format() -> impl TypedValueParser<Value = GraphFormat> {
    choice(&GraphFormat::ALL, GraphFormat::name)
}
