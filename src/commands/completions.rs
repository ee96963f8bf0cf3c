//! `mbgen completions`: a script that lets a shell complete commands and options.

use super::print;
use crate::cli::{self, CompletionsArgs};
use crate::error::Result;

pub fn run(args: &CompletionsArgs) -> Result<()> {
    print(&cli::completions(args.shell))
}
