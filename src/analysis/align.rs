//! Two networks layer by layer.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Row;

/// A row of the first network beside its counterpart in the second.
#[derive(Clone, Copy, Debug)]
pub enum Aligned<'a, 'g> {
    /// In both, perhaps under another name or with other numbers.
    Both(&'a Row<'g>, &'a Row<'g>),
    /// In the first only.
    Removed(&'a Row<'g>),
    /// In the second only.
    Inserted(&'a Row<'g>),
}

impl<'a, 'g> Aligned<'a, 'g> {
    /// The row of the first network.
    pub fn first(&self) -> Option<&'a Row<'g>> {
        match *self {
            Self::Both(row, _) | Self::Removed(row) => Some(row),
            Self::Inserted(_) => None,
        }
    }

    /// The row of the second network.
    pub fn second(&self) -> Option<&'a Row<'g>> {
        match *self {
            Self::Both(_, row) | Self::Inserted(row) => Some(row),
            Self::Removed(_) => None,
        }
    }
}

/// Aligns the rows of two networks: by name, and between those by what the layers are, so that a
/// renamed layer keeps its counterpart.
pub fn align<'a, 'g>(first: &'a [Row<'g>], second: &'a [Row<'g>]) -> Vec<Aligned<'a, 'g>> {
    let name = |row: &'a Row<'g>| (row.name, row.first.kind.op());
    let mut aligned = Vec::with_capacity(first.len().max(second.len()));
    for [gap_first, gap_second, same_first, same_second] in segments(first, second, name) {
        // What the layers are, without the sizes that a width or resolution changes.
        let shape = |row: &'a Row<'g>| {
            let window = row.first.kind.window().map(|w| (w.kernel, w.stride));
            (row.first.kind.op(), window, row.layers)
        };
        for [removed, inserted, a, b] in segments(gap_first, gap_second, shape) {
            aligned.extend(removed.iter().map(Aligned::Removed));
            aligned.extend(inserted.iter().map(Aligned::Inserted));
            aligned.extend(a.iter().zip(b).map(|(a, b)| Aligned::Both(a, b)));
        }
        aligned.extend(same_first.iter().zip(same_second).map(|(a, b)| Aligned::Both(a, b)));
    }
    aligned
}

/// Cuts two sequences into what differs, followed by what is equal by `key`, again and again.
fn segments<'a, T, K: Eq + std::hash::Hash + Ord>(
    first: &'a [T],
    second: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> Vec<[&'a [T]; 4]> {
    let keys = |rows: &'a [T]| rows.iter().map(&key).collect::<Vec<_>>();
    let mut segments = Vec::new();
    let (mut done_first, mut done_second) = (0, 0);
    for op in capture_diff_slices(Algorithm::Myers, &keys(first), &keys(second)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            let (same, also) = (old_index..old_index + len, new_index..new_index + len);
            let (gap, gap_too) = (done_first..old_index, done_second..new_index);
            (done_first, done_second) = (same.end, also.end);
            segments.push([&first[gap], &second[gap_too], &first[same], &second[also]]);
        }
    }
    segments.push([&first[done_first..], &second[done_second..], &[], &[]]);
    segments
}
