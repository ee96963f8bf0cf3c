//! One number for the arena: the planner's.

use mbgen::analysis::{Analysis, F32_BYTES, Totals};
use mbgen::block::Variant;
use mbgen::machine::Machine;
use mbgen::plan::Plan;
use mbgen::spec::{EMBEDDED, load};

#[test]
fn the_report_shows_the_plans_arena() {
    for arch in EMBEDDED {
        let graph = load(arch.name).unwrap().graph(&Variant::default()).unwrap();
        let plan = Plan::new(&graph, &Machine::REFERENCE).unwrap();
        let analysis = Analysis::of(&graph).with_plan(&plan);
        let arena = analysis.arena.unwrap();
        assert_eq!(arena.bytes, plan.arena_bytes() as u64, "{}", arch.name);
        assert_eq!(analysis.totals.arena_bytes, Some(arena.bytes));
        for block in &arena.blocks {
            assert!(block.offset + block.elements <= arena.shared_elems, "{block:?}");
            assert!(block.to < arena.steps.len());
        }
        // No two blocks that live at the same time share an element.
        for (i, a) in arena.blocks.iter().enumerate() {
            for b in &arena.blocks[..i] {
                let in_time = a.from <= b.to && b.from <= a.to;
                let in_space = a.offset < b.offset + b.elements && b.offset < a.offset + a.elements;
                assert!(!(in_time && in_space), "{}: {a:?} {b:?}", arch.name);
            }
        }
    }
}

#[test]
fn totals_alone_equal_those_of_an_analysis() {
    for arch in EMBEDDED {
        let graph = load(arch.name).unwrap().graph(&Variant::default()).unwrap();
        let totals = Totals::of(&graph);
        assert_eq!(totals, Analysis::of(&graph).totals);
        assert_eq!(totals.peak_live_bytes, totals.peak_live_elems * F32_BYTES);
    }
}
