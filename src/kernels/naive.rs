//! The operators in f64, as naively as they can be written: what the reference executor is made of.
//!
//! It uses nothing of the kernels, and is not shipped; it is here to be optimised as they are. Maps are
//! HWC, and weights in PyTorch's order, `[O, I, taps]`.

/// A window that slides over a map.
#[derive(Clone, Copy, Debug)]
pub struct Slide {
    /// Side of the window.
    pub kernel: usize,
    /// Positions from one window to the next.
    pub stride: usize,
    /// Rows of padding above the map, and columns to its left.
    pub before: (usize, usize),
    /// Rows and columns that it slides over.
    pub input: (usize, usize),
    /// Rows and columns of windows.
    pub output: (usize, usize),
}

impl Slide {
    /// Visits (output position, tap, input position) for every tap that falls inside the map.
    fn visit(self, mut visit: impl FnMut(usize, usize, usize)) {
        let along = |n: usize, o: usize, k: usize, before: usize| {
            (o * self.stride + k).checked_sub(before).filter(|&i| i < n)
        };
        for oy in 0..self.output.0 {
            for ox in 0..self.output.1 {
                for ky in 0..self.kernel {
                    let Some(iy) = along(self.input.0, oy, ky, self.before.0) else { continue };
                    for kx in 0..self.kernel {
                        let Some(ix) = along(self.input.1, ox, kx, self.before.1) else { continue };
                        let tap = ky * self.kernel + kx;
                        visit(oy * self.output.1 + ox, tap, iy * self.input.1 + ix);
                    }
                }
            }
        }
    }

    /// A map that holds the bias of its channel at every position.
    fn biases(self, bias: &[f32]) -> Vec<f64> {
        biases(bias, self.output.0 * self.output.1)
    }
}

/// y(p, o) = b(o) + Σ over taps t and input channels i of x(p·s + t - pad, i)·w(o, i, t).
pub fn dense(slide: Slide, weight: &[f32], bias: &[f32], x: &[f64]) -> Vec<f64> {
    let (outputs, taps) = (bias.len(), slide.kernel * slide.kernel);
    let inputs = weight.len() / (outputs * taps);
    let taps = taps_first(weight, outputs, taps);
    let mut y = slide.biases(bias);
    slide.visit(|to, tap, from| {
        let rows = &taps[tap * inputs * outputs..][..inputs * outputs];
        let y = &mut y[to * outputs..][..outputs];
        accumulate(y, &x[from * inputs..][..inputs], rows);
    });
    y
}

/// y(p, c) = b(c) + Σ over taps t of x(p·s + t - pad, c)·w(c, t).
pub fn depthwise(slide: Slide, weight: &[f32], bias: &[f32], x: &[f64]) -> Vec<f64> {
    let c = bias.len();
    let taps = taps_first(weight, c, slide.kernel * slide.kernel);
    let mut y = slide.biases(bias);
    slide.visit(|to, tap, from| {
        let terms = x[from * c..][..c].iter().zip(&taps[tap * c..][..c]);
        for (y, (x, w)) in y[to * c..][..c].iter_mut().zip(terms) {
            *y += x * w;
        }
    });
    y
}

/// y(o) = b(o) + Σ over i of x(i)·w(o, i).
pub fn linear(weight: &[f32], bias: &[f32], x: &[f64]) -> Vec<f64> {
    let mut y = biases(bias, 1);
    accumulate(&mut y, x, &taps_first(weight, bias.len(), 1));
    y
}

/// The mean of each of `c` channels.
pub fn average(c: usize, x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; c];
    for position in x.chunks_exact(c) {
        for (y, x) in y.iter_mut().zip(position) {
            *y += x;
        }
    }
    y.iter().map(|sum| sum / (x.len() / c) as f64).collect()
}

/// y = a + b.
pub fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Clamps to bounds; a NaN stays one.
pub fn clamp(values: &mut [f64], low: f64, high: f64) {
    for value in values {
        *value = value.clamp(low, high);
    }
}

/// y(o) += Σ over i of x(i)·rows(i, o).
fn accumulate(y: &mut [f64], x: &[f64], rows: &[f64]) {
    for (x, row) in x.iter().zip(rows.chunks_exact(y.len())) {
        for (y, w) in y.iter_mut().zip(row) {
            *y += x * w;
        }
    }
}

/// Weights as f64 in the order `[taps, I, O]`.
fn taps_first(weight: &[f32], outputs: usize, taps: usize) -> Vec<f64> {
    let inputs = weight.len() / (outputs * taps);
    let mut reordered = vec![0.0; weight.len()];
    for (n, &w) in weight.iter().enumerate() {
        let (o, i, tap) = (n / (inputs * taps), n / taps % inputs, n % taps);
        reordered[(tap * inputs + i) * outputs + o] = f64::from(w);
    }
    reordered
}

/// The biases of so many positions.
fn biases(bias: &[f32], positions: usize) -> Vec<f64> {
    let bias: Vec<f64> = bias.iter().copied().map(f64::from).collect();
    bias.repeat(positions)
}
