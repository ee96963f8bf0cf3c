//! Rows of whole blocks or stages.

use super::Row;

/// What one row of a report stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// A layer with its batch normalisation and activation.
    #[default]
    Layer,
    /// A building block.
    Block,
    /// A stage: all blocks under one key of the spec.
    Stage,
}

impl By {
    /// Every view.
    pub const ALL: [Self; 3] = [Self::Layer, Self::Block, Self::Stage];

    /// The name used on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Layer => "layer",
            Self::Block => "block",
            Self::Stage => "stage",
        }
    }

    fn key<'g>(self, row: &Row<'g>) -> &'g str {
        let block: &'g str = &row.first.block;
        match self {
            Self::Layer => row.name,
            Self::Block => block,
            Self::Stage => block.split('.').next().unwrap_or(block),
        }
    }
}

/// Merges consecutive rows of the same block or stage. Counts add up, live memory is the largest,
/// receptive field and stride are the last layer's.
pub fn merged<'g>(rows: &[Row<'g>], by: By) -> Vec<Row<'g>> {
    if by == By::Layer {
        return rows.to_vec();
    }
    rows.chunk_by(|a, b| by.key(a) == by.key(b)).map(|rows| merge(rows, by)).collect()
}

fn merge<'g>(rows: &[Row<'g>], by: By) -> Row<'g> {
    let mut sum = rows[0].clone();
    sum.name = by.key(&sum);
    for row in &rows[1..] {
        sum.last = row.last;
        sum.layers += row.layers;
        sum.parameters.weights += row.parameters.weights;
        sum.parameters.bias += row.parameters.bias;
        sum.parameters.norm += row.parameters.norm;
        sum.parameters.norm_stats += row.parameters.norm_stats;
        sum.macs += row.macs;
        sum.input_elems += row.input_elems;
        sum.output_elems += row.output_elems;
        sum.live_elems = sum.live_elems.max(row.live_elems);
        sum.receptive_field = row.receptive_field;
        sum.effective_stride = row.effective_stride;
    }
    sum
}
