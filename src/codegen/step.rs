//! Steps as Rust: the calls that build them.

use super::Input;
use super::blob::Blob;
use super::literal::{LINE, float, number};
use super::names::Constants;
use super::view::StepView;
use crate::error::{Error, Result};
use crate::kernels::steps::{
    Dense, LINEAR, Place, RELU, RELU6, Split, Step as Built, Tensor, Unit, Window,
};
use crate::layer::{Kind, Layer};
use crate::plan::Step;
use crate::text::{shape, wrap};

/// Writes steps as Rust, and collects the windows that they use.
pub(super) struct StepWriter<'a> {
    blob: &'a Blob,
    names: Constants,
    /// Tensors and the expressions that stand for them, latest last.
    tensors: Vec<(Tensor, String)>,
    windows: Vec<(Window, String)>,
}

impl<'a> StepWriter<'a> {
    pub fn new(blob: &'a Blob) -> Self {
        let taken = ["INPUT", "STEPS", "NETWORK", "LINEAR", "RELU", "RELU6", "PANEL", "MAX_UNITS"];
        let names = Constants::new(&taken, "STEP");
        Self { blob, names, tensors: Vec::new(), windows: Vec::new() }
    }

    /// One step, the next in order.
    pub fn view(&mut self, input: &Input, step: &Step) -> Result<StepView> {
        let constant = self.names.name(&path(input, step));
        let calls = self.calls(step)?;
        let line = calls.concat();
        let value = match line.len() + 1 {
            n if format!("const {constant}: Step = ").len() + n <= LINE => format!(" {line}"),
            n if 4 + n <= LINE => format!("\n    {line}"),
            _ => format!(" {}", calls.join("\n    ")),
        };
        let value = format!("const {constant}: Step ={value};");
        self.tensors.push((step.operation.out(), format!("{constant}.out()")));
        let layers: Vec<&Layer> = step.layers.iter().map(|&id| input.graph.layer(id)).collect();
        let out = shape(layers[layers.len() - 1].output);
        let row = format!("({:?}, {constant}),", step.name);
        let row = match row.len() {
            n if 4 + n <= LINE => row,
            _ => format!("(\n        {:?},\n        {constant},\n    ),", step.name),
        };
        Ok(StepView {
            name: step.name.clone(),
            what: wrap(&format!("{}: {out}", what(step, &layers)), LINE - 4),
            fuses: step.fuses(),
            runs: step.runs(),
            value,
            row,
        })
    }

    /// The constants of the windows that the steps use.
    pub fn windows(self) -> Vec<String> {
        let constant = |(Window { kernel, stride, top, left, bottom, right }, name)| {
            let zeros = [top, left, bottom, right];
            format!("const {name}: Window = Window::new({kernel}, {stride}, {zeros:?});")
        };
        self.windows.into_iter().map(constant).collect()
    }

    /// The source, and the calls that make a step of it.
    fn calls(&mut self, step: &Step) -> Result<Vec<String>> {
        let operation = &step.operation;
        let mut calls = vec![format!("Step::from({})", self.operand(operation.source())?)];
        let add = operation.residual().map(|tensor| self.operand(tensor)).transpose()?;
        let add = add.map(|tensor| format!(".add({tensor})"));
        let inverted = step.is_inverted_residual();
        match operation {
            Built::Conv(conv) => {
                calls.push(self.dense(&conv.dense, "pointwise")?);
                calls.extend(add);
                calls.extend(split(conv.split));
                calls.extend(in_panels(&conv.out));
            }
            Built::Chain(chain) => {
                let first = if inverted { "expand" } else { "pointwise" };
                for Unit { dense, depthwise, output, band, .. } in chain.units() {
                    if let Some(dense) = dense {
                        calls.push(self.dense(dense, first)?);
                    }
                    let weights = self.blob.constant(depthwise.weights_at)?;
                    let window = self.window(depthwise.window);
                    let clamp = clamp(depthwise.clamp);
                    calls.push(format!(".depthwise({window}, {clamp}, {weights})"));
                    calls.extend((*band < output.0).then(|| format!(".bands({band})")));
                }
                if let Some(dense) = &chain.project {
                    calls.push(match inverted {
                        true => {
                            let weights = self.blob.constant(dense.weights_at)?;
                            format!(".project({}, {weights})", dense.c_out)
                        }
                        false => self.dense(dense, "pointwise")?,
                    });
                }
                calls.extend(add);
                calls.extend(split(chain.split));
                calls.extend(in_panels(&chain.out));
            }
            Built::Head(head) => {
                if let Some(dense) = &head.dense {
                    calls.push(self.dense(dense, "pointwise")?);
                }
                let weights = self.blob.constant(head.weights_at)?;
                calls.push(".pool()".to_owned());
                calls.push(format!(".classify({}, {weights})", head.classes));
            }
        }
        calls.push(match (operation.out().place, operation.workspace()) {
            (Place::Arena(out), Some((rows, _))) => {
                format!(".at_with({}, {})", number(out), number(rows))
            }
            (Place::Arena(at), None) | (_, Some((at, _))) => format!(".at({})", number(at)),
            _ => return Err(Error::Internal(format!("{} has no place", step.name))),
        });
        Ok(calls)
    }

    /// The call of a dense convolution; a pointwise one is called `pointwise`.
    fn dense(&mut self, dense: &Dense, pointwise: &str) -> Result<String> {
        let (c, clamp) = (dense.c_out, clamp(dense.clamp));
        let weights = self.blob.constant(dense.weights_at)?;
        Ok(match dense.window {
            Window::POINTWISE => format!(".{pointwise}({c}, {clamp}, {weights})"),
            window => format!(".conv({c}, {}, {clamp}, {weights})", self.window(window)),
        })
    }

    fn window(&mut self, window: Window) -> String {
        if let Some((_, name)) = self.windows.iter().find(|(known, _)| *known == window) {
            return name.clone();
        }
        let name = match window.stride {
            1 => format!("K{}", window.kernel),
            stride => format!("K{}S{stride}", window.kernel),
        };
        let name = self.names.name(&name);
        self.windows.push((window, name.clone()));
        name
    }

    /// A tensor that an earlier step made.
    fn operand(&self, tensor: &Tensor) -> Result<String> {
        if tensor.place == Place::Input {
            return Ok("INPUT".to_owned());
        }
        let made = self.tensors.iter().rev().find(|(made, _)| made == tensor);
        let unknown = || Error::Internal(format!("no step before makes {tensor:?}"));
        made.map(|(_, name)| name.clone()).ok_or_else(unknown)
    }
}

/// The call for a split other than by default.
fn split(split: Split) -> Option<String> {
    (split == Split::Panels).then(|| ".split(Split::Panels)".to_owned())
}

fn in_panels(out: &Tensor) -> Option<String> {
    (out.panel < out.c).then(|| ".in_panels()".to_owned())
}

fn clamp(clamp: (f32, f32)) -> String {
    match clamp {
        LINEAR => "LINEAR".to_owned(),
        RELU => "RELU".to_owned(),
        RELU6 => "RELU6".to_owned(),
        (low, high) => format!("({}, {})", float(low), float(high)),
    }
}

/// The path that a step's constant is called after: its own, or its block, or the first and the last.
fn path(input: &Input, step: &Step) -> String {
    if !step.name.contains("..") {
        return step.name.clone();
    }
    let layer = |id: usize| input.graph.layer(step.layers[id]);
    let (first, last) = (&layer(0).block, &layer(step.layers.len() - 1).block);
    if first == last { first.to_string() } else { format!("{first}_to_{last}") }
}

/// A step in the papers' words.
fn what(step: &Step, layers: &[&Layer]) -> String {
    let add = layers.iter().any(|layer| layer.kind == Kind::Add);
    let residual = if add { ", with a skip connection" } else { "" };
    match &step.operation {
        Built::Conv(conv) => convolution(&conv.dense) + residual,
        Built::Chain(chain) => match chain.units() {
            [unit] if step.is_inverted_residual() => inverted_residual(unit) + residual,
            [unit] => {
                let dense = unit.dense.map(|dense| convolution(&dense) + ", ");
                let separable = if chain.project.is_some() { " separable" } else { "" };
                dense.unwrap_or_default() + &format!("depthwise{separable} convolution")
            }
            _ => "layers of several blocks, fused depth first".to_owned(),
        },
        Built::Head(head) if head.dense.is_some() => {
            "last pointwise convolution, global average pool, classifier".to_owned()
        }
        Built::Head(_) => "global average pool, classifier".to_owned(),
    }
}

/// A dense convolution, by its kernel.
fn convolution(dense: &Dense) -> String {
    match dense.window.kernel {
        1 => "pointwise convolution".to_owned(),
        k => format!("{k}×{k} convolution"),
    }
}

/// A block of MobileNetV2: its expansion factor t and its stride.
fn inverted_residual(unit: &Unit) -> String {
    let stride = match unit.depthwise.window.stride {
        1 => String::new(),
        stride => format!(", stride {stride}"),
    };
    match &unit.dense {
        Some(dense) if dense.window.kernel == 1 => {
            let t = dense.c_out as f64 / dense.c_in as f64;
            format!("inverted residual block, t = {}{stride}", (t * 100.0).round() / 100.0)
        }
        Some(_) => format!("first convolution and inverted residual block, t = 1{stride}"),
        None => format!("inverted residual block, t = 1{stride}"),
    }
}
