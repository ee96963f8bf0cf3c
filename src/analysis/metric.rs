//! The metrics of budgets, of whole networks and of single layers.

use super::{F32_BYTES, Row, Totals};
use crate::spec::Metric;

impl Totals {
    /// The network's value of a metric; `None` for the arena of a network that was not planned.
    pub fn metric(&self, metric: Metric) -> Option<u64> {
        match metric {
            Metric::Params => Some(self.params),
            Metric::Weights => Some(self.weights),
            Metric::Macs => Some(self.macs),
            Metric::Flops => Some(self.flops),
            Metric::Peak => Some(self.peak_live_bytes),
            Metric::Arena => self.arena_bytes,
        }
    }
}

impl Row<'_> {
    /// The layer's part of a metric; of the peak and the arena, what is alive while it runs.
    pub fn metric(&self, metric: Metric) -> u64 {
        let p = self.parameters;
        match metric {
            Metric::Params => (p.weights + p.bias + p.norm) as u64,
            Metric::Weights => p.weights as u64,
            Metric::Macs => self.macs,
            Metric::Flops => self.flops(),
            Metric::Peak | Metric::Arena => self.live_elems * F32_BYTES,
        }
    }
}
