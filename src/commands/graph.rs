//! `mbgen graph`: a picture of a network.

use crate::block::{self, Variant};
use crate::cli::cost::GraphArgs;
use crate::error::Result;
use crate::output::{Output, write};
use crate::report::{Network, graph};

pub fn run(args: &GraphArgs) -> Result<()> {
    let variant = Variant::from(&args.variant);
    let loaded = block::load(&args.spec, &variant)?;
    let layers = loaded.graph(&variant)?;
    let title = Network::of(&loaded, &variant).to_string();
    write(&Output::of(args.output.clone()), &graph::render(&title, &layers, args.format()))
}
