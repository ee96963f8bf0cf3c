//! Two sequences of layers side by side.

use std::hash::Hash;

use similar::DiffOp;
use similar::algorithms::{Capture, Compact, IdentifyDistinct, Replace, myers};

use super::Row;

/// A position in the first sequence, the second, or both.
pub type Pair = (Option<usize>, Option<usize>);

/// Aligns the rows of two networks: by name, and between those by what the layers are, so that a
/// renamed layer keeps its counterpart.
pub fn rows(first: &[Row], second: &[Row]) -> Vec<Pair> {
    let keys = |rows: &[Row]| -> Vec<_> {
        rows.iter().map(|row| (row.name.to_owned(), row.first.kind.op())).collect()
    };
    align(&keys(first), &keys(second))
}

/// Aligns two sequences of names and kinds, in order: first where both agree, then, within each gap
/// between those, where the kinds do.
pub fn align<N: Hash + Ord, K: Hash + Ord>(first: &[(N, K)], second: &[(N, K)]) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(first.len().max(second.len()));
    let equal = equal_runs(first, second);
    let (mut a, mut b) = (0, 0);
    for (run_a, run_b, length) in equal.into_iter().chain([(first.len(), second.len(), 0)]) {
        align_gap(first, second, [a..run_a, b..run_b], &mut pairs);
        pairs.extend((0..length).map(|i| (Some(run_a + i), Some(run_b + i))));
        (a, b) = (run_a + length, run_b + length);
    }
    pairs
}

/// Aligns by kind what has no counterpart by name.
fn align_gap<N, K: Hash + Ord>(
    first: &[(N, K)],
    second: &[(N, K)],
    [in_first, in_second]: [std::ops::Range<usize>; 2],
    pairs: &mut Vec<Pair>,
) {
    let (from_a, from_b) = (in_first.start, in_second.start);
    let first: Vec<&K> = first[in_first].iter().map(|(_, kind)| kind).collect();
    let second: Vec<&K> = second[in_second].iter().map(|(_, kind)| kind).collect();
    let (mut a, mut b) = (0, 0);
    let equal = equal_runs(&first, &second);
    for (run_a, run_b, length) in equal.into_iter().chain([(first.len(), second.len(), 0)]) {
        pairs.extend((a..run_a).map(|i| (Some(from_a + i), None)));
        pairs.extend((b..run_b).map(|i| (None, Some(from_b + i))));
        pairs.extend((0..length).map(|i| (Some(from_a + run_a + i), Some(from_b + run_b + i))));
        (a, b) = (run_a + length, run_b + length);
    }
}

/// Start in the first sequence, start in the second, and length of what is equal.
fn equal_runs<T: Hash + Ord>(first: &[T], second: &[T]) -> Vec<(usize, usize, usize)> {
    // Numbers in place of values: one comparison is compiled, whatever is compared.
    let ids = IdentifyDistinct::<u32>::new(first, 0..first.len(), second, 0..second.len());
    let (old, new) = (ids.old_lookup(), ids.new_lookup());
    let mut diff = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok(()) = myers::diff(&mut diff, old, ids.old_range(), new, ids.new_range());
    let diff = diff.into_inner().into_inner().into_ops();
    let equal = diff.into_iter().filter_map(|op| match op {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
        _ => None,
    });
    equal.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamed_layers_keep_their_counterpart() {
        let first = [("a", "conv"), ("b", "dw"), ("c", "pw"), ("d", "fc")];
        let second = [("a", "conv"), ("x", "dw"), ("y", "add"), ("d", "fc"), ("e", "fc")];
        let expected = [
            (Some(0), Some(0)),
            (Some(1), Some(1)),
            (Some(2), None),
            (None, Some(2)),
            (Some(3), Some(3)),
            (None, Some(4)),
        ];
        assert_eq!(align(&first, &second), expected);
    }
}
