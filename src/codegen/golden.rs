//! The oracle's values that ship with a crate, for each of some inputs.
//!
//! `N_steps.txt`, N being the input's number from 0, has a line a step: its name, rows, columns and
//! channels of its output, the [`scale`] of differences, then values at [`positions`], then sums of
//! all values, each times its [`factor`]: one for each channel, one for each row. `N_logits.txt` has a
//! logit a line. `templates/crate/tests/golden/expected.rs` reads them.

use crate::graph::{LayerGraph, LayerId};
use crate::layer::Shape;
use crate::plan::Plan;
use crate::reference::{magnitude, scale};
use crate::weights::splitmix::splitmix64;

/// Values at fixed distances, first and last included.
const SPREAD: usize = 64;

/// The files of one input, made while the oracle runs.
#[derive(Clone, Debug)]
pub struct Golden<'a> {
    graph: &'a LayerGraph,
    plan: &'a Plan,
    /// The step that a layer is the last of, by layer.
    step_of: Vec<Option<usize>>,
    /// A line for each step that has run.
    steps: Vec<String>,
    logits: String,
    /// The largest magnitude of the layer that ran last.
    largest: f64,
}

impl<'a> Golden<'a> {
    /// What the golden input is multiplied by for each input of a crate's tests. The second takes
    /// activations to their bounds.
    pub const SCALES: [f32; 2] = [1.0, -8.0];

    /// Nothing yet.
    pub fn new(graph: &'a LayerGraph, plan: &'a Plan) -> Self {
        let mut step_of = vec![None; graph.len()];
        for (i, step) in plan.steps.iter().enumerate() {
            step_of[step.layers[step.layers.len() - 1].0] = Some(i);
        }
        let steps = vec![String::new(); plan.steps.len()];
        Self { graph, plan, step_of, steps, logits: String::new(), largest: 0.0 }
    }

    /// Takes what is kept of the oracle's output of a layer, HWC.
    pub fn observe(&mut self, layer: LayerId, values: &[f64]) {
        if let Some(step) = self.step_of[layer.0] {
            let (name, shape) = (&self.plan.steps[step].name, self.graph.layer(layer).output);
            self.steps[step] = line(name, scale(values, self.largest), values, shape);
        }
        self.largest = magnitude(values);
        if layer.0 + 1 == self.graph.len() {
            self.logits = values.iter().map(|&x| format!("{}\n", number(x))).collect();
        }
    }

    /// The file `N_steps.txt`.
    pub fn steps(&self) -> String {
        self.steps.concat()
    }

    /// The file `N_logits.txt`.
    pub fn logits(&self) -> &str {
        &self.logits
    }
}

/// Indices in HWC order of the values that are kept of a tensor of `len` values in `c` channels: some
/// at fixed distances, and one of each channel.
fn positions(len: usize, c: usize) -> impl Iterator<Item = usize> {
    let spread = (0..SPREAD).map(move |i| i * (len - 1) / (SPREAD - 1));
    let map = (len / c) as u64;
    spread.chain((0..c).map(move |i| (splitmix64(i as u64) % map) as usize * c + i))
}

/// What value `i` is multiplied by in a sum, from 0.5 to 1.5 in magnitude: no two values stand for one
/// another, and none is lost in the sum of many.
fn factor(i: usize) -> f64 {
    let bits = splitmix64(i as u64);
    let magnitude = 0.5 + (bits >> 11) as f64 / (1u64 << 53) as f64;
    if bits & 1 == 0 { magnitude } else { -magnitude }
}

/// The line of a step.
fn line(name: &str, scale: f64, values: &[f64], Shape { h, w, c }: Shape) -> String {
    let mut sums = vec![0.0; c + h];
    for (i, value) in values.iter().enumerate() {
        let term = factor(i) * value;
        sums[i % c] += term;
        sums[c + i / (w * c)] += term;
    }
    let values = positions(values.len(), c).map(|i| values[i]);
    let numbers = [scale].into_iter().chain(values).chain(sums);
    format!(
        "{name} {h} {w} {c}{}\n",
        numbers.map(|x| format!(" {}", number(x))).collect::<String>()
    )
}

/// Enough digits for comparisons relative to a tensor's largest magnitude.
fn number(x: f64) -> String {
    format!("{x:.7e}")
}
