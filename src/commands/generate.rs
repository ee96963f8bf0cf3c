//! `mbgen generate`: a spec and weights to a crate.

use std::borrow::Cow;
use std::path::Path;

use super::progress::Progress;
use crate::block::{self, Variant};
use crate::cli::{GenerateArgs, IngredientArgs, MachineArgs, OverrideArgs, VariantArgs};
use crate::codegen::write::{Kept, Written, differences, write};
use crate::codegen::{self, Golden, Input, Provenance, Tree};
use crate::error::{Error, Result};
use crate::escape;
use crate::graph::LayerGraph;
use crate::initialise::initialise;
use crate::machine::Description;
use crate::plan::Plan;
use crate::reference;
use crate::report::Network;
use crate::spec::{self, Loaded, Origin};
use crate::tasks::budget;
use crate::weights::{Folded, Selection, fold, read_file, read_safetensors};

pub fn run(args: &GenerateArgs) -> Result<()> {
    let folder = &args.output;
    let progress = Progress::start();
    let planned = Planned::of(&args.spec, &args.variant, &args.machine, &args.overrides)?;
    let tree = tree(&planned, &args.ingredients, &progress)?;
    if args.check {
        let lines = differences(&tree, folder)?;
        if lines.is_empty() {
            return Ok(());
        }
        let name = escape::path(folder);
        let lines = lines.join("\n  ");
        return Err(Error::Failed(format!("{name} is not what would be generated:\n  {lines}")));
    }
    progress.doing("writing");
    let outcome = write(&tree, folder, args.force)?;
    drop(progress);
    for Kept { was, is } in &outcome.kept {
        let (was, is) = (escape::path(was), escape::path(is));
        eprintln!("note: {was} was in the place of a generated file; it is now {is}");
    }
    let name = escape::path(folder);
    match outcome.written {
        Written::Created => eprintln!("wrote {name}"),
        Written::Updated => eprintln!("updated {name}"),
        Written::Unchanged => eprintln!("{name} is up to date"),
    }
    Ok(())
}

/// A spec's variant, planned.
pub struct Planned {
    pub loaded: Loaded,
    pub variant: Variant,
    pub graph: LayerGraph,
    pub machine: Description,
    pub plan: Plan,
}

impl Planned {
    /// Loads what the arguments name.
    pub fn of(
        spec: &str,
        variant: &VariantArgs,
        machine: &MachineArgs,
        overrides: &OverrideArgs,
    ) -> Result<Self> {
        let variant = Variant::from(variant);
        let loaded = block::load(spec, &variant)?;
        let machine = machine.load()?;
        let graph = loaded.graph(&variant)?;
        let plan = Plan::with(&graph, &machine.machine(), &overrides.load()?)?;
        Ok(Self { loaded, variant, graph, machine, plan })
    }
}

/// The crate of a plan.
///
/// # Errors
/// First of all where running the network would take too much.
pub fn tree(planned: &Planned, ingredients: &IngredientArgs, progress: &Progress) -> Result<Tree> {
    let Planned { loaded, variant, graph, machine, plan } = planned;
    budget::check(&Network::of(loaded, variant), graph, Some(plan))?;
    let labels = labels(loaded, variant, ingredients.labels.as_deref())?;
    let input = reference::golden_input(graph.input());
    progress.doing("weights");
    let (weights, provenance) = weights(loaded, variant, graph, ingredients, &input)?;
    progress.doing("reference values");
    let mut golden = Golden::new(graph, plan);
    reference::run(graph, &weights, &input, |id, values| golden.observe(id, values));
    drop(input);
    progress.doing("code");
    codegen::generate(&Input {
        spec: &variant.apply(&loaded.spec),
        package: &codegen::package(&loaded.spec, variant),
        graph,
        plan,
        machine: &machine.name,
        weights: &weights,
        provenance: &provenance,
        labels: labels.as_deref(),
        golden: &golden,
    })
}

fn weights(
    loaded: &Loaded,
    variant: &Variant,
    graph: &LayerGraph,
    ingredients: &IngredientArgs,
    input: &[f32],
) -> Result<(Folded, Provenance)> {
    let eps = loaded.spec.bn_eps;
    let (bytes, path) = match Source::of(loaded, variant, ingredients) {
        Source::File(path) => (Cow::Owned(read_file(path)?), path),
        Source::Shipped(bytes) => (Cow::Borrowed(bytes), Path::new("shipped weights")),
        Source::Seed(seed) => {
            let dict = initialise(graph, eps, seed, input);
            let folded = fold(&dict, graph, eps, Path::new("initial weights"))?;
            return Ok((folded, Provenance::Seed(seed)));
        }
    };
    let provenance = Provenance::of_file(&bytes);
    let dict = read_safetensors(&bytes, path)?;
    drop(bytes);
    let dict = Selection::from(&ingredients.tensors).of(dict, path)?;
    Ok((fold(&dict, graph, eps, path)?, provenance))
}

/// Where the weights of a crate come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// A file that the user named.
    File(&'a Path),
    /// The shipped spec's own.
    Shipped(&'static [u8]),
    /// The initialisation.
    Seed(u64),
}

impl<'a> Source<'a> {
    /// The file or the seed that the user gave; otherwise the weights that are shipped with the spec,
    /// where its layers are unchanged; otherwise seed 0.
    pub fn of(loaded: &Loaded, variant: &Variant, ingredients: &'a IngredientArgs) -> Self {
        if let Some(path) = &ingredients.weights {
            return Self::File(path);
        }
        let (asked, spec) = (variant.apply(&loaded.spec), &loaded.spec);
        let unchanged = asked.width == spec.width && asked.classes == spec.classes;
        match loaded.trained().and_then(|trained| trained.bytes) {
            Some(bytes) if unchanged && ingredients.seed.is_none() => Self::Shipped(bytes),
            _ => Self::Seed(ingredients.seed.unwrap_or(0)),
        }
    }
}

/// The names of the classes: those of a file, or the spec's where it has as many classes.
fn labels(loaded: &Loaded, variant: &Variant, file: Option<&Path>) -> Result<Option<Vec<String>>> {
    let spec = &loaded.spec;
    let classes = variant.apply(spec).classes;
    let Some(path) = file else {
        if classes != spec.classes && spec.labels.is_some() {
            eprintln!(
                "note: the spec names {} classes, so {classes} go without names",
                spec.classes
            );
            return Ok(None);
        }
        return Ok(loaded.labels()?.map(|labels| {
            if let (Some(file), Origin::Folder(_)) = (&labels.shipped, &loaded.origin) {
                let file = escape::visible(file);
                eprintln!(
                    "note: {file} is not beside the spec; the names are those of mbgen's own"
                );
            }
            labels.names
        }));
    };
    spec::labels(path, classes).map(Some)
}
