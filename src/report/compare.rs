//! The layout of a comparison: points of a sweep, or two networks layer by layer.

use std::io::{self, Write};

use super::cost::CONVENTION;
use super::sheet::{Cell, Column, Document, Section};
use super::{Comparison, Format, SideBySide, Style, bmf, compare_json, csv, gate, html};
use super::{markdown, table};
use crate::analysis::align;
use crate::analysis::moves::{Move, moves};
use crate::analysis::sweep::{MAX_PLANNED, Plateau, Point, plateaus};
use crate::analysis::{Row, Totals};
use crate::error::{Error, Result};
use crate::gate::Networks;
use crate::text::{self, bytes, thousands};

/// Most points that a table shows.
const SHOWN: usize = 1_000;
/// Most widths whose rounding is listed, for people and in JSON.
const ROUNDED_WIDTHS: [usize; 2] = [8, 100];
/// Most plateaus that are listed.
const LISTED: usize = 20;

/// Writes the comparison to `out`.
pub fn write(
    comparison: &Comparison,
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Json => return compare_json::write(comparison, out),
        Format::Table => table::render(&document(comparison, SHOWN), style),
        Format::Csv => csv::render(&values(comparison)),
        Format::Markdown => markdown::render(&document(comparison, SHOWN)),
        Format::Html => {
            html::compare::render(comparison, &document(comparison, html::compare::SHOWN))?
        }
        Format::Bmf => bmf::benchmarks(benchmarks(comparison)),
    };
    out.write_all(text.as_bytes())
}

/// Checks that a format can show the comparison.
///
/// # Errors
/// Where Bencher's format, which knows networks by their names, cannot tell two of them apart.
pub fn check(comparison: &Comparison, format: Format) -> Result<()> {
    if format != Format::Bmf {
        return Ok(());
    }
    let mut seen = std::collections::HashMap::new();
    for (name, measures) in benchmarks(comparison) {
        if seen.get(&name).is_some_and(|other| *other != measures) {
            return Err(Error::Usage(format!(
                "two networks are called `{name}`, which bmf cannot tell apart: give one another \
                 `name` in its spec"
            )));
        }
        seen.insert(name, measures);
    }
    Ok(())
}

/// Every point as a benchmark, called as `analyze` calls it.
fn benchmarks<'a>(
    comparison: &'a Comparison,
) -> impl Iterator<Item = (String, Vec<bmf::Measure>)> + 'a {
    let Networks { points, .. } = comparison.networks;
    points.iter().map(|point| {
        let spec = &comparison.networks.spec(point).spec;
        let classes = (point.classes != spec.classes).then_some(point.classes);
        let name = text::network(&spec.name, point.width, point.resolution, classes);
        (name, bmf::measures(&point.totals))
    })
}

/// The specs that points come from.
pub(super) fn names(networks: &Networks) -> Vec<String> {
    let used = |i: &usize| networks.points.iter().any(|point| point.spec == *i);
    (0..networks.specs.len()).filter(used).map(|i| networks.specs[i].name.clone()).collect()
}

/// The table for programs: the points, or all that a baseline has of them.
fn values(comparison: &Comparison) -> Document {
    let section = match comparison.changes {
        Some(changes) => gate::changes(changes, comparison.checks, &comparison.networks, true),
        None => points(comparison, usize::MAX),
    };
    Document { sections: vec![section], ..Document::default() }
}

/// The comparison for people, with that many points at most.
fn document(comparison: &Comparison, shown: usize) -> Document {
    let Comparison { networks, searched, checks, changes, side_by_side } = *comparison;
    let mut sections = Vec::new();
    if !checks.is_empty() {
        sections.push(gate::checks(checks, &networks));
    }
    sections.extend(changes.map(|changes| gate::changes(changes, checks, &networks, false)));
    sections.extend(side_by_side.map(|pair| aligned(pair, &networks)));
    sections.push(points(comparison, shown));
    sections.extend(rounding(&networks));
    let plateaus = plateaus(networks.points);
    if !plateaus.is_empty() {
        sections.push(flat(&plateaus, &networks));
    }
    let title = match (searched, networks.points) {
        (Some(all), fitting) => {
            format!("{} of {all} networks fit, largest first", fitting.len())
        }
        (None, [only]) => networks.label(only),
        (None, points) => format!("{} networks compared", points.len()),
    };
    let mut notes: Vec<_> = CONVENTION.lines().map(str::to_owned).collect();
    notes.extend(networks.machine.map(|machine| {
        let (isa, _) = machine.compute[0];
        format!("Time is predicted for {}, {isa}, one thread.", machine.name)
    }));
    Document { title, sections, notes, ..Document::default() }.visible()
}

/// The columns that tell networks apart.
pub(super) fn identity_columns(networks: &Networks) -> Vec<Column> {
    let one_spec = networks.points.iter().all(|point| point.spec == networks.points[0].spec);
    let mut spec = Column::text("spec", "spec");
    spec.detail = one_spec && !networks.points.is_empty();
    let own = |point: &Point| point.classes == networks.spec(point).spec.classes;
    let mut classes = Column::number("classes", "classes");
    classes.detail = networks.points.iter().all(own);
    vec![
        spec,
        Column::number("width", "width"),
        Column::text("resolution", "input").people(),
        Column::value("input_height"),
        Column::value("input_width"),
        classes,
    ]
}

/// The cells of those columns.
pub(super) fn identity(point: &Point, networks: &Networks) -> Vec<Cell> {
    let [h, w] = point.resolution;
    let resolution = if h == w { h.to_string() } else { format!("{h}×{w}") };
    vec![
        Cell::Text(networks.spec(point).name.clone()),
        Cell::Text(format!("{:?}", point.width)),
        Cell::Text(resolution),
        Cell::Count(h as u64),
        Cell::Count(w as u64),
        Cell::Count(point.classes as u64),
    ]
}

/// One row a point, ratios beside the values.
fn points(comparison: &Comparison, shown: usize) -> Section {
    let networks = &comparison.networks;
    let points = networks.points;
    let one_spec = points.iter().all(|point| point.spec == points[0].spec);
    let ratio = |key, heading| {
        let mut column = Column::number(key, heading).close();
        // To itself a network is 1 in everything.
        column.detail = points.len() == 1;
        column
    };
    let mut columns = identity_columns(networks);
    columns.extend([
        Column::number("params", "params"),
        ratio("params_ratio", "× params"),
        Column::number("macs", "MACs"),
        ratio("macs_ratio", "× MACs"),
        Column::number("weights", "weights").detail(),
        Column::number("flops", "FLOPs").detail(),
        Column::number("weight_bytes", "weight bytes").turn(1),
        Column::number("peak", "peak"),
        ratio("peak_ratio", "× peak"),
    ]);
    let planned = points.iter().any(|point| point.totals.arena_bytes.is_some());
    columns.extend(["arena", "time"].map(|metric| match planned {
        true => Column::number(metric, metric),
        false => Column::value(metric),
    }));
    let row = |point: &Point| {
        let t = &point.totals;
        let ratio = |of: fn(&Totals) -> u64| match points.first() {
            Some(first) => Cell::Decimal(of(t) as f64 / of(&first.totals).max(1) as f64, 2),
            None => Cell::Empty,
        };
        let mut cells = identity(point, networks);
        cells.extend([
            Cell::Count(t.params),
            ratio(|t| t.params),
            Cell::Count(t.macs),
            ratio(|t| t.macs),
            Cell::Count(t.weights),
            Cell::Count(t.flops),
            Cell::Bytes(t.weight_bytes),
            Cell::Bytes(t.peak_live_bytes),
            ratio(|t| t.peak_live_bytes),
        ]);
        cells.extend([
            t.arena_bytes.map_or(Cell::Empty, Cell::Bytes),
            t.predicted_ns.map_or(Cell::Empty, Cell::Time),
        ]);
        cells
    };
    let unplanned = (!planned && !points.is_empty()).then(|| match networks.machine {
        Some(_) => "Left out: arena and time, for no crate can be generated.".to_owned(),
        None => format!(
            "Left out: arena and time, which more than {} networks have only where they are limited.",
            thousands(MAX_PLANNED as u64)
        ),
    });
    let left = points.len().saturating_sub(shown);
    let more = format!("{left} more points are left out here; JSON and CSV have them all.");
    let heading = match points {
        [only, ..] if one_spec => networks.spec(only).name.clone(),
        _ => String::new(),
    };
    Section {
        key: "rows",
        heading,
        columns,
        rows: points.iter().take(shown).map(row).collect(),
        notes: (left > 0).then_some(more).into_iter().chain(unplanned).collect(),
        ..Section::default()
    }
}

/// Which channel counts the rounding moved.
fn rounding(networks: &Networks) -> Option<Section> {
    let rows: Vec<_> = widths(networks, ROUNDED_WIDTHS[0])?
        .into_iter()
        .flat_map(|(spec, width)| {
            let loaded = &networks.specs[spec];
            let row = move |m: Move| {
                vec![
                    Cell::Text(loaded.name.clone()),
                    Cell::Text(format!("{width:?}")),
                    Cell::Text(m.block),
                    Cell::Count(m.channels as u64),
                    Cell::Decimal(m.scaled, 2),
                    Cell::Count(m.rounded as u64),
                    Cell::Text(format!("{:+.2}", m.rounded as f64 - m.scaled)),
                ]
            };
            moves(&loaded.spec, width).into_iter().map(row)
        })
        .collect();
    (!rows.is_empty()).then(|| Section {
        heading: "Channel counts that rounding moved".into(),
        columns: vec![
            Column::text("spec", "spec"),
            Column::number("width", "width"),
            Column::text("block", "block"),
            Column::number("channels", "channels"),
            Column::number("scaled", "scaled"),
            Column::number("rounded", "rounded"),
            Column::number("moved", "moved by"),
        ],
        rows,
        ..Section::default()
    })
}

/// The different widths of each spec; `None` where they are too many to be listed.
fn widths(networks: &Networks, most: usize) -> Option<Vec<(usize, f64)>> {
    let mut widths: Vec<_> =
        networks.points.iter().map(|point| (point.spec, point.width)).collect();
    widths.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    widths.dedup();
    (widths.len() <= most).then_some(widths)
}

/// The channel counts that rounding moved, by spec and width, unless there are too many widths.
pub(super) fn rounded<'a>(
    networks: &Networks<'a>,
) -> impl Iterator<Item = (usize, f64, Move)> + 'a {
    let specs = networks.specs;
    let widths = widths(networks, ROUNDED_WIDTHS[1]).unwrap_or_default();
    widths.into_iter().flat_map(move |(spec, width)| {
        moves(&specs[spec].spec, width).into_iter().map(move |m| (spec, width, m))
    })
}

/// Where more width costs no memory.
fn flat(plateaus: &[Plateau], networks: &Networks) -> Section {
    let note = |plateau: &Plateau| {
        let ([h, w], widths) = (plateau.resolution, &plateau.widths);
        format!(
            "{} at {h}x{w}: {} for every width from {:?} to {:?}",
            networks.specs[plateau.spec].name,
            bytes(plateau.peak_live_bytes),
            widths[0],
            widths[widths.len() - 1]
        )
    };
    let mut notes: Vec<_> = plateaus.iter().take(LISTED).map(note).collect();
    let more = plateaus.len().saturating_sub(LISTED);
    notes.extend((more > 0).then(|| format!("and {more} more")));
    Section { heading: "Where more width costs no memory".into(), notes, ..Section::default() }
}

/// Two networks layer by layer, with what changed.
fn aligned(pair: SideBySide, networks: &Networks) -> Section {
    let rows = align::rows(pair.first, pair.second).into_iter().map(|(a, b)| {
        let (a, b) = (a.map(|i| &pair.first[i]), b.map(|i| &pair.second[i]));
        let name = match (a, b) {
            (Some(a), Some(b)) if a.name == b.name => format!("  {}", a.name),
            (Some(a), Some(b)) => format!("  {} → {}", a.name, b.name),
            (Some(a), None) => format!("- {}", a.name),
            (None, Some(b)) => format!("+ {}", b.name),
            (None, None) => String::new(),
        };
        let mut cells = vec![Cell::Text(name)];
        cells.extend(change(a.map(Row::params), b.map(Row::params)));
        cells.extend(change(a.map(|row| row.macs), b.map(|row| row.macs)));
        cells
    });
    let [a, b] = [(0, "first"), (1, "second")]
        .map(|(i, place)| distinct(&networks.points[i], networks).unwrap_or(place.into()));
    Section {
        key: "layers",
        heading: format!(
            "{} against {}, by {}",
            networks.label(&networks.points[0]),
            networks.label(&networks.points[1]),
            pair.by.name()
        ),
        columns: vec![
            Column::text("name", pair.by.name()),
            Column::number("params_first", "params").of(&a),
            Column::number("params_second", "params").of(&b),
            Column::number("params_change", "params").of("change of"),
            Column::number("macs_first", "MACs").of(&a),
            Column::number("macs_second", "MACs").of(&b),
            Column::number("macs_change", "MACs").of("change of"),
        ],
        rows: rows.collect(),
        ..Section::default()
    }
}

/// As much of a point's name as tells it from the others: the spec, where specs differ; nothing where
/// all are the same network.
fn distinct(point: &Point, networks: &Networks) -> Option<String> {
    let spec = |point: &Point| networks.spec(point).name.clone();
    let differs =
        |of: &dyn Fn(&Point) -> String| networks.points.iter().any(|p| of(p) != of(point));
    let width = |point: &Point| format!("{:?}", point.width);
    let resolution = |point: &Point| {
        let [h, w] = point.resolution;
        format!("{h}x{w}")
    };
    match () {
        () if differs(&spec) => Some(spec(point)),
        () if differs(&width) => Some(format!("width {}", width(point))),
        () if differs(&resolution) => Some(resolution(point)),
        () => None,
    }
}

/// Two values and their difference, which is empty where nothing changed.
fn change(a: Option<u64>, b: Option<u64>) -> [Cell; 3] {
    let cell = |value: Option<u64>| value.map_or(Cell::Empty, Cell::Count);
    let difference = i128::from(b.unwrap_or(0)) - i128::from(a.unwrap_or(0));
    let change = match i64::try_from(difference) {
        Ok(0) | Err(_) => Cell::Empty,
        Ok(change) => Cell::Change(change),
    };
    [cell(a), cell(b), change]
}
