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

use std::sync::Arc;

use crate::graph::{LayerGraph, Source};
use crate::layer::{Kind, Layer, Shape, Window};
use crate::spec::{Activation, Block, Padding, Position, Spec, WidthRule};

/// Largest number of elements of any tensor.
pub const MAX_ELEMENTS: u64 = 1 << 31;

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

/// Why a spec has no graph: which entry, and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where the entry stands in the spec's file.
    pub at: Position,
    /// What is wrong, and what is allowed.
    pub message: String,
}

/// Expands a spec into its layer graph. All problems of the spec are returned at once.
pub fn expand(spec: &Spec, variant: &Variant) -> Result<LayerGraph, Vec<Problem>> {
    let (height, width) = variant.resolution.unwrap_or((spec.input.height, spec.input.width));
    let input = Shape::new(spec.input.channels, height, width);
    let mut builder = Builder {
        graph: LayerGraph::new(input),
        spec,
        multiplier: variant.width.unwrap_or(spec.width.multiplier),
        source: Source::Input,
        problems: Vec::new(),
        at: Position::default(),
        block: Arc::from(""),
    };
    builder.check_elements(input.elements() as u64, "the input");
    for stage in &spec.stages {
        let mut index = 0;
        for block in &stage.blocks {
            let path = StagePath { stage: &stage.name, index: &mut index };
            match block {
                Block::ConvBn(block) => conv_bn::expand(block, path, &mut builder),
                Block::ConvDsc(block) => conv_dsc::expand(block, path, &mut builder),
                Block::InvertedResidual(block) => {
                    inverted_residual::expand(block, path, &mut builder);
                }
                Block::Residual(block) => residual::expand(block, path, &mut builder),
            }
        }
    }
    head::expand(&spec.head, variant.classes.unwrap_or(spec.classes), &mut builder);
    if builder.problems.is_empty() { Ok(builder.graph) } else { Err(builder.problems) }
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
    spec: &'a Spec,
    multiplier: f64,
    /// The tensor that the next layer reads.
    source: Source,
    problems: Vec<Problem>,
    at: Position,
    block: Arc<str>,
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

impl Builder<'_> {
    /// Starts a block; problems found from here on are reported at `at`.
    fn begin(&mut self, block: Arc<str>, at: Position) {
        self.block = block;
        self.at = at;
    }

    /// Shape of the tensor that the next layer reads.
    fn shape(&self) -> Shape {
        self.graph.shape(self.source)
    }

    fn problem(&mut self, message: String) {
        self.problems.push(Problem { at: self.at, message });
    }

    fn check_elements(&mut self, elements: u64, what: &str) {
        if elements > MAX_ELEMENTS {
            self.problem(format!("{what} has {elements} elements; at most 2^31 are allowed"));
        }
    }

    /// Applies the width multiplier to a channel count.
    fn channels(&mut self, c: usize, rule: WidthRule) -> usize {
        let alpha = match rule {
            WidthRule::Scale => self.multiplier,
            WidthRule::AtLeastOne => self.multiplier.max(1.0),
        };
        self.spec.width.rounding.apply(c, alpha).unwrap_or_else(|| {
            self.problem(format!(
                "{c} channels times {alpha} is {}, not a positive whole number, which rounding \
                 `exact` demands",
                c as f64 * alpha
            ));
            c
        })
    }

    /// Appends a convolution and moves on to its output.
    fn convolution(&mut self, conv: Convolution) {
        let input = self.shape();
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

    /// Appends the sum of `skip` and the current tensor.
    fn add(&mut self, skip: Source, activation: Activation) {
        let shape = self.shape();
        let name = self.path("add");
        let block = self.block.clone();
        let kind = Kind::Add;
        let layer =
            Layer { name, block, kind, input: shape, output: shape, norm: None, activation };
        self.source = Source::Layer(self.graph.push(layer, &[skip, self.source]));
    }

    fn append(&mut self, layer: Layer) {
        let [c, h, w] = [layer.output.c, layer.output.h, layer.output.w].map(|n| n as u64);
        self.check_elements(
            c.saturating_mul(h).saturating_mul(w),
            &format!("the output of {}", layer.name),
        );
        if let Some(shape) = layer.weight_shape() {
            let weights = shape.iter().fold(1u64, |n, &d| n.saturating_mul(d as u64));
            self.check_elements(weights, &format!("the weight of {}", layer.name));
        }
        self.source = Source::Layer(self.graph.push(layer, &[self.source]));
    }

    fn path(&self, name: &str) -> Arc<str> {
        format!("{}.{name}", self.block).into()
    }
}
