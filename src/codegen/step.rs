//! Steps as Rust: struct literals of the kernels' own data, with names for what they share.

use super::Input;
use super::blob::Blob;
use super::literal::{LINE, Literal, float, number};
use super::names::Constants;
use super::view::{Constant, StepView, constant, wrap};
use crate::error::{Error, Result};
use crate::kernels::steps::{
    Chain, Conv, Dense, Depthwise, Head, Place, Split, Tensor, Unit, Window,
};
use crate::layer::{Kind, Layer};
use crate::plan::{Operation, Step};
use crate::text::{ascii, shape, thousands};

/// Writes steps as Rust, and collects the constants that they use.
pub(super) struct StepWriter<'a> {
    blob: &'a Blob,
    names: Constants,
    /// Places in the arena that the steps name.
    pub offsets: Vec<Constant>,
    offset_names: Constants,
    /// Tensors and the expressions that stand for them, latest last.
    tensors: Vec<(Tensor, String)>,
    used: Vec<&'static str>,
}

/// Constants of `network.rs` that steps share: name, type, value, comment.
const SHARED: [(&str, &str, &str, &str); 4] = [
    ("LINEAR", "(f32, f32)", "(f32::NEG_INFINITY, f32::INFINITY)", "No activation."),
    ("RELU", "(f32, f32)", "(0.0, f32::INFINITY)", "Clamp bounds of ReLU."),
    ("RELU6", "(f32, f32)", "(0.0, 6.0)", "Clamp bounds of ReLU6."),
    (
        "POINTWISE",
        "Window",
        "Window { kernel: 1, stride: 1, top: 0, left: 0 }",
        "The window of a 1×1 convolution.",
    ),
];

impl<'a> StepWriter<'a> {
    pub fn new(blob: &'a Blob) -> Self {
        let taken = ["INPUT", "STEPS", "LINEAR", "RELU", "RELU6", "POINTWISE"];
        let names = Constants::new(&taken, "STEP");
        let offset_names = Constants::new(&["SHARED", "SCRATCH", "ARENA_BYTES"], "STEP");
        let (offsets, tensors) = (Vec::new(), Vec::new());
        Self { blob, names, offsets, offset_names, tensors, used: Vec::new() }
    }

    /// One step, the next in order.
    pub fn view(&mut self, input: &Input, step: &Step) -> Result<StepView> {
        let constant = self.names.name(&path(input, step));
        let (ty, value) = match &step.operation {
            Operation::Conv(conv) => ("Conv", self.conv(&constant, step, conv)?),
            Operation::Chain { source, units, project, residual, out, split } => {
                let (source, project, residual, out, split) =
                    (*source, *project, *residual, *out, *split);
                let chain = Chain { source, units, project, residual, out, split };
                ("Chain", self.chain(&constant, step, &chain)?)
            }
            Operation::Head(head) => ("Head", self.head(&constant, step, head)?),
        };
        let head = format!("const {constant}: {ty} = ");
        let value = value.render(0, head.len());
        if let Some(out) = step.output() {
            self.tensors.push((*out, format!("{constant}.out")));
        }
        let layers: Vec<&Layer> = step.layers.iter().map(|&id| input.graph.layer(id)).collect();
        let macs: u64 = layers.iter().map(|layer| layer.macs()).sum();
        let (from, to) = (layers[0].input, layers[layers.len() - 1].output);
        let shapes = format!("{} → {}", shape(from), shape(to));
        let row = Literal::Struct(
            "Step",
            vec![
                ("name", Literal::text(format!("{:?}", step.name))),
                ("shapes", Literal::text(format!("{:?}", ascii(&shapes)))),
                ("macs", Literal::text(number(macs as usize))),
            ],
        );
        Ok(StepView {
            name: step.name.clone(),
            constant,
            call: step.operation.name(),
            ty,
            what: what(step, &layers),
            fuses: wrap(&step.fuses(), LINE - 4),
            runs: step.runs(),
            schedule: wrap(&step.words(), LINE - 7),
            shapes,
            macs: thousands(macs),
            value,
            row: row.render(4, 4),
        })
    }

    /// The shared constants that are used.
    pub fn shared(&self, input: &Input) -> Vec<Constant> {
        let shape = input.graph.input();
        let tensor =
            Tensor { place: Place::Input, c: shape.c, h: shape.h, w: shape.w, panel: shape.c };
        let mut constants = Vec::new();
        if self.used.contains(&"INPUT") {
            let value = tensor_literal(&tensor, "Place::Input".into()).render(0, 24);
            constants.push(Constant {
                comment: vec!["The network's input.".into()],
                name: "INPUT".into(),
                ty: "Tensor".into(),
                value,
            });
        }
        for (name, ty, value, comment) in SHARED {
            if self.used.contains(&name) {
                let (name, ty, value) = (name.to_owned(), ty.to_owned(), value.to_owned());
                constants.push(Constant { comment: vec![comment.into()], name, ty, value });
            }
        }
        constants
    }

    fn conv(&mut self, name: &str, step: &Step, conv: &Conv) -> Result<Literal> {
        let Conv { dense, source, residual, out, split } = conv;
        let fields = vec![
            ("dense", self.dense(dense)?),
            ("source", self.operand(source)?),
            ("residual", self.residual(residual.as_ref())?),
            ("out", self.output(name, step, out)?),
            ("split", split_literal(*split)),
        ];
        Ok(Literal::Struct("Conv", fields))
    }

    fn chain(&mut self, name: &str, step: &Step, chain: &Chain) -> Result<Literal> {
        let Chain { source, units, project, residual, out, split } = chain;
        let mut written = Vec::new();
        for (i, unit) in units.iter().enumerate() {
            let suffix = if units.len() > 1 { format!("_{i}") } else { String::new() };
            let last = i + 1 == units.len();
            // The last unit of a chain without projection writes the step's output.
            let rows = !last || project.is_some();
            written.push(self.unit(name, &suffix, step, unit, rows)?);
        }
        let fields = vec![
            ("source", self.operand(source)?),
            ("units", Literal::Slice(written)),
            (
                "project",
                Literal::option(project.as_ref().map(|dense| self.dense(dense)).transpose()?),
            ),
            ("residual", self.residual(residual.as_ref())?),
            ("out", self.output(name, step, out)?),
            ("split", split_literal(*split)),
        ];
        Ok(Literal::Struct("Chain", fields))
    }

    fn unit(
        &mut self,
        name: &str,
        suffix: &str,
        step: &Step,
        unit: &Unit,
        own: bool,
    ) -> Result<Literal> {
        let Unit {
            dense,
            depthwise,
            input,
            output,
            band,
            ring_at,
            ring_rows,
            ring_panel,
            ring_shared,
            rows_at,
        } = unit;
        let ring_at = if let Some(dense) = dense {
            let expansion = dense.window.kernel == 1 && step.is_inverted_residual();
            let what = if expansion { "expansion".to_owned() } else { convolution(dense) };
            let what = format!("`{}`: rows of the {what}, in the scratch memory.", step.name);
            Literal::Text(self.offset(&format!("{name}_RING{suffix}"), what, *ring_at))
        } else {
            Literal::text(ring_at)
        };
        let rows_at = if own {
            let place = if step.workspace.is_some() { "shared" } else { "scratch" };
            let what =
                format!("`{}`: rows of the depthwise output, in the {place} memory.", step.name);
            Literal::Text(self.offset(&format!("{name}_ROWS{suffix}"), what, *rows_at))
        } else {
            Literal::text(rows_at)
        };
        let fields = vec![
            ("dense", Literal::option(dense.as_ref().map(|dense| self.dense(dense)).transpose()?)),
            ("depthwise", self.depthwise(depthwise)?),
            ("input", Literal::text(format!("{input:?}"))),
            ("output", Literal::text(format!("{output:?}"))),
            ("band", Literal::text(band)),
            ("ring_at", ring_at),
            ("ring_rows", Literal::text(ring_rows)),
            ("ring_panel", Literal::text(ring_panel)),
            ("ring_shared", Literal::text(ring_shared)),
            ("rows_at", rows_at),
        ];
        Ok(Literal::Struct("Unit", fields))
    }

    fn head(&mut self, name: &str, step: &Step, head: &Head) -> Result<Literal> {
        let Head { source, weights_at, dense, c, panel, classes, sums_at } = head;
        let what = format!("`{}`: partial sums of the classifier.", step.name);
        let fields = vec![
            ("source", self.operand(source)?),
            ("weights_at", Literal::text(self.blob.constant(*weights_at)?)),
            ("dense", Literal::option(dense.as_ref().map(|dense| self.dense(dense)).transpose()?)),
            ("c", Literal::text(c)),
            ("panel", Literal::text(panel)),
            ("classes", Literal::text(classes)),
            ("sums_at", Literal::Text(self.offset(&format!("{name}_SUMS"), what, *sums_at))),
        ];
        Ok(Literal::Struct("Head", fields))
    }

    fn dense(&mut self, dense: &Dense) -> Result<Literal> {
        let Dense { weights_at, c_in, c_out, panel, window, clamp, prefetch } = dense;
        let fields = vec![
            ("weights_at", Literal::text(self.blob.constant(*weights_at)?)),
            ("c_in", Literal::text(c_in)),
            ("c_out", Literal::text(c_out)),
            ("panel", Literal::text(panel)),
            ("window", self.window(window)),
            ("clamp", self.clamp(*clamp)),
            ("prefetch", Literal::text(prefetch)),
        ];
        Ok(Literal::Struct("Dense", fields))
    }

    fn depthwise(&mut self, depthwise: &Depthwise) -> Result<Literal> {
        let Depthwise { weights_at, c, panel, window, clamp } = depthwise;
        let fields = vec![
            ("weights_at", Literal::text(self.blob.constant(*weights_at)?)),
            ("c", Literal::text(c)),
            ("panel", Literal::text(panel)),
            ("window", self.window(window)),
            ("clamp", self.clamp(*clamp)),
        ];
        Ok(Literal::Struct("Depthwise", fields))
    }

    fn window(&mut self, window: &Window) -> Literal {
        let Window { kernel, stride, top, left } = window;
        if (*kernel, *stride, *top, *left) == (1, 1, 0, 0) {
            return self.constant("POINTWISE");
        }
        let fields = [("kernel", kernel), ("stride", stride), ("top", top), ("left", left)];
        Literal::Struct("Window", fields.map(|(name, n)| (name, Literal::text(n))).into())
    }

    fn clamp(&mut self, clamp: (f32, f32)) -> Literal {
        match clamp {
            (f32::NEG_INFINITY, f32::INFINITY) => self.constant("LINEAR"),
            (0.0, f32::INFINITY) => self.constant("RELU"),
            (0.0, 6.0) => self.constant("RELU6"),
            (low, high) => Literal::text(format!("({}, {})", float(low), float(high))),
        }
    }

    fn constant(&mut self, name: &'static str) -> Literal {
        if !self.used.contains(&name) {
            self.used.push(name);
        }
        Literal::text(name)
    }

    /// A tensor that an earlier step made.
    fn operand(&mut self, tensor: &Tensor) -> Result<Literal> {
        if tensor.place == Place::Input {
            return Ok(self.constant("INPUT"));
        }
        let made = self.tensors.iter().rev().find(|(made, _)| made == tensor);
        let unknown = || Error::Internal(format!("no step before makes {tensor:?}"));
        made.map(|(_, name)| Literal::text(name)).ok_or_else(unknown)
    }

    fn residual(&mut self, tensor: Option<&Tensor>) -> Result<Literal> {
        Ok(Literal::option(tensor.map(|tensor| self.operand(tensor)).transpose()?))
    }

    fn output(&mut self, name: &str, step: &Step, out: &Tensor) -> Result<Literal> {
        let Place::Arena(at) = out.place else {
            return Err(Error::Internal(format!("{} writes the input", step.name)));
        };
        let offset = self.offset(name, format!("`{}`: output.", step.name), at);
        Ok(tensor_literal(out, format!("Place::Arena({offset})")))
    }

    /// A named offset in the arena.
    fn offset(&mut self, name: &str, what: String, value: usize) -> String {
        let name = self.offset_names.name(name);
        self.offsets.push(constant(what, &name, number(value)));
        format!("plan::{name}")
    }
}

fn tensor_literal(tensor: &Tensor, place: String) -> Literal {
    let Tensor { place: _, c, h, w, panel } = tensor;
    let mut fields = vec![("place", Literal::text(place))];
    let sizes = [("c", c), ("h", h), ("w", w), ("panel", panel)];
    fields.extend(sizes.map(|(name, n)| (name, Literal::text(n))));
    Literal::Struct("Tensor", fields)
}

fn split_literal(split: Split) -> Literal {
    Literal::text(match split {
        Split::Whole => "Split::Whole",
        Split::Rows => "Split::Rows",
        Split::Panels => "Split::Panels",
    })
}

/// The path that a step's constant is called after: its block, or the first and the last.
fn path(input: &Input, step: &Step) -> String {
    let layer = |id: usize| input.graph.layer(step.layers[id]);
    let (first, last) = (&layer(0).block, &layer(step.layers.len() - 1).block);
    if first == last { first.to_string() } else { format!("{first}_to_{last}") }
}

/// A step in the papers' words.
fn what(step: &Step, layers: &[&Layer]) -> String {
    let add = layers.iter().any(|layer| layer.kind == Kind::Add);
    let residual = if add { ", with a skip connection" } else { "" };
    match &step.operation {
        Operation::Conv(conv) => convolution(&conv.dense) + residual,
        Operation::Chain { units, project, .. } => match &units[..] {
            [unit] if step.is_inverted_residual() => inverted_residual(unit) + residual,
            [unit] => {
                let dense = unit.dense.map(|dense| convolution(&dense) + ", ");
                let separable = if project.is_some() { " separable" } else { "" };
                dense.unwrap_or_default() + &format!("depthwise{separable} convolution")
            }
            _ => "layers of several blocks, fused depth first".to_owned(),
        },
        Operation::Head(head) if head.dense.is_some() => {
            "last pointwise convolution, global average pool, classifier".to_owned()
        }
        Operation::Head(_) => "global average pool, classifier".to_owned(),
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
