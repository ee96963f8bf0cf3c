//! Prepared photos as network inputs.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use mbgen::spec::Spec;

/// An 8-bit RGB PNG of a network's input size as its input, HWC.
pub fn input(path: &Path, spec: &Spec) -> Vec<f32> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.color_type, frame.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    let size = (frame.height as usize, frame.width as usize);
    assert_eq!(size, (spec.input.height, spec.input.width), "{}", path.display());
    let preprocess = spec.preprocess.as_ref().unwrap();
    let normalised = pixels.iter().enumerate().map(|(i, &pixel)| {
        let (mean, std) = (preprocess.mean[i % 3], preprocess.std[i % 3]);
        ((f64::from(pixel) / 255.0 - mean) / std) as f32
    });
    normalised.collect()
}

/// The image turned by 180 degrees.
pub fn turned(input: &[f32]) -> Vec<f32> {
    input.chunks_exact(3).rev().flatten().copied().collect()
}
