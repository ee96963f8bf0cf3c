//! `conv_dsc`: the depthwise separable convolution of MobileNetV1 (figure 3, right).

use std::ops::ControlFlow;

use super::{Builder, Convolution, StagePath};
use crate::spec::{ConvDsc, WidthRule};

pub(super) fn expand(
    block: &ConvDsc,
    mut path: StagePath,
    builder: &mut Builder,
) -> ControlFlow<()> {
    builder.begin(path.next(), block.at)?;
    let c = builder.channels(block.c, WidthRule::Scale);
    builder.convolution(Convolution {
        name: "0",
        norm: "1",
        c: builder.shape().c,
        kernel: block.k,
        stride: block.s,
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
    ControlFlow::Continue(())
}
