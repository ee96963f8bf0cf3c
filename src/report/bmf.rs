//! Bencher Metric Format: `{"benchmark": {"measure": {"value": number}}}`.

use std::collections::BTreeMap;

use super::{CostReport, json};

/// The totals of one network as one benchmark, named by network, width and resolution.
pub fn render(report: &CostReport) -> String {
    let benchmark = report.model.to_string();
    json::to_string(&BTreeMap::from([(benchmark, measures(&report.analysis.totals))]))
}

/// A measurement of one metric.
#[derive(serde::Serialize)]
pub struct Measure {
    value: u64,
}

/// The metrics of one network that are worth tracking, under the names of the JSON report.
pub fn measures(totals: &crate::analysis::Totals) -> BTreeMap<&'static str, Measure> {
    let values = [
        ("params", totals.params),
        ("macs", totals.macs),
        ("weight_bytes", totals.weight_bytes),
        ("peak_live_bytes", totals.peak_live_bytes),
    ];
    values.map(|(name, value)| (name, Measure { value })).into()
}
