//! The file of packed weights and its layout.

use sha2::{Digest, Sha256};

use super::Input;
use super::names::Constants;
use crate::error::{Error, Result};
use crate::graph::LayerId;
use crate::kernels::blob::{Header, checksum};
use crate::kernels::steps::{self, Dense, Depthwise};
use crate::layer::Kind;
use crate::plan::{Step, pack};

/// The packed weights.
pub struct Blob {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its header.
    pub header: Header,
    /// The layers in the order of the file.
    pub layout: Vec<Entry>,
}

/// The weights of one layer.
pub struct Entry {
    /// The layer.
    pub layer: LayerId,
    /// Module path of the layer.
    pub name: String,
    /// The constant that holds the offset.
    pub constant: String,
    /// First value.
    pub offset: usize,
    /// Number of values, padding included.
    pub len: usize,
    /// Channels of a panel.
    pub panel: usize,
}

impl Blob {
    pub fn new(input: &Input) -> Result<Self> {
        let values = pack(input.plan, input.graph, input.weights)?;
        let data: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let mut names = Constants::new(&["BLOB", "BYTES", "LAYOUT", "PANEL", "VALUES"], "LAYER");
        let mut hash = Sha256::new();
        let mut layout = Vec::new();
        let mut panels = 0;
        for step in &input.plan.steps {
            let packed = PackedLayer::of(step);
            panels = packed.iter().map(|layer| layer.panel).max().unwrap_or(0).max(panels);
            for (packed, layer) in packed.iter().zip(with_weights(input, step)) {
                let name = input.graph.layer(layer).name.to_string();
                let PackedLayer { offset, len, c, k, panel } = packed;
                let op = input.graph.layer(layer).kind.op();
                hash.update(format!("{name} {op} {c} {k} {panel} {offset} {len}\n"));
                let (constant, offset, len) = (names.name(&name), packed.offset, packed.len);
                layout.push(Entry { layer, name, constant, offset, len, panel: packed.panel });
            }
        }
        let digest = hash.finalize();
        let mut layout_hash = [0; 8];
        layout_hash.copy_from_slice(&digest[..8]);
        let header = Header {
            panel: panels as u32,
            layout: u64::from_le_bytes(layout_hash),
            values: values.len() as u64,
            checksum: checksum(&data),
        };
        let mut bytes = header.to_bytes().to_vec();
        bytes.extend(data);
        Ok(Self { bytes, header, layout })
    }

    /// The constant that holds the offset of a layer's weights.
    pub fn constant(&self, offset: usize) -> Result<String> {
        let entry = self.layout.iter().find(|entry| entry.offset == offset);
        let unknown = || Error::Internal(format!("no layer's weights are at {offset}"));
        Ok(format!("w::{}", entry.ok_or_else(unknown)?.constant))
    }
}

/// The layers of a step that have weights, in execution order.
pub fn with_weights<'a>(input: &'a Input, step: &'a Step) -> impl Iterator<Item = LayerId> + 'a {
    let has = |id: &&LayerId| input.graph.layer(**id).weight_shape().is_some();
    step.layers.iter().filter(has).copied()
}

/// What the layout of one layer's weights depends on.
struct PackedLayer {
    offset: usize,
    len: usize,
    /// Outputs.
    c: usize,
    /// Weights of an output.
    k: usize,
    panel: usize,
}

impl PackedLayer {
    /// The layers of a step that have weights, in the order of its layers.
    fn of(step: &Step) -> Vec<Self> {
        match &step.operation {
            steps::Step::Conv(conv) => vec![Self::dense(&conv.dense)],
            steps::Step::Chain(chain) => {
                let units = chain.units().iter().flat_map(|unit| {
                    let dense = unit.dense.as_ref().map(Self::dense);
                    [dense, Some(Self::depthwise(&unit.depthwise))]
                });
                units.flatten().chain(chain.project.as_ref().map(Self::dense)).collect()
            }
            steps::Step::Head(head) => {
                let linear = Self {
                    offset: head.weights_at,
                    len: head.packed_len(),
                    c: head.classes,
                    k: head.c,
                    panel: head.panel,
                };
                // The pointwise weights lie between the classifier's, panel by panel.
                let dense = head
                    .dense
                    .as_ref()
                    .map(|dense| Self { len: steps::bias_len(dense.c_out), ..Self::dense(dense) });
                dense.into_iter().chain([linear]).collect()
            }
        }
    }

    fn dense(dense: &Dense) -> Self {
        let (offset, len) = (dense.weights_at, dense.packed_len());
        Self { offset, len, c: dense.c_out, k: dense.k(), panel: dense.panel }
    }

    fn depthwise(depthwise: &Depthwise) -> Self {
        let (offset, len) = (depthwise.weights_at, depthwise.packed_len());
        let k = depthwise.window.kernel * depthwise.window.kernel;
        Self { offset, len, c: depthwise.c, k, panel: depthwise.panel }
    }
}

/// Whether a layer is the classifier, whose entry covers a whole head.
pub fn is_classifier(input: &Input, entry: &Entry) -> bool {
    input.graph.layer(entry.layer).kind == Kind::Linear
}
