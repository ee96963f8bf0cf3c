//! `spec.yaml`: a spec of the very network that the crate runs.

use super::Input;
use super::view::Crate;
use crate::escape::quoted;
use crate::spec::{Activation, Block, HeadKind, Padding, Pool, Rounding, WidthRule};

/// The spec with everything that the command line changed written into it.
pub fn render(input: &Input, view: &Crate) -> String {
    let spec = input.spec;
    let shape = input.graph.input();
    let mut text = format!(
        "# What this crate runs; mbgen generates it again from here, and with `--schedule schedule.yaml`\n\
         # the same for any machine.\nname: {}\n",
        view.name
    );
    if let Some(source) = &spec.source {
        text += &format!("source: {}\n", quoted(source));
    }
    text += &format!("input: {{channels: {}, height: {}, width: {}}}\n", shape.c, shape.h, shape.w);
    text += &format!("classes: {}\n", input.plan.classes);
    let multiplier = spec.width.multiplier;
    let rounding = match spec.width.rounding {
        Rounding::MakeDivisible(n) => format!("{{make_divisible: {n}}}"),
        Rounding::Floor(min) => format!("{{floor: {min}}}"),
        Rounding::Exact => "exact".to_owned(),
    };
    text += &format!("width: {{multiplier: {multiplier:?}, rounding: {rounding}}}\n");
    text += &format!("padding: {}\n", spec.padding.name());
    text += &format!("bn_eps: {:?}\n", spec.bn_eps);
    if let Some(preprocess) = &spec.preprocess {
        let (resize, mean, std) = (view.resize, &preprocess.mean, &preprocess.std);
        text += &format!("preprocess: {{resize: {resize}, mean: {mean:?}, std: {std:?}}}\n");
    }
    if input.labels.is_some() {
        text += "labels: labels.txt\n";
    }
    text += "stages:\n";
    for stage in &spec.stages {
        text += &format!("  {}:\n", stage.name);
        for entry in &stage.blocks {
            text += &block(entry);
        }
    }
    text += "head:\n";
    for item in &spec.head {
        text += &match item.kind {
            HeadKind::GlobalAveragePool(Pool::Module) => {
                format!("  - {}: global_average_pool\n", item.name)
            }
            HeadKind::GlobalAveragePool(pool) => {
                format!("  - {}: {{global_average_pool: {}}}\n", item.name, pool.name())
            }
            HeadKind::Linear => linear(&item.name),
        };
    }
    text
}

/// A classifier called `classifier.1` is the second of a list whose first does nothing.
fn linear(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((name, index)) => {
            let before = index.parse().unwrap_or(0);
            let list = vec!["{dropout: 0.0}"; before].join(", ");
            let separator = if before > 0 { ", " } else { "" };
            format!("  - {name}: [{list}{separator}linear]\n")
        }
        None => format!("  - {path}: linear\n"),
    }
}

fn block(block: &Block) -> String {
    match block {
        Block::ConvBn(b) => {
            let width = match b.width {
                WidthRule::Scale => "",
                WidthRule::AtLeastOne => ", width: at_least_one",
            };
            let rest = options(b.activation, Activation::Relu6, b.padding);
            format!("    - conv_bn: {{c: {}, k: {}, s: {}{width}{rest}}}\n", b.c, b.k, b.s)
        }
        Block::ConvDsc(b) => {
            let rest = options(b.activation, Activation::Relu6, b.padding);
            format!("    - conv_dsc: {{c: {}, k: {}, s: {}{rest}}}\n", b.c, b.k, b.s)
        }
        Block::InvertedResidual(table) => {
            let rows = table
                .rows
                .iter()
                .map(|r| format!("[{:?}, {}, {}, {}, {}]", r.t, r.c, r.n, r.s, r.k));
            let (activation, padding) = (table.activation, table.padding);
            self::table("inverted_residual", "t, c, n, s, k", rows, activation, padding)
        }
        Block::Residual(table) => {
            let rows = table.rows.iter().map(|r| format!("[{}, {}, {}]", r.c, r.n, r.s));
            self::table("residual", "c, n, s", rows, table.activation, table.padding)
        }
    }
}

fn table(
    name: &str,
    columns: &str,
    rows: impl Iterator<Item = String>,
    activation: Activation,
    padding: Option<Padding>,
) -> String {
    let mut text = format!("    - {name}:\n        columns: [{columns}]\n");
    text += &format!("        activation: {}\n", activation.name());
    if let Some(padding) = padding {
        text += &format!("        padding: {}\n", padding.name());
    }
    text += "        rows:\n";
    for row in rows {
        text += &format!("          - {row}\n");
    }
    text
}

fn options(activation: Activation, default: Activation, padding: Option<Padding>) -> String {
    let mut text = String::new();
    if activation != default {
        text += &format!(", activation: {}", activation.name());
    }
    if let Some(padding) = padding {
        text += &format!(", padding: {}", padding.name());
    }
    text
}
