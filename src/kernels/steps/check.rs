//! Whether a step fits its memory: what the kernels rely on.
//!
//! Lengths come from `sizes`, where what is too large for a number is larger than any memory; sums and
//! products here are of numbers that were compared with a length before.

use super::super::ops::GROUP;
use super::sizes::{bias_len, sum};
use super::{Chain, Conv, Dense, Depthwise, Head, Memory, Place, Split, Tensor, Unit, Window};

type Fits = Result<(), &'static str>;

/// Most rows of a map whose windows are found by 32-bit remainders.
const MOST_ROWS: usize = 1 << 31;

fn ensure(condition: bool, reason: &'static str) -> Fits {
    if condition { Ok(()) } else { Err(reason) }
}

pub(super) fn conv(step: &Conv, memory: &Memory) -> Fits {
    let Conv { dense, source, residual, out, .. } = step;
    tensor(source, memory)?;
    output(out, &[Some(*source), *residual], memory)?;
    weights(dense.weights, dense.packed_len(), memory)?;
    dense_on(dense, source.c, out.c, out.panel)?;
    window(&dense.window, (source.h, source.w), (out.h, out.w))?;
    let rows_only = dense.window.kernel > 1 || dense.window.stride > 1;
    ensure(!rows_only || source.panel == source.c, "a window reads one panel")?;
    residual_on(residual, out, memory)
}

pub(super) fn chain(step: &Chain, memory: &Memory) -> Fits {
    let Chain { source, units, project, residual, out, split } = step;
    tensor(source, memory)?;
    output(out, &[Some(*source), *residual], memory)?;
    residual_on(residual, out, memory)?;
    ensure(!units.is_empty() && units.len() <= Chain::MAX_UNITS, "one to eight units")?;
    let whole = units.len() == 1 && units[0].band >= units[0].output.0;
    ensure(*split != Split::Panels || whole, "one unit, the whole map")?;
    let mut map = (source.h, source.w);
    let mut c = source.c;
    for (i, unit) in units.iter().enumerate() {
        let last = i + 1 == units.len();
        let Unit { depthwise, input, output, .. } = unit;
        ensure(input.0 > 0 && input.1 > 0 && output.0 > 0 && output.1 > 0, "empty map")?;
        ensure(unit.band > 0 && unit.band <= output.0, "a band of rows")?;
        depthwise_on(depthwise, memory)?;
        window(&depthwise.window, *input, *output)?;
        ensure(input.0 <= MOST_ROWS, "rows of a map")?;
        match &unit.dense {
            Some(dense) => {
                weights(dense.weights, dense.packed_len(), memory)?;
                ensure(dense.panel == depthwise.panel, "the same panels")?;
                dense_on(dense, c, depthwise.c, depthwise.panel)?;
                window(&dense.window, map, *input)?;
                let rows_only = dense.window.kernel > 1 || dense.window.stride > 1;
                let one_panel = i == 0 && source.panel == source.c;
                ensure(!rows_only || one_panel, "a window reads one panel of the source")?;
                let live = (unit.band - 1) * depthwise.window.stride + depthwise.window.kernel;
                let rows = live.min(input.0)..=input.0;
                ensure(rows.contains(&unit.ring_rows), "the ring holds a band's rows")?;
                let grouped = unit.ring_panel == GROUP
                    && depthwise.panel.is_multiple_of(GROUP)
                    && depthwise.c.is_multiple_of(GROUP)
                    && !unit.ring_shared;
                ensure(grouped || unit.ring_panel == depthwise.panel, "panels of the ring")?;
                ensure(!unit.ring_shared || i == 0 && unit.band >= output.0, "shared ring")?;
                scratch(unit.ring, unit.ring_len(), memory)?;
            }
            None => {
                ensure(i == 0 && c == depthwise.c && map == *input, "the source's own shape")?;
                let panel = source.panel == source.c || source.panel == depthwise.panel;
                ensure(panel, "panels of the source")?;
            }
        }
        let len = unit.rows_len();
        if *split == Split::Panels && project.is_some() {
            ensure(disjoint(unit.rows, len, out), "the rows do not overlap the output")?;
            ensure(disjoint(unit.rows, len, source), "the rows do not overlap the source")?;
            ensure(sum([unit.rows, len]) <= memory.shared.len(), "the rows are in the arena")?;
        } else if !last || project.is_some() {
            scratch(unit.rows, len, memory)?;
        }
        (map, c) = (*output, depthwise.c);
    }
    ensure(map == (out.h, out.w), "the output's map")?;
    match project {
        Some(dense) => {
            weights(dense.weights, dense.packed_len(), memory)?;
            ensure(dense.window.kernel == 1 && dense.window.stride == 1, "a pointwise projection")?;
            dense_on(dense, c, out.c, out.panel)
        }
        None => {
            let panel = units[units.len() - 1].depthwise.panel;
            ensure(residual.is_none() && c == out.c, "the output's channels")?;
            ensure(out.panel == out.c || out.panel == panel, "panels of the output")
        }
    }
}

pub(super) fn head(step: &Head, memory: &Memory) -> Fits {
    tensor(&step.source, memory)?;
    ensure(step.panel > 0 && step.panel.is_multiple_of(8), "panels of whole vectors")?;
    weights(step.weights, step.packed_len(), memory)?;
    ensure(step.classes <= memory.logits.len(), "the logits")?;
    let end = sum([step.sums, step.sums_len()]);
    ensure(end <= memory.shared.len(), "the sums are in the arena")?;
    ensure(disjoint(step.sums, step.sums_len(), &step.source), "the sums do not overlap")?;
    match &step.dense {
        Some(dense) => {
            ensure(
                dense.window.kernel == 1 && dense.window.stride == 1,
                "a pointwise convolution",
            )?;
            weights(dense.weights, bias_len(dense.c_out), memory)?;
            ensure(dense.panel == step.panel, "the same panels")?;
            dense_on(dense, step.source.c, step.c, step.c)
        }
        None => {
            let source = &step.source;
            ensure(source.c == step.c, "the source's channels")?;
            ensure(source.panel == source.c || source.panel == step.panel, "panels of the source")
        }
    }
}

fn tensor(tensor: &Tensor, memory: &Memory) -> Fits {
    ensure(!tensor.is_empty(), "an empty tensor")?;
    ensure(tensor.panel > 0 && tensor.panel <= tensor.c, "a tensor's panels")?;
    match tensor.place {
        Place::Input => ensure(tensor.len() <= memory.input.len(), "the input"),
        Place::Arena(at) => ensure(sum([at, tensor.len()]) <= memory.shared.len(), "in the arena"),
    }
}

fn output(out: &Tensor, operands: &[Option<Tensor>], memory: &Memory) -> Fits {
    tensor(out, memory)?;
    let Place::Arena(at) = out.place else { return Err("the output is in the arena") };
    for operand in operands.iter().flatten() {
        ensure(disjoint(at, out.len(), operand), "the output overlaps an operand")?;
    }
    Ok(())
}

/// Whether `len` elements of the arena from `at` on lie outside a tensor.
fn disjoint(at: usize, len: usize, tensor: &Tensor) -> bool {
    match tensor.place {
        Place::Input => true,
        Place::Arena(other) => sum([at, len]) <= other || sum([other, tensor.len()]) <= at,
    }
}

fn residual_on(residual: &Option<Tensor>, out: &Tensor, memory: &Memory) -> Fits {
    let Some(residual) = residual else { return Ok(()) };
    tensor(residual, memory)?;
    ensure(Tensor { place: out.place, ..*residual } == *out, "the residual's shape")
}

fn weights(at: usize, len: usize, memory: &Memory) -> Fits {
    ensure(sum([at, len]) <= memory.weights.len(), "the weights")
}

fn scratch(at: usize, len: usize, memory: &Memory) -> Fits {
    let room = memory.scratch_len.min(memory.scratch.len());
    ensure(sum([at, len]) <= room, "the scratch memory")
}

/// A dense convolution from `c_in` channels to `c_out` channels in panels of `panel`.
fn dense_on(dense: &Dense, c_in: usize, c_out: usize, panel: usize) -> Fits {
    ensure(dense.c_in == c_in && dense.c_out == c_out, "the channels")?;
    ensure(dense.panel > 0 && dense.panel.is_multiple_of(8), "panels of whole vectors")?;
    ensure(panel == c_out || panel == dense.panel, "the output's panels")
}

fn depthwise_on(depthwise: &Depthwise, memory: &Memory) -> Fits {
    let Depthwise { c, panel, .. } = *depthwise;
    ensure(panel > 0 && panel.is_multiple_of(8), "panels of whole vectors")?;
    ensure(c > 0 && panel < sum([c, GROUP]), "panels of the channels")?;
    weights(depthwise.weights, depthwise.packed_len(), memory)
}

/// Every window touches the map, and reaches over its borders by less than half of itself.
fn window(window: &Window, input: (usize, usize), output: (usize, usize)) -> Fits {
    let Window { kernel, stride, top, left } = *window;
    let along = |n: usize, o: usize, before: usize| {
        let end = (o - 1).checked_mul(stride).and_then(|start| start.checked_add(kernel));
        let most = sum([n, before, kernel / 2]);
        before <= kernel / 2 && end.is_some_and(|end| end <= most)
    };
    ensure(kernel > 0 && stride > 0, "an empty window")?;
    let rows = output.0 > 0 && along(input.0, output.0, top);
    ensure(rows && output.1 > 0 && along(input.1, output.1, left), "the window's maps")
}
