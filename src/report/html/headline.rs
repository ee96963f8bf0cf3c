//! The numbers to see first.

use super::Tile;
use crate::analysis::{Analysis, F32_BYTES};
use crate::report::text::{bytes, percent, thousands, time};

/// Parameters, MACs, weights, peak, arena and time.
pub fn tiles(analysis: &Analysis) -> Vec<Tile> {
    let t = &analysis.totals;
    let at = t.peak_live_at.as_deref().unwrap_or("the input");
    let mut tiles = vec![
        Tile {
            label: "Parameters",
            value: si(t.params),
            details: vec![
                thousands(t.params),
                format!("{} weights", thousands(t.weights)),
                format!("+ {} BatchNorm statistics", thousands(t.bn_stats)),
            ],
        },
        Tile {
            label: "MACs",
            value: si(t.macs),
            details: vec![
                thousands(t.macs),
                format!("= {} FLOPs", si(t.flops)),
                format!("{} pointwise", share(t.macs_by_op.pw, t.macs)),
            ],
        },
        Tile {
            label: "Folded weights",
            value: bytes(t.weight_bytes),
            details: vec![format!("{} parameters in f32", thousands(t.params_bn_folded))],
        },
        Tile {
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
        label: "Arena of the crate",
        value: bytes(arena.bytes),
        details: vec![
            format!("{} shared by all threads", bytes(arena.shared_elems * F32_BYTES)),
            format!("{} for each thread", bytes(arena.scratch_elems * F32_BYTES)),
        ],
    }));
    tiles.extend(analysis.roofline.as_ref().map(|roofline| Tile {
        label: "Predicted time",
        value: time(roofline.predicted_ns()),
        details: vec![
            format!("one thread of {}, {}", roofline.machine.name, roofline.isa),
            format!("{} of its peak", percent(roofline.share_of_peak())),
        ],
    }));
    tiles
}

/// A count with the unit in which it reads best: k, M, G, powers of 1000.
fn si(n: u64) -> String {
    let value = n as f64;
    match n {
        0..10_000 => thousands(n),
        10_000..1_000_000 => format!("{:.1} k", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} M", value / 1e6),
        _ => format!("{:.2} G", value / 1e9),
    }
}

fn share(part: u64, whole: u64) -> String {
    percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}

#[cfg(test)]
mod tests {
    use super::si;

    #[test]
    fn counts_choose_their_unit() {
        let shown = [9_999, 25_000, 3_504_872, 300_774_272, 4_100_000_000].map(si);
        assert_eq!(shown, ["9,999", "25.0 k", "3.50 M", "300.77 M", "4.10 G"]);
    }
}
