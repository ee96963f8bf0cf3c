//! `conv_bn`: convolution, batch normalisation, activation.

use std::ops::ControlFlow;

use super::{Builder, Convolution, StagePath};
use crate::spec::ConvBn;

pub(super) fn expand(
    block: &ConvBn,
    mut path: StagePath,
    builder: &mut Builder,
) -> ControlFlow<()> {
    builder.begin(path.next(), block.at)?;
    let c = builder.channels(block.c, block.width);
    builder.convolution(Convolution {
        name: "0",
        norm: "1",
        c,
        kernel: block.k,
        stride: block.s,
        depthwise: false,
        activation: block.activation,
        padding: block.padding,
    });
    ControlFlow::Continue(())
}
