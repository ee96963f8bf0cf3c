//! Peak memory by lifetime: which tensors exist while a layer runs.
//!
//! Tensor 0 is the network's input and tensor i + 1 the output of layer i. A tensor exists from the
//! step that writes it to the last step that reads it. Adds are out of place; weights do not count.

use crate::graph::{LayerGraph, Source};
use crate::layer::Kind;

use super::elements;

/// Lifetimes of a network's tensors, in elements.
#[derive(Clone, Debug)]
pub struct Lifetimes {
    /// Size of each tensor.
    pub tensors: Vec<u64>,
    /// The last step that needs each tensor; its own step for the network's output.
    pub last_use: Vec<usize>,
    /// Elements alive while each layer runs.
    pub live: Vec<u64>,
}

/// The largest of each kind of memory figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    /// Elements of the largest tensor.
    pub tensor: u64,
    /// Inputs and output of one layer, skipped tensors not counted (MobileNetV2 paper, formula 2).
    pub io: u64,
    /// Elements alive.
    pub live: u64,
    /// The first step at which `live` is reached.
    pub step: usize,
    /// Elements alive if adds wrote onto an operand that ends there.
    pub live_inplace_add: u64,
}

impl Lifetimes {
    /// Lifetimes of the tensors of `graph`.
    pub fn of(graph: &LayerGraph) -> Self {
        let mut tensors = Vec::with_capacity(graph.len() + 1);
        tensors.push(elements(graph.input()));
        let mut last_use = vec![0];
        for (id, layer) in graph.layers() {
            tensors.push(elements(layer.output));
            last_use.push(id.0);
            for &operand in graph.operands(id).iter() {
                last_use[tensor_of(operand)] = id.0;
            }
        }
        let mut ending = vec![0; graph.len().max(1)];
        for (&size, &step) in tensors.iter().zip(&last_use) {
            ending[step] += size;
        }
        let mut alive = tensors[0];
        let mut live = Vec::with_capacity(graph.len());
        for (&output, ending) in tensors[1..].iter().zip(ending) {
            alive += output;
            live.push(alive);
            alive -= ending;
        }
        Self { tensors, last_use, live }
    }

    /// The largest figures over all steps.
    pub fn peaks(&self, graph: &LayerGraph) -> Peaks {
        let tensor = self.tensors.iter().copied().max().unwrap_or(0);
        let mut peaks = Peaks { tensor, ..Peaks::default() };
        for ((id, layer), &live) in graph.layers().zip(&self.live) {
            let operands = graph.operands(id);
            let output = self.tensors[id.0 + 1];
            let inputs: u64 = operands.iter().map(|&o| self.tensors[tensor_of(o)]).sum();
            let reusable = layer.kind == Kind::Add
                && operands.iter().any(|&o| self.last_use[tensor_of(o)] == id.0);
            if live > peaks.live {
                peaks.live = live;
                peaks.step = id.0;
            }
            peaks.io = peaks.io.max(inputs + output);
            let in_place = if reusable { live - output } else { live };
            peaks.live_inplace_add = peaks.live_inplace_add.max(in_place);
        }
        peaks
    }

    /// The tensors alive at `step`, oldest first.
    pub fn alive_at(&self, step: usize) -> impl Iterator<Item = Source> {
        let written = self.last_use.iter().take(step + 2).enumerate();
        written.filter(move |&(_, &last)| last >= step).map(|(tensor, _)| source_of(tensor))
    }
}

fn tensor_of(source: Source) -> usize {
    match source {
        Source::Input => 0,
        Source::Layer(id) => id.0 + 1,
    }
}

/// The source that is tensor `tensor`.
pub fn source_of(tensor: usize) -> Source {
    match tensor.checked_sub(1) {
        None => Source::Input,
        Some(layer) => Source::Layer(crate::graph::LayerId(layer)),
    }
}
