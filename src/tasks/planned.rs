//! A network as a crate.

use std::borrow::Cow;
use std::path::Path;

use super::budget;
use crate::block::Variant;
use crate::codegen::{self, Golden, Input, Provenance, Tree};
use crate::error::Result;
use crate::graph::LayerGraph;
use crate::initialise::initialise;
use crate::machine::Description;
use crate::plan::{Overrides, Plan};
use crate::reference;
use crate::report::Network;
use crate::spec::{ClassNames, Loaded, Trained, labels_of};
use crate::weights::{Folded, Selection, fold, read_safetensors};

/// A spec's variant, planned.
#[derive(Debug)]
pub struct Planned {
    /// The spec.
    pub loaded: Loaded,
    /// How the network differs from it.
    pub variant: Variant,
    /// The layers.
    pub graph: LayerGraph,
    /// What it is planned for.
    pub machine: Description,
    /// What runs.
    pub plan: Plan,
}

/// What a crate is made of beside the network.
#[derive(Clone, Debug)]
pub struct Ingredients<'a> {
    /// The weights.
    pub source: Source<'a>,
    /// Which tensors of a file are taken.
    pub tensors: Selection,
    /// The name of each class.
    pub labels: Option<Vec<String>>,
    /// Whether the crate is a Cargo workspace of its own.
    pub workspace: bool,
}

/// Where the weights of a crate come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// A safetensors file: its bytes, and what errors call it.
    File(Cow<'a, [u8]>, &'a Path),
    /// The initialisation.
    Seed(u64),
}

impl Planned {
    /// Plans a variant.
    pub fn new(
        loaded: Loaded,
        variant: Variant,
        machine: Description,
        overrides: &Overrides,
    ) -> Result<Self> {
        let graph = loaded.graph(&variant)?;
        let plan = Plan::with(&graph, &machine.machine(), overrides)?;
        Ok(Self { loaded, variant, graph, machine, plan })
    }

    /// The weights where none are named: those of `seed`; without one those that are shipped with the
    /// spec, where its layers are unchanged; otherwise those of seed 0.
    pub fn source(&self, seed: Option<u64>) -> Source<'static> {
        match (seed, self.trained().and_then(|trained| trained.bytes)) {
            (None, Some(bytes)) => Source::File(Cow::Borrowed(bytes), Path::new("shipped weights")),
            _ => Source::Seed(seed.unwrap_or(0)),
        }
    }

    /// The trained weights that are shipped with the spec, where its layers are unchanged.
    pub fn trained(&self) -> Option<Trained> {
        let (asked, spec) = (self.variant.apply(&self.loaded.spec), &self.loaded.spec);
        let unchanged = asked.width == spec.width && asked.classes == spec.classes;
        self.loaded.trained().filter(|_| unchanged)
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.variant.apply(&self.loaded.spec).classes
    }

    /// The class names of the spec; `None` where it has none, or those of another number of classes.
    pub fn labels(&self) -> Result<Option<ClassNames>> {
        let asked = self.variant.apply(&self.loaded.spec);
        if asked.labels.is_some() { self.loaded.labels() } else { Ok(None) }
    }

    /// The class names that a file's text holds, one for each class; errors name `path`.
    pub fn named(&self, text: &str, path: &Path) -> Result<Vec<String>> {
        labels_of(text, path, self.classes())
    }

    /// Refuses a network that takes too much to be run for its reference values.
    pub fn check_budget(&self) -> Result<()> {
        let network = Network::of(&self.loaded, &self.variant);
        budget::check(&network, &self.graph, Some(&self.plan))
    }

    /// The files of the crate. `doing` is told what is being done.
    ///
    /// # Errors
    /// First of all where running the network would take too much.
    pub fn tree(&self, ingredients: Ingredients, doing: impl Fn(&'static str)) -> Result<Tree> {
        self.check_budget()?;
        let Self { loaded, variant, graph, machine, plan } = self;
        let input = reference::golden_input(graph.input());
        doing("weights");
        let (weights, provenance) =
            self.weights(ingredients.source, &ingredients.tensors, &input)?;
        doing("reference values");
        let golden = Golden::SCALES.map(|scale| {
            let input: Vec<f32> = input.iter().map(|x| scale * x).collect();
            let mut golden = Golden::new(graph, plan);
            reference::run(graph, &weights, &input, |id, values| golden.observe(id, values));
            golden
        });
        drop(input);
        doing("code");
        codegen::generate(&Input {
            spec: &variant.apply(&loaded.spec),
            package: &codegen::package(&loaded.spec, variant),
            graph,
            plan,
            machine: &machine.name,
            weights: &weights,
            provenance: &provenance,
            labels: ingredients.labels.as_deref(),
            workspace: ingredients.workspace,
            golden: &golden,
        })
    }

    fn weights(
        &self,
        source: Source,
        tensors: &Selection,
        input: &[f32],
    ) -> Result<(Folded, Provenance)> {
        let (graph, eps) = (&self.graph, self.loaded.spec.bn_eps);
        match source {
            Source::File(bytes, path) => {
                let provenance = Provenance::of_file(&bytes);
                let dict = read_safetensors(&bytes, path)?;
                drop(bytes);
                let dict = tensors.of(dict, path)?;
                Ok((fold(&dict, graph, eps, path)?, provenance))
            }
            Source::Seed(seed) => {
                let dict = initialise(graph, eps, seed, input);
                let folded = fold(&dict, graph, eps, Path::new("initial weights"))?;
                Ok((folded, Provenance::Seed(seed)))
            }
        }
    }
}
