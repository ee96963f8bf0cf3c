//! Numbers and shapes as people write them.

use crate::layer::Shape;
use crate::quantity::{Unit, binary_unit};

/// A count with a comma every three digits.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with the unit in which it reads best: k, M, G, powers of 1000.
pub fn si(n: u64) -> String {
    let value = n as f64;
    match n {
        0..10_000 => thousands(n),
        10_000..1_000_000 => format!("{:.1} k", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} M", value / 1e6),
        _ => format!("{:.2} G", value / 1e9),
    }
}

/// A size with the unit in which it reads best: B, kB, MB, GB, powers of 1000.
pub fn bytes(n: u64) -> String {
    let value = n as f64;
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} MB", value / 1e6),
        _ => format!("{:.2} GB", value / 1e9),
    }
}

/// A size in the largest unit of powers of 1024 that leaves a whole number: the sizes of caches.
pub fn binary(n: u64) -> String {
    let (n, unit) = binary_unit(n).unwrap_or((n, "B"));
    format!("{n} {unit}")
}

/// A time in nanoseconds with the unit in which it reads best: ns, µs, ms, s.
pub fn time(ns: u64) -> String {
    let value = ns as f64;
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{:.1} µs", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} ms", value / 1e6),
        _ => format!("{:.2} s", value / 1e9),
    }
}

/// A part of a whole in percent, with one decimal.
pub fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// A part of a whole, or growth over it, in percent: two decimals, or as many as show two digits that
/// are not zero. Nothing of zero.
pub fn exact_percent(part: u64, whole: u64) -> Option<String> {
    if whole == 0 {
        return None;
    }
    let percent = 100.0 * part as f64 / whole as f64;
    let decimals = if part == 0 { 0.0 } else { 1.0 - percent.log10().floor() };
    Some(format!("{percent:.*}%", decimals.max(2.0) as usize))
}

/// A quantity with its unit, exactly.
pub fn quantity(n: u64, unit: Unit) -> String {
    let fraction = |unit: &str, places: u32| {
        let scale = 10u64.pow(places);
        let rest = format!("{:0width$}", n % scale, width = places as usize);
        let rest = rest.trim_end_matches('0');
        let point = if rest.is_empty() { "" } else { "." };
        format!("{}{point}{rest} {unit}", thousands(n / scale))
    };
    match unit {
        Unit::Count => thousands(n),
        Unit::Bytes => format!("{} B", thousands(n)),
        Unit::Seconds => match n {
            0..1_000 => format!("{n} ns"),
            1_000..1_000_000 => fraction("µs", 3),
            1_000_000..1_000_000_000 => fraction("ms", 6),
            _ => fraction("s", 9),
        },
    }
}

/// A number of classes, with the word.
pub fn classes(n: usize) -> String {
    format!("{n} class{}", if n == 1 { "" } else { "es" })
}

/// What tells networks apart: a name, width, resolution, and the number of classes where that is not
/// the spec's own.
pub fn network(name: &str, width: f64, [h, w]: [usize; 2], classes: Option<usize>) -> String {
    let classes = classes.map_or(String::new(), |n| format!(", {}", self::classes(n)));
    format!("{name} {width:?} {h}x{w}{classes}")
}

/// A shape as C×H×W; a single position as C alone.
pub fn shape(shape: Shape) -> String {
    match shape {
        Shape { c, h: 1, w: 1 } => c.to_string(),
        Shape { c, h, w } => format!("{c}×{h}×{w}"),
    }
}

/// The words of a text in lines of at most `width` characters, but for words that are longer. Each line
/// is indented as the text is.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let indent = &text[..text.len() - text.trim_start_matches(' ').len()];
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}

/// The same text without characters beyond ASCII.
pub fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '×' => plain.push('x'),
            '²' => plain.push_str("^2"),
            '⁶' => plain.push_str("^6"),
            '·' => plain.push('*'),
            'µ' => plain.push('u'),
            'α' => plain.push_str("alpha"),
            '─' | '–' => plain.push('-'),
            '█' => plain.push('#'),
            '▓' => plain.push('='),
            '░' => plain.push('.'),
            '│' => plain.push('|'),
            '…' => plain.push('~'),
            '→' => plain.push_str("->"),
            '≤' => plain.push_str("<="),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_thousands() {
        let shown = [0, 7, 999, 1_000, 3_504_872, u64::MAX].map(thousands);
        let expected = ["0", "7", "999", "1,000", "3,504,872", "18,446,744,073,709,551,615"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn counts_choose_their_unit() {
        let shown = [9_999, 25_000, 3_504_872, 300_774_272, 4_100_000_000].map(si);
        assert_eq!(shown, ["9,999", "25.0 k", "3.50 M", "300.77 M", "4.10 G"]);
        assert_eq!([0, 1, 1001].map(classes), ["0 classes", "1 class", "1001 classes"]);
    }

    #[test]
    fn times_and_cache_sizes_choose_their_unit() {
        let shown = [999, 1_000, 5_574_400, 2_000_000_000].map(time);
        assert_eq!(shown, ["999 ns", "1.0 µs", "5.57 ms", "2.00 s"]);
        let shown = [1_000, 48 << 10, 32 << 20, 3 << 30].map(binary);
        assert_eq!(shown, ["1000 B", "48 KiB", "32 MiB", "3 GiB"]);
    }

    #[test]
    fn quantities_are_exact() {
        let shown = [0, 999, 1_000, 12_340, 5_281_234, 5_000_000, 2_000_000_001];
        let shown = shown.map(|ns| quantity(ns, Unit::Seconds));
        let expected =
            ["0 ns", "999 ns", "1 µs", "12.34 µs", "5.281234 ms", "5 ms", "2.000000001 s"];
        assert_eq!(shown, expected);
        assert_eq!(quantity(6_021_120, Unit::Bytes), "6,021,120 B");
        assert_eq!(quantity(6_021_120, Unit::Count), "6,021,120");
    }

    #[test]
    fn percentages_have_digits_that_tell() {
        let shown = [(2031, 10_000), (19, 300_774_272), (1, 1000), (0, 7), (3, 1), (1, 0)];
        let shown = shown.map(|(part, whole)| exact_percent(part, whole));
        let expected = ["20.31%", "0.0000063%", "0.10%", "0.00%", "300.00%"];
        assert_eq!(shown[..5], expected.map(|text| Some(text.to_owned())));
        assert_eq!(shown[5], None);
        assert_eq!(exact_percent(1, u64::MAX).unwrap(), "0.0000000000000000054%");
    }

    #[test]
    fn lines_have_characters_of_a_width_and_keep_their_indentation() {
        assert_eq!(wrap("a × b, 3×3  kernel", 7), ["a × b,", "3×3", "kernel"]);
        assert_eq!(wrap("  one two three", 9), ["  one two", "  three"]);
        assert_eq!(wrap("incomprehensible", 5), ["incomprehensible"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn sizes_choose_their_unit() {
        let shown = [999, 1_000, 6_021_120, 2_000_000_000].map(bytes);
        assert_eq!(shown, ["999 B", "1.0 kB", "6.02 MB", "2.00 GB"]);
    }
}
