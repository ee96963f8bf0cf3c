//! How the steps of the generated crate run.

use serde_json::{Value, json};

use super::sheet::{Cell, Column, Section};
use crate::analysis::F32_BYTES;
use crate::kernels::steps::{self, Place, Tensor, Unit};
use crate::plan::{Part, Plan, Step, split_name};

/// The parts of all steps. Those that run in one step with the part before are marked.
pub fn section(plan: &Plan) -> Section {
    let row = |(step, i, part): (&Step, usize, &Part)| {
        let count = |n: Option<usize>| n.map_or(Cell::Empty, |n| Cell::Count(n as u64));
        let unit = unit(step, i);
        let last = i + 1 == step.parts.len();
        let offset = offset(step).filter(|_| last);
        let mark = if i > 0 { "+ " } else { "" };
        vec![
            Cell::Text(format!("{mark}{}", part.name)),
            Cell::Text(step.fuses_in(i)),
            Cell::Count(part.schedule.panel as u64),
            count(part.schedule.band),
            count(unit.and_then(ring_rows)),
            part.schedule.split.map_or(Cell::Empty, |split| Cell::Text(split_name(split).into())),
            offset.map_or(Cell::Empty, |offset| Cell::Bytes(offset as u64 * F32_BYTES)),
        ]
    };
    let parts = || {
        plan.steps
            .iter()
            .flat_map(|step| step.parts.iter().enumerate().map(move |(i, part)| (step, i, part)))
    };
    let overridden: Vec<&str> = plan.overridden().collect();
    let mut notes = vec![
        "A part after + runs depth first in one step with the line above.".to_owned(),
        "Bands are rows of the depthwise output, rings the rows that are kept of its input."
            .to_owned(),
    ];
    if !overridden.is_empty() {
        notes.push(format!("Not as the planner would choose: {}.", overridden.join(", ")));
    }
    Section {
        key: "schedule",
        heading: format!("Schedule of the generated crate: {} steps", plan.steps.len()),
        detail: "the schedule of the generated crate, step by step",
        columns: vec![
            Column::text("part", "step"),
            Column::text("fuses", "fuses").turn(1),
            Column::number("panel", "panel"),
            Column::number("band", "band"),
            Column::number("ring_rows", "ring"),
            Column::text("split", "split"),
            Column::number("out_offset_bytes", "output at").turn(2),
        ],
        rows: parts().map(row).collect(),
        notes,
        hints: vec!["`mbgen schedule` prints this as a file to edit.".into()],
        ..Section::default()
    }
}

/// The same for `mbgen.report/1`.
pub fn json(plan: &Plan) -> Value {
    let part = |step: &Step, i: usize, part: &Part| {
        let unit = unit(step, i);
        json!({
            "name": part.name,
            "fuses": step.fuses_in(i),
            "panel": part.schedule.panel,
            "band": part.schedule.band,
            "ring_rows": unit.and_then(ring_rows),
            "ring_elems": unit.filter(|unit| unit.dense.is_some()).map(Unit::ring_len),
            "overridden": part.overridden,
        })
    };
    let step = |step: &Step| {
        let parts = step.parts.iter().enumerate();
        json!({
            "name": step.name,
            "operation": step.kind(),
            "runs": step.runs(),
            "split": step.parts[0].schedule.split.map(split_name),
            "out_offset": offset(step),
            "parts": parts.map(|(i, of)| part(step, i, of)).collect::<Vec<_>>(),
        })
    };
    plan.steps.iter().map(step).collect()
}

/// The unit of a chain that a part is.
fn unit(step: &Step, part: usize) -> Option<&Unit> {
    match &step.operation {
        steps::Step::Chain(chain) => chain.units().get(part),
        _ => None,
    }
}

/// Rows between the two convolutions of a unit, where there are two.
fn ring_rows(unit: &Unit) -> Option<usize> {
    unit.dense.map(|_| unit.ring_rows)
}

/// Where the output lies in the shared arena.
fn offset(step: &Step) -> Option<usize> {
    match step.output() {
        Some(Tensor { place: Place::Arena(offset), .. }) => Some(offset),
        _ => None,
    }
}
