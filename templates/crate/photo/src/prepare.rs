//! From an image file to the pixels that the network sees.

use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder, ImageReader, ImageResult, Limits};
use network::{CHANNELS, HEIGHT, RESIZE, Resize, WIDTH};

/// The length of a photo's shorter side before the crop.
const SHORTER: usize = match RESIZE {
    Resize::Shorter(side) => side,
    _ => panic!("photos are scaled by their shorter side alone"),
};

/// Pixels of the input's size, HWC, of a PNG or JPEG file. A photo is turned upright, scaled and
/// cropped; a `prepared` image must have the input's size and is taken as it is.
pub fn load(path: &Path, prepared: bool) -> Result<Vec<u8>, String> {
    let image = decode(path, !prepared).map_err(|error| error.to_string())?;
    let photo = Photo::new(image)?;
    let input = if !prepared {
        photo.fit()
    } else if (photo.height, photo.width) == (HEIGHT, WIDTH) {
        photo.pixels
    } else {
        let Photo { width, height, .. } = photo;
        let allowed = format!("a prepared image has exactly {WIDTH}x{HEIGHT}");
        return Err(format!("{width}x{height} pixels: {allowed}"));
    };
    Ok(input.iter().flat_map(|pixel| &pixel.0[..CHANNELS]).copied().collect())
}

fn decode(path: &Path, upright: bool) -> ImageResult<DynamicImage> {
    let mut decoder = ImageReader::open(path)?.with_guessed_format()?.into_decoder()?;
    // A small file can claim to be a huge image.
    Limits::default().reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    if upright {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

/// An image with 8 bits a channel, the network's channels first. Transparency is ignored.
struct Photo {
    pixels: Vec<U8x4>,
    width: usize,
    height: usize,
}

impl Photo {
    fn new(image: DynamicImage) -> Result<Self, String> {
        let luma = match CHANNELS {
            1 => image.color().has_color(),
            3 => false,
            n => return Err(format!("the network takes {n} channels, an image has 3 or 1")),
        };
        let image = image.into_rgba8();
        let (width, height) = (image.width() as usize, image.height() as usize);
        let pixel = |p: &image::Rgba<u8>| U8x4::new(if luma { [bt601(p.0); 4] } else { p.0 });
        Ok(Self { pixels: image.pixels().map(pixel).collect(), width, height })
    }

    /// The photo at the input's size.
    ///
    /// The shorter side is scaled to [`SHORTER`], then the centre is cropped. Where that leaves
    /// nothing to crop, the largest centred part with the input's proportions is scaled instead.
    fn fit(self) -> Vec<U8x4> {
        if SHORTER > WIDTH.max(HEIGHT) {
            let shorter = self.width.min(self.height);
            let (x, w) = centre(self.width, SHORTER * self.width / shorter, WIDTH);
            let (y, h) = centre(self.height, SHORTER * self.height / shorter, HEIGHT);
            self.scale(bilinear().crop(x, y, w, h))
        } else {
            let width = self.width.min(self.height * WIDTH / HEIGHT).max(1);
            let height = self.height.min(self.width * HEIGHT / WIDTH).max(1);
            self.crop(width, height).scale(bilinear())
        }
    }

    /// The centre, `width` × `height`.
    fn crop(self, width: usize, height: usize) -> Self {
        let (left, top) = ((self.width - width) / 2, (self.height - height) / 2);
        let rows = self.pixels.chunks_exact(self.width).skip(top).take(height);
        let pixels = rows.flat_map(|row| &row[left..left + width]).copied().collect();
        Self { pixels, width, height }
    }

    fn scale(&self, options: ResizeOptions) -> Vec<U8x4> {
        let mut input = vec![U8x4::default(); WIDTH * HEIGHT];
        let source = TypedImageRef::new(self.width as u32, self.height as u32, &self.pixels);
        let target = TypedImage::from_pixels_slice(WIDTH as u32, HEIGHT as u32, &mut input);
        let (Ok(source), Ok(mut target)) = (source, target) else {
            unreachable!("both images have all their pixels");
        };
        let scaled = Resizer::new().resize_typed(&source, &mut target, &options);
        scaled.expect("the part that is scaled lies inside the photo");
        input
    }
}

/// Where the centre of `size` pixels lies on a `side` that would be scaled to `scaled` pixels: start
/// and length.
fn centre(side: usize, scaled: usize, size: usize) -> (f64, f64) {
    let (scale, side) = (side as f64 / scaled as f64, side as f64);
    let start = ((scaled - size) as f64 / 2.0).round_ties_even() * scale;
    (start, (size as f64 * scale).min(side - start))
}

/// Bilinear with antialias: each output pixel is a weighted mean of all that it covers.
fn bilinear() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false)
}

/// Luma by ITU-R BT.601 in 16-bit fixed point, as training pipelines have it.
fn bt601([r, g, b, _]: [u8; 4]) -> u8 {
    ((19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 0x8000) >> 16) as u8
}
