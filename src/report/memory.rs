//! Memory over time: a chart of what is alive, and the map of the generated crate's arena.

use super::sheet::{Cell, Column, Section};
use crate::analysis::arena::{Arena, ArenaBlock, ArenaStep, BlockKind};
use crate::analysis::{Analysis, F32_BYTES};
use crate::graph::Source;
use crate::text::bytes;

/// Most columns of the chart.
const CHART_WIDTH: usize = 68;
/// Rows of the chart.
const CHART_HEIGHT: u64 = 6;
/// Columns of the arena's map.
const MAP_WIDTH: u64 = 36;

/// A column for each layer, as high as what is alive while it runs.
pub fn timeline(analysis: &Analysis) -> Section {
    let lifetimes = &analysis.lifetimes;
    let totals = &analysis.totals;
    let columns = columns(&lifetimes.live);
    let peak = totals.peak_live_elems.max(1);
    let level = |live: u64| (live as u128 * u128::from(CHART_HEIGHT)).div_ceil(u128::from(peak));
    let figure = (1..=CHART_HEIGHT).rev().map(|row| {
        let filled = |&live: &u64| if level(live) >= u128::from(row) { '█' } else { ' ' };
        let line: String = columns.iter().map(filled).collect();
        let label = bytes(totals.peak_live_bytes * row / CHART_HEIGHT);
        format!("{label:>9} │{}", line.trim_end())
    });
    let step = lifetimes.live.iter().position(|&live| live == totals.peak_live_elems).unwrap_or(0);
    let alive = lifetimes.alive_at(step).map(|source| {
        let (name, elements) = match source {
            Source::Input => ("the input", lifetimes.tensors[0]),
            Source::Layer(id) => (analysis.rows[id.0].name, lifetimes.tensors[id.0 + 1]),
        };
        format!("{name} {}", bytes(elements * F32_BYTES))
    });
    let mut notes = vec![format!(
        "Alive at the peak, while {} runs:",
        totals.peak_live_at.as_deref().unwrap_or("nothing")
    )];
    notes.extend(alive.map(|line| format!("  {line}")));
    Section {
        key: "memory",
        heading: format!("Memory alive over the {} layers, left to right", lifetimes.live.len()),
        figure: figure.collect(),
        notes,
        ..Section::default()
    }
}

/// One value a layer, or the largest of as many layers as share a column.
fn columns(live: &[u64]) -> Vec<u64> {
    let share = live.len().div_ceil(CHART_WIDTH).max(1);
    live.chunks(share).map(|layers| layers.iter().copied().max().unwrap_or(0)).collect()
}

/// The steps of the generated crate, and what part of the arena each of them holds.
pub fn arena(arena: &Arena) -> Section {
    let mut maps = maps(arena).into_iter();
    let row = |step: &ArenaStep| {
        vec![
            Cell::Text(step.name.to_owned()),
            Cell::Count(step.layers.len() as u64),
            Cell::Bytes(step.used_elems * F32_BYTES),
            Cell::Bytes(step.scratch_elems * F32_BYTES),
            maps.next().map_or(Cell::Empty, Cell::Text),
        ]
    };
    Section {
        key: "arena",
        heading: format!("Arena of the generated crate: {}", bytes(arena.bytes)),
        detail: "the arena of the generated crate, step by step",
        columns: vec![
            Column::text("step", "step"),
            Column::number("layers", "layers").turn(2),
            Column::number("used_bytes", "held"),
            Column::number("scratch_bytes", "scratch").turn(1),
            Column::text("map", "offsets"),
        ],
        rows: arena.steps.iter().map(row).collect(),
        notes: vec![format!(
            "{} shared by all threads, and {} of scratch for each.",
            bytes(arena.shared_elems * F32_BYTES),
            bytes(arena.scratch_elems * F32_BYTES)
        )],
        hints: vec![
            "Offsets: █ written by the step, ▓ read by it or kept, ░ its workspace.".into(),
        ],
        ..Section::default()
    }
}

/// The shared part of the arena at each step, from the lowest offset to the highest.
fn maps(arena: &Arena) -> Vec<String> {
    let mut blocks = arena.blocks.iter().peekable();
    let mut held: Vec<&ArenaBlock> = Vec::new();
    let at = |step: usize| {
        held.retain(|block| block.to >= step);
        while let Some(block) = blocks.next_if(|block| block.from <= step) {
            held.push(block);
        }
        map(&held, step, arena.shared_elems)
    };
    (0..arena.steps.len()).map(at).collect()
}

/// One line for `size` elements.
fn map(held: &[&ArenaBlock], step: usize, size: u64) -> String {
    let mut cells = vec![' '; MAP_WIDTH as usize];
    let size = size.max(1);
    for block in held {
        let mark = match block.kind {
            BlockKind::Workspace => '░',
            BlockKind::Output if block.from == step => '█',
            BlockKind::Output => '▓',
        };
        let start = block.offset * MAP_WIDTH / size;
        let end = ((block.offset + block.elements) * MAP_WIDTH).div_ceil(size);
        let covered = start as usize..(end as usize).min(cells.len());
        cells.get_mut(covered).into_iter().flatten().for_each(|cell| *cell = mark);
    }
    cells.into_iter().collect::<String>().trim_end().to_owned()
}
