//! What one network costs.

use std::path::Path;

use super::budget;
use crate::analysis::clamp::{self, Clamp};
use crate::analysis::{Analysis, By, Tool};
use crate::block::Variant;
use crate::error::Result;
use crate::graph::LayerGraph;
use crate::initialise::initialise;
use crate::machine::Description;
use crate::plan::{Overrides, Plan};
use crate::reference::golden_input;
use crate::report::sheet::Document;
use crate::report::{CostReport, Format, Network, Style, cost, reconcile};
use crate::spec::Loaded;
use crate::weights::StateDict;

/// A variant of a spec with all that its costs follow from.
#[derive(Debug)]
pub struct Costed {
    /// The spec.
    pub loaded: Loaded,
    /// How the network differs from it.
    pub variant: Variant,
    /// The layers.
    pub graph: LayerGraph,
    /// What times are predicted for.
    pub machine: Description,
    /// What a crate runs. A network that no crate can be generated for has costs, but neither arena
    /// nor time.
    pub plan: Option<Plan>,
}

/// What a report shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a> {
    /// What a row stands for.
    pub by: By,
    /// Whether tables show what few need.
    pub details: bool,
    /// What another tool prints, in place of the report.
    pub tool: Option<Tool>,
    /// What [`Costed::clamps`] found.
    pub clamps: Option<&'a [Clamp]>,
}

impl Costed {
    /// Plans a variant.
    ///
    /// # Errors
    /// Where the variant has no graph; with `overrides`, also where they cannot be followed.
    pub fn new(
        loaded: Loaded,
        variant: Variant,
        machine: Description,
        overrides: Option<&Overrides>,
    ) -> Result<Self> {
        let graph = loaded.graph(&variant)?;
        let plan = match overrides {
            Some(overrides) => Some(Plan::with(&graph, &machine.machine(), overrides)?),
            None => Plan::new(&graph, &machine.machine()).ok(),
        };
        Ok(Self { loaded, variant, graph, machine, plan })
    }

    /// What it is.
    pub fn network(&self) -> Network {
        Network::of(&self.loaded, &self.variant)
    }

    /// The numbers.
    pub fn analysis(&self) -> Analysis<'_> {
        let analysis = Analysis::of(&self.graph);
        match &self.plan {
            Some(plan) => analysis.with_plan(plan).with_machine(&self.graph, plan, &self.machine),
            None => analysis,
        }
    }

    /// What activations reach without ReLU6: runs the network once, with weights, which errors call
    /// by their path, or those of a seed.
    pub fn clamps(&self, weights: Option<(StateDict, &Path)>, seed: u64) -> Result<Vec<Clamp>> {
        budget::check(&self.network(), &self.graph, None)?;
        let input = golden_input(self.graph.input());
        let (dict, origin) = weights.unwrap_or_else(|| {
            let dict = initialise(&self.graph, self.loaded.spec.bn_eps, seed, &input);
            (dict, Path::new("seeded weights"))
        });
        clamp::measure(&self.loaded, &self.variant, &dict, origin, &input)
    }

    /// The report as text.
    pub fn report(&self, view: &View, format: Format, style: Style) -> String {
        self.show(view, |report| match view.tool {
            Some(tool) => reconcile::render(report, tool, format, style),
            None => report.render(format, style),
        })
    }

    /// The layout of the report for people.
    pub fn document(&self, view: &View) -> Document {
        self.show(view, cost::document)
    }

    fn show<T>(&self, view: &View, show: impl FnOnce(&CostReport) -> T) -> T {
        let View { by, details, clamps, .. } = *view;
        let (network, analysis) = (self.network(), self.analysis());
        show(&CostReport { network: &network, analysis: &analysis, by, clamps, details })
    }
}
