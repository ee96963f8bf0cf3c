//! Bencher Metric Format: `{"benchmark": {"measure": {"value": number}}}`.

use serde_json::{Map, Value, json};

use super::CostReport;
use crate::analysis::Totals;
use crate::json::pretty;

/// The totals of one network as one benchmark, named by network, width and resolution.
pub fn render(report: &CostReport) -> String {
    benchmarks([(report.network.to_string(), measures(&report.analysis.totals))])
}

/// The metrics of a network that are worth tracking, under the names of the JSON report.
pub fn measures(totals: &Totals) -> Vec<(&'static str, u64)> {
    let mut measures = vec![
        ("params", totals.params),
        ("macs", totals.macs),
        ("weight_bytes", totals.weight_bytes),
        ("peak_live_bytes", totals.peak_live_bytes),
    ];
    measures.extend(totals.predicted_ns.map(|ns| ("predicted_ns", ns)));
    measures
}

/// Named benchmarks with their measures.
pub fn benchmarks(all: impl IntoIterator<Item = (String, Vec<(&'static str, u64)>)>) -> String {
    let measures = |values: Vec<(&'static str, u64)>| {
        let values = values.into_iter().map(|(name, value)| (name.into(), json!({"value": value})));
        Value::Object(values.collect())
    };
    let all: Map<String, Value> =
        all.into_iter().map(|(name, values)| (name, measures(values))).collect();
    pretty(&all)
}
