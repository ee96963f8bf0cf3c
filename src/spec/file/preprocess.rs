//! How a photo becomes an input, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Count;
use crate::yaml::At;

/// x = (pixel/255 - mean)/std, after a resize and a centre crop, which pads with zeros where the
/// photo does not cover the input.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// Size before the crop: N or `{shorter: N}` for the shorter side, as in torchvision, or
    /// `{height: H, width: W}`, which changes proportions, as in Keras. Default: the shorter side is
    /// the input's. It is scaled along with `--resolution`.
    pub resize: Option<At<Resize>>,
    /// How the resize samples, as Pillow does. Default: bilinear.
    pub filter: Option<At<Filter>>,
    /// One number for each input channel.
    pub mean: At<Vec<At<f64>>>,
    /// One number for each input channel, greater than 0.
    pub std: At<Vec<At<f64>>>,
}

/// Size of a photo before the crop: a number, or a mapping that its keys tell apart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "$mbgen::Resize", rename_all = "snake_case")]
#[schemars(inline, untagged)]
pub enum Resize {
    Count(Count),
    Shorter(Shorter),
    Exact(Exact),
}

/// The shorter side; the longer one follows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Shorter {
    /// Its length.
    pub shorter: At<Count>,
}

/// Both sides.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Exact {
    /// Rows.
    pub height: At<Count>,
    /// Columns.
    pub width: At<Count>,
}

/// How a resize samples.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename = "filter", rename_all = "snake_case")]
pub enum Filter {
    /// A triangle over all that an output pixel covers.
    Bilinear,
    /// A cubic with a = -0.5 over all that an output pixel covers.
    Bicubic,
    /// The pixel in the middle.
    Nearest,
}
