//! `mbgen archs`: the shipped specs and what they cost.

use super::print;
use crate::analysis::Totals;
use crate::block::{self, Variant};
use crate::cli::ArchsArgs;
use crate::error::Result;
use crate::report::{Network, Style, archs, table};
use crate::spec::{EMBEDDED, load_shipped};

pub fn run(args: &ArchsArgs) -> Result<()> {
    if let Some(name) = &args.yaml {
        return print(load_shipped(name)?.text.as_bytes());
    }
    let mut rows = Vec::with_capacity(EMBEDDED.len());
    for shipped in EMBEDDED {
        let loaded = block::load(shipped.name, &Variant::default())?;
        let graph = loaded.graph(&Variant::default())?;
        let network = Network::of(&loaded, &Variant::default());
        rows.push((network, Totals::of(&graph)));
    }
    print(table::render(&archs::document(&rows), Style::of_stdout()).as_bytes())
}
