//! Numbers and shapes as people write them.

use crate::layer::Shape;
use crate::quantity::binary_unit;

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

/// A shape as C×H×W; a single position as C alone.
pub fn shape(shape: Shape) -> String {
    match shape {
        Shape { c, h: 1, w: 1 } => c.to_string(),
        Shape { c, h, w } => format!("{c}×{h}×{w}"),
    }
}

/// The same text without characters beyond ASCII.
pub fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '×' => plain.push('x'),
            '²' => plain.push_str("^2"),
            '·' => plain.push('*'),
            'µ' => plain.push('u'),
            'α' => plain.push_str("alpha"),
            '─' | '–' => plain.push('-'),
            '█' => plain.push('#'),
            '▓' => plain.push('='),
            '░' => plain.push('.'),
            '│' => plain.push('|'),
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
    }

    #[test]
    fn times_and_cache_sizes_choose_their_unit() {
        let shown = [999, 1_000, 5_574_400, 2_000_000_000].map(time);
        assert_eq!(shown, ["999 ns", "1.0 µs", "5.57 ms", "2.00 s"]);
        let shown = [1_000, 48 << 10, 32 << 20, 3 << 30].map(binary);
        assert_eq!(shown, ["1000 B", "48 KiB", "32 MiB", "3 GiB"]);
    }

    #[test]
    fn sizes_choose_their_unit() {
        let shown = [999, 1_000, 6_021_120, 2_000_000_000].map(bytes);
        assert_eq!(shown, ["999 B", "1.0 kB", "6.02 MB", "2.00 GB"]);
    }
}
