//! `inverted_residual`: expansion, depthwise convolution, linear projection (MobileNetV2, table 1).
//!
//! hidden = round(inp·t), ties to even; no expansion where t = 1, unless the table keeps it; a
//! residual add where the stride is 1 and the channel counts agree.

use std::ops::ControlFlow;

use super::{Builder, Convolution, StagePath};
use crate::spec::{Activation, Expand, InvertedResidual, InvertedRow, WidthRule};

pub(super) fn expand(
    block: &InvertedResidual,
    path: StagePath,
    builder: &mut Builder,
) -> ControlFlow<()> {
    builder.rows(path, block.rows.iter().map(|row| (row, row.n, row.at)), |builder, row, first| {
        let stride = if first { row.s } else { 1 };
        expand_one(block, row, stride, builder);
    })
}

fn expand_one(block: &InvertedResidual, row: &InvertedRow, stride: usize, builder: &mut Builder) {
    let skip = builder.source;
    let inp = builder.shape().c;
    let oup = builder.channels(row.c, WidthRule::Scale);
    let hidden = (inp as f64 * row.t).round_ties_even() as usize;
    if hidden == 0 {
        builder.problem(format!("{inp} channels times t = {} rounds to no hidden channel", row.t));
        return;
    }
    let expands = row.t != 1.0 || block.expand == Expand::Always;
    // Names count the modules of torchvision's Sequential, which starts with the expansion.
    let [expansion, depthwise, projection] = [
        ["conv.0.0", "conv.0.1"],
        if expands { ["conv.1.0", "conv.1.1"] } else { ["conv.0.0", "conv.0.1"] },
        if expands { ["conv.2", "conv.3"] } else { ["conv.1", "conv.2"] },
    ];
    let pointwise = |[name, norm]: [&'static str; 2], c, activation| Convolution {
        name,
        norm,
        c,
        kernel: 1,
        stride: 1,
        depthwise: false,
        activation,
        padding: block.padding,
    };
    if expands {
        builder.convolution(pointwise(expansion, hidden, block.activation));
    }
    builder.convolution(Convolution {
        name: depthwise[0],
        norm: depthwise[1],
        c: hidden,
        kernel: row.k,
        stride,
        depthwise: true,
        activation: block.activation,
        padding: block.padding,
    });
    builder.convolution(pointwise(projection, oup, Activation::None));
    if stride == 1 && inp == oup {
        builder.add(skip, Activation::None);
    }
}
