//! `spec.yaml`: a spec of the very network that the crate runs.

use super::Input;
use super::view::Crate;
use crate::escape::quoted;
use crate::spec::{
    Activation, Block, DscRow, Expand, Filter, HeadKind, Padding, Pool, Preprocess, Rounding,
    WidthRule,
};

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
        let Preprocess { resize, filter, mean, std } = preprocess;
        let resize = resize.map_or(String::new(), |resize| format!("resize: {resize}, "));
        let filter = match filter {
            Filter::Bilinear => String::new(),
            filter => format!("filter: {}, ", filter.name()),
        };
        text += &format!("preprocess: {{{resize}{filter}mean: {mean:?}, std: {std:?}}}\n");
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
            let mut keys = vec![format!("c: {}, k: {}, s: {}", b.c, b.k, b.s)];
            if b.width == WidthRule::AtLeastOne {
                keys.push("width: at_least_one".to_owned());
            }
            keys.extend(options(b.activation, Activation::Relu6, b.padding));
            format!("    - conv_bn: {{{}}}\n", keys.join(", "))
        }
        Block::ConvDsc(block) => {
            let options = options(block.activation, Activation::Relu6, block.padding);
            if let [DscRow { c, n: 1, s, k, .. }] = block.rows[..] {
                let keys = [vec![format!("c: {c}, k: {k}, s: {s}")], options].concat();
                return format!("    - conv_dsc: {{{}}}\n", keys.join(", "));
            }
            let rows = block.rows.iter().map(|r| format!("[{}, {}, {}, {}]", r.c, r.s, r.n, r.k));
            table("conv_dsc", "c, s, n, k", &options, rows)
        }
        Block::InvertedResidual(block) => {
            let mut options = options(block.activation, Activation::Relu6, block.padding);
            if block.expand == Expand::Always {
                options.push("expand: always".to_owned());
            }
            let rows = block
                .rows
                .iter()
                .map(|r| format!("[{:?}, {}, {}, {}, {}]", r.t, r.c, r.n, r.s, r.k));
            table("inverted_residual", "t, c, n, s, k", &options, rows)
        }
        Block::Residual(block) => {
            let options = options(block.activation, Activation::Relu, block.padding);
            let rows = block.rows.iter().map(|r| format!("[{}, {}, {}]", r.c, r.n, r.s));
            table("residual", "c, n, s", &options, rows)
        }
    }
}

fn table(
    name: &str,
    columns: &str,
    options: &[String],
    rows: impl Iterator<Item = String>,
) -> String {
    let mut text = format!("    - {name}:\n        columns: [{columns}]\n");
    for option in options {
        text += &format!("        {option}\n");
    }
    text += "        rows:\n";
    for row in rows {
        text += &format!("          - {row}\n");
    }
    text
}

/// The keys of a block that are not as they are by default.
fn options(activation: Activation, default: Activation, padding: Option<Padding>) -> Vec<String> {
    let activation = (activation != default).then(|| format!("activation: {}", activation.name()));
    let padding = padding.map(|padding| format!("padding: {}", padding.name()));
    activation.into_iter().chain(padding).collect()
}
