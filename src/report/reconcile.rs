//! What another tool prints for this network, and what makes the difference.

use super::sheet::{Cell, Column, Document, Section};
use super::{CostReport, Format, Style, bmf, csv, html, json, markdown, table};
use crate::analysis::Totals;
use crate::analysis::tools::{FIGURES, Figure, Pools, Quantity, Tool};
use crate::text::{exact_percent, thousands};

/// Bytes that torchinfo adds to the input for the tensor object.
const TORCHINFO_TENSOR_BYTES: u64 = 80;

/// The figures of `tool` as text.
pub fn render(report: &CostReport, tool: Tool, format: Format, style: Style) -> String {
    let totals = &report.analysis.totals;
    match format {
        Format::Table => table::render(&document(report, tool), style),
        Format::Csv => csv::render(&document(report, tool)),
        Format::Markdown => markdown::render(&document(report, tool)),
        Format::Html => html::render(&document(report, tool)),
        Format::Json => json::reconciliation(report.network, tool, totals),
        Format::Bmf => {
            let measures = tool.figures().map(|f| (f.key, f.value(totals).into()));
            bmf::benchmarks([(report.network.to_string(), measures.collect())])
        }
    }
}

/// What a quantity is called.
pub(super) fn label(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Macs => "MACs of convolutions and linear layers",
        Quantity::Params => "parameters",
        Quantity::Bias => "biases of linear layers",
        Quantity::BnAffine => "BatchNorm scale and shift",
        Quantity::BnStats => "BatchNorm mean and variance",
        Quantity::BnElems => "elements through BatchNorm",
        Quantity::ActElems => "elements through activations",
        Quantity::ReluElems => "elements through activations that are plain ReLU",
        Quantity::ActBounds => "elements through activations, once a bound",
        Quantity::ConvFcOut => "elements out of convolutions and linear layers",
        Quantity::FcOut => "elements out of linear layers",
        Quantity::AddElems => "elements out of residual adds",
        Quantity::PoolIn(pools) => match pools {
            Pools::All => "elements into the pool",
            Pools::NotMean => "elements into the pool, no call of mean",
            Pools::Adaptive => "elements into the pool, adaptive",
            Pools::Modules => "elements into the pool, a module",
            Pools::AdaptiveModules => "elements into the pool, an adaptive module",
        },
        Quantity::PoolOut(pools) => match pools {
            Pools::All => "elements out of the pool",
            Pools::NotMean => "elements out of the pool, no call of mean",
            Pools::Adaptive => "elements out of the pool, adaptive",
            Pools::Modules => "elements out of the pool, a module",
            Pools::AdaptiveModules => "elements out of the pool, an adaptive module",
        },
    }
}

/// What is easily misread in a tool's figures.
pub(super) fn caveat(tool: Tool) -> &'static str {
    match tool {
        Tool::Torchinfo => {
            "torchinfo counts a parameter of a BatchNorm or a bias as one mult-add, whatever the \
             size of its map."
        }
        Tool::Fvcore => {
            "fvcore's flops are MACs, plus two for each BatchNorm element; it sees no activation, \
             no residual add, and no pool but an adaptive one."
        }
        Tool::Ptflops => {
            "ptflops counts differently in its two backends. The first counts modules, and again the \
             functions that they call: plain ReLU and pools twice, ReLU6 once."
        }
        Tool::Thop => "thop counts four operations for each BatchNorm element and no activation.",
        Tool::Calflops => {
            "calflops' MACs are those of this report, but its FLOPs are not twice its MACs: it adds two \
             for each BatchNorm element, one for each of plain ReLU and none of ReLU6, and the pool."
        }
        Tool::Torchprofile => "torchprofile counts one MAC for each BatchNorm element.",
        Tool::Keras => "Keras counts the running statistics of BatchNorm as parameters.",
        Tool::OnnxTool => "onnx-tool sees an exported graph, whose BatchNorms are folded.",
        Tool::TorchFlopCounter => "PyTorch's own counter takes two operations for each MAC.",
    }
}

fn document(report: &CostReport, tool: Tool) -> Document {
    let totals = &report.analysis.totals;
    let mut notes = Vec::new();
    if tool == Tool::Torchinfo {
        notes = torchinfo_footer(totals);
        notes.push(String::new());
    }
    notes.push(caveat(tool).into());
    Document {
        title: report.network.title(),
        sections: tool.figures().map(|figure| section(figure, totals)).collect(),
        notes,
        ..Document::default()
    }
}

/// One figure as the sum that it is.
fn section(figure: &Figure, totals: &Totals) -> Section {
    let counted =
        figure.terms.iter().map(|&(times, quantity)| (times, quantity, quantity.count(totals)));
    let mut rows: Vec<Vec<Cell>> = counted
        .filter(|&(_, _, count)| count > 0)
        .map(|(times, quantity, count)| {
            vec![
                Cell::Text(label(quantity).to_owned()),
                Cell::Count(count),
                Cell::Text(format!("× {times}")),
                Cell::Count(times * count),
            ]
        })
        .collect();
    let value = figure.value(totals);
    let sum = Cell::Text(figure.key.to_owned());
    rows.push(vec![sum, Cell::Empty, Cell::Empty, Cell::Count(value)]);
    Section {
        heading: format!("{} prints {}", figure.tool.name(), thousands(value)),
        columns: vec![
            Column::text("quantity", "what is counted"),
            Column::number("count", "count"),
            Column::number("times", "times"),
            Column::number("value", "sum"),
        ],
        marked: vec![rows.len() - 1],
        notes: difference(figure, totals).into_iter().collect(),
        rows,
        ..Section::default()
    }
}

/// What every tool prints, a row each.
pub(super) fn overview(totals: &Totals) -> Section {
    let row = |figure: &Figure| {
        let value = figure.value(totals);
        let ratio = figure.counterpart(totals).map(|ours| value as f64 / ours.max(1) as f64);
        vec![
            Cell::Text(format!("{} {}", figure.tool.name(), figure.tool.version())),
            Cell::Text(figure.name()),
            Cell::Count(value),
            ratio.map_or(Cell::Empty, |ratio| Cell::Decimal(ratio, 4)),
            Cell::Text(formula(figure, totals)),
        ]
    };
    Section {
        key: "tools",
        heading: "What other tools print".into(),
        detail: "what other tools print for the same network",
        columns: vec![
            Column::text("tool", "tool"),
            Column::text("figure", "figure"),
            Column::number("value", "prints"),
            Column::number("ratio", "× ours"),
            Column::text("what", "what it adds up").detail(),
        ],
        rows: FIGURES.iter().map(row).collect(),
        hints: vec!["`mbgen analyze --as TOOL` tells what makes the difference.".into()],
        ..Section::default()
    }
}

/// A figure's sum in words, without what this network has none of.
fn formula(figure: &Figure, totals: &Totals) -> String {
    let counted = figure.terms.iter().filter(|(_, quantity)| quantity.count(totals) > 0);
    let term = |&(times, quantity): &(u64, Quantity)| match times {
        1 => label(quantity).to_owned(),
        _ => format!("{times} × {}", label(quantity)),
    };
    counted.map(term).collect::<Vec<_>>().join(" + ")
}

/// How far a figure is from what this report counts.
fn difference(figure: &Figure, totals: &Totals) -> Option<String> {
    let base = figure.counterpart(totals)?;
    let of_macs = matches!(figure.terms, [(_, Quantity::Macs), ..]);
    let unit = if of_macs { "MACs" } else { "parameters" };
    let more = figure.value(totals).saturating_sub(base);
    let percent = exact_percent(more, base);
    let percent = percent.map_or(String::new(), |percent| format!(" ({percent})"));
    let (more, base) = (thousands(more), thousands(base));
    Some(format!("That is {more}{percent} more than the {base} {unit} counted here."))
}

/// The footer of `torchinfo.summary`, in its units: sizes in 10^6 bytes.
pub fn torchinfo_footer(totals: &Totals) -> Vec<String> {
    let figure = |key: &str| {
        let mut figures = Tool::Torchinfo.figures();
        figures.find(|figure| figure.key == key).map_or(0, |figure| figure.value(totals))
    };
    let megabytes = |bytes: u64| format!("{:.2}", bytes as f64 / 1e6);
    let input = totals.input_elems * 4 + TORCHINFO_TENSOR_BYTES;
    let [passes, params] = ["torchinfo_fwd_bwd_bytes", "torchinfo_param_bytes"].map(figure);
    let rule = "=".repeat(90);
    vec![
        rule.clone(),
        format!("Total params: {}", thousands(totals.params)),
        format!("Trainable params: {}", thousands(totals.params)),
        "Non-trainable params: 0".into(),
        format!("Total mult-adds{}", readable(figure("torchinfo_mult_adds"))),
        rule.clone(),
        format!("Input size (MB): {}", megabytes(input)),
        format!("Forward/backward pass size (MB): {}", megabytes(passes)),
        format!("Params size (MB): {}", megabytes(params)),
        format!("Estimated Total Size (MB): {}", megabytes(input + passes + params)),
        rule,
    ]
}

/// A count with the unit that torchinfo chooses for it.
fn readable(n: u64) -> String {
    let units = [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)];
    match units.iter().find(|(_, size)| n as f64 >= *size) {
        Some((unit, size)) => format!(" ({unit}): {:.2}", n as f64 / size),
        None => format!(": {n}"),
    }
}
