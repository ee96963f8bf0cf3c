//! The oracle's values that ship with a crate.
//!
//! `steps.txt` has a line a step: its name, the number of values, the largest magnitude, then values
//! at [`positions`], then the mean of each channel over the map. `logits.txt` has a logit a line.

use crate::graph::{LayerGraph, LayerId};
use crate::plan::Plan;
use crate::weights::splitmix::splitmix64;

/// Values at fixed distances, first and last included.
const SPREAD: usize = 64;

/// The files, made while the oracle runs.
#[derive(Clone, Debug)]
pub struct Golden<'a> {
    graph: &'a LayerGraph,
    plan: &'a Plan,
    /// The step that a layer is the last of, by layer.
    step_of: Vec<Option<usize>>,
    /// A line for each step that has run.
    steps: Vec<String>,
    logits: String,
}

impl<'a> Golden<'a> {
    /// Nothing yet.
    pub fn new(graph: &'a LayerGraph, plan: &'a Plan) -> Self {
        let mut step_of = vec![None; graph.len()];
        for (i, step) in plan.steps.iter().enumerate() {
            step_of[step.layers[step.layers.len() - 1].0] = Some(i);
        }
        let steps = vec![String::new(); plan.steps.len()];
        Self { graph, plan, step_of, steps, logits: String::new() }
    }

    /// Takes what is kept of the oracle's output of a layer, HWC.
    pub fn observe(&mut self, layer: LayerId, values: &[f64]) {
        if let Some(step) = self.step_of[layer.0] {
            self.steps[step] = line(&self.plan.steps[step].name, values, self.graph, layer);
        }
        if layer.0 + 1 == self.graph.len() {
            self.logits = values.iter().map(|&x| format!("{}\n", number(x))).collect();
        }
    }

    /// The file `steps.txt`.
    pub(super) fn steps(&self) -> String {
        self.steps.concat()
    }

    /// The file `logits.txt`.
    pub(super) fn logits(&self) -> &str {
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

/// The line of a step whose output is that of `layer`.
fn line(name: &str, values: &[f64], graph: &LayerGraph, layer: LayerId) -> String {
    let c = graph.layer(layer).output.c;
    let largest = values.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    let mut text = format!("{name} {} {}", values.len(), number(largest));
    for i in positions(values.len(), c) {
        text += &format!(" {}", number(values[i]));
    }
    for channel in 0..c {
        let of_channel = values.iter().skip(channel).step_by(c);
        text += &format!(" {}", number(of_channel.sum::<f64>() / (values.len() / c) as f64));
    }
    text + "\n"
}

/// Enough digits for comparisons relative to the largest magnitude of a tensor.
fn number(x: f64) -> String {
    format!("{x:.6e}")
}
