//! The input: how it is prepared, and the memory for it.

#[cfg(feature = "std")]
use crate::CLASSES;
use crate::{CHANNELS, Error, HEIGHT, INPUT, MEAN, STD, WIDTH};

/// To what size a photo is scaled before its centre is cropped to the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resize {
    /// Its shorter side to this, its proportions kept.
    Shorter(usize),
    /// To this size, whatever its proportions.
    Exact {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
}

/// How a photo is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Filter {
    /// A mean of neighbours, weighted by a triangle; of all that a pixel covers where it shrinks.
    Bilinear,
    /// As `Bilinear`, weighted by Keys' cubic with a = -0.5.
    Bicubic,
    /// The pixel at the nearest place.
    Nearest,
}

/// Zeros for an input, on the heap. They are never on the stack.
#[cfg(feature = "std")]
pub fn boxed_input() -> Box<[f32; INPUT]> {
    zeros()
}

/// Zeros for the logits, on the heap. They are never on the stack.
#[cfg(feature = "std")]
pub fn boxed_logits() -> Box<[f32; CLASSES]> {
    zeros()
}

#[cfg(feature = "std")]
fn zeros<const N: usize>() -> Box<[f32; N]> {
    match vec![0.0; N].try_into() {
        Ok(zeros) => zeros,
        Err(_) => unreachable!("there are N zeros"),
    }
}

/// Turns 8-bit pixels of exactly the input's size, in the input's order, into an input.
///
/// # Errors
/// If there are more or fewer pixels.
pub fn preprocess(pixels: &[u8], input: &mut [f32; INPUT]) -> Result<(), Error> {
    let pixels: &[u8; INPUT] =
        pixels.try_into().map_err(|_| Error::Pixels { found: pixels.len() })?;
    let (from, _) = pixels.as_chunks::<CHANNELS>();
    let (to, _) = input.as_chunks_mut::<CHANNELS>();
    for (from, to) in from.iter().zip(to) {
        for (c, (from, to)) in from.iter().zip(to).enumerate() {
            *to = (f32::from(*from) / 255.0 - MEAN[c]) / STD[c];
        }
    }
    Ok(())
}

/// The input that this crate's golden values belong to: value `i` in the order channels, rows,
/// columns is SplitMix64's output from state `i`, its upper 24 bits scaled to [-1, 1).
pub fn golden_input(input: &mut [f32; INPUT]) {
    for (position, values) in input.as_chunks_mut::<CHANNELS>().0.iter_mut().enumerate() {
        for (channel, value) in values.iter_mut().enumerate() {
            let state = (channel * HEIGHT * WIDTH + position) as u64;
            let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *value = ((z ^ (z >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0;
        }
    }
}
