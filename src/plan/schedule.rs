//! How each part of a step runs: chosen for a machine, or overridden, and checked.
//!
//! Parts whose `fuse` is set run as one step with the part before them.

use super::fuse::{StepLayers, UnitLayers, name};
use super::overrides::{Overrides, Request};
use crate::error::Result;
use crate::graph::{LayerGraph, Source};
use crate::kernels::steps::{MAX_UNITS, PANEL, Split};
use crate::layer::{Kind, Shape};
use crate::machine::Machine;
use crate::yaml::{Diagnostic, Span};

/// Channels of a panel where rows are long and channels few; every panel is a multiple of it.
const NARROW_PANEL: usize = 16;

/// Rows of a map from which on threads share rows evenly enough.
const MANY_ROWS: usize = 14;

/// Rows of a band at most: more would save little of what a band costs to begin.
const MOST_ROWS: usize = 14;

/// A part of a step and how it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Module path of the block, or of the first and last layer.
    pub name: String,
    /// How it runs.
    pub schedule: Schedule,
    /// Whether that is not what the planner would choose.
    pub overridden: bool,
}

/// How a part runs. Results are the same whatever is chosen, up to rounding where panels differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Whether it runs depth first in one step with the part before it; `None` where it cannot.
    pub fuse: Option<bool>,
    /// Output channels of a panel, except in a projection.
    pub panel: usize,
    /// Rows of the depthwise output made at a time, where there is one.
    pub band: Option<usize>,
    /// How threads share it; `None` for the head, which is always split into
    /// [`Head::PARTIAL_SUMS`] sums.
    ///
    /// [`Head::PARTIAL_SUMS`]: crate::kernels::steps::Head::PARTIAL_SUMS
    pub split: Option<Split>,
}

impl Schedule {
    fn runs_as(&self, other: &Self) -> bool {
        let fuse = |schedule: &Self| Some(schedule.fuse == Some(true));
        Self { fuse: fuse(self), ..*self } == Self { fuse: fuse(other), ..*other }
    }
}

/// A step before its layers become the kernels' data.
pub struct Scheduled {
    pub layers: StepLayers,
    /// One for each unit of a chain, otherwise one.
    pub parts: Vec<Part>,
}

/// Schedules the parts of a network and joins those that run as one step.
///
/// # Errors
///
/// Where an override asks for what cannot be; all of them at once.
pub fn schedule(
    graph: &LayerGraph,
    parts: Vec<StepLayers>,
    machine: &Machine,
    overrides: &Overrides,
) -> Result<Vec<Scheduled>> {
    let names: Vec<String> = parts.iter().map(|layers| name(graph, &layers.layers())).collect();
    let planner = Planner { graph, machine, parts: &parts };
    let mut problems = Vec::new();
    let planned = planner.choose(&vec![Request::default(); parts.len()], &mut problems);
    let requests = overrides.requests(&names, &mut problems);
    let chosen = planner.choose(&requests, &mut problems);
    overrides.settle(problems)?;
    let mut steps: Vec<Scheduled> = Vec::new();
    for (i, (layers, name)) in parts.into_iter().zip(names).enumerate() {
        let schedule = chosen[i];
        let part = Part { name, schedule, overridden: !schedule.runs_as(&planned[i]) };
        match (steps.last_mut(), layers) {
            (
                Some(Scheduled { layers: StepLayers::Chain { units, project }, parts }),
                StepLayers::Chain { units: more, project: end },
            ) if schedule.fuse == Some(true) => {
                units.extend(more);
                *project = end;
                parts.push(part);
            }
            (_, layers) => steps.push(Scheduled { layers, parts: vec![part] }),
        }
    }
    Ok(steps)
}

/// What schedules follow from.
struct Planner<'a> {
    graph: &'a LayerGraph,
    machine: &'a Machine,
    parts: &'a [StepLayers],
}

impl Planner<'_> {
    /// The schedule of each part: what is asked for, and the planner's choice of the rest.
    fn choose(&self, requests: &[Request], problems: &mut Vec<Diagnostic>) -> Vec<Schedule> {
        let fuse = self.fusions(requests, problems);
        let part = |i: usize| {
            let fused = [fuse.get(i), fuse.get(i + 1)].contains(&Some(&Some(true)));
            let (layers, mut check) = (&self.parts[i], Check { request: requests[i], problems });
            let c = self.graph.layer(layers.layers()[0]).output.c;
            let (panel, band, split) = match layers {
                StepLayers::Conv(fused) => {
                    check.band(None);
                    let by_rows = self.graph.layer(fused.dense).output.h >= MANY_ROWS;
                    let split = if by_rows { Split::Rows } else { Split::Panels };
                    let split = check.request.split.map_or(split, |(split, _)| split);
                    (check.panel(PANEL, c), None, Some(split))
                }
                StepLayers::Chain { units, project } => {
                    let depthwise = self.graph.layer(units[0].depthwise).output;
                    check.band(Some(depthwise.h));
                    check.split(depthwise.h, fused);
                    let project = project.is_some();
                    let (panel, band, split) = self.chain(units[0], project, fused, &check.request);
                    (check.panel(panel, depthwise.c), Some(band), Some(split))
                }
                StepLayers::Head { .. } => {
                    check.band(None);
                    check.no_split();
                    (check.panel(PANEL, c), None, None)
                }
            };
            Schedule { fuse: fuse[i], panel, band, split }
        };
        (0..self.parts.len()).map(part).collect()
    }

    /// Whether each part runs in one step with the part before it. The planner joins chains to run
    /// depth first where the tensor between them would not stay in the second-level cache.
    fn fusions(&self, requests: &[Request], problems: &mut Vec<Diagnostic>) -> Vec<Option<bool>> {
        let by_panels = |request: &Request| matches!(request.split, Some((Split::Panels, _)));
        let mut parts = 0;
        let mut fusion = |i: usize| {
            let fuse = match (self.follows(i, parts), requests[i].fuse) {
                (Ok(_), Some((fuse, _))) => Some(fuse),
                (Ok(between), None) => {
                    let large = bytes(between) > self.machine.l2 / 2;
                    Some(large && !requests[i - 1..=i].iter().any(by_panels))
                }
                (Err(why), Some((true, at))) => {
                    let label = format!("only false is allowed: {why}");
                    problems.push(Diagnostic::new(at, "`fuse` is true").label(label));
                    None
                }
                (Err(_), _) => None,
            };
            parts = if fuse == Some(true) { parts + 1 } else { 1 };
            fuse
        };
        (0..self.parts.len()).map(&mut fusion).collect()
    }

    /// The tensor between part `i` and the `parts` of the step before it where they can run as one
    /// step; otherwise why they cannot.
    fn follows(&self, i: usize, parts: usize) -> std::result::Result<Shape, &'static str> {
        let before = i.checked_sub(1).map(|before| &self.parts[before]);
        let Some(StepLayers::Chain { units: first, project: None }) = before else {
            return Err("what runs before does not end in a depthwise convolution");
        };
        let pointwise = |dense| match self.graph.layer(dense).kind {
            Kind::Pointwise(window) => window.stride == 1,
            _ => false,
        };
        let dense = match &self.parts[i] {
            StepLayers::Chain { units, .. } => units[0].dense.filter(|&dense| pointwise(dense)),
            _ => None,
        };
        let Some(dense) = dense else {
            return Err("this does not begin with a 1×1 and a depthwise convolution");
        };
        let made = first[first.len() - 1].depthwise;
        if self.graph.consumers(Source::Layer(made)) != [dense] {
            return Err("others read the tensor between the two");
        }
        if parts >= MAX_UNITS {
            return Err("the step before has as many parts as a step may have");
        }
        Ok(self.graph.layer(made).output)
    }

    /// Panel, band and split of a depthwise convolution with what is around it.
    fn chain(
        &self,
        unit: UnitLayers,
        project: bool,
        fused: bool,
        request: &Request,
    ) -> (usize, usize, Split) {
        let Machine { l1, l2, .. } = *self.machine;
        let depthwise = self.graph.layer(unit.depthwise);
        let (input, output) = (depthwise.input, depthwise.output);
        let map = input.positions() * PANEL * size_of::<f32>();
        // Small maps: the whole map of one panel stays in the first-level cache between the two
        // convolutions, and the weights are streamed once.
        let whole = !fused && (map <= l1 || !project && map <= l2 / 4);
        // A projection reads all panels, so a split by panels sends half of them to another core. Where
        // rows are many, it costs less that two threads compute those that both need.
        let by_rows = !whole || project && output.h >= MANY_ROWS;
        let split = match (request.split, request.band) {
            (Some((split, _)), _) => split,
            (None, Some((band, _))) if band < output.h => Split::Rows,
            _ if by_rows => Split::Rows,
            _ => Split::Panels,
        };
        if split == Split::Panels && !fused {
            return (PANEL, output.h, split);
        }
        // A small first-level cache holds the rows of a narrow panel only.
        let small = l1 < 48 << 10;
        let narrow = !fused && input.w >= 56 && small;
        let panel = if narrow { NARROW_PANEL } else { PANEL };
        let row = output.w * output.c * size_of::<f32>();
        let band = match (fused, whole) {
            (true, _) if small => 1,
            (true, _) => 2,
            (_, true) => output.h,
            _ if small => (2 * l1 / row).clamp(1, 4),
            // The rows that a band reads of a panel, and those that it makes of all, stay in the
            // second-level cache.
            _ => {
                let (kernel, stride) =
                    depthwise.kind.window().map_or((1, 1), |window| (window.kernel, window.stride));
                let read = l2 / 8 / (input.w * PANEL.min(input.c) * size_of::<f32>());
                let band = (read + stride).saturating_sub(kernel) / stride;
                band.min(l2 / 2 / row).clamp(1, MOST_ROWS)
            }
        };
        let band = request.band.map_or(band, |(band, _)| band);
        (panel, band.min(output.h), Split::Rows)
    }
}

/// What is asked of one part, and whether it can be.
struct Check<'a> {
    request: Request,
    problems: &'a mut Vec<Diagnostic>,
}

impl Check<'_> {
    fn report(&mut self, at: Span, message: String, allowed: String) {
        self.problems.push(Diagnostic::new(at, message).label(allowed));
    }

    /// The panel of `c` channels: the planned one unless another is asked for.
    fn panel(&mut self, planned: usize, c: usize) -> usize {
        let most = c.next_multiple_of(NARROW_PANEL);
        let Some((panel, at)) = self.request.panel else { return planned.min(most) };
        if panel > most || !panel.is_multiple_of(NARROW_PANEL) {
            let allowed = format!(
                "a multiple of {NARROW_PANEL}, at most {most}, is allowed for {c} channels"
            );
            self.report(at, format!("`panel` is {panel}"), allowed);
        }
        panel
    }

    /// The band where a depthwise convolution makes `h` rows; without one there is none.
    fn band(&mut self, h: Option<usize>) {
        let Some((band, at)) = self.request.band else { return };
        let allowed = match h {
            Some(h) if band <= h => return,
            Some(h) => format!("at most the {h} rows of the map are allowed"),
            None => "not allowed: only a depthwise convolution is made by bands".to_owned(),
        };
        self.report(at, format!("`band` is {band}"), allowed);
    }

    /// The split of a depthwise convolution of `h` rows.
    fn split(&mut self, h: usize, fused: bool) {
        let Some((Split::Panels, at)) = self.request.split else { return };
        let message = || "`split` is panels".to_owned();
        match self.request.band {
            _ if fused => {
                let allowed = "only rows is allowed in a step of several parts";
                self.report(at, message(), allowed.to_owned());
            }
            Some((band, beside)) if band < h => {
                let allowed = format!("only with a band of the whole map, {h} rows");
                let problem = Diagnostic::new(at, message()).label(allowed);
                self.problems.push(problem.and(beside, "this splits the map into bands"));
            }
            _ => {}
        }
    }

    /// The head has no split of its own.
    fn no_split(&mut self) {
        let Some((split, at)) = self.request.split else { return };
        let allowed = "not allowed: the classifier is always split into the same parts";
        self.report(at, format!("`split` is {}", split_name(split)), allowed.to_owned());
    }
}

/// A split's name in files and reports.
pub fn split_name(split: Split) -> &'static str {
    match split {
        Split::Rows => "rows",
        Split::Panels => "panels",
    }
}

fn bytes(shape: Shape) -> usize {
    shape.elements() * size_of::<f32>()
}
