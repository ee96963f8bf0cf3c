//! `inverted_residual`: expansion, depthwise convolution, linear projection (MobileNetV2, table 1).
//!
//! hidden = round(inp·t), ties to even; no expansion where t = 1; a residual add where the stride is
//! 1 and the channel counts agree.

use std::ops::ControlFlow;

use super::{Builder, Convolution, StagePath};
use crate::spec::{Activation, InvertedResidual, InvertedRow, WidthRule};

pub(super) fn expand(
    block: &InvertedResidual,
    mut path: StagePath,
    builder: &mut Builder,
) -> ControlFlow<()> {
    for row in &block.rows {
        builder.room_for(row.n, row.at)?;
        for i in 0..row.n {
            builder.begin(path.next(), row.at)?;
            let stride = if i == 0 { row.s } else { 1 };
            expand_one(block, row, stride, builder);
            // The other blocks of a row that fails would say the same.
            if builder.failed() {
                break;
            }
        }
    }
    ControlFlow::Continue(())
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
    // Names count the modules of torchvision's Sequential, which starts with the expansion.
    let [expansion, depthwise, projection] = [
        ["conv.0.0", "conv.0.1"],
        if row.t == 1.0 { ["conv.0.0", "conv.0.1"] } else { ["conv.1.0", "conv.1.1"] },
        if row.t == 1.0 { ["conv.1", "conv.2"] } else { ["conv.2", "conv.3"] },
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
    if row.t != 1.0 {
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
    if stride == 1 && inp == oup && builder.shape() == builder.graph.shape(skip) {
        builder.add(skip, Activation::None);
    }
}
