//! The head: global average pool and classifier.

use super::Builder;
use crate::layer::{Kind, Layer, Shape};
use crate::spec::{Activation, HeadItem, HeadKind, Position};

pub(super) fn expand(head: &[HeadItem], classes: usize, builder: &mut Builder) {
    for item in head {
        if builder.begin(item.name.as_str().into(), Position::default()).is_break() {
            return;
        }
        let input = builder.shape();
        let (kind, c) = match item.kind {
            HeadKind::GlobalAveragePool(pool) => (Kind::GlobalAveragePool(pool), input.c),
            HeadKind::Linear => (Kind::Linear, classes),
        };
        builder.append(Layer {
            name: builder.block.clone(),
            block: builder.block.clone(),
            kind,
            input,
            output: Shape::new(c, 1, 1),
            norm: None,
            activation: Activation::None,
        });
    }
}
