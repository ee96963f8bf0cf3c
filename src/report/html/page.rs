//! A page before it is text, and the templates that make it text.

use serde::Serialize;
use tera::{Context, Tera};

use super::table::Table;
use crate::asset::{self, Asset, asset};
use crate::error::Error;
use crate::escape::json_in_html;
use crate::report::sheet::Document;
use crate::spec::Metric;

/// `$name` of `templates/report`.
macro_rules! file {
    ($name:literal) => {
        asset!("templates/report/", $name)
    };
}

const TEMPLATES: [(&str, Asset); 3] = [
    ("page.html", file!("page.html")),
    ("section.html", file!("section.html")),
    ("table.html", file!("table.html")),
];

const STYLE: [Asset; 5] = [
    file!("style/theme.css"),
    file!("style/page.css"),
    file!("style/controls.css"),
    file!("style/table.css"),
    file!("style/chart.css"),
];

/// Observable Plot, as it is in `vendor`.
const PLOT: Asset = file!("vendor/plot/plot.min.js");

/// In order: what later files use, charts, then what sets the page going.
const SCRIPT: [Asset; 17] = [
    file!("script/report.js"),
    file!("script/layers.js"),
    file!("script/kinds.js"),
    file!("script/costs.js"),
    file!("script/memory.js"),
    file!("script/arena.js"),
    file!("script/roofline.js"),
    file!("script/pairs.js"),
    file!("script/relu6.js"),
    file!("script/tools.js"),
    file!("script/series.js"),
    file!("script/sweep.js"),
    file!("script/front.js"),
    file!("script/order.js"),
    file!("script/table.js"),
    file!("script/page.js"),
    file!("script/theme.js"),
];

/// A page: what its templates may see.
#[derive(Debug, Default, Serialize)]
pub struct Page {
    /// The largest heading.
    pub title: String,
    /// What describes the whole page, a few words each.
    pub facts: Vec<String>,
    /// The numbers to see first.
    pub tiles: Vec<Tile>,
    /// Its sections.
    pub sections: Vec<Section>,
    /// Lines under everything.
    pub notes: Vec<String>,
    /// The JSON that charts read; empty where there is none.
    pub data: String,
}

/// A number to see first.
#[derive(Debug, Serialize)]
pub struct Tile {
    /// The metric.
    #[serde(skip)]
    pub metric: Metric,
    /// What it counts.
    pub label: &'static str,
    /// The rounded value, with its unit.
    pub value: String,
    /// The exact value, and what belongs to it.
    pub details: Vec<String>,
}

/// How a section of a document is shown on a page, by its key.
#[derive(Clone, Copy, Debug)]
pub struct SectionLayout {
    /// Key of the section.
    pub key: &'static str,
    /// Heading in place of the section's, where not empty.
    pub heading: &'static str,
    /// A sentence that says how to read it.
    pub lead: &'static str,
    /// Its charts; the table is folded away below them.
    pub charts: &'static [Chart],
}

/// A chart that one of the scripts draws.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Chart {
    /// Name of the drawing function.
    pub name: &'static str,
    /// Heading of the chart; charts beside each other have one each.
    pub caption: &'static str,
}

/// A section of a page as its template sees it.
#[derive(Debug, Serialize)]
pub struct Section {
    key: &'static str,
    heading: String,
    lead: &'static str,
    charts: &'static [Chart],
    table: Option<Table>,
    notes: Vec<String>,
}

impl Page {
    /// Lays out a document: first the sections that `layouts` names, in its order and with charts.
    pub fn of(document: &Document, layouts: &[SectionLayout]) -> Self {
        let sections = document.sections.iter().map(|section| {
            let layout =
                layouts.iter().find(|layout| !layout.key.is_empty() && layout.key == section.key);
            let heading = layout.map(|layout| layout.heading).filter(|heading| !heading.is_empty());
            Section {
                key: if section.key.is_empty() { "table" } else { section.key },
                heading: heading.map_or_else(|| section.heading.clone(), str::to_owned),
                lead: layout.map_or("", |layout| layout.lead),
                charts: layout.map_or(&[], |layout| layout.charts),
                table: Table::of(section),
                notes: section.notes.clone(),
            }
        });
        let mut sections: Vec<Section> = sections.collect();
        let place =
            |key| layouts.iter().position(|layout| layout.key == key).unwrap_or(layouts.len());
        sections.sort_by_key(|section| place(section.key));
        Self {
            title: document.title.clone(),
            sections,
            notes: document.notes.iter().filter(|note| !is_rule(note)).cloned().collect(),
            ..Self::default()
        }
    }

    /// The page as one file of HTML.
    pub fn render(&self) -> String {
        // Templates and view are fixed at compile time, so an error is a mistake in them: it is
        // shown where the page would be.
        self.try_render().unwrap_or_else(|error| format!("the template is wrong: {error}\n"))
    }

    fn try_render(&self) -> Result<String, Box<dyn std::error::Error>> {
        let mut tera = Tera::new();
        let templates = TEMPLATES.map(|(name, file)| Ok((name, file.text()?)));
        tera.add_raw_templates(templates.into_iter().collect::<Result<Vec<_>, Error>>()?)?;
        let mut context = Context::from_serialize(self)?;
        context.insert("data", &json_in_html(&self.data));
        context.insert("style", &asset::joined(&STYLE)?);
        context.insert("plot", PLOT.text()?);
        context.insert("script", &asset::joined(&SCRIPT)?);
        Ok(tera.render("page.html", &context)?)
    }
}

/// Whether a line only separates others.
fn is_rule(line: &str) -> bool {
    line.chars().all(|c| matches!(c, '=' | '-' | '─'))
}
