//! The layout of a cost report: rows, totals by kind of layer, separable section, footer.

use super::sheet::{Cell, Column, Document, Section};
use super::{CostReport, gate, memory, reconcile, roofline, rows, schedule};
use crate::analysis::clamp::{Clamp, f16_spacing};
use crate::analysis::residual::Body;
use crate::analysis::{Analysis, F32_BYTES, ResidualPair, Separable, Totals};
use crate::text::{bytes, percent, si, thousands};

/// Printed under every table.
pub const CONVENTION: &str = "A MAC counts once, and only convolutions and linear layers have \
    MACs; FLOPs = 2 × MACs.\nParameters are weights, bias, and BatchNorm scale and shift.\n\
    Memory is in f32 at batch 1; MB = 10⁶ bytes.";

/// Lays out a cost report.
pub fn document(report: &CostReport) -> Document {
    let analysis = report.analysis;
    let mut sections = vec![rows::section(analysis, report.by)];
    sections.extend(report.budgets.map(gate::budgets));
    sections.push(by_kind(&analysis.totals));
    if !analysis.separable.blocks.is_empty() {
        sections.push(separable(&analysis.separable));
    }
    if !analysis.residual.is_empty() {
        sections.push(residual(&analysis.residual));
    }
    sections.extend(report.clamps.map(clamps));
    sections.push(memory::timeline(analysis));
    sections.extend(analysis.plan.map(schedule::section));
    sections.extend(analysis.arena.as_ref().map(memory::arena));
    sections.extend(analysis.roofline.as_ref().map(roofline::section));
    sections.push(reconcile::overview(&analysis.totals));
    Document {
        title: report.network.title(),
        headline: headline(&analysis.totals),
        sections,
        totals: Some(totals(analysis)),
        notes: CONVENTION.lines().map(str::to_owned).collect(),
    }
}

/// The resource table of the MobileNetV1 paper (table 2).
fn by_kind(totals: &Totals) -> Section {
    let share = |part: u64, whole: u64| {
        if whole == 0 { Cell::Empty } else { Cell::Share(part as f64 / whole as f64) }
    };
    let (macs, weights) = (totals.macs_by_op, totals.weights_by_op);
    let kinds = [
        ("pointwise 1×1", macs.pw, weights.pw),
        ("depthwise", macs.dw, weights.dw),
        ("dense convolution", macs.conv, weights.conv),
        ("fully connected", macs.fc, weights.fc),
    ];
    let row = |(kind, m, w): (&str, u64, u64)| {
        let kind = Cell::Text(kind.to_owned());
        vec![kind, Cell::Count(m), share(m, totals.macs), Cell::Count(w), share(w, totals.weights)]
    };
    Section {
        key: "kinds",
        heading: "By kind of layer".into(),
        columns: vec![
            Column::text("kind", "kind"),
            Column::number("macs", "MACs"),
            Column::number("macs_share", "%"),
            Column::number("weights", "weights"),
            Column::number("weights_share", "%"),
        ],
        rows: kinds.into_iter().filter(|&(_, m, w)| m + w > 0).map(row).collect(),
        ..Section::default()
    }
}

/// Block by block K²M + MN against K²MN.
fn separable(separable: &Separable) -> Section {
    let rows = separable.blocks.iter().map(|b| {
        vec![
            Cell::Text(b.block.to_owned()),
            Cell::Count(b.m),
            Cell::Count(b.n),
            Cell::Count(b.k),
            Cell::Text(format!("{}×{}", b.out_hw[0], b.out_hw[1])),
            Cell::Count(b.params_dwsep),
            Cell::Count(b.params_std),
            Cell::Count(b.macs_dwsep),
            Cell::Count(b.macs_std),
            Cell::Decimal(b.ratio, 4),
        ]
    });
    let Separable { macs_all_blocks_dwsep: separate, macs_all_blocks_std: standard, .. } =
        *separable;
    let std = separable.std_model;
    Section {
        key: "separable",
        heading: "Depthwise separable against standard convolution: K²M + MN against K²MN".into(),
        detail: "depthwise separable against standard convolution, block by block",
        columns: vec![
            Column::text("block", "block"),
            Column::number("M", "M"),
            Column::number("N", "N"),
            Column::number("K", "K"),
            Column::text("out_hw", "map"),
            Column::number("params_dwsep", "weights").turn(1),
            Column::number("params_std", "standard").turn(1),
            Column::number("macs_dwsep", "MACs"),
            Column::number("macs_std", "standard"),
            Column::number("ratio", "1/N + 1/K²"),
        ],
        rows: rows.collect(),
        notes: vec![
            format!(
                "All blocks: {} MACs against {}, a ratio of {:.4}.",
                thousands(separate),
                thousands(standard),
                separate as f64 / standard as f64
            ),
            format!(
                "The network with standard convolutions: {} MACs, {} parameters.",
                thousands(std.macs),
                thousands(std.params)
            ),
        ],
        ..Section::default()
    }
}

/// Inverted against classic residual blocks at the same widest tensor.
fn residual(pairs: &[ResidualPair]) -> Section {
    let channels = |body: &Body| Cell::Text(body.channels.map(|c| c.to_string()).join("→"));
    let body = |body: &Body| {
        let skip = Cell::Bytes(body.skip_elems * F32_BYTES);
        [channels(body), Cell::Count(body.weights), Cell::Count(body.macs), skip]
    };
    let row = |pair: &ResidualPair| {
        let mut cells = vec![Cell::Text(pair.block.to_owned())];
        cells.extend(body(&pair.inverted));
        cells.extend(body(&pair.classic));
        cells
    };
    Section {
        key: "residual",
        heading: "Inverted against classic residual blocks at the same widest tensor".into(),
        detail: "inverted against classic residual blocks",
        columns: vec![
            Column::text("block", "block"),
            Column::text("inverted_channels", "inverted"),
            Column::number("inverted_weights", "weights").turn(2),
            Column::number("inverted_macs", "MACs").turn(1),
            Column::number("inverted_skip_bytes", "skip"),
            Column::text("classic_channels", "classic"),
            Column::number("classic_weights", "weights").turn(2),
            Column::number("classic_macs", "MACs").turn(1),
            Column::number("classic_skip_bytes", "skip"),
        ],
        rows: pairs.iter().map(row).collect(),
        notes: vec![format!(
            "In the network are the {} ones; skip is what a connection over the block keeps alive.",
            pairs[0].kind
        )],
        ..Section::default()
    }
}

/// What float16 resolves at the largest activation, layer by layer.
fn clamps(clamps: &[Clamp]) -> Section {
    let at_6 = f16_spacing(6.0);
    let row = |clamp: &Clamp| {
        let spacing = f16_spacing(clamp.largest);
        let resolved = if spacing.is_finite() {
            [Cell::Decimal(spacing, 6), Cell::Decimal(spacing / at_6, 1)]
        } else {
            [Cell::Text("overflow".into()), Cell::Empty]
        };
        let mut cells = vec![Cell::Text(clamp.name.clone()), Cell::Decimal(clamp.largest, 2)];
        cells.extend(resolved);
        cells.push(Cell::Share(clamp.above));
        cells
    };
    Section {
        key: "relu6",
        heading: "Why ReLU6: the largest activation without the clamp, and float16 there".into(),
        columns: vec![
            Column::text("name", "layer"),
            Column::number("largest", "largest"),
            Column::number("f16_spacing", "spacing"),
            Column::number("spacing_ratio", "× that at 6"),
            Column::number("above_6", "above 6"),
        ],
        rows: clamps.iter().map(row).collect(),
        notes: vec![format!("At 6, neighbouring float16 numbers are {at_6} apart.")],
        ..Section::default()
    }
}

/// The numbers to see first.
fn headline(t: &Totals) -> String {
    let arena = t.arena_bytes.map_or(String::new(), |n| format!(", arena {}", bytes(n)));
    format!(
        "{} params, {} MACs, weight bytes {}, peak {}{arena}",
        si(t.params),
        si(t.macs),
        bytes(t.weight_bytes),
        bytes(t.peak_live_bytes),
    )
}

/// Every total, exactly.
fn totals(analysis: &Analysis) -> Section {
    let t = &analysis.totals;
    let elements = |n: u64| format!("{} elements", thousands(n));
    let at = t.peak_live_at.as_deref().unwrap_or("the input");
    let mut rows = vec![
        (
            "parameters",
            Cell::Count(t.params),
            format!(
                "{} weights, {} bias, {} BatchNorm",
                thousands(t.weights),
                thousands(t.bias),
                thousands(t.bn_affine)
            ),
        ),
        ("statistics", Cell::Count(t.bn_stats), "BatchNorm means and variances".into()),
        ("folded", Cell::Count(t.params_bn_folded), "parameters of the generated crate".into()),
        ("weight bytes", Cell::Bytes(t.weight_bytes), "the same in f32".into()),
        ("MACs", Cell::Count(t.macs), format!("{} FLOPs", thousands(t.flops))),
    ];
    if !analysis.separable.blocks.is_empty() {
        let Separable { macs_all_blocks_dwsep: separate, macs_all_blocks_std: standard, .. } =
            analysis.separable;
        let ratio = separate as f64 / standard as f64;
        let of = format!("of the MACs of standard convolutions, {}", thousands(standard));
        rows.push(("separable", Cell::Decimal(ratio, 4), of));
    }
    rows.extend([
        (
            "peak",
            Cell::Bytes(t.peak_live_bytes),
            format!("{} live at {at}", elements(t.peak_live_elems)),
        ),
        (
            "",
            Cell::Bytes(t.peak_live_inplace_add_elems * F32_BYTES),
            "if adds were in place".into(),
        ),
        ("", Cell::Bytes(t.peak_io_elems * F32_BYTES), "inputs and output of one layer".into()),
        ("", Cell::Bytes(t.peak_tensor_elems * F32_BYTES), "the largest tensor".into()),
    ]);
    rows.extend(t.arena_bytes.map(|n| {
        let of = format!("{}, in the generated crate", elements(n / F32_BYTES));
        ("arena", Cell::Bytes(n), of)
    }));
    rows.extend(analysis.roofline.as_ref().map(|roofline| {
        let share = percent(roofline.share_of_peak());
        let of = format!("predicted: {}, {share} of peak", roofline::of_whom(roofline));
        ("time", Cell::Time(roofline.predicted_ns()), of)
    }));
    Section {
        key: "totals",
        columns: vec![
            Column::text("total", "total"),
            Column::number("value", ""),
            Column::text("what", ""),
        ],
        rows: rows
            .into_iter()
            .map(|(name, value, what)| vec![Cell::Text(name.into()), value, Cell::Text(what)])
            .collect(),
        ..Section::default()
    }
}
