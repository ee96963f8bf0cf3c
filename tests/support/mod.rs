//! What several test programs use.

#![allow(dead_code)]

pub mod crates;
pub mod formula;
pub mod networks;
pub mod photos;
pub mod plans;
pub mod random;
pub mod sweep;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A file of `tests/data`.
pub fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)
}

/// A JSON file.
pub fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The numbers of a JSON array.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// The largest difference of two equally long sequences; a NaN counts as infinite.
pub fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |max, d| if d.is_nan() { f64::INFINITY } else { d.max(max) })
}

/// A folder with more trained networks and photos than the repository holds: `MBGEN_SHARED`, or
/// `shared` beside the checkout. `None` where there is none, which is said on stderr.
pub fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(|p| p.join("shared"));
    let folder = std::env::var_os("MBGEN_SHARED").map(PathBuf::from).or_else(beside)?;
    if folder.is_dir() {
        return Some(folder);
    }
    // Written to stderr itself, which the test harness does not capture.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: no trained networks at {}; MBGEN_SHARED names another folder",
        folder.display()
    );
    None
}
