//! What fuzz targets share. A target states a property of whatever bytes it is given, and
//! begins with inputs that mbgen itself makes.

#[path = "../../tests/support/formula.rs"]
pub mod formula;
#[allow(dead_code)]
#[path = "../../tests/support/networks.rs"]
mod networks;
#[allow(dead_code)]
#[path = "../../tests/support/plans.rs"]
pub mod plans;
#[allow(dead_code)]
#[path = "../../tests/support/random.rs"]
pub mod random;

use std::fs;
use std::path::Path;

use mbgen::block::{Variant, load_text};
use mbgen::error::Error;
use mbgen::machine::{Description, Machine};
use mbgen::plan::Overrides;
use mbgen::report::{Format, Style};
use mbgen::spec::Loaded;
use mbgen::tasks::{Costed, Planned, View};

/// Planned for small caches, so that even small networks are fused and run in bands.
pub const SMALL: Machine = Machine { l1: 1 << 11, l2: 1 << 14 };

/// A network of every kind of step that takes a moment to run.
const TINY: &str = "\
name: tiny
input: {channels: 3, height: 13, width: 11}
classes: 5
stages:
  body:
    - conv_bn: {c: 8, s: 2}
    - inverted_residual: {columns: [t, c, n, s], rows: [[1, 8, 1, 1], [3, 20, 2, 1]]}
    - conv_dsc: {columns: [c, s], rows: [[24, 1], [24, 1]]}
    - residual: {columns: [c, n, s], rows: [[4, 1, 2]]}
head: [{pool: global_average_pool}, {fc: linear}]
";

/// What errors call an input.
pub fn name() -> &'static Path {
    Path::new("input")
}

/// The tiny network.
pub fn tiny() -> Loaded {
    load_text(TINY, "tiny.yaml", &Variant::default()).unwrap()
}

/// The tiny network, planned for the reference machine.
pub fn planned(variant: Variant) -> Planned {
    Planned::new(tiny(), variant, Description::reference(), &Overrides::default()).unwrap()
}

/// Writes inputs to the corpus of a target.
pub fn begin_with<B: AsRef<[u8]>>(target: &str, inputs: impl IntoIterator<Item = B>) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&corpus).unwrap();
    for (i, input) in inputs.into_iter().enumerate() {
        fs::write(corpus.join(format!("seed-{i}")), input).unwrap();
    }
}

/// What is taken; what is refused must be said to be wrong, and not with mbgen.
pub fn taken<T>(result: Result<T, Error>) -> Option<T> {
    let error = match result {
        Ok(taken) => return Some(taken),
        Err(error) => error,
    };
    assert!(!matches!(error, Error::Internal(_) | Error::Io { .. }), "{}", error.chain());
    assert!(error.exit_code() != 0 && !error.chain().is_empty());
    None
}

/// Renders everything that a report can be.
pub fn render(costed: &Costed, view: &View) {
    let style = Style { unicode: true, color: true, width: Some(80) };
    for format in Format::ALL {
        assert!(!costed.report(view, format, style).is_empty());
    }
}
