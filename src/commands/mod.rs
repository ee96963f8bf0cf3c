//! The commands: load, ask a room, print. One file each.

mod analyze;
mod archs;
mod compare;
mod completions;
mod generate;
mod graph;
mod machine;
mod man;
mod progress;
mod run;
mod schedule;
mod schema;
mod web;

use crate::cli::Command;
use crate::error::Result;
use crate::output::{Output, write_with};

/// Runs a command. Results go to standard output, everything else to standard error.
pub fn run(command: &Command) -> Result<()> {
    match command {
        Command::Analyze(args) => analyze::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Graph(args) => graph::run(args),
        Command::Archs(args) => archs::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Run(args) => run::run(args),
        Command::Machine(args) => machine::run(args),
        Command::Schedule(args) => schedule::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Web(args) => web::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// Writes a result to standard output. A reader that has seen enough is no error.
fn print(result: &[u8]) -> Result<()> {
    write_with(&Output::Stdout, |out| out.write_all(result))
}
