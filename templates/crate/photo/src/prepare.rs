//! From an image file to the pixels that the network sees.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Write};
use std::path::Path;

use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Rgb};
use network::{CHANNELS, FILTER, Filter, HEIGHT, RESIZE, Resize, WIDTH};

use crate::resample::{Axis, CUBIC, Picture, TRIANGLE};

/// The most bytes of a file, and of the pixels in it.
const MAX_BYTES: u64 = 400_000_000;
/// As many bytes tell the format of a file.
const SIGNATURE: u64 = 16;
/// The longest side of a scaled photo.
const MAX_SIDE: u64 = 1 << 24;

/// Pixels of the input's size.
pub struct Prepared {
    /// HWC.
    pub pixels: Vec<u8>,
    /// What is wrong with the file, though it can be seen.
    pub warning: Option<String>,
}

/// Reads a PNG or JPEG file. A photo is turned upright, scaled and cropped; a `prepared` image must
/// have the input's size and is taken as it is.
pub fn load(path: &Path, prepared: bool) -> Result<Prepared, String> {
    let (bytes, format) = read(path)?;
    let photo = photo(decode(&bytes, format, !prepared)?)?;
    let input = if !prepared {
        fit(&photo)?
    } else if (photo.height, photo.width) == (HEIGHT, WIDTH) {
        photo
    } else {
        let Picture { width, height, .. } = photo;
        let allowed = format!("a prepared image has exactly {WIDTH}x{HEIGHT}");
        return Err(format!("{width}x{height} pixels: {allowed}"));
    };
    let warning = is_cut_off(&bytes).then(|| {
        let bytes = bytes.len();
        format!("the file ends after {bytes} bytes, before its image does: a part is not seen")
    });
    Ok(Prepared { pixels: input.pixels, warning })
}

/// Writes pixels of the input's size as a PNG, over no other file.
pub fn write(path: &Path, pixels: &[u8]) -> Result<(), String> {
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("png")) {
        return Err("a PNG is written, so its name ends in .png".into());
    }
    let color = if CHANNELS == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    let (width, height) = (WIDTH as u32, HEIGHT as u32);
    let mut png = Cursor::new(Vec::new());
    image::write_buffer_with_format(&mut png, pixels, width, height, color, ImageFormat::Png)
        .map_err(|error| error.to_string())?;
    let file = File::create_new(path);
    let written = file.and_then(|mut file| file.write_all(&png.into_inner()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => "it is there already; another name keeps it".into(),
        _ => error.to_string(),
    })
}

/// The bytes of a file and its format. As little is read of what is refused as tells that.
fn read(path: &Path) -> Result<(Vec<u8>, ImageFormat), String> {
    let wrong = |error: std::io::Error| error.to_string();
    let file = File::open(path).map_err(wrong)?;
    let mut bytes = Vec::new();
    (&file).take(SIGNATURE).read_to_end(&mut bytes).map_err(wrong)?;
    let format = match image::guess_format(&bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
        _ => return Err("neither a PNG nor a JPEG file, which alone are read".into()),
    };
    // A pipe has no length: it ends, or has too much.
    let length = file.metadata().map_err(wrong)?.len();
    if length <= MAX_BYTES {
        file.take(MAX_BYTES + 1 - SIGNATURE).read_to_end(&mut bytes).map_err(wrong)?;
    }
    if length.max(bytes.len() as u64) > MAX_BYTES {
        return Err(format!("a file of more than {MAX_BYTES} bytes, the most that is read"));
    }
    Ok((bytes, format))
}

fn decode(bytes: &[u8], format: ImageFormat, upright: bool) -> Result<DynamicImage, String> {
    let wrong = |error: image::ImageError| error.to_string().trim_end().to_owned();
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut decoder = reader.into_decoder().map_err(wrong)?;
    // A small file can claim to be a huge image, and one of luma is seen in colours.
    let (width, height) = decoder.dimensions();
    let size = decoder.total_bytes().max(3 * u64::from(width) * u64::from(height));
    if size > MAX_BYTES {
        let (size, most) = (size / 1_000_000, MAX_BYTES / 1_000_000);
        return Err(format!("{width}x{height} pixels take {size} MB, at most {most} are allowed"));
    }
    let orientation = decoder.orientation().map_err(wrong)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(wrong)?;
    if upright {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

/// Whether a file is a JPEG without its end marker.
fn is_cut_off(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"\xff\xd8") {
        return false;
    }
    let mut rest = bytes;
    while let [first, marker, after @ ..] = rest {
        let step = match (first, marker, after) {
            (0xff, 0xd9, _) => return false,
            // A segment with its length. What is none is passed by: the markers in the coded data.
            (0xff, 0xc0..=0xcf | 0xda..=0xfe, [high, low, ..]) => {
                2 + usize::from(u16::from_be_bytes([*high, *low]))
            }
            _ => 1,
        };
        rest = rest.get(step..).unwrap_or_default();
    }
    true
}

/// A picture with 8 bits for each of the network's channels. Transparency is ignored.
fn photo(image: DynamicImage) -> Result<Picture<CHANNELS>, String> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = match CHANNELS {
        1 if image.color().has_color() => image.into_rgb8().pixels().map(bt601).collect(),
        1 => image.into_luma8().into_raw(),
        3 => image.into_rgb8().into_raw(),
        n => return Err(format!("the network takes {n} channels, an image has 3 or 1")),
    };
    if pixels.is_empty() {
        return Err("an image without pixels".into());
    }
    Ok(Picture { pixels, width, height })
}

/// The photo scaled by [`RESIZE`], and of that the centre at the input's size, as torchvision crops
/// it: where it does not cover the input there are zeros.
fn fit(photo: &Picture<CHANNELS>) -> Result<Picture<CHANNELS>, String> {
    let (height, width) = match RESIZE {
        Resize::Exact { height, width } => (height as u64, width as u64),
        Resize::Shorter(side) => {
            let shorter = photo.width.min(photo.height) as u64;
            let scaled = |n: usize| side as u64 * n as u64 / shorter;
            (scaled(photo.height), scaled(photo.width))
        }
        _ => unreachable!("there is no other one"),
    };
    if height.max(width) > MAX_SIDE {
        let Picture { width: w, height: h, .. } = photo;
        let allowed = format!("at most {MAX_SIDE} are allowed on a side");
        return Err(format!("{w}x{h} pixels would be scaled to {width}x{height}: {allowed}"));
    }
    let rows = Axis::centre(photo.height, height as usize, HEIGHT);
    let columns = Axis::centre(photo.width, width as usize, WIDTH);
    Ok(match FILTER {
        Filter::Nearest => photo.pick(&rows, &columns),
        Filter::Bilinear => photo.mix(&rows, &columns, &TRIANGLE),
        Filter::Bicubic => photo.mix(&rows, &columns, &CUBIC),
        _ => unreachable!("there is no other one"),
    })
}

/// Luma by ITU-R BT.601 in 16-bit fixed point, as training pipelines have it.
fn bt601(&Rgb([r, g, b]): &Rgb<u8>) -> u8 {
    ((19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 0x8000) >> 16) as u8
}
