//! The arena of the generated crate: which step's tensor lies where, and for how long.

use std::collections::HashMap;

use serde::Serialize;

use super::F32_BYTES;
use crate::kernels::steps::{Place, Tensor};
use crate::plan::Plan;

/// The arena of a plan, in f32 elements unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arena<'p> {
    /// Bytes with one thread: the crate's `ARENA_BYTES`.
    pub bytes: u64,
    /// The part that all threads share.
    pub shared_elems: u64,
    /// The part that each thread has of its own.
    pub scratch_elems: u64,
    /// The steps in order.
    pub steps: Vec<ArenaStep<'p>>,
    /// What lies in the shared part, in order of time.
    pub blocks: Vec<ArenaBlock>,
}

/// A fused step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArenaStep<'p> {
    /// Name of the step.
    pub name: &'p str,
    /// Numbers of its layers, from 0.
    pub layers: Vec<usize>,
    /// Elements of the shared part that hold something while it runs.
    pub used_elems: u64,
    /// Scratch elements of a thread.
    pub scratch_elems: u64,
}

/// A range of the shared part, held from one step to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ArenaBlock {
    /// Whether it holds the step's output or what only the step itself uses.
    pub kind: BlockKind,
    /// First element.
    pub offset: u64,
    /// Number of elements.
    pub elements: u64,
    /// The step that writes it.
    pub from: usize,
    /// The last step that reads it.
    pub to: usize,
}

/// What lies in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The output of a step.
    Output,
    /// Room that one step needs beside its operands.
    Workspace,
}

impl<'p> Arena<'p> {
    /// The arena of a plan.
    pub fn of(plan: &'p Plan) -> Self {
        let mut blocks: Vec<ArenaBlock> = Vec::new();
        // The block that was last written at an offset is the one that a step reads there.
        let mut newest: HashMap<u64, usize> = HashMap::new();
        let place = |tensor: &Tensor| match tensor.place {
            Place::Arena(offset) => Some(offset as u64),
            Place::Input | Place::Logits => None,
        };
        for (i, step) in plan.steps.iter().enumerate() {
            for offset in step.operands().filter_map(place) {
                if let Some(&block) = newest.get(&offset) {
                    blocks[block].to = i;
                }
            }
            if let Some((offset, length)) = step.operation.workspace() {
                let (offset, elements) = (offset as u64, length as u64);
                let kind = BlockKind::Workspace;
                blocks.push(ArenaBlock { kind, offset, elements, from: i, to: i });
            }
            if let Some(out) = step.output()
                && let Some(offset) = place(&out)
            {
                newest.insert(offset, blocks.len());
                let elements = out.len() as u64;
                let kind = BlockKind::Output;
                blocks.push(ArenaBlock { kind, offset, elements, from: i, to: i });
            }
        }
        let used = used(&blocks, plan.steps.len());
        let steps = plan.steps.iter().zip(used).map(|(step, used_elems)| ArenaStep {
            name: &step.name,
            layers: step.layers.iter().map(|id| id.0).collect(),
            used_elems,
            scratch_elems: step.operation.scratch() as u64,
        });
        Self {
            bytes: plan.arena_elements() as u64 * F32_BYTES,
            shared_elems: plan.shared as u64,
            scratch_elems: plan.scratch as u64,
            steps: steps.collect(),
            blocks,
        }
    }
}

/// Elements held at each step.
fn used(blocks: &[ArenaBlock], steps: usize) -> Vec<u64> {
    let (mut starting, mut ending) = (vec![0; steps], vec![0; steps]);
    for block in blocks {
        starting[block.from] += block.elements;
        ending[block.to] += block.elements;
    }
    let mut held = 0;
    let at = |(starting, ending): (u64, u64)| {
        held += starting;
        let used = held;
        held -= ending;
        used
    };
    starting.into_iter().zip(ending).map(at).collect()
}
