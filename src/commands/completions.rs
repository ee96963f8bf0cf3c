//! `mbgen completions`: a script that lets a shell complete commands and options.

use super::print;
use crate::cli::{CompletionsArgs, complete};
use crate::error::Result;

pub fn run(args: &CompletionsArgs) -> Result<()> {
    print(complete::script(args.shell).as_bytes())
}
