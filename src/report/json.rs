//! `mbgen.report/1`: the cost report as JSON.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{CostReport, Network, gate, reconcile, roofline, schedule};
use crate::analysis::clamp::{Clamp, f16_spacing};
use crate::analysis::tools::{FIGURES, Figure, Quantity, Tool};
use crate::analysis::{
    Analysis, Arena, By, F32_BYTES, ResidualPair, Row, Separable, SeparableBlock, StandardModel,
    Totals, lifetimes, merged,
};
use crate::gate::Metrics;
use crate::graph::Source;
use crate::json::pretty;
use crate::layer::{Kind, Layer, Shape, Window};
use crate::spec::Padding;

/// Version of the document's structure.
pub const SCHEMA: &str = "mbgen.report/1";

/// Version of the structure of a reconciliation with another tool.
pub const AS_SCHEMA: &str = "mbgen.as/1";

/// The report as one JSON document with a final newline.
pub fn render(report: &CostReport) -> String {
    let CostReport { network, analysis, by, budgets, clamps, .. } = *report;
    let totals = &analysis.totals;
    let rows = merged(&analysis.rows, by);
    let document = Document {
        schema: SCHEMA,
        model: network.into(),
        by: by.name(),
        metrics: totals.metrics().collect(),
        totals,
        budgets: budgets.map(|checks| checks.iter().map(gate::check_json).collect()),
        rows: rows.iter().map(|row| RowJson::of(row, by, totals)).collect(),
        separable: &analysis.separable.blocks,
        separable_totals: (&analysis.separable).into(),
        residual: &analysis.residual,
        figures: figures(totals),
        tools: FIGURES.iter().map(|figure| tool_figure(figure, totals)).collect(),
        memory: MemoryJson::of(analysis),
        schedule: analysis.plan.map(schedule::json),
        arena: analysis.arena.as_ref(),
        roofline: analysis.roofline.as_ref().map(roofline::json),
        relu6: clamps.map(relu6),
    };
    pretty(&document)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    model: NetworkJson<'a>,
    by: &'static str,
    metrics: Metrics,
    totals: &'a Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    budgets: Option<Vec<Value>>,
    rows: Vec<RowJson<'a>>,
    separable: &'a [SeparableBlock<'a>],
    separable_totals: SeparableTotals,
    residual: &'a [ResidualPair<'a>],
    #[serde(rename = "as")]
    figures: Map<String, Value>,
    tools: Vec<Value>,
    memory: MemoryJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arena: Option<&'a Arena<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roofline: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relu6: Option<Value>,
}

/// Lifetimes of the tensors, and who causes the peak.
#[derive(Serialize)]
struct MemoryJson<'a> {
    peak_step: Option<usize>,
    peak_tensors: Vec<&'a str>,
    tensors: Vec<TensorJson<'a>>,
}

/// A tensor that exists from step `from` to step `to`, where step i runs layer i.
#[derive(Serialize)]
struct TensorJson<'a> {
    name: &'a str,
    elements: u64,
    from: usize,
    to: usize,
}

impl<'a> MemoryJson<'a> {
    fn of(analysis: &'a Analysis) -> Self {
        let lifetimes = &analysis.lifetimes;
        let name = |source| match source {
            Source::Input => "input",
            Source::Layer(id) => analysis.rows[id.0].name,
        };
        let peak = analysis.totals.peak_live_elems;
        let peak_step = lifetimes.live.iter().position(|&live| live == peak);
        let lives = lifetimes.tensors.iter().zip(&lifetimes.last_use).enumerate();
        let tensor = |(i, (&elements, &to)): (usize, (&u64, &usize))| TensorJson {
            name: name(lifetimes::source_of(i)),
            elements,
            from: i.saturating_sub(1),
            to,
        };
        Self {
            peak_step,
            peak_tensors: peak_step
                .into_iter()
                .flat_map(|s| lifetimes.alive_at(s))
                .map(name)
                .collect(),
            tensors: lives.map(tensor).collect(),
        }
    }
}

/// What activations reach without the clamp. Beyond the range of float16 the spacing is null.
fn relu6(clamps: &[Clamp]) -> Value {
    let finite = |x: f64| x.is_finite().then_some(x);
    let row = |clamp: &Clamp| {
        let spacing = f16_spacing(clamp.largest);
        json!({
            "name": clamp.name,
            "largest": finite(clamp.largest),
            "f16_spacing": finite(spacing),
            "above_6": clamp.above,
        })
    };
    let rows: Vec<Value> = clamps.iter().map(row).collect();
    json!({"f16_spacing_at_6": f16_spacing(6.0), "rows": rows})
}

/// What other tools print, by the figure's name.
fn figures(totals: &Totals) -> Map<String, Value> {
    FIGURES.iter().map(|figure| (figure.key.to_owned(), figure.value(totals).into())).collect()
}

/// A figure of a tool as the sum that it is.
fn tool_figure(figure: &Figure, totals: &Totals) -> Value {
    json!({
        "tool": figure.tool.name(),
        "version": figure.tool.version(),
        "figure": figure.name(),
        "value": figure.value(totals),
        "terms": terms(figure, totals),
    })
}

fn terms(figure: &Figure, totals: &Totals) -> Vec<Value> {
    let term = |&(times, quantity): &(u64, Quantity)| {
        let count = quantity.count(totals);
        json!({"what": reconcile::label(quantity), "count": count, "times": times})
    };
    figure.terms.iter().map(term).collect()
}

/// `mbgen.as/1`: the figures of one tool, each as the sum that explains it.
pub(super) fn reconciliation(network: &Network, tool: Tool, totals: &Totals) -> String {
    let figure = |figure: &Figure| {
        let (value, terms) = (figure.value(totals), terms(figure, totals));
        json!({"key": figure.key, "value": value, "terms": terms})
    };
    pretty(&json!({
        "schema": AS_SCHEMA,
        "model": NetworkJson::from(network),
        "tool": tool.name(),
        "figures": tool.figures().map(figure).collect::<Vec<_>>(),
        "note": reconcile::caveat(tool),
    }))
}

#[derive(Serialize)]
pub(super) struct NetworkJson<'a> {
    name: &'a str,
    spec: &'a str,
    width: f64,
    input: [usize; 3],
    classes: usize,
    padding: &'static str,
}

impl<'a> From<&'a Network> for NetworkJson<'a> {
    fn from(network: &'a Network) -> Self {
        let Network { name, spec, width, input, classes, padding, .. } = network;
        Self {
            name,
            spec,
            width: *width,
            input: [input.c, input.h, input.w],
            classes: *classes,
            padding: padding.name(),
        }
    }
}

#[derive(Serialize)]
struct RowJson<'a> {
    name: &'a str,
    block: &'a str,
    #[serde(flatten)]
    operation: Option<Operation>,
    layers: usize,
    #[serde(rename = "in")]
    input: Dims,
    out: Dims,
    w: usize,
    bias: usize,
    bn: usize,
    bn_stats: usize,
    folded: u64,
    macs: u64,
    flops: u64,
    share: f64,
    live: u64,
    in_bytes: u64,
    out_bytes: u64,
    weight_bytes: u64,
    live_bytes: u64,
    intensity: f64,
    receptive_field: [u64; 2],
    effective_stride: u64,
}

/// What only a row of one layer has.
#[derive(Serialize)]
struct Operation {
    op: &'static str,
    k: Sides,
    s: usize,
    p: Sides,
    groups: usize,
    act: &'static str,
}

/// A shape: three sizes, or the length of a vector.
#[derive(Serialize)]
#[serde(untagged)]
enum Dims {
    Map([usize; 3]),
    Vector([usize; 1]),
}

/// One number for all sides, or one for each.
#[derive(Serialize)]
#[serde(untagged)]
enum Sides {
    All(usize),
    RowsColumns([usize; 2]),
    TopLeftBottomRight([usize; 4]),
}

impl<'a> RowJson<'a> {
    fn of(row: &'a Row, by: By, totals: &Totals) -> Self {
        Self {
            name: row.name,
            block: &row.first.block,
            operation: (by == By::Layer).then(|| Operation::of(row.first)),
            layers: row.layers,
            input: Dims::of(row.first, row.first.input),
            out: Dims::of(row.last, row.last.output),
            w: row.parameters.weights,
            bias: row.parameters.bias,
            bn: row.parameters.norm,
            bn_stats: row.parameters.norm_stats,
            folded: row.folded(),
            macs: row.macs,
            flops: row.flops(),
            share: row.share(totals),
            live: row.live_elems,
            in_bytes: row.input_elems * F32_BYTES,
            out_bytes: row.output_elems * F32_BYTES,
            weight_bytes: row.weight_bytes(),
            live_bytes: row.live_elems * F32_BYTES,
            intensity: row.intensity(),
            receptive_field: row.receptive_field,
            effective_stride: row.effective_stride,
        }
    }
}

impl Operation {
    fn of(layer: &Layer) -> Self {
        let [k, p] = match layer.kind {
            Kind::GlobalAveragePool(_) => {
                [Sides::RowsColumns([layer.input.h, layer.input.w]), Sides::All(0)]
            }
            Kind::Linear => [Sides::All(1), Sides::All(0)],
            Kind::Add => [Sides::All(0), Sides::All(0)],
            Kind::Conv(w) | Kind::Depthwise(w) | Kind::Pointwise(w) => {
                [Sides::All(w.kernel), padding(w)]
            }
        };
        Self {
            op: layer.kind.op(),
            k,
            s: layer.kind.window().map_or(1, |w| w.stride),
            p,
            groups: layer.groups(),
            act: layer.activation.name(),
        }
    }
}

impl Dims {
    fn of(layer: &Layer, shape: Shape) -> Self {
        match layer.kind {
            Kind::Linear => Self::Vector([shape.c]),
            _ => Self::Map([shape.c, shape.h, shape.w]),
        }
    }
}

fn padding(window: Window) -> Sides {
    let p = window.padding;
    match window.rule {
        Padding::Symmetric | Padding::Valid => Sides::All(p.top),
        Padding::Same => Sides::TopLeftBottomRight([p.top, p.left, p.bottom, p.right]),
    }
}

#[derive(Serialize)]
struct SeparableTotals {
    macs_all_blocks_dwsep: u64,
    macs_all_blocks_std: u64,
    macs_model: u64,
    macs_model_std: u64,
    std_model: StandardModel,
}

impl From<&Separable<'_>> for SeparableTotals {
    fn from(section: &Separable) -> Self {
        Self {
            macs_all_blocks_dwsep: section.macs_all_blocks_dwsep,
            macs_all_blocks_std: section.macs_all_blocks_std,
            macs_model: section.macs_model,
            macs_model_std: section.std_model.macs,
            std_model: section.std_model,
        }
    }
}
