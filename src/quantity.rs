//! Quantities with units, as people write them and as JSON has them.

use serde_json::Number;

/// What a quantity is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things of which there is a whole number.
    Count,
    /// Bytes.
    Bytes,
    /// Seconds, kept as whole nanoseconds.
    Seconds,
}

/// Prefixes that every number of things takes. Decimal ones are powers of 1000, binary ones of 1024.
const PREFIXES: &[(&str, u64)] = &[
    ("", 1),
    ("k", 1_000),
    ("K", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
];

const BYTES: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// A time has a unit: 5 may be meant in any of them.
const SECONDS: &[(&str, u64)] = &[
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ns", 1),
];

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Count, Self::Bytes, Self::Seconds];

    /// What is measured in it, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "a count",
            Self::Bytes => "a number of bytes",
            Self::Seconds => "a time",
        }
    }

    /// What [`parse_quantity`] accepts, for messages.
    pub fn allowed(self) -> &'static str {
        match self {
            Self::Count => {
                "a number of at least 0 with an optional suffix: k M G (powers of 1000), Ki Mi Gi (of \
                 1024)"
            }
            Self::Bytes => {
                "a number of at least 0 with an optional suffix: k M G (powers of 1000), Ki Mi Gi (of \
                 1024), B"
            }
            Self::Seconds => "a number of at least 0 with a unit: s ms us ns",
        }
    }

    /// Suffixes, and what they stand for: things, bytes or nanoseconds.
    fn suffixes(self) -> impl Iterator<Item = &'static (&'static str, u64)> {
        let (first, second) = match self {
            Self::Count => (PREFIXES, &[][..]),
            Self::Bytes => (PREFIXES, BYTES),
            Self::Seconds => (SECONDS, &[][..]),
        };
        first.iter().chain(second)
    }

    /// The number that JSON has for a quantity: nanoseconds are a fraction of a second.
    pub fn number(self, quantity: u64) -> Number {
        match self {
            Self::Count | Self::Bytes => quantity.into(),
            Self::Seconds => Number::from_f64(quantity as f64 / 1e9).unwrap_or_else(|| 0.into()),
        }
    }

    /// The quantity of a number in JSON; `None` where it cannot be one.
    pub fn quantity(self, number: &Number) -> Option<u64> {
        match self {
            Self::Count | Self::Bytes => number.as_u64(),
            Self::Seconds => whole(number.as_f64()? * 1e9),
        }
    }
}

/// A quantity with a suffix, which only a time needs: `3.5M`, `2MiB`, `300000`, `5ms`. Rounded to a
/// whole number of things, bytes or nanoseconds.
pub fn parse_quantity(text: &str, unit: Unit) -> Option<u64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'));
    let (number, suffix) = text.split_at(digits.unwrap_or(text.len()));
    let suffix = suffix.trim_start();
    let &(_, scale) = unit.suffixes().find(|(name, _)| *name == suffix)?;
    let number = number.replace('_', "");
    if let Ok(number) = number.parse::<u64>() {
        return number.checked_mul(scale);
    }
    whole(number.parse::<f64>().ok()? * scale as f64)
}

/// The nearest whole number, where there is one.
fn whole(value: f64) -> Option<u64> {
    let value = value.round();
    (0.0..u64::MAX as f64).contains(&value).then_some(value as u64)
}

/// A number of bytes in the largest unit of powers of 1024 that leaves a whole number; `None` where
/// that is the byte.
pub fn binary_unit(bytes: u64) -> Option<(u64, &'static str)> {
    let units = BYTES.iter().rev().filter(|(name, _)| name.ends_with("iB"));
    let fits = |&&(_, scale): &&(&str, u64)| bytes > 0 && bytes.is_multiple_of(scale);
    units.clone().find(fits).map(|&(name, scale)| (bytes / scale, name))
}

#[cfg(test)]
mod tests {
    use super::Unit::{Bytes, Count, Seconds};
    use super::*;

    #[test]
    fn quantities_take_the_suffixes_of_their_unit() {
        let cases = [
            ("0", Count, 0),
            ("3504872", Count, 3_504_872),
            ("3_504_872", Count, 3_504_872),
            ("3.5M", Count, 3_500_000),
            ("0.3M", Count, 300_000),
            ("300M", Count, 300_000_000),
            ("1.1G", Bytes, 1_100_000_000),
            ("16k", Bytes, 16_000),
            ("2MiB", Bytes, 2 << 20),
            ("2 MiB", Bytes, 2 << 20),
            ("1.5KiB", Bytes, 1536),
            ("2MB", Bytes, 2_000_000),
            ("18446744073709551615", Count, u64::MAX),
            ("5ms", Seconds, 5_000_000),
            ("0.005s", Seconds, 5_000_000),
            ("2 s", Seconds, 2_000_000_000),
            ("1.5 us", Seconds, 1_500),
            ("7µs", Seconds, 7_000),
            ("12ns", Seconds, 12),
        ];
        for (text, unit, value) in cases {
            assert_eq!(parse_quantity(text, unit), Some(value), "{text}");
        }
        for text in ["", "M", "-1", "3.5Q", "1e6", "nan", "inf", "1.2.3", "99999999999G", "5 %"] {
            for unit in Unit::ALL {
                assert_eq!(parse_quantity(text, unit), None, "{text}");
            }
        }
        for (text, unit) in [
            ("310MB", Count),
            ("1KiB", Count),
            ("5ms", Count),
            ("5ms", Bytes),
            ("5M", Seconds),
            ("5", Seconds),
            ("0", Seconds),
        ] {
            assert_eq!(parse_quantity(text, unit), None, "{text} as {}", unit.name());
        }
    }

    #[test]
    fn numbers_of_json_are_the_same_quantities() {
        for unit in Unit::ALL {
            for quantity in [0, 1, 7, 5_281_234, 1_000_000_007, 300_774_272_123] {
                assert_eq!(unit.quantity(&unit.number(quantity)), Some(quantity));
            }
        }
        assert_eq!(Seconds.number(5_281_234).to_string(), "0.005281234");
        for wrong in ["-1", "1.5"] {
            assert_eq!(Count.quantity(&wrong.parse().unwrap()), None, "{wrong}");
        }
    }
}
