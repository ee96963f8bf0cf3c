//! What an executor in double precision gives for a step, and how far another result is from it.

/// The golden input is multiplied by each of these. The second takes activations to their bounds.
pub const SCALES: [f32; 2] = [1.0, -8.0];

/// A step's output, by a line of a file of steps: its name, rows, columns and channels, what differences
/// are relative to, values at [`positions`], then sums of all values, each times its [`factor`]: one for
/// each channel, one for each row.
pub struct Expected<'a> {
    pub name: &'a str,
    rows: usize,
    columns: usize,
    channels: usize,
    /// The largest magnitude; of few values, that of the layer before if it is larger.
    pub scale: f64,
    numbers: Vec<f64>,
}

impl<'a> Expected<'a> {
    pub fn parse(line: &'a str) -> Self {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let mut size = || words.next().unwrap().parse().unwrap();
        let (rows, columns, channels) = (size(), size(), size());
        let mut numbers = words.map(|word| word.parse().unwrap());
        let scale = numbers.next().unwrap();
        Self { name, rows, columns, channels, scale, numbers: numbers.collect() }
    }

    /// The largest difference from an output in HWC order, relative to the scale, and what differs so.
    /// A NaN is larger than all others.
    pub fn difference(&self, output: &[f32]) -> (f64, String) {
        let Self { rows, columns, channels, scale, .. } = *self;
        if output.len() != rows * columns * channels {
            return (f64::NAN, format!("{} values, not {rows}x{columns}x{channels}", output.len()));
        }
        if scale == 0.0 {
            return (f64::NAN, "all values are zero".to_owned());
        }
        let mut sums = vec![0.0; channels + rows];
        for (i, &value) in output.iter().enumerate() {
            let term = factor(i) * f64::from(value);
            sums[i % channels] += term;
            sums[channels + i / (columns * channels)] += term;
        }
        let values = positions(output.len(), channels).map(|i| (f64::from(output[i]), 1));
        let sums = sums
            .iter()
            .enumerate()
            .map(|(i, &sum)| (sum, if i < channels { rows * columns } else { columns * channels }));
        let mut worst = (0.0, 0, 0.0);
        for (i, ((got, terms), want)) in values.chain(sums).zip(&self.numbers).enumerate() {
            let off = (got - want).abs() / (scale * spread(terms));
            if (off > worst.0 || off.is_nan()) && !worst.0.is_nan() {
                worst = (off, i, got);
            }
        }
        let (off, i, got) = worst;
        (off, format!("{} is {got}, not {}", self.called(i), self.numbers[i]))
    }

    /// What number `i` is.
    fn called(&self, i: usize) -> String {
        let Self { rows, columns, channels, .. } = *self;
        let values = SPREAD + channels;
        match i {
            _ if i < values => {
                let at = positions(rows * columns * channels, channels).nth(i).unwrap();
                let (row, column) = (at / channels / columns, at / channels % columns);
                format!("row {row}, column {column}, channel {}", at % channels)
            }
            _ if i < values + channels => format!("the sum of channel {}", i - values),
            _ => format!("the sum of row {}", i - values - channels),
        }
    }
}

/// How much larger the rounding error of a sum is than that of one of its terms.
fn spread(terms: usize) -> f64 {
    (terms as f64).sqrt()
}

/// Values at fixed distances.
const SPREAD: usize = 64;

/// Indices of the values that are kept: some at fixed distances, and one of each channel.
fn positions(len: usize, channels: usize) -> impl Iterator<Item = usize> {
    let spread = (0..SPREAD).map(move |i| i * (len - 1) / (SPREAD - 1));
    let map = (len / channels) as u64;
    spread.chain((0..channels).map(move |i| (splitmix64(i as u64) % map) as usize * channels + i))
}

/// What value `i` is multiplied by in a sum: 0.5 to 1.5 or -1.5 to -0.5.
fn factor(i: usize) -> f64 {
    let bits = splitmix64(i as u64);
    let magnitude = 0.5 + (bits >> 11) as f64 / (1u64 << 53) as f64;
    if bits & 1 == 0 { magnitude } else { -magnitude }
}

fn splitmix64(x: u64) -> u64 {
    let z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
