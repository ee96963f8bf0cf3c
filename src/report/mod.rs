//! Numbers to text: one file per format.
//!
//! JSON is the machine's view and follows `schema/`. The formats for people draw a
//! [`sheet::Document`], which [`cost`] lays out once for all of them.

pub mod archs;
pub mod bmf;
pub mod compare;
mod compare_json;
pub mod cost;
pub mod csv;
pub mod gate;
pub mod graph;
pub mod html;
pub mod json;
pub mod markdown;
mod memory;
mod paint;
pub mod profile;
pub mod reconcile;
mod roofline;
mod rows;
mod schedule;
pub mod sheet;
pub mod table;

use std::fmt;

pub use table::Style;

use crate::analysis::clamp::Clamp;
use crate::analysis::{Analysis, By, Row};
use crate::block::Variant;
use crate::gate::{Change, Check, Networks};
use crate::layer::Shape;
use crate::spec::{Loaded, Padding};
use crate::text;

/// What was analysed.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Name of the network.
    pub name: String,
    /// The spec as the user named it: an embedded network or a file.
    pub spec: String,
    /// Width multiplier.
    pub width: f64,
    /// Shape of the input.
    pub input: Shape,
    /// Number of classes.
    pub classes: usize,
    /// Whether the spec has as many.
    pub own_classes: bool,
    /// The network's padding rule.
    pub padding: Padding,
}

impl Network {
    /// The network of a spec with `variant` applied.
    pub fn of(loaded: &Loaded, variant: &Variant) -> Self {
        let spec = variant.apply(&loaded.spec);
        Self {
            spec: loaded.name.clone(),
            width: spec.width.multiplier,
            input: spec.input.into(),
            classes: spec.classes,
            own_classes: spec.classes == loaded.spec.classes,
            padding: spec.padding,
            name: spec.name,
        }
    }

    /// A line that says all of it.
    pub fn title(&self) -> String {
        let Self { name, width, input, classes, padding, .. } = self;
        let Shape { c, h, w } = input;
        format!(
            "{name}: width {width:?}, input {c}×{h}×{w}, {}, padding {}",
            text::classes(*classes),
            padding.name()
        )
    }
}

/// Name, width, resolution, and classes where they are not the spec's: enough to tell the points of a
/// sweep apart.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Shape { h, w, .. } = self.input;
        let classes = (!self.own_classes).then_some(self.classes);
        f.write_str(&text::network(&self.name, self.width, [h, w], classes))
    }
}

/// A network's cost, ready to be shown.
#[derive(Clone, Copy, Debug)]
pub struct CostReport<'a> {
    /// What was analysed.
    pub network: &'a Network,
    /// The numbers.
    pub analysis: &'a Analysis<'a>,
    /// What a row stands for.
    pub by: By,
    /// The spec's budgets, where it has some; empty where they are not of this variant.
    pub budgets: Option<&'a [Check]>,
    /// What activations reach without ReLU6, where that was measured.
    pub clamps: Option<&'a [Clamp]>,
    /// Whether a table shows the sections that few need; other formats always do.
    pub details: bool,
}

/// Networks side by side, ready to be shown by [`compare::write`].
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The networks in order; ratios are to the first.
    pub networks: Networks<'a>,
    /// Number of networks of which these fit, where a search was asked for.
    pub searched: Option<usize>,
    /// Limits that were checked.
    pub checks: &'a [Check],
    /// The networks against a baseline, where there is one.
    pub changes: Option<&'a [Change]>,
    /// Two networks row by row.
    pub side_by_side: Option<SideBySide<'a>>,
}

/// The rows of two networks.
#[derive(Clone, Copy, Debug)]
pub struct SideBySide<'a> {
    /// What a row stands for.
    pub by: By,
    /// Rows of the first network.
    pub first: &'a [Row<'a>],
    /// Rows of the second network.
    pub second: &'a [Row<'a>],
}

/// The formats of a cost report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Tables for the terminal.
    #[default]
    Table,
    /// `mbgen.report/1`.
    Json,
    /// Comma-separated values.
    Csv,
    /// GitHub's markdown.
    Markdown,
    /// A page with charts, in one file.
    Html,
    /// Bencher Metric Format.
    Bmf,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] =
        [Self::Table, Self::Json, Self::Csv, Self::Markdown, Self::Html, Self::Bmf];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Bmf => "bmf",
        }
    }
}

impl<'a> CostReport<'a> {
    /// The report by layer, without what is shown on request.
    pub fn of(network: &'a Network, analysis: &'a Analysis<'a>) -> Self {
        Self { network, analysis, by: By::Layer, budgets: None, clamps: None, details: false }
    }

    /// The report as text.
    pub fn render(&self, format: Format, style: Style) -> String {
        match format {
            Format::Table if self.details => table::render(&cost::document(self), style),
            Format::Table => table::render(&cost::document(self).brief(), style),
            Format::Json => json::render(self),
            Format::Csv => csv::render(&cost::document(self)),
            Format::Markdown => markdown::render(&cost::document(self)),
            Format::Html => html::cost::render(self),
            Format::Bmf => bmf::render(self),
        }
    }
}
