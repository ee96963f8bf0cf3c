//! Metrics of whole networks and of single layers.

use super::{F32_BYTES, Row, Totals};
use crate::spec::Metric;

impl Totals {
    /// The network's value of a metric, in things, bytes or nanoseconds; `None` for what only a plan
    /// tells of a network that was not planned.
    pub fn metric(&self, metric: Metric) -> Option<u64> {
        match metric {
            Metric::Params => Some(self.params),
            Metric::Weights => Some(self.weights),
            Metric::Macs => Some(self.macs),
            Metric::Flops => Some(self.flops),
            Metric::WeightBytes => Some(self.weight_bytes),
            Metric::Peak => Some(self.peak_live_bytes),
            Metric::Arena => self.arena_bytes,
            Metric::Time => self.predicted_ns,
        }
    }

    /// Every metric that the network has a value of.
    pub fn metrics(&self) -> impl Iterator<Item = (Metric, u64)> {
        Metric::ALL.into_iter().filter_map(|metric| Some((metric, self.metric(metric)?)))
    }
}

impl Row<'_> {
    /// Weights, biases, and scale and shift of batch normalisations.
    pub fn params(&self) -> u64 {
        let p = self.parameters;
        (p.weights + p.bias + p.norm) as u64
    }

    /// The layer's part of a metric; of the peak, what is alive while it runs. A layer has no part in
    /// what a plan tells.
    pub fn metric(&self, metric: Metric) -> Option<u64> {
        match metric {
            Metric::Params => Some(self.params()),
            Metric::Weights => Some(self.parameters.weights as u64),
            Metric::Macs => Some(self.macs),
            Metric::Flops => Some(self.flops()),
            Metric::WeightBytes => Some(self.weight_bytes()),
            Metric::Peak => Some(self.live_elems * F32_BYTES),
            Metric::Arena | Metric::Time => None,
        }
    }
}
