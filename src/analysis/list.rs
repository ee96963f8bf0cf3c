//! Lists and ranges of widths and resolutions: `0.5,1` and `0.25..1.5:0.05`.

use super::{parse_resolution, parse_width};
use crate::analysis::sweep;

/// Most values of a list: as many as a sweep has points.
const MAX_VALUES: usize = sweep::MAX_POINTS;

/// Width multipliers.
pub type Widths = Vec<f64>;

/// Rows and columns of inputs.
pub type Resolutions = Vec<(usize, usize)>;

/// Reads width multipliers.
pub fn widths(text: &str) -> Result<Widths, String> {
    let mut values = Vec::new();
    for item in text.split(',') {
        let Some((from, to, step)) = range(item) else {
            values.push(parse_width(item)?);
            continue;
        };
        let [from, to, step] = [from, to, step].map(parse_width);
        let (from, to, step) = (from?, to?, step?);
        // Multiples of the step rather than sums, and rounded, so that 0.35 is 0.35.
        let steps = ((to - from) / step + 1e-9).floor();
        check_length(values.len(), steps)?;
        let value = |i: usize| ((from + i as f64 * step) * 1e9).round() / 1e9;
        values.extend((0..=steps as usize).map(value));
    }
    Ok(values)
}

/// Reads input sizes; a range is one of squares.
pub fn resolutions(text: &str) -> Result<Resolutions, String> {
    let mut values = Vec::new();
    for item in text.split(',') {
        let Some((from, to, step)) = range(item) else {
            values.push(parse_resolution(item)?);
            continue;
        };
        let [from, to, step] = [from, to, step].map(super::parse_count);
        let (from, to, step) = (from?, to?, step?);
        check_length(values.len(), (to as f64 - from as f64) / step as f64)?;
        values.extend((from..=to).step_by(step).map(|side| (side, side)));
    }
    Ok(values)
}

/// The parts of `FROM..TO:STEP`.
fn range(item: &str) -> Option<(&str, &str, &str)> {
    let (from, rest) = item.split_once("..")?;
    let (to, step) = rest.split_once(':').unwrap_or((rest, ""));
    Some((from, to, step))
}

/// Whether a range of `steps` more than one value fits beside `before` values.
fn check_length(before: usize, steps: f64) -> Result<(), String> {
    if (0.0..MAX_VALUES as f64 - before as f64).contains(&steps) {
        Ok(())
    } else {
        Err(format!("FROM..TO:STEP with FROM up to TO and at most {MAX_VALUES} values is allowed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hit_their_values() {
        assert_eq!(widths("0.25..0.5:0.05").unwrap(), [0.25, 0.3, 0.35, 0.4, 0.45, 0.5]);
        assert_eq!(widths("1,0.35").unwrap(), [1.0, 0.35]);
        assert_eq!(
            resolutions("96..160:32,8x9").unwrap(),
            [(96, 96), (128, 128), (160, 160), (8, 9)]
        );
        for wrong in ["", "1,", "1..2", "2..1:0.1", "1..2:0", "0..1:0.1", "1..2:1e-9", "1..nan:1"] {
            assert!(widths(wrong).is_err(), "{wrong}");
        }
        let most = format!("1..{MAX_VALUES}:1");
        assert_eq!(widths(&most).unwrap().len(), MAX_VALUES);
        assert!(widths(&format!("{most},1..2:1")).is_err());
        assert!(resolutions(&format!("{most},7,1..2:1")).is_err());
        for wrong in ["", "9..8:1", "1..9", "1..9:0", "1..2147483648:1"] {
            assert!(resolutions(wrong).is_err(), "{wrong}");
        }
    }
}
