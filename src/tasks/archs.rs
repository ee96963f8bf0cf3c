//! The shipped networks and what they cost.

use crate::analysis::Totals;
use crate::block::{self, Variant};
use crate::error::Result;
use crate::report::Network;
use crate::spec::{EMBEDDED, Loaded};

/// A shipped network.
#[derive(Clone, Debug)]
pub struct Arch {
    /// Its spec.
    pub loaded: Loaded,
    /// What it is.
    pub network: Network,
    /// What it costs.
    pub totals: Totals,
}

/// The shipped networks, in the order in which they are listed.
pub fn archs() -> Result<Vec<Arch>> {
    let arch = |name| {
        let loaded = block::load(name, &Variant::default())?;
        let graph = loaded.graph(&Variant::default())?;
        let network = Network::of(&loaded, &Variant::default());
        Ok(Arch { loaded, network, totals: Totals::of(&graph) })
    };
    EMBEDDED.iter().map(|shipped| arch(shipped.name)).collect()
}
