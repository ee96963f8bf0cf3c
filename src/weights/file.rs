//! safetensors: reading with every limit checked, and writing.
//!
//! The format is a length (u64, little-endian), a JSON header of that length, and the data.

use std::io::Read;
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata};
use serde_json::{Map, Value, json};

use super::check::printable;
use super::{StateDict, Tensor, Unread};
use crate::error::{Error, Result};
use crate::input;
use crate::spec::Attribution;
use crate::text::thousands;

/// Bytes of the header's length.
const LENGTH: usize = size_of::<u64>();
/// Longest header that is read: enough for the longest network.
const MAX_HEADER: u64 = 8 << 20;
/// Most bytes of data that are read: 64 million f32 values.
const MAX_DATA: u64 = 256 << 20;

/// How files begin that are often given in place of safetensors.
const OTHER_FORMATS: [(&[u8], &str); 3] = [
    (b"PK\x03\x04", "a zip archive, as torch.save writes; safetensors.torch.save_file converts it"),
    (b"\x89HDF", "an HDF5 file, as Keras writes"),
    (b"version https://git-lfs", "a Git LFS pointer; `git lfs pull` fetches the file"),
];

/// Reads a safetensors file.
pub fn load(path: &Path) -> Result<StateDict> {
    read_safetensors(&read_file(path)?, path)
}

/// The bytes of a safetensors file, for [`read_safetensors`]. The header says how many there are, so
/// that little is read of a file without end; where more follow, one of them is read.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    let mut file = input::open(path)?;
    let mut bytes = Vec::new();
    let mut read_to = |bytes: &mut Vec<u8>, end: u64| {
        let more = end.saturating_sub(bytes.len() as u64);
        file.by_ref().take(more).read_to_end(bytes).map_err(Error::io("read", path))
    };
    let wrong = |message| Error::Input { path: path.to_path_buf(), message };
    // As long as what files of other formats begin with.
    read_to(&mut bytes, 64)?;
    let header = header_length(&bytes).map_err(wrong)?;
    let start = LENGTH as u64 + header;
    read_to(&mut bytes, start)?;
    let (metadata, _) = parse_header(&bytes).map_err(wrong)?;
    let described = metadata.data_len() as u64;
    if described > MAX_DATA {
        let [described, most] = [described, MAX_DATA].map(thousands);
        return Err(wrong(format!(
            "the header describes {described} bytes of data; at most {most} are read"
        )));
    }
    read_to(&mut bytes, start + described + 1)?;
    Ok(bytes)
}

/// Reads the bytes of a safetensors file; errors name `origin`.
///
/// F16 and BF16 tensors become f32, which is exact, and F64 tensors the nearest f32. Of other element
/// types only name and shape are known: [`fold`](super::fold) refuses them where the network needs
/// them. PyTorch's `num_batches_tracked` counters are skipped.
pub fn read_safetensors(bytes: &[u8], origin: &Path) -> Result<StateDict> {
    let (metadata, data) =
        split(bytes).map_err(|message| Error::Input { path: origin.to_path_buf(), message })?;
    let mut dict = StateDict::new();
    for name in metadata.offset_keys() {
        let Some(info) = metadata.info(&name) else { continue };
        if name.rsplit('.').next() == Some("num_batches_tracked") {
            continue;
        }
        let bytes = data.get(info.data_offsets.0..info.data_offsets.1).unwrap_or_default();
        let elements: Vec<f32> = match info.dtype {
            Dtype::F64 => {
                bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b) as f32).collect()
            }
            Dtype::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
            Dtype::F16 => {
                bytes.as_chunks().0.iter().map(|&b| from_f16(u16::from_le_bytes(b))).collect()
            }
            Dtype::BF16 => {
                bytes.as_chunks().0.iter().map(|&b| from_bf16(u16::from_le_bytes(b))).collect()
            }
            dtype => {
                let unread = Unread { shape: info.shape.clone(), element: dtype.to_string() };
                dict.unread.insert(name, unread);
                continue;
            }
        };
        dict.insert(name, Tensor { shape: info.shape.clone(), data: elements });
    }
    Ok(dict)
}

/// What a safetensors file says of itself in `__metadata__`, under `source`, and under `license` or,
/// as the SAI model spec has it, `modelspec.license`.
pub fn attribution(bytes: &[u8]) -> Attribution {
    let metadata = parse_header(bytes).ok().and_then(|(header, _)| header.metadata().clone());
    let stated = |keys: &[&str]| {
        let values = keys.iter().filter_map(|&key| metadata.as_ref()?.get(key));
        values.map(|value| value.trim()).find(|value| !value.is_empty()).map(str::to_owned)
    };
    Attribution { source: stated(&["source"]), licence: stated(&["license", "modelspec.license"]) }
}

/// The value of an IEEE 754 half, exactly.
fn from_f16(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff) << 13;
    let value = match bits & 0x7c00 {
        // Infinity and NaN have the largest exponent of f32, too.
        0x7c00 => f32::from_bits(magnitude | 0x7f80_0000),
        // The exponent counts from -15, not -127.
        _ => f32::from_bits(magnitude) * 2.0f32.powi(127 - 15),
    };
    f32::from_bits(value.to_bits() | sign)
}

/// The value of a bfloat16: the upper half of an f32.
fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The header, and the data that it describes to the last byte.
fn split(bytes: &[u8]) -> std::result::Result<(Metadata, &[u8]), String> {
    let (metadata, data) = parse_header(bytes)?;
    let described = metadata.data_len();
    if data.len() < described {
        return Err(format!(
            "truncated: the header describes {described} bytes of data, the file has {}",
            data.len()
        ));
    }
    if data.len() > described {
        return Err("more bytes follow the last tensor".to_owned());
    }
    Ok((metadata, data))
}

/// The header, and what follows.
fn parse_header(bytes: &[u8]) -> std::result::Result<(Metadata, &[u8]), String> {
    let length = header_length(bytes)?;
    let rest = &bytes[LENGTH..];
    let Some((header, data)) = rest.split_at_checked(length as usize) else {
        return Err(format!(
            "truncated or not a safetensors file: the header should have {length} bytes, but {} \
             follow",
            rest.len()
        ));
    };
    let metadata = serde_json::from_slice(header).map_err(|error| {
        format!("the safetensors header is wrong: {}", printable(&error.to_string()))
    })?;
    Ok((metadata, data))
}

/// Bytes of the header, at most [`MAX_HEADER`].
fn header_length(bytes: &[u8]) -> std::result::Result<u64, String> {
    for (magic, what) in OTHER_FORMATS {
        if bytes.starts_with(magic) {
            return Err(format!("not a safetensors file but {what}"));
        }
    }
    let Some((length, _)) = bytes.split_first_chunk::<LENGTH>() else {
        return Err(format!("not a safetensors file: {} bytes hold no header", bytes.len()));
    };
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        let [length, most] = [length, MAX_HEADER].map(thousands);
        return Err(format!(
            "not a safetensors file: its header would have {length} bytes; at most {most} are read"
        ));
    }
    Ok(length)
}

impl StateDict {
    /// The bytes of a safetensors file: F32, tensors in the order of their names.
    pub fn to_safetensors(&self) -> Vec<u8> {
        let mut header = Map::new();
        let mut data = Vec::new();
        for (name, tensor) in self.iter() {
            let start = data.len();
            data.extend(tensor.data.iter().flat_map(|x| x.to_le_bytes()));
            let entry = json!({
                "dtype": "F32",
                "shape": tensor.shape,
                "data_offsets": [start, data.len()],
            });
            header.insert(name.to_owned(), entry);
        }
        let mut header = Value::Object(header).to_string();
        let padding = header.len().next_multiple_of(LENGTH) - header.len();
        header.extend(std::iter::repeat_n(' ', padding));
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.into_bytes());
        bytes.extend(data);
        bytes
    }
}
