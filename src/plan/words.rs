//! What a step fuses and how it runs, in words.

use super::{Step, split_name};
use crate::kernels::steps::{self, Dense, Head, LINEAR, Window};

impl Step {
    /// What it fuses, in order: `expand 16→96, depthwise 3×3/2, project 96→24`.
    pub fn fuses(&self) -> String {
        let parts: Vec<String> = (0..self.parts.len()).map(|part| self.fuses_in(part)).collect();
        parts.join(", ")
    }

    /// What one of its parts has of that.
    pub fn fuses_in(&self, part: usize) -> String {
        let add = |residual: bool| residual.then(|| "add".to_owned());
        let words = match &self.operation {
            steps::Step::Conv(conv) => {
                vec![Some(dense(&conv.dense, "pointwise")), add(conv.residual.is_some())]
            }
            steps::Step::Chain(chain) => {
                let (units, project) = (chain.units(), chain.project);
                // The papers' words.
                let inverted = self.is_inverted_residual();
                let [first, last] = if inverted { ["expand", "project"] } else { ["pointwise"; 2] };
                let unit = &units[part];
                let project = project.filter(|_| part + 1 == units.len());
                vec![
                    unit.dense.map(|unit| dense(&unit, first)),
                    Some(format!("depthwise {}", window(&unit.depthwise.window))),
                    project.map(|project| dense(&project, last)),
                    add(project.is_some() && chain.residual.is_some()),
                ]
            }
            steps::Step::Head(head) => vec![
                head.dense.map(|head| dense(&head, "pointwise")),
                Some("global average pool".to_owned()),
                Some(format!("classifier {}→{}", head.c, head.classes)),
            ],
        };
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Whether it ends with a linear projection, as the blocks of MobileNetV2 do.
    pub fn is_inverted_residual(&self) -> bool {
        let steps::Step::Chain(chain) = &self.operation else { return false };
        chain.project.is_some_and(|dense| dense.clamp == LINEAR)
    }

    /// How it runs: `bands of 2 rows, panels of 32 channels, split by rows`. Parts that differ are told
    /// apart by slashes.
    pub fn runs(&self) -> String {
        let schedules = || self.parts.iter().map(|part| part.schedule);
        let bands = each(schedules().filter_map(|schedule| schedule.band));
        let whole = matches!(&self.operation, steps::Step::Chain(chain)
            if chain.units().iter().all(|unit| unit.band == unit.output.0));
        let mut words = match &bands[..] {
            "" => Vec::new(),
            _ if whole => vec!["whole maps".to_owned()],
            "1" => vec!["bands of 1 row".to_owned()],
            rows => vec![format!("bands of {rows} rows")],
        };
        if self.parts.len() > 1 {
            words.insert(0, "depth first".to_owned());
        }
        words.push(format!("panels of {} channels", each(schedules().map(|s| s.panel))));
        words.push(match self.parts[0].schedule.split {
            Some(split) => format!("split by {}", split_name(split)),
            None => format!("split into {} parts", Head::PARTIAL_SUMS),
        });
        words.join(", ")
    }
}

/// The values with slashes between, or the one that all are.
fn each(values: impl Iterator<Item = usize>) -> String {
    let mut values: Vec<String> = values.map(|value| value.to_string()).collect();
    if values.windows(2).all(|pair| pair[0] == pair[1]) {
        values.truncate(1);
    }
    values.join("/")
}

/// A dense convolution; a 1×1 one is called `pointwise`.
fn dense(dense: &Dense, pointwise: &str) -> String {
    let Dense { c_in, c_out, window: Window { kernel, stride, .. }, .. } = dense;
    match (kernel, stride) {
        (1, 1) => format!("{pointwise} {c_in}→{c_out}"),
        _ => format!("convolution {} {c_in}→{c_out}", window(&dense.window)),
    }
}

fn window(window: &Window) -> String {
    let Window { kernel: k, stride, .. } = window;
    if *stride == 1 { format!("{k}×{k}") } else { format!("{k}×{k}/{stride}") }
}
