//! The roofline: how long each step takes on one thread of a machine, and why.

use serde_json::{Value, json};

use super::sheet::{Cell, Column, Section};
use crate::analysis::Roofline;
use crate::analysis::roofline::{Bound, StepTime};
use crate::machine::Level;
use crate::text::{self, percent};

/// The steps with bound, intensity and time.
pub fn section(roofline: &Roofline) -> Section {
    let row = |step: &StepTime| {
        vec![
            Cell::Text(step.name.to_owned()),
            Cell::Text(bound(step.bound)),
            Cell::Share(step.share),
            Cell::Count(step.macs),
            Cell::Bytes(step.bytes),
            Cell::Decimal(step.intensity(), 1),
            Cell::Decimal(step.gflops(), 1),
            Cell::Time(step.ns.round() as u64),
            Cell::Share(step.ns / roofline.ns),
        ]
    };
    let levels = roofline.machine.levels.iter().map(|Level { name, size, read }| {
        let size = size.map_or(String::new(), |bytes| format!(" of {}", text::binary(bytes)));
        format!("{name}{size} {read:.0}")
    });
    let rates = roofline.rates;
    let finish = rates.pw_out.map_or(String::new(), |rate| format!(" and {rate:.0} outputs a ns"));
    Section {
        key: "roofline",
        heading: format!(
            "Predicted time on {}: {}",
            of_whom(roofline),
            text::time(roofline.predicted_ns())
        ),
        columns: vec![
            Column::text("step", "step"),
            Column::text("bound", "bound by"),
            Column::number("bound_share", "for").turn(2),
            Column::number("macs", "MACs").detail(),
            Column::number("bytes", "bytes").detail(),
            Column::number("intensity", "FLOP/B"),
            Column::number("gflops", "GFLOP/s").turn(1),
            Column::number("time", "time"),
            Column::number("time_share", "%").turn(3),
        ],
        rows: roofline.steps.iter().map(row).collect(),
        notes: vec![
            format!(
                "In all {} of the peak. A layer takes the longest of its FLOPs and its bytes, a step \
                 their sum.",
                percent(roofline.share_of_peak())
            ),
            format!(
                "GFLOP/s: peak {:.0}; dense {:.0}, depthwise {:.0}, 1×1 {:.0}{finish}; {} channels \
                 at a time.",
                rates.peak, rates.conv, rates.dw, rates.pw, rates.lanes
            ),
            format!("Reads, GB/s: {}.", levels.collect::<Vec<_>>().join(", ")),
        ],
        ..Section::default()
    }
}

/// The same for `mbgen.report/1`, with what a chart needs of the machine.
pub fn json(roofline: &Roofline) -> Value {
    let Roofline { machine, isa, rates, steps, .. } = roofline;
    let level = |level: &Level| {
        let Level { name, size, read } = level;
        json!({"name": name.name(), "size": size, "gb_per_s": read})
    };
    let step = |step: &StepTime| {
        let (bound, limit) = match step.bound {
            Bound::Compute(op) => ("compute", op),
            Bound::Memory(level, what) => (level.name(), what.name()),
        };
        json!({
            "name": step.name,
            "macs": step.macs,
            "bytes": step.bytes,
            "intensity": step.intensity(),
            "bound": bound,
            "limit": limit,
            "bound_share": step.share,
            "predicted_ns": step.ns,
        })
    };
    json!({
        "machine": machine.name,
        "isa": isa.name(),
        "threads": 1,
        "predicted_ns": roofline.predicted_ns(),
        "share_of_peak": roofline.share_of_peak(),
        "gflops": {
            "peak": rates.peak,
            "conv": rates.conv,
            "dw": rates.dw,
            "pw": rates.pw,
        },
        "levels": machine.levels.iter().map(level).collect::<Vec<_>>(),
        "steps": steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// Machine, instruction set and number of threads.
pub fn of_whom(roofline: &Roofline) -> String {
    format!("{}, {}, one thread", roofline.machine.name, roofline.isa)
}

/// What limits a step, in words.
pub fn bound(bound: Bound) -> String {
    match bound {
        Bound::Compute(op) => format!("compute, {}", kind(op)),
        Bound::Memory(level, what) => format!("{level}, {}", what.name()),
    }
}

/// A kind of layer by its short name.
fn kind(op: &str) -> &str {
    match op {
        "conv" => "dense",
        "dw" => "depthwise",
        "pw" => "1×1",
        "fc" => "linear",
        other => other,
    }
}
