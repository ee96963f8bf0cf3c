//! All that a template may see, as text and numbers.

use serde::Serialize;

use super::Input;
use super::blob::{Blob, is_classifier};
use super::literal::{LINE, float, number};
use super::notice::Notice;
use super::readme::Cost;
use super::step::StepWriter;
use crate::analysis::Totals;
use crate::error::Result;
use crate::escape::prose;
use crate::kernels::steps;
use crate::layer::{Kind, Layer};
use crate::plan::Step;
use crate::spec::{Filter, Resize};
use crate::text::{self, shape, wrap};

/// A crate, as its templates see it.
#[derive(Debug, Serialize)]
pub struct Crate {
    /// Name of package, library and program.
    pub name: String,
    /// One line about the network.
    pub title: String,
    /// How the network's code is to be read, in lines.
    pub about: Vec<String>,
    /// Citation, if the spec has one.
    pub source: Option<String>,
    /// Whether it is a Cargo workspace of its own.
    pub workspace: bool,
    /// Version of mbgen.
    pub mbgen: &'static str,
    /// Input channels.
    pub channels: usize,
    /// Input rows.
    pub height: usize,
    /// Input columns.
    pub width: usize,
    /// Number of classes.
    pub classes: usize,
    /// How a photo is scaled, a Rust expression.
    pub resize: String,
    /// With which filter, a Rust expression.
    pub filter: &'static str,
    /// Rust literals of the normalisation.
    pub mean: String,
    /// As `mean`.
    pub std: String,
    /// Whether there is a file of labels.
    pub labels: bool,
    /// Parameters, a Rust literal.
    pub params: String,
    /// Most units of a step's chain.
    pub units: usize,
    /// The constants of the windows of all steps.
    pub windows: Vec<String>,
    /// The steps in order.
    pub steps: Vec<StepView>,
    /// The layout of the weights.
    pub weights: WeightsView,
    /// How far results may be from golden values, a Rust literal.
    pub tolerance: String,
    /// The README's numbers.
    pub cost: Cost,
    /// What the parts are, where they are from, and their licences.
    pub notice: Notice,
}

/// A constant with the comment above it.
#[derive(Debug, Serialize)]
pub struct Constant {
    /// Lines of the comment.
    pub comment: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its value; of a layer's weights, all that follows the equals sign.
    pub value: String,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct StepView {
    /// Module path.
    pub name: String,
    /// What it is, in the paper's words, and what it makes, in lines.
    pub what: Vec<String>,
    /// What it fuses.
    pub fuses: String,
    /// How it runs.
    pub runs: String,
    /// The constant that holds it.
    pub value: String,
    /// Its row of the network.
    pub row: String,
}

/// The file of weights.
#[derive(Debug, Serialize)]
pub struct WeightsView {
    /// Number of values, a Rust literal.
    pub values: String,
    /// Channels of a panel.
    pub panel: u32,
    /// The static that embeds the file.
    pub embed: String,
    /// Hash of the layout, a Rust literal.
    pub hash: String,
    /// Where each layer's values lie.
    pub places: Vec<Constant>,
    /// Rows of the layout table.
    pub rows: Vec<String>,
}

impl Crate {
    /// Works out a crate's view.
    pub fn new(input: &Input, blob: &Blob) -> Result<Self> {
        let totals = Totals::of(input.graph);
        let shape = input.graph.input();
        let mut steps = StepWriter::new(blob);
        let views = input.plan.steps.iter().map(|step| steps.view(input, step));
        let views = views.collect::<Result<_>>()?;
        let spec = input.spec;
        let resize = spec.preprocess.as_ref().and_then(|preprocess| preprocess.resize);
        let (mean, std) = match &spec.preprocess {
            Some(preprocess) => (preprocess.mean.clone(), preprocess.std.clone()),
            None => (vec![0.0; shape.c], vec![1.0; shape.c]),
        };
        Ok(Self {
            name: input.package.to_owned(),
            title: title(input),
            about: about(input),
            source: spec.source.as_deref().map(prose),
            workspace: input.workspace,
            mbgen: env!("CARGO_PKG_VERSION"),
            channels: shape.c,
            height: shape.h,
            width: shape.w,
            classes: input.plan.classes,
            resize: match resize.unwrap_or(Resize::Shorter(shape.h.min(shape.w))) {
                Resize::Shorter(side) => format!("Resize::Shorter({})", number(side)),
                Resize::Exact { height, width } => {
                    let (height, width) = (number(height), number(width));
                    format!("Resize::Exact {{ height: {height}, width: {width} }}")
                }
            },
            filter: match spec.preprocess.as_ref().map_or(Filter::Bilinear, |p| p.filter) {
                Filter::Bilinear => "Filter::Bilinear",
                Filter::Bicubic => "Filter::Bicubic",
                Filter::Nearest => "Filter::Nearest",
            },
            mean: floats(&mean),
            std: floats(&std),
            labels: input.labels.is_some(),
            params: number(totals.params as usize),
            units: input.plan.steps.iter().map(units).max().unwrap_or(0).max(1),
            windows: steps.windows(),
            steps: views,
            weights: weights(input, blob),
            tolerance: format!("{:e}", input.provenance.tolerance()),
            cost: Cost::new(input, &totals, blob.bytes.len()),
            notice: Notice::new(input),
        })
    }
}

/// Units of a step, which only a chain has.
fn units(step: &Step) -> usize {
    match &step.operation {
        steps::Step::Chain(chain) => chain.units().len(),
        steps::Step::Conv(_) | steps::Step::Head(_) => 0,
    }
}

/// Name, width and sizes in one line.
fn title(input: &Input) -> String {
    let width = input.spec.width.multiplier;
    let (name, classes) = (input.package, input.plan.classes);
    format!(
        "{name} at width {width:?}: {} → {}",
        shape(input.graph.input()),
        text::classes(classes)
    )
}

/// What the network's code does not say itself.
fn about(input: &Input) -> Vec<String> {
    let add = input.graph.layers().any(|(_, layer)| layer.kind == Kind::Add);
    let fused = if add { ", activation and residual add" } else { " and activation" };
    let text = format!(
        "The steps in order; the compiler refuses what does not fit. Batch normalisation{fused} are \
         part of the convolution before them, and what one step fuses never leaves the cache. Maps \
         are C×H×W. A window has its size, its stride and the zeros above, to the left, below and to \
         the right of the map; a layer names its weights, a step where its output lies in \
         the arena."
    );
    wrap(&text, LINE - 4)
}

/// A literal of an array that fits a line, short where all values are the same.
fn floats(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().map(|&x| float(x as f32)).collect();
    match &texts[..] {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|x| x == first) => {
            format!("[{first}; CHANNELS]")
        }
        texts => format!("[{}]", texts.join(", ")),
    }
}

fn weights(input: &Input, blob: &Blob) -> WeightsView {
    let mut places = Vec::new();
    let mut rows = Vec::new();
    for entry in &blob.layout {
        let layer = input.graph.layer(entry.layer);
        let what = if is_classifier(input, entry) {
            format!("`{}` and the weights of its whole head.", entry.name)
        } else {
            format!("`{}`: {}.", entry.name, describe(layer))
        };
        let (from, to) = (entry.offset, entry.offset + entry.len);
        let value = format!("Packed::new({}..{}, {});", number(from), number(to), entry.panel);
        let place = format!("pub const {}: Packed = ", entry.constant);
        places.push(Constant {
            comment: wrap(&what, LINE - 4),
            name: entry.constant.clone(),
            value: if place.len() + value.len() <= LINE {
                format!(" {value}")
            } else {
                format!("\n    {value}")
            },
        });
        let row = format!("layer({:?}, {}),", entry.name, entry.constant);
        rows.push(match row.len() {
            n if 4 + n <= LINE => row,
            _ => format!("layer(\n        {:?},\n        {},\n    ),", entry.name, entry.constant),
        });
    }
    WeightsView {
        values: number(blob.header.values as usize),
        panel: blob.header.panel,
        embed: embed(input.package),
        hash: format!("0x{:016x}", blob.header.layout),
        places,
        rows,
    }
}

/// The static that embeds the file of weights.
fn embed(name: &str) -> String {
    let place = "static BLOB: Aligned<[u8; BYTES]> =";
    let file = format!("\"../weights/{name}.bin\"");
    let value = format!("Aligned(*include_bytes!({file}));");
    match value.len() {
        n if place.len() + 1 + n <= LINE => format!("{place} {value}"),
        n if 4 + n <= LINE => format!("{place}\n    {value}"),
        _ => format!("{place} Aligned(*include_bytes!(\n    {file}\n));"),
    }
}

/// What a layer is, in a few words.
fn describe(layer: &Layer) -> String {
    let (from, to) = (layer.input.c, layer.output.c);
    let window = layer.kind.window();
    let stride = match window {
        Some(window) if window.stride > 1 => format!(", stride {}", window.stride),
        _ => String::new(),
    };
    let k = window.map_or(1, |window| window.kernel);
    match layer.kind {
        Kind::Conv(_) => format!("{k}×{k} convolution {from} → {to}{stride}"),
        Kind::Pointwise(_) => format!("1×1 convolution {from} → {to}{stride}"),
        Kind::Depthwise(_) => format!("{k}×{k} depthwise on {to}{stride}"),
        Kind::GlobalAveragePool(_) => "global average pool".to_owned(),
        Kind::Linear => format!("linear {from} → {to}"),
        Kind::Add => "residual add".to_owned(),
    }
}
