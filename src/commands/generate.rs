//! `mbgen generate`: a spec and weights to a crate.

use std::path::Path;

use super::progress::Progress;
use crate::block::{self, Variant};
use crate::cli::{GenerateArgs, IngredientArgs};
use crate::codegen::write::{Written, differences, write};
use crate::codegen::{self, Input, Provenance, Tree};
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::machine::Machine;
use crate::plan::Plan;
use crate::reference;
use crate::spec::{Loaded, Spec};
use crate::weights::{Folded, fold, initialise, read_safetensors};

pub fn run(args: &GenerateArgs) -> Result<()> {
    let folder = &args.output;
    let progress = Progress::start();
    let loaded = block::load(&args.spec)?;
    let tree = tree(&loaded, &Variant::from(&args.variant), &args.ingredients, &progress)?;
    if args.check {
        let lines = differences(&tree, folder)?;
        if lines.is_empty() {
            return Ok(());
        }
        let name = folder.display();
        let lines = lines.join("\n  ");
        return Err(Error::Failed(format!("{name} is not what would be generated:\n  {lines}")));
    }
    progress.doing("writing");
    let written = write(&tree, folder, args.force)?;
    drop(progress);
    let name = folder.display();
    match written {
        Written::Created => eprintln!("wrote {name}"),
        Written::Updated => eprintln!("updated {name}"),
        Written::Unchanged => eprintln!("{name} is up to date"),
    }
    Ok(())
}

/// The crate of a spec's variant.
pub fn tree(
    loaded: &Loaded,
    variant: &Variant,
    ingredients: &IngredientArgs,
    progress: &Progress,
) -> Result<Tree> {
    let spec = &loaded.spec;
    let graph = loaded.graph(variant)?;
    let labels = labels(loaded, variant, ingredients.labels.as_deref())?;
    let plan = Plan::new(&graph, &Machine::REFERENCE)?;
    let golden = reference::golden_input(graph.input());
    progress.doing("weights");
    let (weights, provenance) = weights(spec, &graph, ingredients, &golden)?;
    progress.doing("reference values");
    let expected = reference::run(&graph, &weights, &golden);
    progress.doing("code");
    codegen::generate(&Input {
        spec,
        variant,
        graph: &graph,
        plan: &plan,
        weights: &weights,
        provenance: &provenance,
        labels: labels.as_deref(),
        expected: &expected,
    })
}

fn weights(
    spec: &Spec,
    graph: &LayerGraph,
    ingredients: &IngredientArgs,
    golden: &[f32],
) -> Result<(Folded, Provenance)> {
    let Some(path) = &ingredients.weights else {
        let seed = ingredients.seed;
        let dict = initialise(graph, spec.bn_eps, seed, golden);
        let folded = fold(&dict, graph, spec.bn_eps, Path::new("initial weights"))?;
        return Ok((folded, Provenance::Seed(seed)));
    };
    let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
    let dict = read_safetensors(&bytes, path)?;
    let folded = fold(&dict, graph, spec.bn_eps, path)?;
    Ok((folded, Provenance::of_file(&bytes)))
}

/// The names of the classes: those of a file, or the spec's where it has as many classes.
fn labels(loaded: &Loaded, variant: &Variant, file: Option<&Path>) -> Result<Option<Vec<String>>> {
    let spec = &loaded.spec;
    let classes = variant.classes.unwrap_or(spec.classes);
    let Some(path) = file else {
        if classes != spec.classes && spec.labels.is_some() {
            eprintln!(
                "note: the spec names {} classes, so {classes} go without names",
                spec.classes
            );
            return Ok(None);
        }
        return loaded.labels();
    };
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let labels: Vec<String> = text.trim_end().lines().map(str::to_owned).collect();
    if labels.len() != classes {
        let found = labels.len();
        let message = format!("{found} labels for {classes} classes; one for each, a line each");
        return Err(Error::Input { path: path.to_owned(), message });
    }
    Ok(Some(labels))
}
