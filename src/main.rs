//! The mbgen command.

use std::io::Write;
use std::process::ExitCode;

use mbgen::error::Error;
use mbgen::escape::visible_lines;
use mbgen::interrupt;
use mbgen::{cli, commands};

fn main() -> ExitCode {
    let command = cli::parse().command;
    // Without it, the system's way of ending a process stands.
    let _ = interrupt::listen();
    let done = commands::run(&command);
    interrupt::finish();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// Prints an error and its causes. A standard error that nobody reads changes nothing.
fn report(error: &Error) {
    let text = match error {
        // Begins each of its problems with `error: `.
        Error::Spec(problems) => problems.to_string(),
        other => format!("error: {}", other.chain()),
    };
    let _ = writeln!(std::io::stderr(), "{}", visible_lines(&text));
}
