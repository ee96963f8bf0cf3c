//! What a network needs of the operators.

use super::super::ops::needs::Panels;
use super::{Dense, Depthwise, Network, Step};

/// Rows and columns of a map.
type Map = (usize, usize);

impl<const UNITS: usize> Network<'_, UNITS> {
    /// The sizes of all panels; `None` where there are too many different ones to say.
    pub const fn panels(&self) -> Option<Panels> {
        let (steps, mut all, mut i) = (self.steps(), Some(Panels::NONE), 0);
        while i < steps.len() {
            match &steps[i].1 {
                Step::Conv(conv) => {
                    let (source, out) = (&conv.0.source, &conv.0.out);
                    all = dense(all, &conv.0.dense, (source.h, source.w), (out.h, out.w));
                }
                Step::Chain(chain) => {
                    let (units, source, out) = (chain.0.units(), &chain.0.source, &chain.0.out);
                    let (mut j, mut map) = (0, (source.h, source.w));
                    while j < units.len() {
                        let unit = &units[j];
                        if let Some(layer) = &unit.dense {
                            all = dense(all, layer, map, unit.input);
                        }
                        all = depthwise(all, &unit.depthwise, unit.output);
                        map = unit.output;
                        j += 1;
                    }
                    if let Some(layer) = &chain.0.project {
                        all = dense(all, layer, map, (out.h, out.w));
                    }
                }
                Step::Head(head) => {
                    let map = (head.0.source.h, head.0.source.w);
                    if let Some(layer) = &head.0.dense {
                        // All positions at once.
                        let once = (1, map.0 * map.1);
                        all = dense(all, layer, once, once);
                    }
                }
            }
            i += 1;
        }
        all
    }
}

/// With the panels of a dense convolution, which are any rows of its output at a time, or the parts of
/// a row whose windows lie inside the map.
const fn dense(all: Option<Panels>, layer: &Dense, source: Map, out: Map) -> Option<Panels> {
    let window = &layer.window;
    let (rows, times) = if window.kernel == 1 && window.stride == 1 {
        (out.1, out.0)
    } else {
        let first = window.left.div_ceil(window.stride);
        let room = (source.1 + window.left).saturating_sub(window.kernel);
        let end = room / window.stride + 1;
        let end = if end < out.1 { end } else { out.1 };
        (end.saturating_sub(first), 1)
    };
    let (whole, rest) = widths(layer.c_out, layer.panel);
    let all = with_dense(all, whole, rows, times);
    with_dense(all, rest, rows, times)
}

const fn with_dense(all: Option<Panels>, cols: usize, rows: usize, times: usize) -> Option<Panels> {
    match all {
        Some(panels) if cols > 0 && rows > 0 => panels.with_dense(cols, rows, times),
        all => all,
    }
}

/// With the panels of a depthwise convolution.
const fn depthwise(all: Option<Panels>, layer: &Depthwise, out: Map) -> Option<Panels> {
    let window = (layer.window.kernel, layer.window.stride);
    let (whole, rest) = widths(layer.c, layer.panel);
    let all = match all {
        Some(panels) if whole > 0 => panels.with_depthwise(whole, window, out.1),
        all => all,
    };
    match all {
        Some(panels) if rest > 0 => panels.with_depthwise(rest, window, out.1),
        all => all,
    }
}

/// Channels of the whole panels of `c` channels and of the last one; 0 where there are none such.
const fn widths(c: usize, panel: usize) -> (usize, usize) {
    (if c < panel { 0 } else { panel }, c % panel)
}
