//! Building blocks: how one entry of a spec becomes layers of a graph.
//!
//! A block is one file here and one arm of [`expand`]. Blocks name their layers as the PyTorch
//! modules they copy, so that a state dict loads without a mapping.

mod conv_bn;
mod conv_dsc;
mod head;
mod inverted_residual;
mod loaded;
mod residual;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::graph::{LayerGraph, LayerId, Source};
use crate::layer::{Kind, Layer, Shape, Window};
use crate::spec::{
    Activation, Block, LabelNames, Labels, Padding, Position, Resize, Spec, WidthRule,
};

pub use crate::spec::Problem;
pub use loaded::{load, load_text};

/// Largest number of elements of any tensor, and of channels.
///
/// With the limits below, every count of a network is exact in a u64: those of [`crate::analysis`] are
/// at most four times MACs, where each separable convolution counts as a dense one K² as large.
pub const MAX_ELEMENTS: u64 = 1 << 31;

/// Largest number of layers of a network.
pub const MAX_LAYERS: usize = 10_000;

/// Largest number of multiply-accumulates of a network.
pub const MAX_MACS: u64 = 1 << 46;

/// Largest side of a window.
pub const MAX_KERNEL: usize = 255;

/// Largest product of strides, from the input to a layer.
pub const MAX_STRIDE: u64 = 1 << 31;

/// Most problems that are looked for.
const MAX_PROBLEMS: usize = 100;

/// What the command line may change of a spec.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Variant {
    /// Width multiplier in place of the spec's.
    pub width: Option<f64>,
    /// Input rows and columns in place of the spec's.
    pub resolution: Option<(usize, usize)>,
    /// Number of classes in place of the spec's.
    pub classes: Option<usize>,
}

impl Variant {
    /// The spec of the variant. Photos are scaled along with the input. Labels are dropped where the
    /// number of classes changes, but for a list of as many.
    pub fn apply(&self, spec: &Spec) -> Spec {
        let mut spec = spec.clone();
        if let Some(width) = self.width {
            spec.width.multiplier = width;
        }
        if let Some((height, width)) = self.resolution {
            let before = spec.input;
            let scale = |side: &mut usize, to: usize, from: usize| {
                let (to, from) = (to as u64, from.max(1) as u64);
                let scaled = (*side as u64).saturating_mul(to).saturating_add(from / 2) / from;
                *side = scaled.clamp(1, MAX_ELEMENTS) as usize;
            };
            match spec.preprocess.as_mut().and_then(|preprocess| preprocess.resize.as_mut()) {
                Some(Resize::Shorter(side)) => {
                    scale(side, height.min(width), before.height.min(before.width));
                }
                Some(Resize::Exact { height: rows, width: columns }) => {
                    scale(rows, height, before.height);
                    scale(columns, width, before.width);
                }
                None => {}
            }
            (spec.input.height, spec.input.width) = (height, width);
        }
        if let Some(classes) = self.classes.filter(|&classes| classes != spec.classes) {
            spec.classes = classes;
            spec.labels = spec.labels.filter(|labels| match &labels.names {
                LabelNames::File(_) => false,
                LabelNames::List(names) => names.len() == classes,
            });
        }
        spec
    }

    /// What is changed: each setting with its value.
    fn settings(&self) -> impl Iterator<Item = (&'static str, String)> {
        let resolution = self.resolution.map(|(height, width)| {
            if height == width { height.to_string() } else { format!("{height}x{width}") }
        });
        [
            ("width", self.width.map(|width| width.to_string())),
            ("resolution", resolution),
            ("classes", self.classes.map(|classes| classes.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The settings in a sentence: `width 0.5, resolution 64x48`.
    pub fn words(&self) -> String {
        let words: Vec<String> =
            self.settings().map(|(name, value)| format!("{name} {value}")).collect();
        words.join(", ")
    }
}

impl fmt::Display for Variant {
    /// The options of the command line that ask for the variant.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let options: Vec<String> =
            self.settings().map(|(name, value)| format!("--{name} {value}")).collect();
        f.write_str(&options.join(" "))
    }
}

/// What is wrong with the size of the input, if anything.
fn check_input(Shape { c, h, w }: Shape) -> Option<String> {
    let message = match product(&[c, h, w]) {
        Some(0) => "is empty; every side needs a size of at least 1".to_owned(),
        Some(1..=MAX_ELEMENTS) => return None,
        Some(elements) => format!("has {elements} elements; at most 2^31 are allowed"),
        None => "has more than 2^64 elements; at most 2^31 are allowed".to_owned(),
    };
    Some(format!("the input of {c} x {h} x {w} {message}"))
}

/// What is wrong with the number of labels, if they are in the spec.
fn check_labels(spec: &Spec) -> Option<Problem> {
    let Labels { names: LabelNames::List(names), at } = spec.labels.as_ref()? else { return None };
    let (found, classes) = (names.len(), spec.classes);
    let message =
        format!("`labels` has {found} names for {classes} classes; one for each is allowed");
    (found != classes).then_some(Problem { at: *at, message })
}

/// Expands a spec into its layer graph. All problems of the spec are returned at once, one for each
/// of its entries. Time is bounded by [`MAX_LAYERS`], whatever the spec's numbers are.
pub fn expand(spec: &Spec) -> Result<LayerGraph, Vec<Problem>> {
    let input = Shape::from(spec.input);
    if let Some(message) = check_input(input) {
        return Err(vec![Problem { at: Position::default(), message }]);
    }
    let Builder { graph, mut problems, .. } = Builder::run(spec, input);
    problems.extend(check_labels(spec));
    if problems.is_empty() { Ok(graph) } else { Err(problems) }
}

/// The blocks of a spec in order, each with the place of the entry that it comes from; `0, 0` for
/// those of the head.
pub fn places(spec: &Spec) -> Vec<(Arc<str>, Position)> {
    Builder::run(spec, Shape::from(spec.input)).places
}

/// The position of the next block in its stage, which numbers blocks across tables.
struct StagePath<'a> {
    stage: &'a str,
    index: &'a mut usize,
}

impl StagePath<'_> {
    /// Module path of the next block.
    fn next(&mut self) -> Arc<str> {
        let path = format!("{}.{}", self.stage, self.index);
        *self.index += 1;
        path.into()
    }
}

/// A graph under construction: blocks append layers at its end.
struct Builder<'a> {
    graph: LayerGraph,
    /// Product of the strides up to the input, and to the output of each layer.
    strides: Vec<u64>,
    macs: u64,
    spec: &'a Spec,
    /// The tensor that the next layer reads.
    source: Source,
    problems: Vec<Problem>,
    at: Position,
    block: Arc<str>,
    /// The blocks that were begun, and where each stands.
    places: Vec<(Arc<str>, Position)>,
    /// Whether the search for problems was given up: the network is too long, or has too many.
    full: bool,
}

/// A convolution to append, with its batch normalisation and activation.
struct Convolution<'a> {
    /// Module path below the block, for example `conv.0.0`.
    name: &'a str,
    /// Module path of the batch normalisation below the block.
    norm: &'a str,
    c: usize,
    kernel: usize,
    stride: usize,
    depthwise: bool,
    activation: Activation,
    padding: Option<Padding>,
}

impl<'a> Builder<'a> {
    /// Expands a spec for an input that [`check_input`] has passed.
    fn run(spec: &'a Spec, input: Shape) -> Self {
        let mut builder = Self {
            graph: LayerGraph::new(input),
            strides: vec![1],
            macs: 0,
            spec,
            source: Source::Input,
            problems: Vec::new(),
            at: Position::default(),
            block: Arc::from(""),
            places: Vec::new(),
            full: false,
        };
        // A break means that the network is too long; what follows would add nothing to that.
        let _ = builder.stages();
        if !builder.full {
            head::expand(&spec.head, spec.classes, &mut builder);
        }
        builder
    }

    /// Expands the blocks of all stages.
    fn stages(&mut self) -> ControlFlow<()> {
        let spec = self.spec;
        for stage in &spec.stages {
            let mut index = 0;
            for block in &stage.blocks {
                let path = StagePath { stage: &stage.name, index: &mut index };
                match block {
                    Block::ConvBn(block) => conv_bn::expand(block, path, self)?,
                    Block::ConvDsc(block) => conv_dsc::expand(block, path, self)?,
                    Block::InvertedResidual(block) => inverted_residual::expand(block, path, self)?,
                    Block::Residual(block) => residual::expand(block, path, self)?,
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Starts a block; problems found from here on are reported at `at`. Breaks where the network
    /// has become too long, or has too many problems.
    fn begin(&mut self, block: Arc<str>, at: Position) -> ControlFlow<()> {
        self.places.push((block.clone(), at));
        self.block = block;
        self.at = at;
        self.room_for(1, at)
    }

    /// Breaks where `blocks` more blocks make the network too long, before they are expanded.
    fn room_for(&mut self, blocks: usize, at: Position) -> ControlFlow<()> {
        self.full = self.problems.len() >= MAX_PROBLEMS;
        if self.full {
            return ControlFlow::Break(());
        }
        if blocks <= MAX_LAYERS.saturating_sub(self.graph.len()) {
            return ControlFlow::Continue(());
        }
        self.full = true;
        self.at = at;
        self.problem(format!("the network has more than {MAX_LAYERS} layers, the most allowed"));
        ControlFlow::Break(())
    }

    /// Expands the rows of a table, each `n` blocks: `expand` appends one, which may be the first of
    /// its row.
    fn rows<'r, R: 'r>(
        &mut self,
        mut path: StagePath,
        rows: impl Iterator<Item = (&'r R, usize, Position)>,
        expand: impl Fn(&mut Self, &R, bool),
    ) -> ControlFlow<()> {
        for (row, n, at) in rows {
            self.room_for(n, at)?;
            for i in 0..n {
                self.begin(path.next(), at)?;
                expand(self, row, i == 0);
                // The other blocks of a row that fails would say the same.
                if self.failed() {
                    break;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether the entry of the current block has a problem already.
    fn failed(&self) -> bool {
        self.problems.last().is_some_and(|problem| problem.at == self.at)
    }

    /// Shape of the tensor that the next layer reads.
    fn shape(&self) -> Shape {
        self.graph.shape(self.source)
    }

    /// Reports the first problem of an entry; its others are mostly consequences.
    fn problem(&mut self, message: String) {
        if !self.failed() {
            self.problems.push(Problem { at: self.at, message });
        }
    }

    /// Whether `what` of the given sizes has few enough elements.
    fn check_elements(&mut self, sizes: &[usize], what: fmt::Arguments) -> bool {
        let elements = product(sizes);
        if elements.is_some_and(|elements| elements <= MAX_ELEMENTS) {
            return true;
        }
        let sizes = sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ");
        let elements = elements.map_or(String::new(), |elements| format!(" = {elements}"));
        self.problem(format!("{what} has {sizes}{elements} elements; at most 2^31 are allowed"));
        false
    }

    /// Applies the width multiplier to a channel count.
    fn channels(&mut self, c: usize, rule: WidthRule) -> usize {
        let alpha = match rule {
            WidthRule::Scale => self.spec.width.multiplier,
            WidthRule::AtLeastOne => self.spec.width.multiplier.max(1.0),
        };
        let wrong = match self.spec.width.rounding.apply(c, alpha) {
            Some(channels) if channels as u64 <= MAX_ELEMENTS => return channels,
            Some(_) => "more than 2^31, the most allowed",
            None => "not a positive whole number, which rounding `exact` demands",
        };
        self.problem(format!("{c} channels times {alpha} is {}, {wrong}", c as f64 * alpha));
        c
    }

    /// Appends a convolution and moves on to its output.
    fn convolution(&mut self, conv: Convolution) {
        let input = self.shape();
        if conv.kernel > MAX_KERNEL {
            let k = conv.kernel;
            self.problem(format!(
                "a window of {k}x{k}; at most {MAX_KERNEL}x{MAX_KERNEL} are allowed"
            ));
            return;
        }
        let rule = conv.padding.unwrap_or(self.spec.padding);
        let window = Window::new(conv.kernel, conv.stride, rule, input);
        let Some(output) = window.output(input, conv.c) else {
            self.problem(format!(
                "a {k}x{k} window does not fit a map of {h}x{w}",
                k = conv.kernel,
                h = input.h,
                w = input.w
            ));
            return;
        };
        let kind = match (conv.depthwise, conv.kernel) {
            (true, _) => Kind::Depthwise(window),
            (false, 1) => Kind::Pointwise(window),
            (false, _) => Kind::Conv(window),
        };
        let name = self.path(conv.name);
        let norm = Some(self.path(conv.norm));
        self.append(Layer {
            name,
            block: self.block.clone(),
            kind,
            input,
            output,
            norm,
            activation: conv.activation,
        });
    }

    /// Appends the sum of `skip` and the current tensor, whose shapes must be the same.
    fn add(&mut self, skip: Source, activation: Activation) {
        let (kept, shape) = (self.graph.shape(skip), self.shape());
        if kept != shape {
            self.problem(format!(
                "the skip connection of {} joins maps of {}x{} and {}x{}; padding `symmetric` of an \
                 odd kernel, or padding `same`, keeps the size",
                self.block, kept.h, kept.w, shape.h, shape.w
            ));
            return;
        }
        let name = self.path("add");
        let block = self.block.clone();
        let kind = Kind::Add;
        let layer =
            Layer { name, block, kind, input: shape, output: shape, norm: None, activation };
        self.push(layer, &[skip, self.source]);
    }

    /// Appends a layer that reads the current tensor; one that is too large is reported instead.
    fn append(&mut self, layer: Layer) {
        let Shape { c, h, w } = layer.output;
        let fits = self.check_elements(&[c, h, w], format_args!("the output of {}", layer.name))
            && layer.weight_shape().is_none_or(|shape| {
                self.check_elements(&shape, format_args!("the weight of {}", layer.name))
            });
        if fits {
            self.push(layer, &[self.source]);
        }
    }

    /// Appends a layer and moves on to its output. That the network becomes too much as a whole is said
    /// once, where nothing is wrong before: no figure would be true behind a layer that is not there.
    fn push(&mut self, layer: Layer, operands: &[Source]) {
        let before = operands.iter().map(|&operand| match operand {
            Source::Input => self.strides[0],
            Source::Layer(LayerId(id)) => self.strides[id + 1],
        });
        let stride = layer.kind.window().map_or(1, |window| window.stride as u64);
        let stride = before.max().unwrap_or(1).saturating_mul(stride);
        self.macs = self.macs.saturating_add(layer.macs());
        let (macs, name) = (self.macs, &layer.name);
        if self.problems.is_empty() && stride > MAX_STRIDE {
            self.problem(format!(
                "the strides up to {name} multiply to {stride}; at most 2^31 are allowed"
            ));
        } else if self.problems.is_empty() && macs > MAX_MACS {
            self.problem(format!(
                "the network has {macs} multiply-accumulates up to {name}; at most 2^46 are allowed"
            ));
        }
        self.strides.push(stride);
        self.source = Source::Layer(self.graph.push(layer, operands));
    }

    fn path(&self, name: &str) -> Arc<str> {
        format!("{}.{name}", self.block).into()
    }
}

/// The product of sizes, if it is below 2^64.
fn product(sizes: &[usize]) -> Option<u64> {
    sizes.iter().try_fold(1u64, |product, &size| product.checked_mul(size as u64))
}
