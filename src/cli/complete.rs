//! Scripts with which shells complete commands, options and their values.
//!
//! bash has a script of its own. Those of other shells are clap's. In those of zsh and fish a value that
//! stands for a list is replaced by a call of a function that has the list; clap's for elvish and
//! PowerShell know no values, and get the shipped specs behind a command. No script runs mbgen.

use std::fmt::Write;

use clap::builder::{PossibleValuesParser, Resettable};
use clap::{Arg, Command, CommandFactory, ValueHint};

use super::{Cli, Shell};
use crate::machine::SHIPPED;
use crate::spec::{EMBEDDED, Metric};

/// What may stand as a value.
enum Values {
    /// One of those that clap knows, if any.
    Possible,
    /// One of some words.
    Words(Vec<&'static str>),
    /// A shipped spec or a YAML file.
    Specs,
    /// A shipped machine or a YAML file.
    Machines,
    /// The name of a metric, an equals sign, and more.
    Metrics,
    /// A file with one of these extensions, or any where there are none.
    Files(&'static [&'static str]),
    /// A folder.
    Folders,
}

const YAML: &[&str] = &["yaml", "yml"];

/// What may stand for an argument that takes values.
fn values(command: &str, arg: &Arg) -> Values {
    match (command, arg.get_id().as_str()) {
        ("web", "spec") => Values::Files(YAML),
        (_, "spec" | "specs") => Values::Specs,
        (_, "machine") => Values::Machines,
        ("archs", "yaml") => Values::Words(specs()),
        ("machine", "yaml") => Values::Words(machines()),
        (_, "max" | "fit" | "max_increase") => Values::Metrics,
        (_, "schedule") => Values::Files(YAML),
        (_, "weights") => Values::Files(&["safetensors"]),
        (_, "image") => Values::Files(&["png", "jpg", "jpeg"]),
        (_, "baseline") => Values::Files(&["json"]),
        ("generate" | "man", "output") => Values::Folders,
        (_, "labels" | "output") => Values::Files(&[]),
        _ => Values::Possible,
    }
}

fn specs() -> Vec<&'static str> {
    EMBEDDED.iter().map(|spec| spec.name).collect()
}

fn machines() -> Vec<&'static str> {
    SHIPPED.iter().map(|machine| machine.name).collect()
}

fn metrics() -> Vec<String> {
    Metric::ALL.iter().map(|metric| format!("{}=", metric.name())).collect()
}

/// The completion script for a shell.
pub fn script(shell: Shell) -> String {
    let mut command = Cli::command();
    command.build();
    match shell {
        Shell::Bash => bash(&command),
        Shell::Zsh => zsh(&command),
        Shell::Fish => fish(&command),
        Shell::Elvish => {
            with_specs(shell, &command, "= {\n", |name| format!("cand {name} 'shipped network'"))
        }
        Shell::PowerShell => with_specs(shell, &command, " {\n", |name| {
            let kind = "[CompletionResultType]::ParameterValue";
            format!("[CompletionResult]::new('{name}', '{name}', {kind}, 'shipped network')")
        }),
        _ => generated(shell, &command),
    }
}

/// The arguments of a command that take values.
fn taking(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_action().takes_values())
}

/// The ways in which an option is written; none for a positional argument.
fn flags(arg: &Arg) -> Vec<String> {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    short.into_iter().chain(long).collect()
}

/// Names of commands, `help` among them.
fn names(command: &Command) -> String {
    command.get_subcommands().map(Command::get_name).collect::<Vec<_>>().join(" ")
}

fn owned(words: Vec<&str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

fn bash(root: &Command) -> String {
    let mut cases = String::new();
    let mut options = String::new();
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = command.get_name();
        let all: Vec<String> = command.get_arguments().flat_map(flags).collect();
        let _ = writeln!(options, "        {name}) options=\"{}\" ;;", all.join(" "));
        for arg in taking(command) {
            let (words, files) = match values(name, arg) {
                Values::Possible => {
                    let all = arg.get_possible_values();
                    (all.iter().map(|value| value.get_name().to_owned()).collect(), String::new())
                }
                Values::Words(words) => (owned(words), String::new()),
                Values::Specs => (owned(specs()), YAML.join("|")),
                Values::Machines => (owned(machines()), YAML.join("|")),
                Values::Metrics => (metrics(), String::new()),
                Values::Files(&[]) => (Vec::new(), "*".into()),
                Values::Files(some) => (Vec::new(), some.join("|")),
                Values::Folders => (Vec::new(), "/".into()),
            };
            let flags = flags(arg).iter().map(|flag| format!("\"{name} {flag}\"")).collect();
            let flags: Vec<String> =
                if arg.is_positional() { vec![format!("\"{name} \"")] } else { flags };
            let (at, words) = (flags.join("|"), words.join(" "));
            let _ = writeln!(cases, "        {at}) words=\"{words}\" files=\"{files}\" ;;");
        }
    }
    include_str!("complete.bash")
        .replace("@COMMANDS@", &names(root))
        .replace("        @OPTIONS@\n", &options)
        .replace("        @VALUES@\n", &cases)
}

/// What clap's scripts have where a list belongs.
const LISTS: [&str; 3] = ["MBGEN_SPECS", "MBGEN_MACHINES", "MBGEN_METRICS"];

/// clap's script, with words that stand for lists.
fn generated(shell: Shell, root: &Command) -> String {
    let mut command = root.clone();
    for sub in root.get_subcommands() {
        for arg in taking(sub) {
            let known = values(sub.get_name(), arg);
            let change = |arg: Arg| {
                let words = |arg: Arg, words: &[&'static str]| {
                    let parser = PossibleValuesParser::new(words.iter().copied());
                    arg.default_value(Resettable::Reset).value_parser(parser)
                };
                match known {
                    Values::Possible if !arg.get_possible_values().is_empty() => arg,
                    Values::Possible => arg.value_hint(ValueHint::Other),
                    Values::Words(all) => words(arg, &all),
                    Values::Specs => words(arg, &LISTS[..1]),
                    Values::Machines => words(arg, &LISTS[1..2]),
                    Values::Metrics => words(arg, &LISTS[2..]),
                    Values::Files(_) => arg.value_hint(ValueHint::FilePath),
                    Values::Folders => arg.value_hint(ValueHint::DirPath),
                }
            };
            command =
                command.mut_subcommand(sub.get_name(), |sub| sub.mut_arg(arg.get_id(), change));
        }
    }
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "mbgen", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// clap's script, in which the words behind a command that takes specs begin with the shipped ones:
/// `opening` stands behind the name of a command, and `offer` is a line that offers a word.
fn with_specs(
    shell: Shell,
    root: &Command,
    opening: &str,
    offer: impl Fn(&str) -> String,
) -> String {
    let mut script = generated(shell, root);
    let offers: String =
        specs().iter().map(|name| format!("            {}\n", offer(name))).collect();
    for command in root.get_subcommands().filter(|command| takes_specs(command)) {
        let case = format!("'mbgen;{}'{opening}", command.get_name());
        script = script.replace(&case, &(case.clone() + &offers));
    }
    script
}

/// Whether a command takes specs without an option.
fn takes_specs(command: &Command) -> bool {
    let is_spec = |arg: &Arg| matches!(values(command.get_name(), arg), Values::Specs);
    command.get_arguments().any(|arg| arg.is_positional() && is_spec(arg))
}

fn zsh(root: &Command) -> String {
    let functions = format!(
        "_mbgen_specs() {{ _alternative 'networks:shipped network:({})' {FILES} }}\n\
         _mbgen_machines() {{ _alternative 'machines:shipped machine:({})' {FILES} }}\n\
         _mbgen_metrics() {{ compadd -S '' -- {} }}\n",
        specs().join(" "),
        machines().join(" "),
        metrics().join(" "),
        FILES = "'files:file:_files -g \"*.(yaml|yml)(-.)\"'",
    );
    let mut script = generated(Shell::Zsh, root);
    for list in LISTS {
        script = script.replace(&format!(":({list})"), &format!(":_{}", list.to_lowercase()));
    }
    let start = script.find("\nif [ \"$funcstack").unwrap_or(script.len());
    script.insert_str(start, &format!("\n{functions}"));
    script
}

fn fish(root: &Command) -> String {
    let mut script = generated(Shell::Fish, root);
    for list in LISTS {
        script = script
            .replace(&format!("\"{list}\\t''\""), &format!("\"(__{})\"", list.to_lowercase()));
    }
    let files = "__fish_complete_suffix .yaml; __fish_complete_suffix .yml";
    let lists = [(owned(specs()), files), (owned(machines()), files), (metrics(), "true")];
    for (list, (words, more)) in LISTS.iter().zip(lists) {
        let (name, words) = (list.to_lowercase(), words.join(" "));
        let _ = writeln!(script, "function __{name}; printf '%s\\n' {words}; {more}; end");
    }
    for sub in root.get_subcommands().filter(|command| takes_specs(command)) {
        let when = format!("__fish_mbgen_using_subcommand {}", sub.get_name());
        let _ = writeln!(script, "complete -c mbgen -n \"{when}\" -f -a \"(__mbgen_specs)\"");
    }
    script
}
