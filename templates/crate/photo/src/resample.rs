//! A part of a scaled picture, bit for bit as Pillow 13 scales and torchvision crops it.

use std::ops::Range;

/// Fraction bits of a weight, as in Pillow.
const BITS: u32 = 22;

/// Rows of pixels with 8 bits for each of `C` channels.
pub struct Picture<const C: usize> {
    /// All pixels, row by row, the channels of each together.
    pub pixels: Vec<u8>,
    /// Pixels of a row, at least one.
    pub width: usize,
    /// Number of rows, at least one.
    pub height: usize,
}

/// Rows or columns, scaled, and the centre of them.
pub struct Axis {
    /// How many there are.
    from: usize,
    /// How many there would be.
    to: usize,
    /// Those of them that are wanted.
    wanted: Range<usize>,
    /// Zeros before these.
    before: usize,
    /// Length of the result.
    length: usize,
}

/// A filter: how far it reaches, and the weight at a distance, in pixels of the smaller picture.
pub struct Filter {
    reach: f64,
    weight: fn(f64) -> f64,
}

/// Bilinear.
pub const TRIANGLE: Filter = Filter { reach: 1.0, weight: triangle };
/// Bicubic: Keys' cubic with a = -0.5.
pub const CUBIC: Filter = Filter { reach: 2.0, weight: cubic };

/// What a pixel is made of: neighbours from `first` on, in shares of 2^[`BITS`].
struct Window {
    first: usize,
    weights: Vec<i32>,
}

impl<const C: usize> Picture<C> {
    fn pixels(&self) -> &[[u8; C]] {
        self.pixels.as_chunks().0
    }

    /// Of the scaled picture the centre: for each pixel the one in the middle of all that it covers.
    pub fn pick(&self, rows: &Axis, columns: &Axis) -> Self {
        let xs = columns.middles();
        let row = |y: usize| &self.pixels()[y * self.width..][..self.width];
        let picked = rows.middles().into_iter().map(row);
        padded(picked.flat_map(|row| xs.iter().map(|&x| row[x])).collect(), rows, columns)
    }

    /// Of the scaled picture the centre: each pixel a mean of all that it covers. What is mixed first
    /// is rounded, and only as much of it is mixed as the other direction needs.
    pub fn mix(&self, rows: &Axis, columns: &Axis, filter: &Filter) -> Self {
        let (mut ys, mut xs) = (rows.windows(filter), columns.windows(filter));
        let mixed = if are_rows_first(rows, columns) {
            let needed = covered(&mut xs);
            let width = needed.len();
            mix_columns(&mix_rows(self.pixels(), self.width, needed, &ys), width, &xs)
        } else {
            let needed = covered(&mut ys);
            let needed = &self.pixels()[needed.start * self.width..needed.end * self.width];
            mix_rows(&mix_columns(needed, self.width, &xs), xs.len(), 0..xs.len(), &ys)
        };
        padded(mixed, rows, columns)
    }
}

/// Whether rows are mixed first: where there are to be fewer, by more than twice as many as columns.
/// Pillow 13 has this rule; those before it mix columns first.
fn are_rows_first(rows: &Axis, columns: &Axis) -> bool {
    let fewer_rows = rows.from.saturating_sub(rows.to);
    fewer_rows > 2 * columns.from.saturating_sub(columns.to)
}

/// All that the windows cover, from where on they count from now on.
fn covered(windows: &mut [Window]) -> Range<usize> {
    let first = windows.iter().map(|window| window.first).min().unwrap_or(0);
    let end = windows.iter().map(|window| window.first + window.weights.len()).max().unwrap_or(0);
    windows.iter_mut().for_each(|window| window.first -= first);
    first..end
}

/// Of rows of that width, the mixes of neighbours in a row.
fn mix_columns<const C: usize>(from: &[[u8; C]], width: usize, xs: &[Window]) -> Vec<[u8; C]> {
    let rows = from.chunks_exact(width);
    rows.flat_map(|row| xs.iter().map(|window| window.of(&row[window.first..]))).collect()
}

/// Of rows of that width, the mixes of neighbours in some columns.
fn mix_rows<const C: usize>(
    from: &[[u8; C]],
    width: usize,
    columns: Range<usize>,
    ys: &[Window],
) -> Vec<[u8; C]> {
    let pixel = |y: &Window, x| y.of(from[y.first * width + x..].iter().step_by(width));
    ys.iter().flat_map(|y| columns.clone().map(move |x| pixel(y, x))).collect()
}

/// The wanted pixels amid zeros.
fn padded<const C: usize>(wanted: Vec<[u8; C]>, rows: &Axis, columns: &Axis) -> Picture<C> {
    let (width, height) = (columns.length, rows.length);
    let mut pixels = vec![[0; C]; width * height];
    let lines = pixels.chunks_exact_mut(width).skip(rows.before);
    for (line, wanted) in lines.zip(wanted.chunks_exact(columns.wanted.len())) {
        line[columns.before..][..wanted.len()].copy_from_slice(wanted);
    }
    Picture { pixels: pixels.into_flattened(), width, height }
}

impl Axis {
    /// The centre, of this length, of so many pixels that are scaled to so many. Where these are
    /// fewer, zeros surround them.
    pub fn centre(from: usize, to: usize, length: usize) -> Self {
        let (before, first) = match to.checked_sub(length) {
            None => ((length - to) / 2, 0),
            Some(rest) => (0, (rest as f64 / 2.0).round_ties_even() as usize),
        };
        Self { from, to, wanted: first..first + length.min(to), before, length }
    }

    /// The pixel in the middle of each wanted one. Pillow adds up steps, and so does this, since
    /// a sum that is a little too small leads to another pixel.
    fn middles(&self) -> Vec<usize> {
        let step = self.from as f64 / self.to as f64;
        let middles = std::iter::successors(Some(step * 0.5), |middle| Some(middle + step));
        let wanted = middles.take(self.wanted.end).skip(self.wanted.start);
        wanted.map(|middle| (middle as usize).min(self.from - 1)).collect()
    }

    /// What each wanted pixel is made of: all that the filter covers.
    fn windows(&self, filter: &Filter) -> Vec<Window> {
        let scale = self.from as f64 / self.to as f64;
        let stretch = scale.max(1.0);
        let reach = filter.reach * stretch;
        let window = |i: usize| {
            let centre = (i as f64 + 0.5) * scale;
            let first = (centre - reach + 0.5).max(0.0) as usize;
            let end = ((centre + reach + 0.5) as usize).min(self.from);
            let weight = |x: usize| (filter.weight)((x as f64 - centre + 0.5) * (1.0 / stretch));
            let weights: Vec<f64> = (first..end).map(weight).collect();
            let sum: f64 = weights.iter().sum();
            let share = |weight: f64| (weight / sum * f64::from(1 << BITS)).round() as i32;
            Window { first, weights: weights.into_iter().map(share).collect() }
        };
        self.wanted.clone().map(window).collect()
    }
}

impl Window {
    /// The mix of the pixels, the first of which is the window's.
    fn of<'p, const C: usize>(&self, pixels: impl IntoIterator<Item = &'p [u8; C]>) -> [u8; C] {
        let mut sums = [1 << (BITS - 1); C];
        for (pixel, weight) in pixels.into_iter().zip(&self.weights) {
            for (sum, &value) in sums.iter_mut().zip(pixel) {
                *sum += i32::from(value) * weight;
            }
        }
        sums.map(|sum| (sum >> BITS).clamp(0, 255) as u8)
    }
}

fn triangle(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5
    } else {
        0.0
    }
}
