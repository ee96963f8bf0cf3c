//! Commands as they are called: exit codes, what goes to which stream, and what is refused.

#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod action;
#[cfg(target_os = "linux")]
mod bounds;
mod cli;
mod completions;
mod gate;
mod help;
mod hostile_text;
mod machine;
#[cfg(unix)]
mod readme;
mod web;
