//! `residual`: the classic bottleneck block with expansion 4 (torchvision's `Bottleneck`).
//!
//! 1×1 reduction, 3×3 with the stride, 1×1 expansion, and a 1×1 `downsample` on the skip path where
//! the shape changes; activation after the sum.

use std::ops::ControlFlow;

use super::{Builder, Convolution, StagePath};
use crate::spec::{Activation, Residual, WidthRule};

/// Output channels of a block over its bottleneck channels.
const EXPANSION: usize = 4;

pub(super) fn expand(block: &Residual, path: StagePath, builder: &mut Builder) -> ControlFlow<()> {
    builder.rows(path, block.rows.iter().map(|row| (row, row.n, row.at)), |builder, row, first| {
        let stride = if first { row.s } else { 1 };
        expand_one(block, row.c, stride, builder);
    })
}

fn expand_one(block: &Residual, c: usize, stride: usize, builder: &mut Builder) {
    let mut skip = builder.source;
    let inp = builder.shape().c;
    let width = builder.channels(c, WidthRule::Scale);
    let oup = width * EXPANSION;
    let conv = |name, norm, c, kernel, stride, activation| Convolution {
        name,
        norm,
        c,
        kernel,
        stride,
        depthwise: false,
        activation,
        padding: block.padding,
    };
    builder.convolution(conv("conv1", "bn1", width, 1, 1, block.activation));
    builder.convolution(conv("conv2", "bn2", width, 3, stride, block.activation));
    builder.convolution(conv("conv3", "bn3", oup, 1, 1, Activation::None));
    if stride != 1 || inp != oup {
        let branch = std::mem::replace(&mut builder.source, skip);
        builder.convolution(conv("downsample.0", "downsample.1", oup, 1, stride, Activation::None));
        skip = std::mem::replace(&mut builder.source, branch);
    }
    builder.add(skip, block.activation);
}
