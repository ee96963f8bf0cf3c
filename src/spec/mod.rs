//! A network description that has been read and checked.
//!
//! [`Spec`] mirrors the YAML file: the papers' tables, unexpanded. Channel counts are those of the
//! paper; the width multiplier is applied when [`crate::block`] expands the tables into layers.
//!
//! Reading goes text, [`yaml`](crate::yaml) and `file` (serde types, all errors of shape and kind at
//! once), `check` (what the values may be), [`Draft`], [`Spec`].

mod budget;
mod check;
mod draft;
mod embedded;
mod file;
mod load;
mod rounding;
mod schema;

use std::fmt;

pub use budget::{Budget, Metric, Misread};
pub use draft::{Draft, Problem};
pub use embedded::{Attribution, EMBEDDED, Embedded, LabelsOf, Trained, WORDNET, attribution};
pub(crate) use load::labels_of;
pub use load::{
    ClassNames, Found, Loaded, MAX_BYTES, Origin, is_photo, labels, load, load_shipped, read,
};
pub use rounding::{Rounding, make_divisible};
pub use schema::schema;

pub use crate::yaml::Position;

/// A checked network description.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Name of the network: the stem of the generated crate's name.
    pub name: String,
    /// Citation of the table that the spec copies.
    pub source: Option<String>,
    /// Size of the input image.
    pub input: Input,
    /// Number of outputs of the classifier.
    pub classes: usize,
    /// Width multiplier and how scaled channel counts are rounded.
    pub width: Width,
    /// Padding of convolutions whose block does not say otherwise.
    pub padding: Padding,
    /// Epsilon of every batch normalisation (PyTorch's default is 1e-5).
    pub bn_eps: f64,
    /// How a photo becomes an input.
    pub preprocess: Option<Preprocess>,
    /// Names of the classes.
    pub labels: Option<Labels>,
    /// Limits on cost, in the order of the file.
    pub budgets: Vec<Budget>,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// Pooling and classifier.
    pub head: Vec<HeadItem>,
}

/// Size of the input image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Channels (3 for RGB, 1 for luma).
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

/// The width multiplier (MobileNetV1 paper, section 3.3) and its rounding rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Width {
    /// The multiplier α.
    pub multiplier: f64,
    /// How c·α becomes a channel count.
    pub rounding: Rounding,
}

/// Where a convolution's border zeros go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Padding {
    /// (k-1)/2 on every side, as PyTorch's models have it.
    Symmetric,
    /// TensorFlow's SAME: ceil(n/s) outputs, the odd zero at the bottom and right.
    Same,
    /// None: floor((n-k)/s) + 1 outputs.
    Valid,
}

impl Padding {
    /// The name used in specs and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Symmetric => "symmetric",
            Self::Same => "same",
            Self::Valid => "valid",
        }
    }
}

/// Per-channel normalisation x = (pixel/255 - mean)/std after a resize and a centre crop.
#[derive(Clone, Debug, PartialEq)]
pub struct Preprocess {
    /// The resize; the shorter side to the input's own when absent.
    pub resize: Option<Resize>,
    /// How the resize samples.
    pub filter: Filter,
    /// Mean of each channel, in units of pixel/255.
    pub mean: Vec<f64>,
    /// Standard deviation of each channel, in units of pixel/255.
    pub std: Vec<f64>,
}

/// Size of a photo before the crop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resize {
    /// Length of the shorter side; the longer one follows (torchvision).
    Shorter(usize),
    /// Both sides, whatever the photo's proportions (Keras).
    Exact {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
}

impl fmt::Display for Resize {
    /// As specs have it.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Shorter(side) => write!(f, "{side}"),
            Self::Exact { height, width } => write!(f, "{{height: {height}, width: {width}}}"),
        }
    }
}

/// How a resize samples, as Pillow does: bilinear and bicubic over all that an output pixel covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// A triangle.
    #[default]
    Bilinear,
    /// Keys' cubic with a = -0.5.
    Bicubic,
    /// The pixel in the middle.
    Nearest,
}

impl Filter {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bilinear => "bilinear",
            Self::Bicubic => "bicubic",
            Self::Nearest => "nearest",
        }
    }
}

/// What the classes are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Where the names are found.
    pub names: LabelNames,
    /// Where they stand in the file.
    pub at: Position,
}

/// Where the names of the classes are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelNames {
    /// In a file beside the spec, one a line.
    File(String),
    /// In the spec: one for each class.
    List(Vec<String>),
}

/// A named sequence of blocks; the name starts the parameter names of its layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The stage's key, for example `features`.
    pub name: String,
    /// Its blocks in order.
    pub blocks: Vec<Block>,
}

/// One entry of a stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Convolution, batch normalisation, activation.
    ConvBn(ConvBn),
    /// Depthwise separable convolutions (MobileNetV1 paper, figure 3).
    ConvDsc(ConvDsc),
    /// A table of inverted residual blocks (MobileNetV2 paper, table 2).
    InvertedResidual(InvertedResidual),
    /// A table of classic bottleneck residual blocks (torchvision's `Bottleneck`).
    Residual(Residual),
}

/// `conv_bn`: a dense convolution with batch normalisation and activation.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvBn {
    /// Output channels before the width multiplier.
    pub c: usize,
    /// Kernel size.
    pub k: usize,
    /// Stride.
    pub s: usize,
    /// Activation after the batch normalisation.
    pub activation: Activation,
    /// Whether a multiplier below one applies to `c`.
    pub width: WidthRule,
    /// Padding, where it differs from the network's.
    pub padding: Option<Padding>,
    /// Where the block stands in the file.
    pub at: Position,
}

/// `conv_dsc`: a table of depthwise k×k, then pointwise convolutions, each with batch normalisation
/// and activation. One that is written without a table has one row.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvDsc {
    /// The rows of the table.
    pub rows: Vec<DscRow>,
    /// Activation after both convolutions.
    pub activation: Activation,
    /// Padding, where it differs from the network's.
    pub padding: Option<Padding>,
}

/// One row of a table of depthwise separable convolutions: `n` blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DscRow {
    /// Output channels before the width multiplier.
    pub c: usize,
    /// Number of blocks.
    pub n: usize,
    /// Stride of the first block's depthwise convolution.
    pub s: usize,
    /// Kernel size of the depthwise convolution.
    pub k: usize,
    /// Where the row stands in the file.
    pub at: Position,
}

/// `inverted_residual`: the t/c/n/s table.
#[derive(Clone, Debug, PartialEq)]
pub struct InvertedResidual {
    /// The rows of the table.
    pub rows: Vec<InvertedRow>,
    /// Activation after expansion and depthwise convolution; the projection is linear.
    pub activation: Activation,
    /// Which blocks have an expansion.
    pub expand: Expand,
    /// Padding, where it differs from the network's.
    pub padding: Option<Padding>,
}

/// Which blocks of an inverted residual table have an expansion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expand {
    /// Those with t other than 1.
    #[default]
    UnlessOne,
    /// Every block.
    Always,
}

/// One row of an inverted residual table: `n` blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InvertedRow {
    /// Expansion factor.
    pub t: f64,
    /// Output channels before the width multiplier.
    pub c: usize,
    /// Number of blocks.
    pub n: usize,
    /// Stride of the first block.
    pub s: usize,
    /// Kernel size of the depthwise convolution.
    pub k: usize,
    /// Where the row stands in the file.
    pub at: Position,
}

/// `residual`: a table of bottleneck blocks with expansion 4.
#[derive(Clone, Debug, PartialEq)]
pub struct Residual {
    /// The rows of the table.
    pub rows: Vec<ResidualRow>,
    /// Activation inside the block and after the sum.
    pub activation: Activation,
    /// Padding, where it differs from the network's.
    pub padding: Option<Padding>,
}

/// One row of a residual table: `n` blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResidualRow {
    /// Bottleneck channels before the width multiplier; the block's output has four times as many.
    pub c: usize,
    /// Number of blocks.
    pub n: usize,
    /// Stride of the first block's 3×3 convolution.
    pub s: usize,
    /// Where the row stands in the file.
    pub at: Position,
}

/// How the width multiplier applies to one block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WidthRule {
    /// Channels scale with the multiplier.
    #[default]
    Scale,
    /// Channels scale with max(1, multiplier) (MobileNetV2's last convolution).
    AtLeastOne,
}

/// Elementwise activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// The identity (a linear bottleneck).
    None,
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    #[default]
    Relu6,
}

impl Activation {
    /// The name used in specs and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Relu => "relu",
            Self::Relu6 => "relu6",
        }
    }

    /// Lower and upper clamp bounds of the activation.
    pub fn bounds(self) -> (f32, f32) {
        match self {
            Self::None => (f32::NEG_INFINITY, f32::INFINITY),
            Self::Relu => (0.0, f32::INFINITY),
            Self::Relu6 => (0.0, 6.0),
        }
    }
}

/// One entry of the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadItem {
    /// Module path, for example `classifier.1` or `avg1`.
    pub name: String,
    /// What it does. Dropout has no entry: it does nothing at inference.
    pub kind: HeadKind,
}

/// How a network's program writes its global average pool. What it computes is the same, but tools
/// that count see it or do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pool {
    /// A module, `nn.AdaptiveAvgPool2d`.
    #[default]
    Module,
    /// A call of the function behind it, `F.adaptive_avg_pool2d`.
    Function,
    /// A call of `mean` over rows and columns.
    Mean,
    /// A module whose window is the size of the map, `nn.AvgPool2d`.
    AvgPool2d,
}

impl Pool {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Module, Self::Function, Self::Mean, Self::AvgPool2d];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Function => "function",
            Self::Mean => "mean",
            Self::AvgPool2d => "avg_pool2d",
        }
    }
}

/// The layers a head is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadKind {
    /// Mean over all positions.
    GlobalAveragePool(Pool),
    /// Fully connected layer with bias onto the classes.
    Linear,
}
