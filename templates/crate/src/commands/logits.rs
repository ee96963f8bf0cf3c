//! `logits`: what the network gives for an input.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};

use super::options::Options;
use crate::network::{
    CHANNELS, CLASSES, HEIGHT, INPUT, Model, Pool, WIDTH, Workspace, boxed_input, boxed_logits,
};

/// Bytes of an input.
const BYTES: usize = INPUT * size_of::<f32>();

/// Runs the network on the input in a file; `-` is standard input.
pub fn run(options: &Options, file: &OsStr) -> Result<String, String> {
    let input = read(file)?;
    let model = options.model()?;
    Ok(json(&*on_threads!(options, logits(&model, &input))))
}

fn logits<const THREADS: usize>(
    options: &Options,
    model: &Model,
    input: &[f32; INPUT],
) -> Box<[f32; CLASSES]> {
    let pool = Pool::new(options.threads);
    let mut logits = boxed_logits();
    model.run_on(&pool, input, &mut Workspace::boxed_for::<THREADS>(), &mut logits);
    logits
}

fn read(file: &OsStr) -> Result<Box<[f32; INPUT]>, String> {
    let name = if file == "-" { "standard input".into() } else { format!("{file:?}") };
    let bytes =
        if file == "-" { most(io::stdin().lock()) } else { File::open(file).and_then(most) };
    let bytes = bytes.map_err(|error| format!("cannot read {name}: {error}"))?;
    if bytes.len() != BYTES {
        let found = match bytes.len() {
            found if found > BYTES => format!("more than {BYTES}"),
            found => found.to_string(),
        };
        return Err(format!(
            "{name} has {found} bytes; an input is {HEIGHT} x {WIDTH} x {CHANNELS} f32 values, \
             {BYTES} bytes"
        ));
    }
    let mut input = boxed_input();
    for (value, bytes) in input.iter_mut().zip(bytes.as_chunks().0) {
        *value = f32::from_le_bytes(*bytes);
    }
    Ok(input)
}

/// The bytes of an input, and one more if there is one: a device may have no end.
fn most(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A JSON array, with `null` for what is no number.
fn json(values: &[f32]) -> String {
    let mut text = String::from("[");
    for (i, x) in values.iter().enumerate() {
        if i > 0 {
            text += ", ";
        }
        let _ = if x.is_finite() { write!(text, "{x}") } else { write!(text, "null") };
    }
    text += "]\n";
    text
}
