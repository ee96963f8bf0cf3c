//! Manual pages: what `--help` says, in the sections that readers of such pages look for.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::{Cli, EXAMPLES_HEADING};
use crate::run::VARIABLE;

const EXIT_STATUS: &str = "\
0: done.
1: a check failed: a limit, a budget, a baseline, or a crate that is not as it would be generated.
2: bad usage or bad input.
130, 143: ended by SIGINT or SIGTERM.";

const FILES: &str = "\
*.yaml: specs, machines and schedules, which mbgen-schema(1) has the schemas of.
mbgen in the user's cache: crates that mbgen-run(1) builds; it may be deleted at any time.";

/// The manual page of `mbgen` itself.
pub fn manual() -> io::Result<Vec<u8>> {
    let root = root();
    page(&root, &root)
}

/// The manual pages of all commands, by the names of their files.
pub fn manuals() -> io::Result<Vec<(String, Vec<u8>)>> {
    let root = root();
    let shown = root.get_subcommands().filter(|command| !command.is_hide_set());
    let page =
        |command: &Command| Ok((Man::new(command.clone()).get_filename(), page(command, &root)?));
    shown.chain([&root]).map(page).collect()
}

fn root() -> Command {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    root
}

fn page(command: &Command, root: &Command) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone()).source(root.render_version().trim()).manual("mbgen");
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (examples, more): (Vec<&str>, Vec<&str>) =
        help.split("\n\n").partition(|paragraph| paragraph.starts_with(EXAMPLES_HEADING));
    let out = &mut Vec::new();
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    for paragraph in more {
        writeln!(out, ".PP\n{}", escaped(paragraph))?;
    }
    man.render_options_section(out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    if let [examples] = examples[..] {
        let lines = examples.trim_start_matches(EXAMPLES_HEADING).trim_matches('\n');
        writeln!(out, ".SH EXAMPLES\n.nf\n{}\n.fi", escaped(lines))?;
    }
    list("EXIT STATUS", EXIT_STATUS, out)?;
    list("FILES", FILES, out)?;
    let environment = format!(
        "{VARIABLE}: a folder in place of mbgen in the user's cache.\n\
         NO_COLOR: if it is set, tables have no colours."
    );
    list("ENVIRONMENT", &environment, out)?;
    let pages = root.get_subcommands().chain([root]).filter(|other| !other.is_hide_set());
    let names = pages.map(|other| other.get_display_name().unwrap_or_else(|| other.get_name()));
    let own = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut names: Vec<_> = names.filter(|&name| name != own).collect();
    names.sort_unstable();
    let names: Vec<_> = names.iter().map(|name| format!("{name}(1)")).collect();
    writeln!(out, ".SH SEE ALSO\n{}", escaped(&names.join(", ")))?;
    Ok(std::mem::take(out))
}

/// A section of lines of the form `term: meaning`.
fn list(heading: &str, lines: &str, out: &mut Vec<u8>) -> io::Result<()> {
    writeln!(out, ".SH {heading}")?;
    for (term, meaning) in lines.lines().filter_map(|line| line.split_once(": ")) {
        writeln!(out, ".TP\n{}\n{}", escaped(term), escaped(meaning))?;
    }
    Ok(())
}

/// Text that roff shows as it is: no escapes, no requests, hyphens that can be copied.
fn escaped(text: &str) -> String {
    let line = |line: &str| {
        let request = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        format!("{request}{}", line.replace('\\', "\\e").replace('-', "\\-"))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
