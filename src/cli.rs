//! The command line: what can be asked for, and what the answers to `--help` say.

pub mod complete;
pub mod cost;
pub mod manual;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Style};
use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand};
pub use clap_complete::Shell;

use crate::analysis::list;
use crate::block::Variant;
use crate::error;
use crate::machine::{Description, parse_name};
use crate::plan::Overrides;
use crate::quantity::{Unit, parse_quantity};
use crate::spec::is_photo;
use crate::weights::Selection;

/// Counts what networks of the MobileNet family cost, and compiles them to Rust crates.
#[derive(Debug, Parser)]
#[command(name = "mbgen", version, propagate_version = true, after_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(max_term_width = 80, styles = STYLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Bold and underlined; of the sixteen colours, red alone can be read on white and on black.
const STYLES: Styles = Styles::plain()
    .header(Style::new().bold().underline())
    .usage(Style::new().bold().underline())
    .literal(Style::new().bold())
    .error(AnsiColor::Red.on_default().bold())
    .valid(Style::new().bold())
    .invalid(Style::new().underline());

/// How the paragraph of examples of a command begins.
const EXAMPLES_HEADING: &str = "Examples:\n";

const EXAMPLES: &str = "\
Examples:
  mbgen archs                     the networks that mbgen brings along
  mbgen analyze v2                what one of them costs
  mbgen compare v1 v2             two of them side by side
  mbgen run --image cat.jpg       what a trained one sees
  mbgen schema > spec.schema.json
  mbgen completions bash > /etc/bash_completion.d/mbgen

A SPEC is a YAML file, the name of a shipped network, or - for standard input.
Exit codes: 0 done; 1 a check failed; 2 bad usage or bad input.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what a network costs: parameters, MACs and memory, layer by layer.
    #[command(after_help = "Examples:\n  \
        mbgen analyze v2 --width 0.75 --resolution 192\n  \
        mbgen analyze v1 --by stage --format markdown\n  \
        mbgen analyze v2 --format json -o v2.json\n  \
        mbgen analyze v2 --format html -o v2.html\n  \
        mbgen analyze v2 --as fvcore")]
    Analyze(cost::AnalyzeArgs),
    /// Compare networks, widths and resolutions, and gate what they may cost.
    #[command(after_help = "Examples:\n  \
        mbgen compare v2 --width 0.35,0.5,0.75,1,1.4\n  \
        mbgen compare v1 v1-paper --by layer\n  \
        mbgen compare v2 --fit macs=100M --fit peak=2MiB\n  \
        mbgen compare v2 --max macs=310M --max peak=6.1MB\n  \
        mbgen compare v2 --baseline costs.json --update-baseline --reason agreed\n  \
        mbgen compare v2 --baseline costs.json --max-increase 1% --format markdown")]
    Compare(cost::CompareArgs),
    /// Draw a network: blocks as clusters, residual connections visible.
    #[command(after_help = "Examples:\n  \
        mbgen graph v2 --format svg -o v2.svg\n  \
        mbgen graph v1 | dot -Tpdf > v1.pdf")]
    Graph(cost::GraphArgs),
    /// List the shipped networks with their cost.
    #[command(after_help = "Each name is a SPEC for the other commands. \
        --yaml prints the file, to start a network of your own from.\n\n\
        Examples:\n  \
        mbgen archs\n  \
        mbgen archs --yaml v2 > mine.yaml")]
    Archs(ArchsArgs),
    /// Write a stand-alone Rust crate that runs a network.
    #[command(after_help = "Examples:\n  \
        mbgen generate v2 --weights v2.safetensors -o mobilenet\n  \
        mbgen generate v2 --width 0.75 --resolution 160 -o small\n  \
        mbgen generate mine.yaml -o net --check  # in CI: is it up to date?")]
    Generate(GenerateArgs),
    /// Show what a network sees on a photo, how long it takes and what it costs.
    #[command(after_help = "Generates the crate, builds it with cargo, and classifies. \
        Without SPEC it is a trained network, and without --image a photo that mbgen brings along.\n\n\
        Crates and what cargo makes of them stay in mbgen's folder in the user's cache (MBGEN_CACHE \
        names another), so a second run takes a second; the folder may be deleted at any time. The \
        first run fetches the crates that read photos.\n\n\
        Examples:\n  \
        mbgen run\n  \
        mbgen run --image cat.jpg --image dog.png\n  \
        mbgen run v2 --weights mobilenet_v2.safetensors --image cat.jpg\n  \
        mbgen run v1-paper --profile")]
    Run(RunArgs),
    /// Measure what one core of this machine does at most, for predictions.
    #[command(
        after_help = "Takes some seconds; run it while the machine is quiet. The file holds \
        the multiply-add peak of each instruction set, what kinds of layers attain, and the read \
        bandwidth of each cache and of memory. Nothing else in mbgen looks at this machine: without \
        --machine, everything is planned and predicted for the first of the shipped ones.\n\n\
        Examples:\n  \
        mbgen machine -o this.yaml\n  \
        mbgen analyze v2 --machine this.yaml\n  \
        mbgen run v2 --profile --machine this.yaml\n  \
        mbgen machine --yaml zen4"
    )]
    Machine(MeasureArgs),
    /// Print how each step of a generated crate runs: a file to edit and to give to --schedule.
    #[command(
        after_help = "The planner chooses for each step what it fuses, bands of rows, panels of \
        channels, and what threads share. A file that names steps, or the parts of those that run depth \
        first, overrides it, key by key; `mbgen schema --schedule` says what is allowed.\n\n\
        Examples:\n  \
        mbgen schedule v2 > v2.schedule.yaml\n  \
        mbgen analyze v2 --schedule v2.schedule.yaml\n  \
        mbgen run v2 --schedule v2.schedule.yaml --profile\n  \
        mbgen generate v2 --schedule v2.schedule.yaml -o mobilenet"
    )]
    Schedule(ScheduleArgs),
    /// Print the JSON Schema of specs, of machines or of schedules, for editors.
    #[command(after_help = "Begin a spec with this line, and editors with a YAML language server \
        complete and check it:\n  # yaml-language-server: $schema=spec.schema.json\n\n\
        Examples:\n  \
        mbgen schema > spec.schema.json\n  \
        mbgen schema --schedule > schedule.schema.json")]
    Schema(SchemaArgs),
    /// Serve the page of mbgen to a browser on this machine: a spec, and what it costs while one types.
    #[command(
        after_help = "Says its address and opens nothing. A SPEC that is a file is shown, and again \
        whenever it changes. Other machines cannot reach it.\n\n\
        Examples:\n  mbgen web\n  mbgen web mine.yaml"
    )]
    Web(WebArgs),
    /// Print a completion script for a shell.
    #[command(after_help = "Examples:\n  \
        mbgen completions bash > ~/.local/share/bash-completion/completions/mbgen\n  \
        mbgen completions zsh > ~/.zfunc/_mbgen\n  \
        mbgen completions fish > ~/.config/fish/completions/mbgen.fish")]
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands into a folder.
    #[command(
        after_help = "Examples:\n  mbgen man | man -l -\n  mbgen man -o ~/.local/share/man/man1"
    )]
    Man(ManArgs),
}

/// `mbgen archs`.
#[derive(Debug, Args)]
pub struct ArchsArgs {
    /// Print the spec of one of them instead.
    #[arg(long, value_name = "NAME")]
    pub yaml: Option<String>,
}

/// `mbgen machine`.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// File to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What the machine is called.
    #[arg(long, value_name = "NAME", default_value = "measured", value_parser = parse_name)]
    pub name: String,
    /// What it is: a line that the file keeps.
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Size of a core's first data cache, for example 32KiB, where the system does not tell.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub l1: Option<u64>,
    /// Size of its second cache.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub l2: Option<u64>,
    /// Size of its third cache, where it has one.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub l3: Option<u64>,
    /// Print the file of a shipped machine, and measure nothing.
    #[arg(long, value_name = "NAME", exclusive = true)]
    pub yaml: Option<String>,
}

/// `mbgen schedule`.
#[derive(Debug, Args)]
pub struct ScheduleArgs {
    /// A YAML file, the name of a shipped network, or - for standard input.
    #[arg(value_name = "SPEC")]
    pub spec: String,
    /// File to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What to change of the spec.
    #[command(flatten)]
    pub variant: VariantArgs,
    /// What it is planned for.
    #[command(flatten)]
    pub machine: MachineArgs,
    /// What is not left to the planner.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `mbgen schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of files of machines, which --machine takes.
    #[arg(long)]
    pub machine: bool,
    /// Of files of schedules, which --schedule takes.
    #[arg(long, conflicts_with = "machine")]
    pub schedule: bool,
}

/// The machine to plan and predict for. Flatten it into the arguments of a command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Plan and prediction")]
pub struct MachineArgs {
    /// The machine to plan and predict for: a file that `mbgen machine` wrote, or the name of a
    /// shipped one; zen4 by default.
    #[arg(long, value_name = "FILE")]
    pub machine: Option<String>,
}

impl MachineArgs {
    /// The machine that was named, or the reference.
    pub fn load(&self) -> error::Result<Description> {
        self.machine.as_deref().map_or_else(|| Ok(Description::reference()), Description::load)
    }
}

/// Schedules that are not left to the planner. Flatten it into the arguments of a command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Plan and prediction")]
pub struct OverrideArgs {
    /// How steps run, in place of what the planner chooses for the machine: a file as `mbgen schedule`
    /// prints it, whole or in part.
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,
}

impl OverrideArgs {
    /// The file that was named, or none.
    pub fn load(&self) -> error::Result<Overrides> {
        self.schedule.as_deref().map_or_else(|| Ok(Overrides::default()), Overrides::load)
    }
}

/// `mbgen generate`.
#[derive(Clone, Debug, Args)]
pub struct GenerateArgs {
    /// A YAML file, the name of a shipped network, or - for standard input.
    #[arg(value_name = "SPEC")]
    pub spec: String,
    /// Folder of the crate.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Write over generated files that were edited since, and rename what else is in their place.
    #[arg(long)]
    pub force: bool,
    /// Write nothing; fail, and name the files, if the folder is not as it would be generated.
    #[arg(long, conflicts_with = "force")]
    pub check: bool,
    /// Leave `[workspace]` and profiles out of the crate's Cargo.toml, so that it can be a member of
    /// another workspace; later runs keep it so.
    #[arg(long)]
    pub no_workspace: bool,
    /// Make it a workspace of its own again, as it is by default.
    #[arg(long, conflicts_with = "no_workspace")]
    pub workspace: bool,
    /// What to change of the spec.
    #[command(flatten)]
    pub variant: VariantArgs,
    /// What the crate is made of beside the spec.
    #[command(flatten)]
    pub ingredients: IngredientArgs,
    /// What it is planned for.
    #[command(flatten)]
    pub machine: MachineArgs,
    /// What is not left to the planner.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// `mbgen run`.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// A YAML file, the name of a shipped network, or - for standard input.
    #[arg(value_name = "SPEC", default_value = "v1-0.5-160")]
    pub spec: String,
    /// PNG or JPEG to classify, any number of times; a cup of coffee otherwise.
    #[arg(long, value_name = "FILE")]
    pub image: Vec<PathBuf>,
    /// Show the time of each step, too: as measured, and as predicted for --machine.
    #[arg(long)]
    pub profile: bool,
    /// What to change of the spec.
    #[command(flatten)]
    pub variant: VariantArgs,
    /// What the crate is made of beside the spec.
    #[command(flatten)]
    pub ingredients: IngredientArgs,
    /// What it is planned for.
    #[command(flatten)]
    pub machine: MachineArgs,
    /// What is not left to the planner.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// Weights and labels of a network.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Weights and labels")]
pub struct IngredientArgs {
    /// Trained weights, safetensors with PyTorch's names; otherwise those that the shipped network has, or random
    /// ones.
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    pub weights: Option<PathBuf>,
    /// Which tensors of the file are taken.
    #[command(flatten)]
    pub tensors: TensorArgs,
    /// Seed of random weights, 0 by default.
    #[arg(long, value_name = "N", value_parser = parse_seed)]
    pub seed: Option<u64>,
    /// Names of the classes, one a line, in place of the spec's.
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
}

/// Which tensors of a file of weights are taken. Flatten it into the arguments of a command that has
/// `--weights`.
#[derive(Clone, Debug, Default, Args)]
pub struct TensorArgs {
    /// Take only the tensors whose names begin with PREFIX, without it. One that most names have, such
    /// as module. or _orig_mod., is found by itself.
    #[arg(long, value_name = "PREFIX", requires = "weights")]
    pub strip_prefix: Option<String>,
    /// Leave out the tensors that have NAME among the dotted parts of their names, such as total_ops.
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', requires = "weights")]
    pub skip_tensors: Vec<String>,
}

impl From<&TensorArgs> for Selection {
    fn from(args: &TensorArgs) -> Self {
        Self { prefix: args.strip_prefix.clone(), skipped: args.skip_tensors.clone() }
    }
}

/// `mbgen web`.
#[derive(Debug, Args)]
pub struct WebArgs {
    /// A YAML file to show and to follow.
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Port to listen on; otherwise 8017, or a free one where that is taken.
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
}

/// `mbgen completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell that completes.
    pub shell: Shell,
}

/// `mbgen man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Folder for the pages, one for each command.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// What a command may change of a spec. Flatten it into the arguments of a command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Variant of the spec")]
pub struct VariantArgs {
    /// Width multiplier in place of the spec's, for example 0.75.
    #[arg(long, value_name = "W", value_parser = list::width, allow_negative_numbers = true)]
    pub width: Option<f64>,
    /// Input size in place of the spec's: one number, or rows x columns.
    #[arg(long, value_name = "N|HxW", value_parser = list::resolution)]
    pub resolution: Option<(usize, usize)>,
    /// Number of classes in place of the spec's.
    #[arg(long, value_name = "N", value_parser = list::count)]
    pub classes: Option<usize>,
}

impl From<&VariantArgs> for Variant {
    fn from(args: &VariantArgs) -> Self {
        Self { width: args.width, resolution: args.resolution, classes: args.classes }
    }
}

/// The command line of this process. Prints what is wrong with it, or the help that it asks for, and
/// ends the process.
pub fn parse() -> Cli {
    Cli::try_parse().unwrap_or_else(|mut error| {
        if let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg)
            && is_photo(Path::new(argument))
        {
            let hint = vec!["a photo goes after `--image`".into()];
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(hint));
        }
        match error.print() {
            // Help need not be read to its end.
            Err(unwritten) if unwritten.kind() != ErrorKind::BrokenPipe => {
                eprintln!("error: cannot write standard output: {unwritten}");
                std::process::exit(2)
            }
            _ => std::process::exit(error.exit_code()),
        }
    })
}

/// Where random numbers begin.
pub fn parse_seed(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("a whole number from 0 to {} is allowed", u64::MAX))
}

/// A size in bytes, at least one.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let bytes =
        parse_quantity(text.trim(), Unit::Bytes).filter(|bytes| (1024..=1 << 40).contains(bytes));
    bytes.ok_or_else(|| "1KiB to 1024GiB are allowed, for example 32KiB".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
