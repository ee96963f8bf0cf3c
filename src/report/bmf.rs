//! Bencher Metric Format: `{"benchmark": {"measure": {"value": number}}}`.

use serde_json::{Map, Number, Value, json};

use super::CostReport;
use crate::analysis::Totals;
use crate::json::pretty;

/// The totals of one network as one benchmark, named by network, width and resolution.
pub fn render(report: &CostReport) -> String {
    benchmarks([(report.network.to_string(), measures(&report.analysis.totals))])
}

/// The name and the value of a measure.
pub type Measure = (&'static str, Number);

/// The metrics of a network, each in its unit.
pub fn measures(totals: &Totals) -> Vec<Measure> {
    totals.metrics().map(|(metric, n)| (metric.name(), metric.unit().number(n))).collect()
}

/// Named benchmarks with their measures.
pub fn benchmarks(all: impl IntoIterator<Item = (String, Vec<Measure>)>) -> String {
    let measures = |values: Vec<Measure>| {
        let values = values.into_iter().map(|(name, value)| (name.into(), json!({"value": value})));
        Value::Object(values.collect())
    };
    let all: Map<String, Value> =
        all.into_iter().map(|(name, values)| (name, measures(values))).collect();
    pretty(&all)
}
