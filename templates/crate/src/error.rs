//! What can go wrong.

use core::fmt;

use crate::{CHANNELS, HEIGHT, Isa, Mismatch, WIDTH};

/// What can go wrong before a network runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// This CPU does not have the instruction set.
    Unavailable(Isa),
    /// The bytes are not this network's weights.
    Weights(Mismatch),
    /// The image does not have the input's size.
    Pixels {
        /// Bytes that there are.
        found: usize,
    },
    /// The file of weights cannot be read.
    #[cfg(feature = "std")]
    Io(std::io::Error),
}

impl From<Mismatch> for Error {
    fn from(mismatch: Mismatch) -> Self {
        Self::Weights(mismatch)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Unavailable(isa) => write!(f, "this CPU does not have {isa}"),
            Self::Weights(mismatch) => mismatch.fmt(f),
            Self::Pixels { found } => {
                write!(f, "{found} bytes of pixels, the input has {HEIGHT} x {WIDTH} x {CHANNELS}")
            }
            #[cfg(feature = "std")]
            Self::Io(error) => write!(f, "cannot read the weights: {error}"),
        }
    }
}

impl core::error::Error for Error {}
