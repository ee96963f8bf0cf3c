//! Rounding rules for scaled channel counts.

/// How a channel count times the width multiplier becomes a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// The nearest multiple of `n`, at least `n`, never more than 10% below (MobileNetV2).
    MakeDivisible(usize),
    /// max(int(c·α), m) (TF-slim's MobileNetV1).
    Floor(usize),
    /// c·α must be a whole number.
    Exact,
}

impl Rounding {
    /// Channels for `c` at width multiplier `alpha`; `None` where the rule gives no positive count.
    pub fn apply(self, c: usize, alpha: f64) -> Option<usize> {
        let scaled = c as f64 * alpha;
        let rounded = match self {
            Self::MakeDivisible(n) => make_divisible(scaled, n, None),
            Self::Floor(min) => (scaled as usize).max(min),
            Self::Exact => {
                let nearest = scaled.round();
                if (scaled - nearest).abs() > 1e-9 * nearest.max(1.0) {
                    return None;
                }
                nearest as usize
            }
        };
        (rounded > 0).then_some(rounded)
    }
}

/// `_make_divisible` of the MobileNet reference code: the multiple of `divisor` nearest to `v`, at
/// least `min_value` (`divisor` when `None`), raised by one divisor where it is below 0.9·`v`.
pub fn make_divisible(v: f64, divisor: usize, min_value: Option<usize>) -> usize {
    let nearest = (v + divisor as f64 / 2.0) as usize / divisor * divisor;
    let rounded = nearest.max(min_value.unwrap_or(divisor));
    if (rounded as f64) < 0.9 * v { rounded.saturating_add(divisor) } else { rounded }
}
