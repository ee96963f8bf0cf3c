//! The calls: each reads its request, has a task done, and writes JSON.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

use mbgen::analysis::sweep::Sweep;
use mbgen::analysis::{Tool, list};
use mbgen::asset;
use mbgen::codegen;
use mbgen::error::Error;
use mbgen::escape::visible;
use mbgen::machine::SHIPPED;
use mbgen::report::compare;
use mbgen::report::gate::{check_json, message};
use mbgen::report::graph::{self, GraphFormat};
use mbgen::report::html::{self, SectionLayout};
use mbgen::report::sheet::Document;
use mbgen::report::{CostReport, Format, Network as Title, Style};
use mbgen::spec::{EMBEDDED, Loaded};
use mbgen::tasks::{self, Asked, Compared, Costed, Ingredients, Planned, Source, View};
use mbgen::weights::{Selection, read_safetensors};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::request::{Network, by, limits, listed, named, read, shell};

type Result<T, E = Error> = std::result::Result<T, E>;

/// All files that pages and crates are made of, which are given once.
const ASSETS: &str = "assets";

/// Why there is no answer.
#[derive(Debug)]
pub enum Refusal {
    /// Something is wrong with the request.
    Wrong(Error),
    /// The shipped weights of this name are to be sent along; or [`ASSETS`], before.
    Needs(&'static str),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Wrong(error)
    }
}

/// Answers a request.
pub fn call(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    let newline = request.iter().position(|&byte| byte == b'\n');
    let (header, bytes) = match newline {
        Some(at) => (&request[..at], &request[at + 1..]),
        None => (request, &[][..]),
    };
    let request: Value = serde_json::from_slice(header)
        .map_err(|error| Error::Usage(format!("the request is no JSON: {error}")))?;
    let answer = match request["call"].as_str().unwrap_or_default() {
        "archs" => Ok(json_bytes(archs())),
        "machines" => Ok(json_bytes(SHIPPED.iter().map(|machine| machine.name).collect())),
        "sections" => sections(&request).map(json_bytes),
        "analyze" => analyze(&request).map(String::into_bytes),
        "export" => return Ok(text(export(&request)?)),
        "give" => give(bytes).map(json_bytes),
        "graph" => picture(&request).map(text),
        "compare" => compare(&request),
        "gate" => gate(&request).map(json_bytes),
        "write" => write(&request).map(json_bytes),
        "weights" => weights(&request, bytes).map(json_bytes),
        "crate" => return files(&request, bytes),
        "schedule" => schedule(&request).map(text),
        other => Err(Error::Usage(format!("no call `{other}`"))),
    };
    answer.map_err(Refusal::Wrong)
}

fn json_bytes(value: Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn text(text: String) -> Vec<u8> {
    json_bytes(json!({ "text": text }))
}

/// `archs`: the shipped specs.
fn archs() -> Value {
    EMBEDDED.iter().map(|arch| json!({ "name": arch.name, "text": arch.text })).collect()
}

#[derive(Deserialize)]
struct SectionsRequest {
    of: Option<String>,
}

/// `sections`: how pages show a report, or a comparison. Headings that hold figures are there where
/// the request has a network.
fn sections(request: &Value) -> Result<Value> {
    let SectionsRequest { of } = read(request)?;
    let (layouts, document) = match of.as_deref() {
        Some("compare") => (&html::compare::SECTIONS[..], Document::default()),
        _ if request["spec"].is_null() => (&html::cost::SECTIONS[..], Document::default()),
        _ => (&html::cost::SECTIONS[..], costed(request)?.0.document(&View::default())),
    };
    let section = |layout: &SectionLayout| {
        let own = document.sections.iter().find(|section| section.key == layout.key);
        let own = own.map(|section| section.heading.as_str()).filter(|_| layout.heading.is_empty());
        let heading = own.unwrap_or(layout.heading);
        json!({
            "key": layout.key,
            "heading": heading,
            "lead": layout.lead,
            "charts": layout.charts,
        })
    };
    Ok(layouts.iter().map(section).collect())
}

fn costed(request: &Value) -> Result<(Costed, Network)> {
    let network: Network = read(request)?;
    let (loaded, variant) = (network.load()?, network.variant()?);
    let costed = Costed::new(loaded, variant, network.machine()?, network.overrides()?.as_ref())?;
    Ok((costed, network))
}

#[derive(Deserialize)]
struct AnalyzeRequest {
    by: Option<String>,
    #[serde(default)]
    relu6: bool,
    #[serde(default)]
    seed: u64,
}

/// `analyze`: the JSON report, and what leads from it to the text and to the command.
fn analyze(request: &Value) -> Result<String> {
    let AnalyzeRequest { by: rows, relu6, seed } = read(request)?;
    let (costed, network) = costed(request)?;
    let rows = by(rows.as_deref())?.unwrap_or_default();
    let clamps = if relu6 { Some(costed.clamps(None, seed)?) } else { None };
    // A budget without a figure is no reason to show nothing.
    let (budgets, _) = costed.budgets().unwrap_or_default();
    let (budgets, clamps) = (budgets.as_deref(), clamps.as_deref());
    let (title, analysis) = (costed.network(), costed.analysis());
    let report = CostReport { by: rows, budgets, clamps, ..CostReport::of(&title, &analysis) };
    let report = report.render(Format::Json, Style::default());
    let tile = |tile: html::Tile| {
        json!({
            "metric": tile.metric.name(),
            "label": tile.label,
            "value": tile.value,
            "detail": tile.details.first(),
        })
    };
    let tiles: Vec<Value> = html::tiles(&analysis).into_iter().map(tile).collect();
    let places = costed.loaded.places().into_iter();
    let places: Map<String, Value> =
        places.map(|(block, at)| (block.to_string(), json!([at.start, at.end]))).collect();
    let spec = &costed.loaded.spec;
    let own = json!({
        "width": spec.width.multiplier,
        "resolution": [spec.input.height, spec.input.width],
        "classes": spec.classes,
    });
    let more = json!({
        "own": own,
        "places": places,
        "command": network.command("analyze")?,
        "title": title.title(),
        "tiles": tiles,
        "overridden": costed.plan.iter().flat_map(|plan| plan.overridden()).collect::<Vec<_>>(),
    });
    // The report is JSON already.
    let more = more.to_string();
    let mut answer = String::with_capacity(report.len() + more.len() + 16);
    let _ = write!(answer, "{{\"report\":{},{}", report.trim_end(), &more[1..]);
    Ok(answer)
}

#[derive(Deserialize)]
struct ExportRequest {
    format: String,
    by: Option<String>,
    tool: Option<String>,
    #[serde(default)]
    details: bool,
}

/// `export`: the report as a file.
fn export(request: &Value) -> Result<String, Refusal> {
    let ExportRequest { format, by: rows, tool, details } = read(request)?;
    let format = named(&Format::ALL, Format::name, &format)?;
    if format == Format::Html {
        assets()?;
    }
    let tool = tool.map(|tool| named(&Tool::ALL, Tool::name, &tool)).transpose()?;
    let rows = by(rows.as_deref())?.unwrap_or_default();
    let (costed, _) = costed(request)?;
    let (budgets, _) = costed.budgets()?;
    let view = View { by: rows, details, tool, budgets: budgets.as_deref(), clamps: None };
    Ok(costed.report(&view, format, Style::default()))
}

/// `give`: the text of every asset by its path.
fn give(bytes: &[u8]) -> Result<Value> {
    let texts = serde_json::from_slice(bytes)
        .map_err(|error| Error::Usage(format!("the assets are no JSON: {error}")))?;
    asset::give(texts);
    Ok(Value::Null)
}

/// Asks for the assets where they were not given.
fn assets() -> Result<(), Refusal> {
    if asset::given() { Ok(()) } else { Err(Refusal::Needs(ASSETS)) }
}

#[derive(Deserialize)]
struct GraphRequest {
    format: String,
}

/// `graph`: a picture.
fn picture(request: &Value) -> Result<String> {
    let GraphRequest { format } = read(request)?;
    let format = named(&GraphFormat::ALL, GraphFormat::name, &format)?;
    let network: Network = read(request)?;
    let (loaded, variant) = (network.load()?, network.variant()?);
    let title = Title::of(&loaded, &variant).to_string();
    Ok(graph::render(&title, &loaded.graph(&variant)?, format))
}

#[derive(Deserialize)]
struct CompareRequest {
    specs: Vec<Network>,
    /// Lists as the command line takes them.
    widths: Option<String>,
    resolutions: Option<String>,
    by: Option<String>,
}

/// `compare`: each spec at each width and resolution; without those, each as it was changed.
fn compare(request: &Value) -> Result<Vec<u8>> {
    let CompareRequest { specs: networks, widths, resolutions, by: rows } = read(request)?;
    let widths = widths.map(|text| listed("Widths", &text, list::widths)).transpose()?;
    let resolutions =
        resolutions.map(|text| listed("Resolutions", &text, list::resolutions)).transpose()?;
    let Some(first) = networks.first() else {
        return Err(Error::Usage("no network to compare".into()));
    };
    let loaded = networks.iter().map(changed).collect::<Result<Vec<_>>>()?;
    let sweep = Sweep {
        widths: widths.unwrap_or_default(),
        resolutions: resolutions.unwrap_or_default(),
        ..Sweep::default()
    };
    let machine = first.machine()?;
    let asked = Asked { by: by(rows.as_deref())?, ..Asked::of(sweep, machine) };
    let compared = Compared::new(loaded, asked)?;
    let mut report = b"{\"report\":".to_vec();
    compared
        .show(|comparison| compare::write(comparison, Format::Json, Style::default(), &mut report))
        .map_err(Error::io("write", "the comparison"))?;
    report.push(b'}');
    Ok(report)
}

/// A spec that describes its network as it was changed.
fn changed(network: &Network) -> Result<Loaded> {
    let (loaded, variant) = (network.load()?, network.variant()?);
    // Says what is wrong with the change.
    loaded.graph(&variant)?;
    Ok(Loaded { spec: variant.apply(&loaded.spec), ..loaded })
}

#[derive(Deserialize)]
struct GateRequest {
    limits: Vec<String>,
}

/// `gate`: limits against a network, what is wrong with other limits, and where nothing is, the command
/// that holds the network to them and the budgets to the same effect.
fn gate(request: &Value) -> Result<Value> {
    let GateRequest { limits: texts } = read(request)?;
    let network: Network = read(request)?;
    let (max, refused) = limits(&texts);
    let (loaded, variant) = (network.load()?, network.variant()?);
    let mut command = network.command("compare")?;
    let mut budgets = String::from("budgets:\n");
    for limit in &max {
        let limit = (limit.metric.name(), limit.text.as_str());
        command += &format!(" --max {}", shell(&format!("{}={}", limit.0, limit.1)));
        budgets += &format!("  {}: {}\n", limit.0, limit.1);
    }
    let sweep = Sweep {
        widths: variant.width.into_iter().collect(),
        resolutions: variant.resolution.into_iter().collect(),
        classes: variant.classes,
        machine: None,
    };
    let asked = Asked { max, ..Asked::of(sweep, network.machine()?) };
    let compared = Compared::new(vec![loaded], asked)?;
    let networks = compared.networks();
    let check = |check: &mbgen::gate::Check| {
        let mut json = check_json(check);
        json["message"] = (!check.passed).then(|| message(check, &networks)).into();
        json
    };
    let checks: Vec<Value> = compared.checks.iter().map(check).collect();
    let command = refused.is_empty().then_some(command);
    let budgets = (refused.is_empty() && !texts.is_empty()).then_some(budgets);
    Ok(json!({ "checks": checks, "refused": refused, "command": command, "budgets": budgets }))
}

/// `write`: the settings written into the text.
fn write(request: &Value) -> Result<Value> {
    let network: Network = read(request)?;
    let edits = tasks::edits(&network.load()?, &network.variant()?)?;
    let edit = |edit: tasks::Edit| json!({ "start": edit.range.start, "end": edit.range.end, "text": edit.text });
    Ok(json!({ "edits": edits.into_iter().map(edit).collect::<Vec<_>>() }))
}

/// What errors call the bytes of a request.
fn file(request: &Value) -> &Path {
    Path::new(request["file"].as_str().unwrap_or("the weights"))
}

/// `weights`: whether a state dict is one of the network, and the names of tensors that are not.
fn weights(request: &Value, bytes: &[u8]) -> Result<Value> {
    let network: Network = read(request)?;
    let dict = read_safetensors(bytes, file(request))?;
    let fit = tasks::fit(&dict, &network.load()?.graph(&network.variant()?)?);
    Ok(json!({
        "ok": fit.ok(),
        "missing": seen(fit.missing.iter().map(|(name, _)| name)),
        "extra": seen(fit.extra.iter().map(|(name, _)| name)),
        "misshapen": seen(fit.misshapen.iter().map(|(name, ..)| name)),
    }))
}

/// Names of a stranger's file, in which every character is seen.
fn seen<'a>(names: impl Iterator<Item = &'a String>) -> Vec<Cow<'a, str>> {
    names.map(|name| visible(name)).collect()
}

fn planned(request: &Value) -> Result<Planned> {
    let network: Network = read(request)?;
    let overrides = network.overrides()?.unwrap_or_default();
    Planned::new(network.load()?, network.variant()?, network.machine()?, &overrides)
}

#[derive(Deserialize)]
struct CrateRequest {
    seed: Option<u64>,
    /// A file's text.
    labels: Option<String>,
}

/// `crate`: its files, one after the other behind the line that lists them.
fn files(request: &Value, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let CrateRequest { seed, labels } = read(request)?;
    assets()?;
    let planned = planned(request)?;
    let source = match (bytes, planned.trained()) {
        ([], Some(trained)) if seed.is_none() => return Err(Refusal::Needs(trained.file)),
        ([], _) => planned.source(seed),
        (bytes, _) => Source::File(Cow::Borrowed(bytes), file(request)),
    };
    let labels = match &labels {
        Some(text) => Some(planned.named(text, Path::new("the labels"))?),
        None => planned.labels()?.map(|labels| labels.names),
    };
    let package = codegen::package(&planned.loaded.spec, &planned.variant);
    let tensors = Selection::default();
    let tree = planned.tree(Ingredients { source, tensors, labels, workspace: true }, |_| {})?;
    let list: Vec<Value> =
        tree.files.iter().map(|(path, content)| json!([path, content.len()])).collect();
    let mut answer = json!({ "files": list, "package": package }).to_string().into_bytes();
    answer.push(b'\n');
    tree.files.into_values().for_each(|content| answer.extend(content));
    Ok(answer)
}

/// `schedule`: how each step of a crate runs.
fn schedule(request: &Value) -> Result<String> {
    Ok(planned(request)?.plan.schedule())
}
