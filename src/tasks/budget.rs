//! What running a network may take: the memory and the time of the oracle, judged before it runs.

use crate::analysis::Totals;
use crate::error::{Error, Result};
use crate::graph::LayerGraph;
use crate::plan::Plan;
use crate::reference;
use crate::report::Network;
use crate::text::{bytes, si};

/// Most bytes of the tensors and weights of a network that is run: with the program, 1 GB.
const MAX_BYTES: u64 = 900_000_000;
/// Most multiply-accumulates of a network that is run: those of some minutes.
const MAX_MACS: u64 = 200_000_000_000;

/// Bytes of a value in f32.
const F32: u64 = size_of::<f32>() as u64;

/// Refuses a network that takes too much to be run, and to be packed where it has a plan.
///
/// It needs 8 bytes a parameter, as made or read and as folded, and the larger of two: what the oracle
/// holds at its peak, 8 bytes for each value that is alive and each weight of the layer, beside 4 for
/// each value of the input; and twice the packed weights, as numbers and as a file.
pub fn check(network: &Network, graph: &LayerGraph, plan: Option<&Plan>) -> Result<()> {
    let totals = Totals::of(graph);
    let Some(peak) = reference::peak(graph) else { return Ok(()) };
    let layer = &graph.layer(peak.layer).name;
    let tensors = peak.tensors + F32 * totals.input_elems;
    let parameters = 2 * F32 * (totals.params + totals.bn_stats);
    let packed = plan.map_or(0, |plan| 2 * F32 * plan.weights as u64);
    let need = parameters + (tensors + peak.weights).max(packed);
    let (part, of, change) = if tensors >= need / 2 {
        let change = "a lower resolution or width needs less";
        (tensors, format!("the tensors at {layer}"), change)
    } else {
        (need - tensors, "weights".to_owned(), "fewer classes or a lower width need less")
    };
    if need > MAX_BYTES {
        return Err(Error::Usage(format!(
            "{network} needs {} of memory to be run for its reference values, over the {} allowed; \
             {} are for {of}, and {change}{ELSE}",
            bytes(need),
            bytes(MAX_BYTES),
            bytes(part)
        )));
    }
    if totals.macs > MAX_MACS {
        return Err(Error::Usage(format!(
            "{network} has {} multiply-accumulates, over the {} that are run for reference values; a \
             lower resolution or width has fewer{ELSE}",
            si(totals.macs),
            si(MAX_MACS)
        )));
    }
    Ok(())
}

/// What can be had without running the network.
const ELSE: &str = "\n  what a network costs is counted all the same, for which nothing is run";
