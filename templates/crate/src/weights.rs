//! The packed weights: where each layer's lie, and what a file of them must be.
//!
//! `weights/{{ name }}.bin` is a header of 64 bytes and little-endian `f32` values, in the order in
//! which the network reads them, batch normalisation folded in. Offsets are in values after the
//! header.

#[cfg(feature = "std")]
use crate::kernels::blob::checksum;
use crate::kernels::blob::{Header, Mismatch, checksum_of};
use crate::kernels::memory::{Aligned, f32s};

#[cfg(target_endian = "big")]
compile_error!("the weights are used in place, as little-endian values");

/// Values of the file.
const VALUES: usize = {{ weights.values }};
/// Channels of a panel.
const PANEL: u32 = {{ weights.panel }};
/// Hash of the layout.
const HASH: u64 = {{ weights.hash }};
/// Bytes of the file.
const BYTES: usize = Header::BYTES + size_of::<f32>() * VALUES;

/// The weights that are part of the program.
{{ weights.embed }}

const _: () = assert!(
    Header::expect(&BLOB.0, PANEL, HASH, VALUES).is_ok(),
    "the file of weights is another network's"
);

/// The embedded file.
pub fn file() -> &'static [u8] {
    &BLOB.0
}

/// The embedded values.
pub fn embedded() -> &'static [f32] {
    &BLOB.f32s()[Header::BYTES / size_of::<f32>()..]
}

/// The bytes of the values of a file, its checksum verified.
#[cfg(feature = "std")]
pub fn verified(file: &[u8]) -> Result<&[u8], Mismatch> {
    let header = Header::expect(file, PANEL, HASH, VALUES)?;
    let values = &file[Header::BYTES..];
    if checksum(values) == header.checksum { Ok(values) } else { Err(Mismatch::Checksum) }
}

/// The values of a file where they lie, its checksum not verified.
pub fn in_place(file: &[u8]) -> Result<&[f32], Mismatch> {
    Header::expect(file, PANEL, HASH, VALUES)?;
    f32s(&file[Header::BYTES..]).ok_or(Mismatch::Alignment)
}

/// The checksum that the header of a file states.
pub fn stated_checksum(file: &[u8]) -> Result<u64, Mismatch> {
    Header::expect(file, PANEL, HASH, VALUES).map(|header| header.checksum)
}

/// Verifies values against a checksum.
pub fn verify(values: &[f32], checksum: u64) -> Result<(), Mismatch> {
    if checksum_of(values) == checksum { Ok(()) } else { Err(Mismatch::Checksum) }
}

/// The weights of one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Module path.
    pub name: &'static str,
    /// First value.
    pub offset: usize,
    /// Number of values: bias and weights, padded to whole vectors.
    pub len: usize,
}

/// The layers in the order in which the network reads them.
pub const LAYOUT: [Layer; {{ weights.rows | length }}] = [
{%- for row in weights.rows %}
    {{ row }},
{%- endfor %}
];
{% for offset in weights.offsets %}
{% for line in offset.comment -%}
/// {{ line }}
{% endfor -%}
pub const {{ offset.name }}: {{ offset.ty }} = {{ offset.value }};
{% endfor -%}
