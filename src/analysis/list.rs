//! Widths and resolutions as people write them, and lists and ranges of them: `0.5,1` and
//! `0.25..1.5:0.05`. What is wrong is what would be right, without what was written.

use super::sweep;

/// Most values of a list: as many as a sweep has points.
const MAX_VALUES: usize = sweep::MAX_POINTS;

/// Width multipliers.
pub type Widths = Vec<f64>;

/// Rows and columns of inputs.
pub type Resolutions = Vec<(usize, usize)>;

/// Largest count: classes, rows, columns.
pub const MAX_COUNT: usize = 1 << 31;

/// A width multiplier.
pub fn width(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(width) if width.is_finite() && width > 0.0 => Ok(width),
        _ => Err("a finite number greater than 0 is allowed, for example 0.75".into()),
    }
}

/// An input size, `N` or `HxW`: rows and columns.
pub fn resolution(text: &str) -> Result<(usize, usize), String> {
    let (rows, columns) = text.split_once(['x', 'X', '×']).unwrap_or((text, text));
    match (count(rows), count(columns)) {
        (Ok(rows), Ok(columns)) => Ok((rows, columns)),
        _ => Err("a size such as 224, or rows x columns such as 192x256, is allowed; \
                  each from 1 to 2147483648"
            .into()),
    }
}

/// A count of at least 1.
pub fn count(text: &str) -> Result<usize, String> {
    match text.trim().parse::<usize>() {
        Ok(count) if (1..=MAX_COUNT).contains(&count) => Ok(count),
        _ => Err("a whole number from 1 to 2147483648 is allowed".into()),
    }
}

/// Reads width multipliers.
pub fn widths(text: &str) -> Result<Widths, String> {
    let mut values = Vec::new();
    for item in text.split(',') {
        let Some((from, to, step)) = range(item) else {
            values.push(width(item)?);
            continue;
        };
        let [from, to, step] = [from, to, step].map(width);
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
            values.push(resolution(item)?);
            continue;
        };
        let [from, to, step] = [from, to, step].map(count);
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
    fn values_are_checked() {
        assert_eq!(width("0.75"), Ok(0.75));
        for wrong in ["0", "-1", "nan", "inf", "", "wide", "1e999"] {
            assert!(width(wrong).is_err(), "{wrong}");
        }
        assert_eq!(resolution("224"), Ok((224, 224)));
        assert_eq!(resolution("192x256"), Ok((192, 256)));
        for wrong in ["0", "0x5", "5x0", "x", "5x", "-1", "1x2x3", "2147483649", "1.5"] {
            assert!(resolution(wrong).is_err(), "{wrong}");
        }
        assert_eq!(count("1000"), Ok(1000));
        assert!(count("0").is_err());
    }

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
