//! Totals of one network at many widths and resolutions.

use std::num::NonZero;

use super::{Roofline, Totals};
use crate::block::Variant;
use crate::error::{Error, Result};
use crate::machine::Description;
use crate::plan::Plan;
use crate::spec::{Loaded, Spec};

/// Most points of a sweep.
pub const MAX_POINTS: usize = 100_000;
/// Most points of a sweep that is planned for a machine though nothing asks for what only a plan tells.
pub const MAX_PLANNED: usize = 1_000;
/// Most layers of all of its points together.
const MAX_LAYERS: usize = 10_000_000;

/// One network of a sweep.
#[derive(Clone, Debug)]
pub struct Point {
    /// Which of the specs it comes from.
    pub spec: usize,
    /// How it differs from the spec.
    pub variant: Variant,
    /// Width multiplier.
    pub width: f64,
    /// Rows and columns of the input.
    pub resolution: [usize; 2],
    /// Number of classes.
    pub classes: usize,
    /// What it costs.
    pub totals: Totals,
}

impl Point {
    /// The network of a variant of a spec, which is the one of number `spec`.
    pub fn of(spec: usize, loaded: &Loaded, variant: Variant, totals: Totals) -> Self {
        let own = &loaded.spec;
        let (height, width) = variant.resolution.unwrap_or((own.input.height, own.input.width));
        Self {
            spec,
            variant,
            width: variant.width.unwrap_or(own.width.multiplier),
            resolution: [height, width],
            classes: variant.classes.unwrap_or(own.classes),
            totals,
        }
    }

    /// Whether it is the network that its spec describes, with nothing changed.
    pub fn is_own(&self, spec: &Spec) -> bool {
        self.width == spec.width.multiplier
            && self.resolution == [spec.input.height, spec.input.width]
            && self.classes == spec.classes
    }
}

/// What to sweep over. An empty list stands for the spec's own value.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// Width multipliers.
    pub widths: Vec<f64>,
    /// Rows and columns of the input.
    pub resolutions: Vec<(usize, usize)>,
    /// Number of classes in place of the spec's.
    pub classes: Option<usize>,
    /// The machine to plan every network for, which gives the bytes of its arena and its time.
    pub machine: Option<Description>,
}

impl Sweep {
    /// The variants of one spec: each width at each resolution, widths outermost.
    pub fn variants(&self) -> impl Iterator<Item = Variant> {
        let widths = options(&self.widths);
        let resolutions = options(&self.resolutions);
        let classes = self.classes;
        widths.into_iter().flat_map(move |width| {
            let resolutions = resolutions.clone().into_iter();
            resolutions.map(move |resolution| Variant { width, resolution, classes })
        })
    }

    /// Number of networks: every variant of every spec.
    pub fn points(&self, specs: &[Loaded]) -> usize {
        let values = [specs.len(), self.widths.len().max(1), self.resolutions.len().max(1)];
        values.into_iter().fold(1, usize::saturating_mul)
    }

    /// Layers of every variant of every spec, in order, as far as each has a graph.
    pub fn layers<'a>(&'a self, specs: &'a [Loaded]) -> impl Iterator<Item = usize> + 'a {
        let graphs = specs.iter().flat_map(|spec| self.variants().map(|v| spec.graph(&v)));
        graphs.map_while(Result::ok).map(|graph| graph.len())
    }

    /// Totals of every variant of every spec, in order, computed on all cores.
    ///
    /// # Errors
    /// Where there are more than [`MAX_POINTS`], or too many layers in them; and the largest variant,
    /// otherwise the first in order, that has no graph.
    pub fn run(&self, specs: &[Loaded]) -> Result<Vec<Point>> {
        self.check(specs)?;
        let work: Vec<(usize, Variant)> = (0..specs.len())
            .flat_map(|spec| self.variants().map(move |variant| (spec, variant)))
            .collect();
        let point = |&(i, variant): &(usize, Variant)| self.point(specs, i, variant);
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        if threads == 1 {
            // A browser has no threads to give.
            return work.iter().map(point).collect();
        }
        let share = work.len().div_ceil(threads).max(1);
        let parts: Vec<Result<Vec<Point>>> = std::thread::scope(|scope| {
            let workers: Vec<_> = work
                .chunks(share)
                .map(|part| scope.spawn(move || part.iter().map(point).collect()))
                .collect();
            let join = |worker: std::thread::ScopedJoinHandle<_>| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            workers.into_iter().map(join).collect()
        });
        let mut points = Vec::with_capacity(work.len());
        for part in parts {
            points.append(&mut part?);
        }
        Ok(points)
    }

    /// Judges the size of the sweep, and its largest networks: most of those that cannot be are too
    /// large.
    fn check(&self, specs: &[Loaded]) -> Result<()> {
        let [widths, resolutions] =
            [self.widths.len(), self.resolutions.len()].map(|values| values.max(1));
        let what = || {
            let specs = specs.len();
            format!("{specs} specs at {widths} widths and {resolutions} resolutions")
        };
        let points = self.points(specs);
        if points > MAX_POINTS {
            return Err(Error::Usage(format!(
                "{} are {points} networks; at most {MAX_POINTS} are compared",
                what()
            )));
        }
        let largest = self.largest();
        let variants = points / specs.len().max(1);
        let layers = specs.iter().map(|loaded| Ok(loaded.graph(&largest)?.len() * variants));
        let layers = layers.sum::<Result<usize>>()?;
        if layers > MAX_LAYERS {
            return Err(Error::Usage(format!(
                "{} have {layers} layers in all; at most {MAX_LAYERS} are counted",
                what()
            )));
        }
        Ok(())
    }

    /// The widest variant at the largest resolution.
    fn largest(&self) -> Variant {
        Variant {
            width: self.widths.iter().copied().max_by(f64::total_cmp),
            resolution: self.resolutions.iter().copied().max_by_key(|&(h, w)| h as u64 * w as u64),
            classes: self.classes,
        }
    }

    fn point(&self, specs: &[Loaded], index: usize, variant: Variant) -> Result<Point> {
        let loaded = &specs[index];
        let graph = loaded.graph(&variant)?;
        let mut totals = Totals::of(&graph);
        if let Some(machine) = &self.machine
            && let Ok(plan) = Plan::new(&graph, &machine.machine())
        {
            totals.arena_bytes = Some(plan.arena_bytes() as u64);
            totals.predicted_ns = Some(Roofline::of(&graph, &plan, machine).predicted_ns());
        }
        Ok(Point::of(index, loaded, variant, totals))
    }
}

/// Each value as an option; `None` alone for an empty list.
fn options<T: Copy>(values: &[T]) -> Vec<Option<T>> {
    if values.is_empty() { vec![None] } else { values.iter().copied().map(Some).collect() }
}

/// Widths that cost no memory: points of one spec and resolution with the same peak.
#[derive(Clone, Debug, PartialEq)]
pub struct Plateau {
    /// Which of the specs.
    pub spec: usize,
    /// Rows and columns of the input.
    pub resolution: [usize; 2],
    /// Neighbouring widths of the sweep, ascending.
    pub widths: Vec<f64>,
    /// Their peak.
    pub peak_live_bytes: u64,
}

/// The plateaus of a sweep: neighbouring widths with the same peak.
pub fn plateaus(points: &[Point]) -> Vec<Plateau> {
    let mut order: Vec<&Point> = points.iter().collect();
    let group = |p: &Point| (p.spec, p.resolution);
    order.sort_by(|a, b| group(a).cmp(&group(b)).then(a.width.total_cmp(&b.width)));
    order.dedup_by(|a, b| group(a) == group(b) && a.width == b.width);
    let same = |a: &&Point, b: &&Point| {
        group(a) == group(b) && a.totals.peak_live_bytes == b.totals.peak_live_bytes
    };
    let runs = order.chunk_by(same).filter(|run| run.len() > 1);
    runs.map(|run| Plateau {
        spec: run[0].spec,
        resolution: run[0].resolution,
        widths: run.iter().map(|point| point.width).collect(),
        peak_live_bytes: run[0].totals.peak_live_bytes,
    })
    .collect()
}
