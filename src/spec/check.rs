//! From the file as it is written to a checked [`Spec`].

use super::file::{self, At, File};
use super::{
    Activation, Block, ConvBn, ConvDsc, HeadItem, HeadKind, Input, InvertedResidual, InvertedRow,
    Padding, Position, Preprocess, Residual, ResidualRow, Rounding, Spec, Stage, Width, WidthRule,
};
use crate::error::{Error, Result};

impl Spec {
    /// Reads and checks a spec. `name` stands for the file in messages.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let file: File = serde_yaml::from_str(text)
            .map_err(|error| Error::Spec(format!("{name}: {}", error.render())))?;
        Ok(spec(file))
    }
}

fn spec(file: File) -> Spec {
    Spec {
        name: file.name.value,
        source: file.source,
        input: Input {
            channels: count(&file.input.channels),
            height: count(&file.input.height),
            width: count(&file.input.width),
        },
        classes: count(&file.classes),
        width: file.width.map_or(Width { multiplier: 1.0, rounding: Rounding::Exact }, |width| {
            Width {
                multiplier: width.multiplier.value,
                rounding: match width.rounding {
                    file::Rounding::MakeDivisible(n) => Rounding::MakeDivisible(count(&n)),
                    file::Rounding::Floor(n) => Rounding::Floor(count(&n)),
                    file::Rounding::Exact => Rounding::Exact,
                },
            }
        }),
        padding: file.padding.map_or(Padding::Symmetric, padding),
        bn_eps: file.bn_eps.map_or(1e-5, |eps| eps.value),
        preprocess: file.preprocess.map(|preprocess| Preprocess {
            resize: preprocess.resize.as_ref().map(count),
            mean: preprocess.mean.value.iter().map(|x| x.value).collect(),
            std: preprocess.std.value.iter().map(|x| x.value).collect(),
        }),
        labels: file.labels.map(|labels| labels.value),
        stages: file
            .stages
            .value
            .0
            .into_iter()
            .map(|(name, blocks)| Stage {
                name: name.value,
                blocks: blocks.value.into_iter().map(block).collect(),
            })
            .collect(),
        head: file.head.value.into_iter().flat_map(|entry| head(entry.value)).collect(),
    }
}

fn block(block: file::Block) -> Block {
    match block {
        file::Block::ConvBn(block) => Block::ConvBn(ConvBn {
            at: position(&block),
            c: count(&block.value.c),
            k: block.value.k.as_ref().map_or(3, count),
            s: block.value.s.as_ref().map_or(1, count),
            activation: activation(block.value.activation, Activation::Relu6),
            width: match block.value.width {
                Some(file::WidthRule::AtLeastOne) => WidthRule::AtLeastOne,
                _ => WidthRule::Scale,
            },
            padding: block.value.padding.map(padding),
        }),
        file::Block::ConvDsc(block) => Block::ConvDsc(ConvDsc {
            at: position(&block),
            c: count(&block.value.c),
            k: block.value.k.as_ref().map_or(3, count),
            s: block.value.s.as_ref().map_or(1, count),
            activation: activation(block.value.activation, Activation::Relu6),
            padding: block.value.padding.map(padding),
        }),
        file::Block::InvertedResidual(table) => {
            use file::InvertedColumn::{C, K, N, S, T};
            let rows = table.rows.value.iter().map(|row| {
                let value = |column, default: f64| {
                    let index = table.columns.value.iter().position(|c| c.value == column);
                    index.and_then(|i| row.value.get(i)).map_or(default, |cell| cell.value)
                };
                InvertedRow {
                    t: value(T, 1.0),
                    c: value(C, 1.0) as usize,
                    n: value(N, 1.0) as usize,
                    s: value(S, 1.0) as usize,
                    k: value(K, 3.0) as usize,
                    at: position(row),
                }
            });
            Block::InvertedResidual(InvertedResidual {
                rows: rows.collect(),
                activation: activation(table.activation, Activation::Relu6),
                padding: table.padding.map(padding),
            })
        }
        file::Block::Residual(table) => {
            use file::ResidualColumn::{C, N, S};
            let rows = table.rows.value.iter().map(|row| {
                let value = |column| {
                    let index = table.columns.value.iter().position(|c| c.value == column);
                    index.and_then(|i| row.value.get(i)).map_or(1, |cell| cell.value as usize)
                };
                ResidualRow { c: value(C), n: value(N), s: value(S), at: position(row) }
            });
            Block::Residual(Residual {
                rows: rows.collect(),
                activation: activation(table.activation, Activation::Relu),
                padding: table.padding.map(padding),
            })
        }
    }
}

fn head(entry: file::Ordered<file::Head>) -> Vec<HeadItem> {
    let kind = |layer: &file::HeadLayer| match layer {
        file::HeadLayer::GlobalAveragePool => Some(HeadKind::GlobalAveragePool),
        file::HeadLayer::Linear => Some(HeadKind::Linear),
        file::HeadLayer::Dropout(_) => None,
    };
    let mut items = Vec::new();
    for (name, module) in entry.0 {
        match module {
            file::Head::One(layer) => {
                items.extend(kind(&layer).map(|kind| HeadItem { name: name.value, kind }));
            }
            file::Head::Sequence(layers) => {
                items.extend(layers.iter().enumerate().filter_map(|(i, layer)| {
                    let name = format!("{}.{i}", name.value);
                    kind(layer).map(|kind| HeadItem { name, kind })
                }));
            }
        }
    }
    items
}

fn activation(written: Option<file::Activation>, default: Activation) -> Activation {
    match written {
        None => default,
        Some(file::Activation::None) => Activation::None,
        Some(file::Activation::Relu) => Activation::Relu,
        Some(file::Activation::Relu6) => Activation::Relu6,
    }
}

fn padding(written: file::Padding) -> Padding {
    match written {
        file::Padding::Symmetric => Padding::Symmetric,
        file::Padding::Same => Padding::Same,
    }
}

fn count(written: &At<u64>) -> usize {
    written.value as usize
}

fn position<T>(at: &At<T>) -> Position {
    Position { line: at.referenced.line() as usize, column: at.referenced.column() as usize }
}
