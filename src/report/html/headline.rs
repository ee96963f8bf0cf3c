//! The numbers to see first.

use super::Tile;
use crate::analysis::{Analysis, F32_BYTES};
use crate::spec::Metric;
use crate::text::{bytes, percent, si, thousands, time};

/// Parameters, MACs, weights, peak, arena and time.
pub fn tiles(analysis: &Analysis) -> Vec<Tile> {
    let t = &analysis.totals;
    let at = t.peak_live_at.as_deref().unwrap_or("the input");
    let mut tiles = vec![
        Tile {
            metric: Metric::Params,
            label: "Parameters",
            value: si(t.params),
            details: vec![
                thousands(t.params),
                format!("{} weights", thousands(t.weights)),
                format!("+ {} BatchNorm statistics", thousands(t.bn_stats)),
            ],
        },
        Tile {
            metric: Metric::Macs,
            label: "MACs",
            value: si(t.macs),
            details: vec![
                thousands(t.macs),
                format!("= {} FLOPs", si(t.flops)),
                format!("{} pointwise", share(t.macs_by_op.pw, t.macs)),
            ],
        },
        Tile {
            metric: Metric::WeightBytes,
            label: "Weight bytes",
            value: bytes(t.weight_bytes),
            details: vec![format!("{} parameters in f32", thousands(t.params_bn_folded))],
        },
        Tile {
            metric: Metric::Peak,
            label: "Peak memory",
            value: bytes(t.peak_live_bytes),
            details: vec![
                format!("at {at}"),
                format!("largest tensor {}", bytes(t.peak_tensor_elems * F32_BYTES)),
                format!("adds in place {}", bytes(t.peak_live_inplace_add_elems * F32_BYTES)),
            ],
        },
    ];
    tiles.extend(analysis.arena.as_ref().map(|arena| Tile {
        metric: Metric::Arena,
        label: "Arena",
        value: bytes(arena.bytes),
        details: vec![
            format!("{} shared by all threads", bytes(arena.shared_elems * F32_BYTES)),
            format!("{} for each thread", bytes(arena.scratch_elems * F32_BYTES)),
        ],
    }));
    tiles.extend(analysis.roofline.as_ref().map(|roofline| Tile {
        metric: Metric::Time,
        label: "Predicted time",
        value: time(roofline.predicted_ns()),
        details: vec![
            format!("one thread of {}, {}", roofline.machine.name, roofline.isa),
            format!("{} of its peak", percent(roofline.share_of_peak())),
        ],
    }));
    tiles
}

fn share(part: u64, whole: u64) -> String {
    percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}
