//! `conv_dsc`: the depthwise separable convolution of MobileNetV1 (figure 3, right).

use std::ops::ControlFlow;

use super::{Builder, Convolution, StagePath};
use crate::spec::{ConvDsc, DscRow, WidthRule};

pub(super) fn expand(block: &ConvDsc, path: StagePath, builder: &mut Builder) -> ControlFlow<()> {
    builder.rows(path, block.rows.iter().map(|row| (row, row.n, row.at)), |builder, row, first| {
        expand_one(block, row, if first { row.s } else { 1 }, builder);
    })
}

fn expand_one(block: &ConvDsc, row: &DscRow, stride: usize, builder: &mut Builder) {
    let c = builder.channels(row.c, WidthRule::Scale);
    builder.convolution(Convolution {
        name: "0",
        norm: "1",
        c: builder.shape().c,
        kernel: row.k,
        stride,
        depthwise: true,
        activation: block.activation,
        padding: block.padding,
    });
    builder.convolution(Convolution {
        name: "3",
        norm: "4",
        c,
        kernel: 1,
        stride: 1,
        depthwise: false,
        activation: block.activation,
        padding: block.padding,
    });
}
