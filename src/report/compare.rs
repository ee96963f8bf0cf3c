//! The layout of a comparison: points of a sweep, or two networks layer by layer.

use super::cost::CONVENTION;
use super::sheet::{Cell, Column, Document, Section};
use super::{Format, Style, bmf, compare_json, csv, html, markdown, table};
use crate::analysis::moves::{Move, moves};
use crate::analysis::sweep::{Plateau, Point, plateaus};
use crate::analysis::{By, Row, Totals, align};
use crate::gate::Check;
use crate::machine::Description;
use crate::spec::{Loaded, Metric};
use crate::text::{bytes, thousands};

/// Most points that a table shows.
const SHOWN: usize = 1_000;
/// Most widths whose rounding is listed, for people and in JSON.
const ROUNDED_WIDTHS: [usize; 2] = [8, 100];
/// Most plateaus and checks that are listed.
const LISTED: usize = 20;

/// A comparison, ready to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The specs that points refer to.
    pub specs: &'a [Loaded],
    /// The points in order; ratios are to the first.
    pub points: &'a [Point],
    /// Number of points of which these fit, where a search was asked for.
    pub searched: Option<usize>,
    /// Limits that were checked.
    pub checks: &'a [Check],
    /// Two networks layer by layer.
    pub layers: Option<Layers<'a>>,
    /// The machine that times are predicted for, where they are.
    pub machine: Option<&'a Description>,
}

/// The rows of two networks.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// What a row stands for.
    pub by: By,
    /// Rows of the first network.
    pub first: &'a [Row<'a>],
    /// Rows of the second network.
    pub second: &'a [Row<'a>],
}

impl Comparison<'_> {
    /// Writes the comparison to `out`.
    pub fn write(
        &self,
        format: Format,
        style: Style,
        out: &mut dyn std::io::Write,
    ) -> std::io::Result<()> {
        let text = match format {
            Format::Json => return compare_json::write(self, out),
            Format::Table => table::render(&self.document(SHOWN), style),
            Format::Csv => csv::render(&self.document(usize::MAX)),
            Format::Markdown => markdown::render(&self.document(SHOWN)),
            Format::Html => html::compare::render(self, &self.document(html::compare::SHOWN))?,
            Format::Bmf => bmf::benchmarks(
                self.points.iter().map(|point| (self.label(point), bmf::measures(&point.totals))),
            ),
        };
        out.write_all(text.as_bytes())
    }

    /// The specs that points come from.
    pub(super) fn names(&self) -> Vec<String> {
        let used = |i: &usize| self.points.iter().any(|point| point.spec == *i);
        (0..self.specs.len()).filter(used).map(|i| self.specs[i].name.clone()).collect()
    }

    /// Spec, width and resolution of a point.
    fn label(&self, point: &Point) -> String {
        let [h, w] = point.resolution;
        format!("{} {:?} {h}x{w}", self.specs[point.spec].name, point.width)
    }

    fn document(&self, shown: usize) -> Document {
        let mut sections = Vec::new();
        sections.extend(self.layers.map(|layers| self.aligned(layers)));
        sections.push(self.points(shown));
        if !self.checks.is_empty() {
            // In markdown and on terminals what failed comes first.
            let at = if shown == usize::MAX { sections.len() } else { 0 };
            sections.insert(at, checks(self.checks));
        }
        sections.extend(self.rounding());
        let plateaus = plateaus(self.points);
        if !plateaus.is_empty() {
            sections.push(self.plateaus(&plateaus));
        }
        let title = match (self.searched, self.points) {
            (Some(all), fitting) => {
                format!("{} of {all} networks fit, largest first", fitting.len())
            }
            (None, [only]) => self.label(only),
            (None, points) => format!("{} networks compared", points.len()),
        };
        let mut notes: Vec<_> = CONVENTION.lines().map(str::to_owned).collect();
        notes.extend(self.machine.map(|machine| {
            let (isa, _) = machine.compute[0];
            format!("Time is predicted for {}, {isa}, one thread.", machine.name)
        }));
        Document { title, sections, notes, ..Document::default() }.visible()
    }

    /// One row a point, ratios beside the values.
    fn points(&self, shown: usize) -> Section {
        let one_spec = self.points.iter().all(|point| point.spec == self.points[0].spec);
        let mut spec = Column::text("spec", "spec");
        spec.detail = one_spec && !self.points.is_empty();
        let mut columns = vec![
            spec,
            Column::number("width", "width"),
            Column::text("resolution", "input"),
            Column::number("params", "params"),
            Column::number("params_ratio", "×").close(),
            Column::number("macs", "MACs"),
            Column::number("macs_ratio", "×").close(),
            Column::number("weight_bytes", "weights").turn(1),
            Column::number("peak_live_bytes", "peak"),
            Column::number("peak_live_ratio", "×").close(),
        ];
        let arena = self.points.iter().any(|point| point.totals.arena_bytes.is_some());
        if arena {
            columns.push(Column::number("arena_bytes", "arena"));
        }
        let predicted = self.points.iter().any(|point| point.totals.predicted_ns.is_some());
        if predicted {
            columns.push(Column::number("predicted_ns", "time"));
        }
        let row = |point: &Point| {
            let t = &point.totals;
            let ratio = |of: fn(&Totals) -> u64| match self.points.first() {
                Some(first) => Cell::Decimal(of(t) as f64 / of(&first.totals).max(1) as f64, 2),
                None => Cell::Empty,
            };
            let resolution = match point.resolution {
                [h, w] if h == w => h.to_string(),
                [h, w] => format!("{h}×{w}"),
            };
            let mut cells = vec![
                Cell::Text(self.specs[point.spec].name.clone()),
                Cell::Text(format!("{:?}", point.width)),
                Cell::Text(resolution),
                Cell::Count(t.params),
                ratio(|t| t.params),
                Cell::Count(t.macs),
                ratio(|t| t.macs),
                Cell::Bytes(t.weight_bytes),
                Cell::Bytes(t.peak_live_bytes),
                ratio(|t| t.peak_live_bytes),
            ];
            if arena {
                cells.push(t.arena_bytes.map_or(Cell::Empty, Cell::Bytes));
            }
            if predicted {
                cells.push(t.predicted_ns.map_or(Cell::Empty, Cell::Time));
            }
            cells
        };
        let left = self.points.len().saturating_sub(shown);
        let more = format!("{left} more points are left out here; JSON and CSV have them all.");
        let heading = match self.points {
            [only, ..] if one_spec => self.specs[only.spec].name.clone(),
            _ => String::new(),
        };
        Section {
            key: "rows",
            heading,
            columns,
            rows: self.points.iter().take(shown).map(row).collect(),
            notes: (left > 0).then_some(more).into_iter().collect(),
            ..Section::default()
        }
    }

    /// Which channel counts the rounding moved.
    fn rounding(&self) -> Option<Section> {
        let rows: Vec<_> = self
            .widths(ROUNDED_WIDTHS[0])?
            .into_iter()
            .flat_map(|(spec, width)| {
                let loaded = &self.specs[spec];
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
    fn widths(&self, most: usize) -> Option<Vec<(usize, f64)>> {
        let mut widths: Vec<_> =
            self.points.iter().map(|point| (point.spec, point.width)).collect();
        widths.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        widths.dedup();
        (widths.len() <= most).then_some(widths)
    }

    /// The channel counts that rounding moved, by spec and width, unless there are too many widths.
    pub(super) fn moves(&self) -> impl Iterator<Item = (usize, f64, Move)> {
        let widths = self.widths(ROUNDED_WIDTHS[1]).unwrap_or_default();
        widths.into_iter().flat_map(|(spec, width)| {
            moves(&self.specs[spec].spec, width).into_iter().map(move |m| (spec, width, m))
        })
    }

    fn plateaus(&self, plateaus: &[Plateau]) -> Section {
        let note = |plateau: &Plateau| {
            let ([h, w], widths) = (plateau.resolution, &plateau.widths);
            format!(
                "{} at {h}x{w}: {} for every width from {:?} to {:?}",
                self.specs[plateau.spec].name,
                bytes(plateau.peak_live_bytes),
                widths[0],
                widths[widths.len() - 1]
            )
        };
        let mut notes: Vec<_> = plateaus.iter().take(LISTED).map(note).collect();
        notes.extend(more(plateaus.len()));
        Section { heading: "Where more width costs no memory".into(), notes, ..Section::default() }
    }

    /// Two networks layer by layer, with what changed.
    fn aligned(&self, layers: Layers) -> Section {
        let rows = align::rows(layers.first, layers.second).into_iter().map(|(a, b)| {
            let (a, b) = (a.map(|i| &layers.first[i]), b.map(|i| &layers.second[i]));
            let name = match (a, b) {
                (Some(a), Some(b)) if a.name == b.name => format!("  {}", a.name),
                (Some(a), Some(b)) => format!("  {} → {}", a.name, b.name),
                (Some(a), None) => format!("- {}", a.name),
                (None, Some(b)) => format!("+ {}", b.name),
                (None, None) => String::new(),
            };
            let params = |row: &Row| row.metric(Metric::Params);
            let mut cells = vec![Cell::Text(name)];
            cells.extend(change(a.map(params), b.map(params)));
            cells.extend(change(a.map(|row| row.macs), b.map(|row| row.macs)));
            cells
        });
        let names: Vec<_> = self.points.iter().map(|point| self.label(point)).collect();
        Section {
            key: "layers",
            heading: format!("{}, by {}", names.join(" against "), layers.by.name()),
            columns: vec![
                Column::text("name", layers.by.name()),
                Column::number("params_first", "params"),
                Column::number("params_second", "params"),
                Column::number("params_change", "change"),
                Column::number("macs_first", "MACs"),
                Column::number("macs_second", "MACs"),
                Column::number("macs_change", "change"),
            ],
            rows: rows.collect(),
            ..Section::default()
        }
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

/// What failed, in words, or how many limits hold.
fn checks(checks: &[Check]) -> Section {
    let failed = || checks.iter().filter(|check| !check.passed);
    let count = failed().count();
    let mut notes: Vec<String> = failed()
        .take(LISTED)
        .flat_map(|check| check.message().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    notes.extend(more(count));
    let heading = match count {
        0 => format!("All {} limits hold", thousands(checks.len() as u64)),
        _ => format!("{count} of {} limits do not hold", thousands(checks.len() as u64)),
    };
    Section { key: "checks", heading, notes, ..Section::default() }
}

fn more(count: usize) -> Option<String> {
    (count > LISTED).then(|| format!("and {} more", count - LISTED))
}

/// The message of a gate that failed.
pub fn failure(checks: &[Check]) -> Option<String> {
    let section = self::checks(checks);
    let failed = checks.iter().any(|check| !check.passed);
    failed.then(|| format!("{}\n  {}", section.heading, section.notes.join("\n  ")))
}
