//! Prepared photos as network inputs.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use mbgen::spec::Spec;

/// The pixels of an 8-bit RGB PNG, and its columns.
pub fn pixels(path: &Path) -> (Vec<u8>, usize) {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.color_type, frame.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    (pixels, frame.width as usize)
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
