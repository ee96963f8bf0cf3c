//! Quantities with units, as people write them.

/// Unit suffixes and what they stand for. Decimal ones are powers of 1000, binary ones of 1024.
const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("B", 1),
    ("k", 1_000),
    ("K", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// What [`parse_quantity`] accepts, for messages.
pub const QUANTITY: &str =
    "a number of at least 0 with an optional suffix: k M G (powers of 1000), Ki Mi Gi (of 1024), B";

/// A quantity with an optional suffix: `3.5M`, `2MiB`, `300000`. Rounded to a whole number.
pub fn parse_quantity(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'));
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let unit = unit.trim_start();
    let &(_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let number = number.replace('_', "");
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(scale);
    }
    let value = (number.parse::<f64>().ok()? * scale as f64).round();
    (value < u64::MAX as f64).then_some(value as u64)
}

/// A number of bytes in the largest unit of powers of 1024 that leaves a whole number; `None` where
/// that is the byte.
pub fn binary_unit(bytes: u64) -> Option<(u64, &'static str)> {
    let units = UNITS.iter().rev().filter(|(name, _)| name.ends_with("iB"));
    let fits = |&&(_, scale): &&(&str, u64)| bytes > 0 && bytes.is_multiple_of(scale);
    units.clone().find(fits).map(|&(name, scale)| (bytes / scale, name))
}

#[cfg(test)]
mod tests {
    use super::parse_quantity;

    #[test]
    fn quantities_take_decimal_and_binary_suffixes() {
        let cases = [
            ("0", 0),
            ("3504872", 3_504_872),
            ("3_504_872", 3_504_872),
            ("3.5M", 3_500_000),
            ("0.3M", 300_000),
            ("300M", 300_000_000),
            ("1.1G", 1_100_000_000),
            ("16k", 16_000),
            ("2MiB", 2 << 20),
            ("2 MiB", 2 << 20),
            ("1.5KiB", 1536),
            ("2MB", 2_000_000),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, value) in cases {
            assert_eq!(parse_quantity(text), Some(value), "{text}");
        }
        for text in ["", "M", "-1", "3.5Q", "1e6", "nan", "inf", "1.2.3", "99999999999G", "5 %"] {
            assert_eq!(parse_quantity(text), None, "{text}");
        }
    }
}
