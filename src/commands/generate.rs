//! `mbgen generate`: a spec and weights to a crate.

use std::borrow::Cow;
use std::path::Path;

use super::progress::Progress;
use crate::block;
use crate::cli::{GenerateArgs, IngredientArgs, MachineArgs, OverrideArgs, VariantArgs};
use crate::codegen::write::{Kept, Written, differences, manifest_of, write};
use crate::codegen::{API, Manifest, Provenance, Tree};
use crate::error::{Error, Result};
use crate::escape;
use crate::spec::{self, Origin};
use crate::tasks::{Ingredients, Planned, Source};
use crate::weights::{Selection, read_file};

pub fn run(args: &GenerateArgs) -> Result<()> {
    let folder = &args.output;
    let progress = Progress::start();
    let planned = planned(&args.spec, &args.variant, &args.machine, &args.overrides)?;
    let found = manifest_of(folder)?;
    let workspace = match (args.workspace, args.no_workspace) {
        (false, false) => found.as_ref().is_none_or(Manifest::workspace),
        (workspace, _) => workspace,
    };
    let tree = tree(&planned, &args.ingredients, workspace, &progress)?;
    if args.check {
        let lines = differences(&tree, folder)?;
        if lines.is_empty() {
            return Ok(());
        }
        let name = escape::path(folder);
        let lines = lines.join("\n  ");
        return Err(Error::Failed(format!("{name} is not what would be generated:\n  {lines}")));
    }
    if let (false, Some(found), Provenance::Seed(_)) = (args.force, &found, &tree.provenance)
        && let Some(weights) = found.weights()
    {
        let message = format!(
            "has trained weights (SHA-256 {}); --weights FILE keeps them, --force puts random ones in \
             their place",
            escape::excerpt(weights, 12)
        );
        return Err(Error::Input { path: folder.clone(), message });
    }
    progress.doing("writing");
    let outcome = write(&tree, folder, args.force)?;
    drop(progress);
    for Kept { was, is } in &outcome.kept {
        let (was, is) = (escape::path(was), escape::path(is));
        eprintln!("note: {was} was in the place of a generated file; it is now {is}");
    }
    if let Some(Manifest { api, .. }) = found.as_ref().filter(|found| found.api != API) {
        eprintln!(
            "note: its interface was version {api} and is {API}; CHANGELOG.md says what to change"
        );
    }
    let name = escape::path(folder);
    if let Some(Manifest { package, .. }) =
        found.as_ref().filter(|found| found.package != tree.package)
    {
        eprintln!("note: it was the crate {}", escape::visible(package));
    }
    match outcome.written {
        Written::Created => eprintln!("wrote {name}"),
        Written::Updated => eprintln!("updated {name}"),
        Written::Unchanged => eprintln!("{name} is up to date"),
    }
    eprintln!("weights: {}", tree.provenance);
    Ok(())
}

/// Plans what the arguments name.
pub fn planned(
    spec: &str,
    variant: &VariantArgs,
    machine: &MachineArgs,
    overrides: &OverrideArgs,
) -> Result<Planned> {
    let (loaded, machine) = (block::load(spec, &variant.into())?, machine.load()?);
    Planned::new(loaded, variant.into(), machine, &overrides.load()?)
}

/// The crate of a plan.
///
/// # Errors
/// First of all where running the network would take too much.
pub fn tree(
    planned: &Planned,
    args: &IngredientArgs,
    workspace: bool,
    progress: &Progress,
) -> Result<Tree> {
    planned.check_budget()?;
    let labels = labels(planned, args.labels.as_deref())?;
    progress.doing("weights");
    let source = match &args.weights {
        Some(path) => Source::File(Cow::Owned(read_file(path)?), path),
        None => planned.source(args.seed),
    };
    let tensors = Selection::from(&args.tensors);
    let ingredients = Ingredients { source, tensors, labels, workspace };
    planned.tree(ingredients, |what| progress.doing(what))
}

/// The names of the classes: those of a file, or the spec's where they are of as many classes.
fn labels(planned: &Planned, file: Option<&Path>) -> Result<Option<Vec<String>>> {
    if let Some(path) = file {
        return spec::labels(path, planned.classes()).map(Some);
    }
    let Some(labels) = planned.labels()? else {
        if planned.loaded.spec.labels.is_some() {
            let classes = planned.classes();
            eprintln!(
                "note: the spec names another number of classes; these {classes} go without names"
            );
        }
        return Ok(None);
    };
    if let (Some(file), Origin::Folder(_)) = (&labels.shipped, &planned.loaded.origin) {
        let file = escape::visible(file);
        eprintln!("note: {file} is not beside the spec; the names are those of mbgen's own");
    }
    Ok(Some(labels.names))
}
