//! `mbgen archs`: the shipped specs and what they cost.

use super::print;
use crate::cli::ArchsArgs;
use crate::error::Result;
use crate::report::{Style, archs, table};
use crate::spec::load_shipped;
use crate::tasks;

pub fn run(args: &ArchsArgs) -> Result<()> {
    if let Some(name) = &args.yaml {
        return print(load_shipped(name)?.text.as_bytes());
    }
    let rows: Vec<_> =
        tasks::archs()?.into_iter().map(|arch| (arch.network, arch.totals)).collect();
    print(table::render(&archs::document(&rows), Style::of_stdout()).as_bytes())
}
