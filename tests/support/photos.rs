//! Prepared photos as network inputs.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use mbgen::spec::Spec;
use serde_json::Value;

/// The pixels of an 8-bit RGB PNG, and its columns.
pub fn pixels(path: &Path) -> (Vec<u8>, usize) {
    let (pixels, width, color) = any_pixels(path);
    assert_eq!(color, png::ColorType::Rgb);
    (pixels, width)
}

/// The pixels of an 8-bit PNG, its columns, and what a pixel is.
pub fn any_pixels(path: &Path) -> (Vec<u8>, usize, png::ColorType) {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(frame.bit_depth, png::BitDepth::Eight);
    (pixels, frame.width as usize, frame.color_type)
}

/// Writes an 8-bit RGB PNG, with EXIF data where there are any.
pub fn write(path: &Path, pixels: &[u8], width: usize, exif: Option<&[u8]>) {
    let height = pixels.len() / 3 / width;
    let file = File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    if let Some(exif) = exif {
        writer.write_chunk(png::chunk::ChunkType(*b"eXIf"), exif).unwrap();
    }
    writer.write_image_data(pixels).unwrap();
}

/// An 8-bit RGB PNG of a network's input size as its input, HWC.
pub fn input(path: &Path, spec: &Spec) -> Vec<f32> {
    let (pixels, width) = pixels(path);
    let size = (pixels.len() / 3 / width, width);
    assert_eq!(size, (spec.input.height, spec.input.width), "{}", path.display());
    let preprocess = spec.preprocess.as_ref().unwrap();
    let normalised = pixels.iter().enumerate().map(|(i, &pixel)| {
        let (mean, std) = (preprocess.mean[i % 3], preprocess.std[i % 3]);
        ((f64::from(pixel) / 255.0 - mean) / std) as f32
    });
    normalised.collect()
}

/// The image turned by 180 degrees.
pub fn turned<T: Copy>(input: &[T]) -> Vec<T> {
    input.chunks_exact(3).rev().flatten().copied().collect()
}

/// Gradients, edges and noise in RGB: the photo of `tests/data/pillow/make.py`.
pub fn picture(width: usize, height: usize) -> Vec<u8> {
    let value = |i: usize| {
        let (c, x, y) = (i % 3, i / 3 % width, i / 3 / width);
        let mixed = (x * 73 + y * 151 + c * 197 + x * y * 31) as u32;
        let noise = mixed.wrapping_mul(2_654_435_761) >> 27;
        let edges = (x / 7 + y / 5 + c) % 2 * 60;
        (noise as usize + edges + x * 100 / width + y * 60 / height) as u8
    };
    (0..width * height * 3).map(value).collect()
}

/// A photo, how it is prepared, and what Pillow and torchvision make of it.
pub struct Prepared {
    /// Columns and rows of the [`picture`].
    pub photo: [usize; 2],
    /// Channels of the input.
    pub channels: usize,
    /// As a spec has it.
    pub resize: Value,
    /// As a spec has it.
    pub filter: String,
    /// Columns and rows of the input.
    pub input: [usize; 2],
    /// The result, HWC.
    pub pixels: Vec<u8>,
}

/// Every case of `tests/data/pillow`.
pub fn prepared() -> Vec<Prepared> {
    let file = super::json(&super::data("pillow/prepared.json"));
    let case = |case: &Value| {
        let size = |key: &str| [0, 1].map(|i| case[key][i].as_u64().unwrap() as usize);
        let hex = case["pixels"].as_str().unwrap();
        let byte = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).unwrap();
        Prepared {
            photo: size("photo"),
            channels: case["channels"].as_u64().unwrap() as usize,
            resize: case["resize"].clone(),
            filter: case["filter"].as_str().unwrap().to_owned(),
            input: size("input"),
            pixels: (0..hex.len()).step_by(2).map(byte).collect(),
        }
    };
    file["cases"].as_array().unwrap().iter().map(case).collect()
}
