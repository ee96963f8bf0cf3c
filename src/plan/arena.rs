//! Places of tensors in one arena, by lifetime.

use super::fuse::StepLayers;
use super::schedule::Scheduled;
use crate::graph::{LayerGraph, Source};
use crate::kernels::steps::{Head, Split, aligned};

/// A tensor or workspace that needs a place from one step to another.
struct Block {
    elements: usize,
    from: usize,
    to: usize,
    at: usize,
}

/// Offsets in the arena that a step needs.
#[derive(Clone, Copy)]
pub struct Places {
    /// That of its output.
    pub out: usize,
    /// That of what only the step itself uses.
    pub workspace: usize,
}

/// Gives what each step makes a place, largest first, at the lowest offset that is free for its whole
/// lifetime.
pub fn place(graph: &LayerGraph, steps: &[Scheduled]) -> Vec<Places> {
    // The step that covers each layer.
    let mut step_of = vec![0; graph.len()];
    for (i, step) in steps.iter().enumerate() {
        step.layers.layers().iter().for_each(|layer| step_of[layer.0] = i);
    }
    let output = |(i, step): (usize, &Scheduled)| {
        let last = step.layers.last();
        let to = graph.last_use(Source::Layer(last)).map_or(i, |reader| step_of[reader.0]);
        let head = matches!(step.layers, StepLayers::Head { .. });
        let elements = if head { 0 } else { graph.layer(last).output.elements() };
        Block { elements: aligned(elements), from: i, to, at: 0 }
    };
    let workspace = |(i, step): (usize, &Scheduled)| {
        let schedule = step.parts[0].schedule;
        let elements = match &step.layers {
            StepLayers::Head { linear, .. } => {
                Head::sums(graph.layer(*linear).output.c, schedule.panel)
            }
            StepLayers::Chain { units, project: Some(_) }
                if schedule.split == Some(Split::Panels) =>
            {
                graph.layer(units[0].depthwise).output.elements()
            }
            _ => 0,
        };
        Block { elements: aligned(elements), from: i, to: i, at: 0 }
    };
    let each = || steps.iter().enumerate();
    let mut blocks: Vec<Block> = each().map(output).chain(each().map(workspace)).collect();
    assign(&mut blocks, steps.len());
    let (outputs, workspaces) = blocks.split_at(steps.len());
    let places =
        |(out, workspace): (&Block, &Block)| Places { out: out.at, workspace: workspace.at };
    outputs.iter().zip(workspaces).map(places).collect()
}

/// Sets the offsets. The time is that of sorting, and for each
/// block the number of blocks that live in its steps: few, as no tensor outlives its building block.
fn assign(blocks: &mut [Block], steps: usize) {
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(blocks[i].elements), i));
    // The ranges that have been given away at each step.
    let mut taken: Vec<Vec<(usize, usize)>> = vec![Vec::new(); steps];
    let mut meeting = Vec::new();
    for i in order {
        let Block { elements, from, to, .. } = blocks[i];
        meeting.clear();
        meeting.extend(taken[from..=to].iter().flatten().copied());
        meeting.sort_unstable();
        let mut at = 0;
        for &(start, end) in &meeting {
            if at + elements <= start {
                break;
            }
            at = at.max(end);
        }
        blocks[i].at = at;
        taken[from..=to].iter_mut().for_each(|ranges| ranges.push((at, at + elements)));
    }
}
