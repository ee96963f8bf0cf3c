//! Places of tensors in one arena, by lifetime.

use super::{Operation, Plan, aligned};
use crate::graph::{LayerGraph, LayerId, Source};
use crate::kernels::steps::{Place, Split, Tensor};

/// A tensor or workspace that needs a place from one step to another.
struct Block {
    elements: usize,
    from: usize,
    to: usize,
    at: usize,
}

/// Gives each tensor of the plan a place, largest first, at the lowest offset that is free for its
/// whole lifetime.
pub fn place(graph: &LayerGraph, plan: &mut Plan) {
    // The step that covers each layer.
    let mut step_of = vec![0; graph.len()];
    for (i, step) in plan.steps.iter().enumerate() {
        step.layers.iter().for_each(|layer| step_of[layer.0] = i);
    }
    let mut blocks: Vec<Block> = Vec::new();
    // Blocks 0..steps are the outputs, the rest are workspaces.
    for (i, step) in plan.steps.iter().enumerate() {
        let last = step.layers[step.layers.len() - 1];
        let to = graph.last_use(Source::Layer(last)).map_or(i, |reader| step_of[reader.0]);
        let elements = step.output().map_or(0, Tensor::len);
        blocks.push(Block { elements: aligned(elements), from: i, to, at: 0 });
    }
    let mut workspaces = Vec::new();
    for (i, step) in plan.steps.iter().enumerate() {
        let elements = match &step.operation {
            Operation::Head(head) => head.sums_len(),
            Operation::Chain { units, project: Some(_), split: Split::Panels, .. } => {
                units[0].rows_len()
            }
            _ => continue,
        };
        workspaces.push((i, elements, blocks.len()));
        blocks.push(Block { elements: aligned(elements), from: i, to: i, at: 0 });
    }
    plan.shared = assign(&mut blocks, plan.steps.len());

    let at = |source: Source| match source {
        Source::Input => Place::Input,
        Source::Layer(id) => Place::Arena(blocks[step_of[id.0]].at),
    };
    for (i, step) in plan.steps.iter_mut().enumerate() {
        let first = graph.operands(step.layers[0])[0];
        let skip = residual(graph, &step.layers);
        let own = Place::Arena(blocks[i].at);
        match &mut step.operation {
            Operation::Conv(conv) => {
                conv.source.place = at(first);
                conv.out.place = own;
                if let (Some(tensor), Some(skip)) = (&mut conv.residual, skip) {
                    tensor.place = at(skip);
                }
            }
            Operation::Chain { source, residual, out, .. } => {
                source.place = at(first);
                out.place = own;
                if let (Some(tensor), Some(skip)) = (residual, skip) {
                    tensor.place = at(skip);
                }
            }
            Operation::Head(head) => head.source.place = at(first),
        }
    }
    for (i, elements, block) in workspaces {
        let at = blocks[block].at;
        plan.steps[i].workspace = Some((at, elements));
        match &mut plan.steps[i].operation {
            Operation::Head(head) => head.sums = at,
            Operation::Chain { units, .. } => units[0].rows = at,
            Operation::Conv(_) => {}
        }
    }
    plan.scratch = aligned(plan.steps.iter().map(super::Step::scratch).max().unwrap_or(0));
}

/// The operand of a step's add that the step does not make itself.
fn residual(graph: &LayerGraph, layers: &[LayerId]) -> Option<Source> {
    let add = *layers.last()?;
    let made = |source: &Source| matches!(source, Source::Layer(id) if layers.contains(id));
    let operands = graph.operands(add);
    (operands.len() == 2).then(|| operands.iter().copied().find(|source| !made(source)))?
}

/// Sets the offsets and returns the size of the arena. The time is that of sorting, and for each
/// block the number of blocks that live in its steps: few, as no tensor outlives its building block.
fn assign(blocks: &mut [Block], steps: usize) -> usize {
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(blocks[i].elements), i));
    // The ranges that have been given away at each step.
    let mut taken: Vec<Vec<(usize, usize)>> = vec![Vec::new(); steps];
    let mut meeting = Vec::new();
    let mut size = 0;
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
        size = size.max(at + elements);
        taken[from..=to].iter_mut().for_each(|ranges| ranges.push((at, at + elements)));
    }
    size
}
