//! `mbgen run`: what a network sees on a photo, how long it takes, and what it costs.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output};

use super::generate::{planned, tree};
use super::print;
use super::progress::Progress;
use crate::analysis::{Roofline, Totals};
use crate::cli::RunArgs;
use crate::codegen::write::write;
use crate::codegen::{self, Provenance};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::kernels::isa::InstructionSet;
use crate::plan::Plan;
use crate::report::profile::{self, Measured};
use crate::report::{Network, Style, table};
use crate::run::Scratch;
use crate::run::cargo::{self, State};
use crate::tasks::Planned;
use crate::text::{bytes, thousands};

/// The photo that is shown when none is given.
const COFFEE: (&str, &[u8]) = ("coffee.png", include_bytes!("../../archs/images/coffee.png"));
/// Timed inferences of each image.
const RUNS: &str = "25";

pub fn run(args: &RunArgs) -> Result<()> {
    // Before all the work.
    for image in &args.image {
        File::open(image).map_err(Error::io("read", image))?;
    }
    let progress = Progress::start();
    let planned = planned(&args.spec, &args.variant, &args.machine, &args.overrides)?;
    let tree = tree(&planned, &args.ingredients, true, &progress)?;
    let scratch = Scratch::open(&codegen::package(&planned.loaded.spec, &planned.variant))?;
    let Planned { loaded, variant, graph, machine, plan } = planned;

    let folder = scratch.crate_folder();
    write(&tree, &folder, true)?;
    let hear = |state| match state {
        State::Began(what) => progress.began(what),
        State::Doing(what) => progress.doing(what),
    };
    let build = |package: &Path| cargo::build(package, &scratch.target(), hear);
    let classify = build(&folder.join("photo"))?;
    let profiler = if args.profile { Some(build(&folder)?) } else { None };
    drop(progress);

    if let Provenance::Seed(seed) = tree.provenance {
        eprintln!(
            "note: the weights are random (seed {seed}), so the classes mean nothing; \
             --weights takes trained ones"
        );
    }
    let mut command = Command::new(classify);
    command.args(["classify", "--runs", RUNS, "--"]);
    if args.image.is_empty() {
        let (name, photo) = COFFEE;
        scratch.file(name, photo)?;
        command.current_dir(scratch.root()).arg(name);
    } else {
        command.args(&args.image);
    }
    let seen = output(&mut command)?;
    print(&seen.stdout)?;
    for warning in String::from_utf8_lossy(&seen.stderr).lines().filter(|line| is_warning(line)) {
        eprintln!("{warning}");
    }
    if !seen.status.success() {
        return Err(told(&seen));
    }
    let network = Network::of(&loaded, &variant);
    print(cost(&network, &Totals::of(&graph), &plan).as_bytes())?;
    if let Some(profiler) = profiler {
        let steps = output(Command::new(profiler).args(["profile", "--csv"]))?;
        if !steps.status.success() {
            return Err(told(&steps));
        }
        let roofline = |isa: InstructionSet| Roofline::with_isa(&graph, &plan, &machine, isa);
        print(steps_of(&String::from_utf8_lossy(&steps.stdout), roofline)?.as_bytes())?;
    }
    Ok(())
}

fn cost(network: &Network, totals: &Totals, plan: &Plan) -> String {
    format!(
        "\n{}\n  {} MACs, {} parameters, weight bytes {}, arena {}\n",
        network.title(),
        thousands(totals.macs),
        thousands(totals.params),
        bytes(totals.weight_bytes),
        bytes(plan.arena_bytes() as u64),
    )
}

/// Measured steps beside predicted ones, as a table.
fn steps_of<'p>(
    csv: &str,
    roofline: impl Fn(InstructionSet) -> Option<Roofline<'p>>,
) -> Result<String> {
    let read = Measured::parse(csv);
    let (measured, isa) = read.ok_or_else(|| Error::Failed("the profile is no table".into()))?;
    let roofline = isa.parse().ok().and_then(roofline);
    let roofline = roofline.ok_or_else(|| {
        Error::Usage(format!("--machine has no rates of {isa}, which this CPU runs"))
    })?;
    let document = profile::document(&roofline, &measured);
    Ok(format!("\n{}", table::render(&document, Style::of_stdout())))
}

fn output(command: &mut Command) -> Result<Output> {
    interrupt::output(command).map_err(Error::io("run", command.get_program()))
}

fn is_warning(line: &str) -> bool {
    line.starts_with("warning: ")
}

/// What went wrong, as the program said on standard error.
fn told(output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = said.lines().filter(|line| !is_warning(line)).collect();
    let said = errors.join("\n");
    let said = said.trim().trim_start_matches("error: ");
    if said.is_empty() {
        return Error::Failed(format!("the generated program ended with {}", output.status));
    }
    Error::Usage(said.to_owned())
}
