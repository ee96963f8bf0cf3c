//! The file of packed weights: a header of 64 bytes, then `f32` values, all little-endian.
//!
//! | bytes | |
//! |---|---|
//! | 0..8 | `mbgen-w` and a zero |
//! | 8..12 | version of this format |
//! | 12..16 | channels of a weight panel |
//! | 16..24 | hash of the layout: layers, shapes, panels, offsets |
//! | 24..32 | number of values |
//! | 32..40 | [`checksum`] of the values |
//! | 40..64 | zero |

use core::fmt;

/// How a file of weights begins.
const MAGIC: [u8; 8] = *b"mbgen-w\0";
/// The version of the format that this crate reads.
const VERSION: u32 = 1;

/// The header of a file of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Channels of a weight panel.
    pub panel: u32,
    /// Hash of the layout.
    pub layout: u64,
    /// Number of values.
    pub values: u64,
    /// Checksum of the values.
    pub checksum: u64,
}

/// Why bytes are not the weights of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// They do not begin as a file of packed weights does.
    Magic,
    /// They are of this version of the format.
    Version(u32),
    /// The rest of their header is not zero.
    Reserved,
    /// They are packed for another network, or in another order.
    Layout,
    /// They have another length.
    Length {
        /// Bytes that there must be.
        needed: usize,
        /// Bytes that there are.
        found: usize,
    },
    /// They do not start on a multiple of four bytes.
    Alignment,
    /// They were damaged.
    Checksum,
}

impl Header {
    /// Bytes of a header.
    pub const BYTES: usize = 64;

    /// The header as it stands in a file.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.panel.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.layout.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.values.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.checksum.to_le_bytes());
        bytes
    }

    /// Reads the header of a file whose panels have `panel` channels, whose layout has the hash
    /// `layout`, and which has `values` values.
    pub const fn expect(
        bytes: &[u8],
        panel: u32,
        layout: u64,
        values: usize,
    ) -> Result<Self, Mismatch> {
        let needed = values.saturating_mul(size_of::<f32>()).saturating_add(Self::BYTES);
        let Some(header) = bytes.first_chunk::<{ Self::BYTES }>() else {
            return Err(Mismatch::Length { needed, found: bytes.len() });
        };
        let found = Self {
            panel: word(header, 12) as u32,
            layout: word(header, 16),
            values: word(header, 24),
            checksum: word(header, 32),
        };
        if word(header, 0) != u64::from_le_bytes(MAGIC) {
            Err(Mismatch::Magic)
        } else if word(header, 8) as u32 != VERSION {
            Err(Mismatch::Version(word(header, 8) as u32))
        } else if word(header, 40) | word(header, 48) | word(header, 56) != 0 {
            Err(Mismatch::Reserved)
        } else if found.panel != panel || found.layout != layout || found.values != values as u64 {
            Err(Mismatch::Layout)
        } else if bytes.len() != needed {
            Err(Mismatch::Length { needed, found: bytes.len() })
        } else {
            Ok(found)
        }
    }
}

/// Eight bytes from `at` on as a number.
const fn word(bytes: &[u8; Header::BYTES], at: usize) -> u64 {
    let mut word = 0;
    let mut i = 8;
    while i > 0 {
        i -= 1;
        word = word << 8 | bytes[at + i] as u64;
    }
    word
}

/// A checksum that any change of one value changes. Bytes after the last whole `f32` do not count.
pub fn checksum(values: &[u8]) -> u64 {
    let (words, _) = values.as_chunks();
    let mut sum = 0xCBF2_9CE4_8422_2325;
    for word in words {
        sum = mix(sum, u32::from_le_bytes(*word));
    }
    sum
}

/// The checksum of values that are in memory.
pub fn checksum_of(values: &[f32]) -> u64 {
    values.iter().fold(0xCBF2_9CE4_8422_2325, |sum, value| mix(sum, value.to_bits()))
}

/// A bijection of `sum` for each `word`, so that differences never vanish.
fn mix(sum: u64, word: u32) -> u64 {
    (sum ^ u64::from(word)).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23)
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("not a file of packed weights"),
            Self::Version(found) => {
                write!(f, "packed weights of version {found}, this crate reads {VERSION}")
            }
            Self::Reserved => {
                f.write_str("packed weights whose header is not zero in bytes 40 to 63")
            }
            Self::Layout => f.write_str("weights of another network, or in another layout"),
            Self::Length { needed, found } => {
                write!(f, "weights of {found} bytes, this network has {needed}")
            }
            Self::Alignment => f.write_str("weights that do not start on a multiple of 4 bytes"),
            Self::Checksum => f.write_str("damaged weights: the checksum differs"),
        }
    }
}

impl core::error::Error for Mismatch {}
