//! Operators that were made for the panels of one network are right for any other.

use mbgen::kernels::isa::InstructionSet;
use mbgen::kernels::ops::needs::{Needs, Panels};

use crate::sets::Kernels;
use crate::sweep::{leaves_out, sweep};
use crate::{dense, depthwise};

/// A few panels.
struct Few;

impl Needs for Few {
    const PANELS: Option<Panels> = {
        let panels = Panels::NONE.with_dense(24, 7, 3).unwrap().with_dense(32, 5, 1).unwrap();
        panels.with_depthwise(16, (3, 1), 14).unwrap().with_depthwise(24, (5, 2), 9)
    };
}

/// None at all.
struct Nothing;

impl Needs for Nothing {
    const PANELS: Option<Panels> = Some(Panels::NONE);
}

/// Checks all tables, or the first of them where tests take minutes.
fn check(tables: impl Iterator<Item = Kernels>) {
    for set in tables.take(if sweep() { usize::MAX } else { 1 }) {
        dense::every_tail(&set);
        depthwise::three_every_tail(&set);
        depthwise::ring(&set);
    }
}

#[test]
fn panels_that_few_are_like_are_right() {
    check(Kernels::all(InstructionSet::detect().tables_for::<Few>()));
}

#[test]
fn panels_that_none_are_like_are_right() {
    if leaves_out("operators for no panels") {
        return;
    }
    check(Kernels::all(InstructionSet::detect().tables_for::<Nothing>()));
}

#[test]
fn too_many_different_panels_are_no_list() {
    let add = |panels: Panels, rows: usize| panels.with_dense(8, rows, 1);
    assert!((1..=32).try_fold(Panels::NONE, add).is_some());
    assert!((1..=33).try_fold(Panels::NONE, add).is_none());
    assert!((1..=33).map(|i| i % 32).try_fold(Panels::NONE, add).is_some());
    let add = |panels: Panels, width: usize| panels.with_depthwise(8, (3, 1), width);
    assert!((1..=32).try_fold(Panels::NONE, add).is_some());
    assert!((1..=33).try_fold(Panels::NONE, add).is_none());
}
