//! Which channel counts the rounding rule moved.

use crate::spec::{Block, Spec, WidthRule};

/// A channel count that is not what the width multiplier alone would give.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Module path of the first block that has it.
    pub block: String,
    /// Channels before the multiplier.
    pub channels: usize,
    /// Channels times the multiplier.
    pub scaled: f64,
    /// What the rule made of it.
    pub rounded: usize,
}

/// The channel counts of a spec that rounding moves at a width multiplier, in order. Counts that
/// the rule refuses are left out.
pub fn moves(spec: &Spec, width: f64) -> Vec<Move> {
    let mut found = Vec::new();
    for stage in &spec.stages {
        let mut index = 0;
        for (channels, rule, blocks) in stage.blocks.iter().flat_map(counts) {
            let alpha = match rule {
                WidthRule::Scale => width,
                WidthRule::AtLeastOne => width.max(1.0),
            };
            let scaled = channels as f64 * alpha;
            let rounded = spec.width.rounding.apply(channels, alpha);
            if let Some(rounded) = rounded.filter(|&rounded| (rounded as f64 - scaled).abs() > 1e-9)
            {
                let block = format!("{}.{index}", stage.name);
                found.push(Move { block, channels, scaled, rounded });
            }
            index += blocks;
        }
    }
    found
}

/// The channel counts of a table: how they scale, and for how many blocks they stand.
fn counts(block: &Block) -> Vec<(usize, WidthRule, usize)> {
    match block {
        Block::ConvBn(block) => vec![(block.c, block.width, 1)],
        Block::ConvDsc(table) => {
            table.rows.iter().map(|row| (row.c, WidthRule::Scale, row.n)).collect()
        }
        Block::InvertedResidual(table) => {
            table.rows.iter().map(|row| (row.c, WidthRule::Scale, row.n)).collect()
        }
        Block::Residual(table) => {
            table.rows.iter().map(|row| (row.c, WidthRule::Scale, row.n)).collect()
        }
    }
}
