//! The table of layers, blocks or stages.

use super::sheet::{Cell, Column, Section};
use crate::analysis::{Analysis, By, F32_BYTES, Row, Totals, merged};
use crate::layer::{Kind, Padding2d};
use crate::text::shape;

/// One row for each layer, block or stage; the first that reaches the memory peak stands out.
pub fn section(analysis: &Analysis, by: By) -> Section {
    let totals = &analysis.totals;
    let rows = merged(&analysis.rows, by);
    let fields: Vec<&Field> = FIELDS.iter().filter(|field| field.view.covers(by)).collect();
    let peak = rows.iter().position(|row| row.live_elems == totals.peak_live_elems);
    let mut columns: Vec<Column> = fields.iter().map(|field| field.column.clone()).collect();
    columns[0].heading = by.name().into();
    if by == By::Layer {
        columns.iter_mut().filter(|c| WIDE.contains(&c.key)).for_each(|c| c.detail = true);
    }
    Section {
        key: "rows",
        columns,
        rows: rows
            .iter()
            .map(|row| fields.iter().map(|f| (f.value)(row, totals)).collect())
            .collect(),
        marked: peak.into_iter().collect(),
        ..Section::default()
    }
}

/// A column and how a row fills it.
struct Field {
    column: Column,
    view: View,
    value: fn(&Row, &Totals) -> Cell,
}

/// The views in which a column stands.
enum View {
    All,
    Layers,
    Merged,
}

impl View {
    fn covers(&self, by: By) -> bool {
        match self {
            Self::All => true,
            Self::Layers => by == By::Layer,
            Self::Merged => by != By::Layer,
        }
    }
}

const fn field(column: Column, view: View, value: fn(&Row, &Totals) -> Cell) -> Field {
    Field { column, view, value }
}

const FIELDS: &[Field] = &[
    field(Column::text("name", "name"), View::All, |r, _| text(r.name)),
    field(Column::text("block", "block").detail(), View::All, |r, _| text(&r.first.block)),
    field(Column::number("layers", "layers"), View::Merged, |r, _| count(r.layers)),
    field(Column::text("op", "op"), View::Layers, |r, _| text(r.first.kind.op())),
    field(Column::text("in", "input").turn(3).people(), View::All, |r, _| {
        Cell::Text(shape(r.first.input))
    }),
    field(Column::value("in_channels"), View::All, |r, _| count(r.first.input.c)),
    field(Column::value("in_height"), View::All, |r, _| count(r.first.input.h)),
    field(Column::value("in_width"), View::All, |r, _| count(r.first.input.w)),
    field(Column::text("out", "output").people(), View::All, |r, _| {
        Cell::Text(shape(r.last.output))
    }),
    field(Column::value("out_channels"), View::All, |r, _| count(r.last.output.c)),
    field(Column::value("out_height"), View::All, |r, _| count(r.last.output.h)),
    field(Column::value("out_width"), View::All, |r, _| count(r.last.output.w)),
    field(Column::number("k", "k").turn(2).people(), View::Layers, |r, _| {
        kernel(r).map_or(Cell::Empty, |[h, w]| Cell::Text(format!("{h}×{w}")))
    }),
    field(Column::value("k_height"), View::Layers, |r, _| {
        kernel(r).map_or(Cell::Empty, |k| count(k[0]))
    }),
    field(Column::value("k_width"), View::Layers, |r, _| {
        kernel(r).map_or(Cell::Empty, |k| count(k[1]))
    }),
    field(Column::number("s", "s").turn(2), View::Layers, |r, _| {
        r.first.kind.window().map_or(Cell::Empty, |w| count(w.stride))
    }),
    field(Column::text("p", "pad").detail().people(), View::Layers, |r, _| padding(r)),
    field(Column::value("p_top"), View::Layers, |r, _| side(r, |p| p.top)),
    field(Column::value("p_left"), View::Layers, |r, _| side(r, |p| p.left)),
    field(Column::value("p_bottom"), View::Layers, |r, _| side(r, |p| p.bottom)),
    field(Column::value("p_right"), View::Layers, |r, _| side(r, |p| p.right)),
    field(Column::number("groups", "groups").detail(), View::Layers, |r, _| {
        count(r.first.groups())
    }),
    field(Column::text("act", "activation").turn(6).detail(), View::Layers, |r, _| {
        text(r.first.activation.name())
    }),
    field(Column::number("params", "params"), View::All, |r, _| Cell::Count(r.params())),
    field(Column::number("w", "weights").detail(), View::All, |r, _| count(r.parameters.weights)),
    field(Column::number("bias", "bias").detail(), View::All, |r, _| count(r.parameters.bias)),
    field(Column::number("bn", "BatchNorm").detail(), View::All, |r, _| count(r.parameters.norm)),
    field(Column::number("bn_stats", "statistics").detail(), View::All, |r, _| {
        count(r.parameters.norm_stats)
    }),
    field(Column::number("folded", "folded").detail(), View::All, |r, _| Cell::Count(r.folded())),
    field(Column::number("macs", "MACs"), View::All, |r, _| Cell::Count(r.macs)),
    field(Column::number("flops", "FLOPs").detail(), View::All, |r, _| Cell::Count(r.flops())),
    field(Column::number("share", "%"), View::All, |r, t| Cell::Share(r.share(t))),
    field(Column::number("live", "live elements").detail(), View::All, |r, _| {
        Cell::Count(r.live_elems)
    }),
    field(Column::number("in_bytes", "bytes in").detail(), View::All, |r, _| {
        Cell::Bytes(r.input_elems * F32_BYTES)
    }),
    field(Column::number("out_bytes", "bytes out").detail(), View::All, |r, _| {
        Cell::Bytes(r.output_elems * F32_BYTES)
    }),
    field(Column::number("weight_bytes", "weight bytes").detail(), View::All, |r, _| {
        Cell::Bytes(r.weight_bytes())
    }),
    field(Column::number("live_bytes", "live"), View::All, |r, _| {
        Cell::Bytes(r.live_elems * F32_BYTES)
    }),
    field(Column::number("intensity", "FLOP/B").turn(4), View::All, |r, _| {
        Cell::Decimal(r.intensity(), 1)
    }),
    field(Column::number("receptive_field", "field").turn(5).people(), View::All, |r, _| {
        field_of(r)
    }),
    field(Column::value("receptive_field_height"), View::All, |r, _| {
        Cell::Count(r.receptive_field[0])
    }),
    field(Column::value("receptive_field_width"), View::All, |r, _| {
        Cell::Count(r.receptive_field[1])
    }),
    field(Column::number("effective_stride", "stride").detail(), View::All, |r, _| {
        Cell::Count(r.effective_stride)
    }),
];

/// Columns that are left out of the view by layer where width is scarce.
const WIDE: [&str; 2] = ["intensity", "receptive_field"];

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn count(n: usize) -> Cell {
    Cell::Count(n as u64)
}

/// Rows and columns that an output position sees of a map.
fn kernel(row: &Row) -> Option<[usize; 2]> {
    match (row.first.kind, row.first.kind.window()) {
        (_, Some(window)) => Some([window.kernel; 2]),
        (Kind::GlobalAveragePool(_), _) => Some([row.first.input.h, row.first.input.w]),
        _ => None,
    }
}

fn padding(row: &Row) -> Cell {
    match row.first.kind.window().map(|w| w.padding) {
        None => Cell::Empty,
        Some(Padding2d { top, left, bottom, right }) if [left, bottom, right] == [top; 3] => {
            Cell::Text(top.to_string())
        }
        Some(Padding2d { top, left, bottom, right }) => {
            Cell::Text(format!("{top} {left} {bottom} {right}"))
        }
    }
}

/// The padding on one side.
fn side(row: &Row, of: fn(Padding2d) -> usize) -> Cell {
    row.first.kind.window().map_or(Cell::Empty, |window| count(of(window.padding)))
}

fn field_of(row: &Row) -> Cell {
    match row.receptive_field {
        [h, w] if h == w => Cell::Count(h),
        [h, w] => Cell::Text(format!("{h}×{w}")),
    }
}
