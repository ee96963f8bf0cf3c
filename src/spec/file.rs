//! The YAML file as it is written: every key, unchecked, with positions.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

/// A value with its place in the file.
pub type At<T> = Spanned<T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub name: At<String>,
    pub source: Option<String>,
    pub input: Input,
    pub classes: At<u64>,
    pub width: Option<Width>,
    pub padding: Option<Padding>,
    pub bn_eps: Option<At<f64>>,
    pub preprocess: Option<Preprocess>,
    pub labels: Option<At<String>>,
    pub stages: At<Ordered<At<Vec<Block>>>>,
    pub head: At<Vec<At<Ordered<Head>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub channels: At<u64>,
    pub height: At<u64>,
    pub width: At<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Width {
    pub multiplier: At<f64>,
    pub rounding: Rounding,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    MakeDivisible(At<u64>),
    Floor(At<u64>),
    Exact,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    Symmetric,
    Same,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    pub resize: Option<At<u64>>,
    pub mean: At<Vec<At<f64>>>,
    pub std: At<Vec<At<f64>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    ConvBn(At<ConvBn>),
    ConvDsc(At<ConvDsc>),
    InvertedResidual(Table<InvertedColumn>),
    Residual(Table<ResidualColumn>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvBn {
    pub c: At<u64>,
    pub k: Option<At<u64>>,
    pub s: Option<At<u64>>,
    pub activation: Option<Activation>,
    pub width: Option<WidthRule>,
    pub padding: Option<Padding>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvDsc {
    pub c: At<u64>,
    pub k: Option<At<u64>>,
    pub s: Option<At<u64>>,
    pub activation: Option<Activation>,
    pub padding: Option<Padding>,
}

/// A table of blocks, a row for each run of equal ones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound = "C: Deserialize<'de>")]
pub struct Table<C> {
    pub columns: At<Vec<At<C>>>,
    pub rows: At<Vec<At<Vec<At<f64>>>>>,
    pub activation: Option<Activation>,
    pub padding: Option<Padding>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum InvertedColumn {
    T,
    C,
    N,
    S,
    K,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ResidualColumn {
    C,
    N,
    S,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    None,
    Relu,
    Relu6,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WidthRule {
    Scale,
    AtLeastOne,
}

/// What stands behind a head's module name: one layer, or a sequence of them.
#[derive(Debug)]
pub enum Head {
    One(HeadLayer),
    Sequence(Vec<HeadLayer>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadLayer {
    GlobalAveragePool,
    Linear,
    Dropout(#[allow(dead_code)] At<f64>),
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeadVisitor;

        impl<'de> Visitor<'de> for HeadVisitor {
            type Value = Head;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("`global_average_pool`, `linear`, or a list of layers")
            }

            fn visit_str<E: serde::de::Error>(self, layer: &str) -> Result<Head, E> {
                HeadLayer::deserialize(StrDeserializer::new(layer)).map(Head::One)
            }

            fn visit_map<A: MapAccess<'de>>(self, layer: A) -> Result<Head, A::Error> {
                HeadLayer::deserialize(MapAccessDeserializer::new(layer)).map(Head::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Head, A::Error> {
                let mut layers = Vec::new();
                while let Some(layer) = seq.next_element()? {
                    layers.push(layer);
                }
                Ok(Head::Sequence(layers))
            }
        }

        deserializer.deserialize_any(HeadVisitor)
    }
}

/// A mapping in the order in which it is written.
#[derive(Debug)]
pub struct Ordered<T>(pub Vec<(At<String>, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}
