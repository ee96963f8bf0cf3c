//! `mbgen analyze`: what one network costs.

use std::path::Path;

use crate::analysis::Analysis;
use crate::analysis::clamp::{self, Clamp};
use crate::block::{self, Variant};
use crate::cli::cost::AnalyzeArgs;
use crate::error::Result;
use crate::graph::LayerGraph;
use crate::initialise::initialise;
use crate::output::{Output, write};
use crate::plan::Plan;
use crate::reference::golden_input;
use crate::report::{CostReport, Format, Network, Style, reconcile};
use crate::spec::Loaded;
use crate::tasks::budget;
use crate::weights::{self, Selection};

pub fn run(args: &AnalyzeArgs) -> Result<()> {
    let variant = Variant::from(&args.variant);
    let loaded = block::load(&args.spec, &variant)?;
    let graph = loaded.graph(&variant)?;
    let machine = args.machine.load()?;
    let plan = match &args.overrides.schedule {
        Some(_) => Some(Plan::with(&graph, &machine.machine(), &args.overrides.load()?)?),
        // A network that no crate can be generated for has costs, but neither arena nor time.
        None => Plan::new(&graph, &machine.machine()).ok(),
    };
    let analysis = match &plan {
        Some(plan) => Analysis::of(&graph).with_plan(plan).with_machine(&graph, plan, &machine),
        None => Analysis::of(&graph),
    };
    let clamps = args.relu6.then(|| clamps(args, &loaded, &variant, &graph)).transpose()?;
    let network = Network::of(&loaded, &variant);
    let report = CostReport {
        network: &network,
        analysis: &analysis,
        by: args.by,
        clamps: clamps.as_deref(),
        details: args.details,
    };
    let style = style(&args.output.destination());
    let format: Format = args.output.format;
    let text = match args.tool {
        Some(tool) => reconcile::render(&report, tool, format, style),
        None => report.render(format, style),
    };
    write(&args.output.destination(), &text)
}

/// What the destination can show: a file holds plain text.
pub(super) fn style(output: &Output) -> Style {
    match output {
        Output::Stdout => Style::of_stdout(),
        Output::File(_) => Style::default(),
    }
}

/// Runs the network without clamps, on the golden input.
fn clamps(
    args: &AnalyzeArgs,
    loaded: &Loaded,
    variant: &Variant,
    graph: &LayerGraph,
) -> Result<Vec<Clamp>> {
    budget::check(&Network::of(loaded, variant), graph, None)?;
    let input = golden_input(graph.input());
    let (dict, origin) = match &args.weights {
        Some(path) => {
            let dict = weights::load(path)?;
            (Selection::from(&args.tensors).of(dict, path)?, path.as_path())
        }
        None => {
            let dict = initialise(graph, loaded.spec.bn_eps, args.seed, &input);
            (dict, Path::new("seeded weights"))
        }
    };
    clamp::measure(loaded, variant, &dict, origin, &input)
}
