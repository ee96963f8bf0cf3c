//! Depthwise convolution of one panel.

use mbgen::kernels::ops::depthwise::DepthwisePanel;
use mbgen::kernels::ops::{MOST_LANES, packed};

use crate::memory::{NONE, Numbers, Operand};
use crate::sets::Kernels;

/// The operands of a panel, and the map that its input buffer holds some rows of.
pub struct Operands {
    pub map: Vec<f32>,
    pub w: Operand,
    pub bias: Operand,
    input: Operand,
    output: Operand,
}

/// Rows that are computed at a time, and the rows that the input buffer holds.
#[derive(Clone, Copy, Debug)]
pub struct Bands {
    pub band: usize,
    pub ring: usize,
}

impl Operands {
    pub fn new(capacity: usize) -> Self {
        let [w, bias, input, output] = [capacity; 4].map(Operand::new);
        Self { map: Vec::new(), w, bias, input, output }
    }

    /// Makes a map, weights and bias for the sizes of `panel`.
    pub fn make(&mut self, panel: &DepthwisePanel, numbers: &mut Numbers) {
        let DepthwisePanel { in_size: [h, w], cols, pitch, kernel, .. } = *panel;
        let width = packed(cols);
        self.map = (0..h * w * cols).map(|_| numbers.whole()).collect();
        self.w.matrix((kernel * kernel, cols), (width, pitch), numbers);
        self.bias.matrix((1, cols), (width, width), numbers);
    }

    /// The panel's output rows, HWC, from its definition.
    pub fn oracle(&self, panel: &DepthwisePanel) -> Vec<f64> {
        let DepthwisePanel { in_size: [h, w], cols, kernel, stride, padding: [top, left], .. } =
            *panel;
        let mut out = Vec::new();
        for (y, x) in positions(panel) {
            for c in 0..cols {
                let mut sum = f64::from(self.bias.values()[c]);
                for (i, j) in (0..kernel * kernel).map(|tap| (tap / kernel, tap % kernel)) {
                    let (row, col) = (y * stride + i, x * stride + j);
                    if (top..top + h).contains(&row) && (left..left + w).contains(&col) {
                        let x = self.map[((row - top) * w + col - left) * cols + c];
                        let tap = self.w.values()[(i * kernel + j) * panel.pitch + c];
                        sum += f64::from(x) * f64::from(tap);
                    }
                }
                out.push(sum.clamp(panel.bounds.0.into(), panel.bounds.1.into()));
            }
        }
        out
    }

    /// The output rows from the kernel, HWC, in bands, each from a buffer that holds the rows of the
    /// map that the band needs and no others.
    pub fn run(&mut self, set: &Kernels, panel: &DepthwisePanel, bands: Bands) -> Vec<f32> {
        let DepthwisePanel { in_size: [h, w], cols, kernel, stride, padding: [top, _], .. } =
            *panel;
        let Bands { band, ring } = bands;
        let mut out = Vec::new();
        for first in (panel.rows.0..panel.rows.1).step_by(band) {
            let rows = (first, (first + band).min(panel.rows.1));
            let at = |r: usize, x: usize, c: usize| {
                let pixel = r % ring * panel.row_stride + x * panel.pixel_stride;
                pixel + c / MOST_LANES * panel.vector_stride + c % MOST_LANES
            };
            let input = self.input.blank(at(ring - 1, w - 1, cols - 1) + 1);
            let live = (rows.0 * stride).saturating_sub(top)
                ..((rows.1 - 1) * stride + kernel - top).min(h);
            assert!(live.len() <= ring);
            for r in live {
                for (x, c) in (0..w * cols).map(|n| (n / cols, n % cols)) {
                    input[at(r, x, c)] = self.map[(r * w + x) * cols + c];
                }
            }
            let at = |y: usize, x: usize| {
                (y - rows.0) * panel.out_row_stride + x * panel.out_pixel_stride
            };
            self.output.blank(at(rows.1 - 1, panel.out_width - 1) + cols);
            let part = DepthwisePanel {
                input: self.input.at(),
                ring_rows: ring,
                w: self.w.at(),
                bias: self.bias.at(),
                output: self.output.at(),
                rows,
                ..*panel
            };
            // SAFETY: the operands have the lengths that the panel's type states.
            unsafe { set.depthwise(&part) };
            for (y, x) in positions(&part) {
                out.extend((0..cols).map(|c| self.output.take(at(y, x) + c)));
            }
            self.output.is_untouched();
        }
        out
    }
}

/// Output positions of a panel.
fn positions(panel: &DepthwisePanel) -> impl Iterator<Item = (usize, usize)> {
    let width = panel.out_width;
    (panel.rows.0..panel.rows.1).flat_map(move |y| (0..width).map(move |x| (y, x)))
}

/// A window and the zeros on the four sides of a map of `h` × `w`.
#[derive(Clone, Copy)]
pub struct Window {
    pub kernel: usize,
    pub stride: usize,
    pub top: usize,
    pub left: usize,
    pub bottom: usize,
    pub right: usize,
}

impl Window {
    /// A panel of `cols` channels over the whole map, without operands; `None` where the window does
    /// not fit.
    pub fn panel(&self, (h, w): (usize, usize), cols: usize) -> Option<DepthwisePanel> {
        let along = |n: usize| Some(n.checked_sub(self.kernel)? / self.stride + 1);
        let out = (along(h + self.top + self.bottom)?, along(w + self.left + self.right)?);
        Some(DepthwisePanel {
            input: NONE,
            row_stride: w * cols,
            ring_rows: h,
            pixel_stride: cols,
            vector_stride: MOST_LANES,
            in_size: [h, w],
            w: NONE,
            pitch: packed(cols),
            bias: NONE,
            output: NONE.cast_mut(),
            out_row_stride: out.1 * cols,
            out_pixel_stride: cols,
            out_width: out.1,
            rows: (0, out.0),
            cols,
            kernel: self.kernel,
            stride: self.stride,
            padding: [self.top, self.left],
            bounds: (f32::NEG_INFINITY, f32::INFINITY),
        })
    }
}

/// The same panel among the channels of wider tensors, with clamp bounds.
fn wider(panel: DepthwisePanel) -> DepthwisePanel {
    let (pixel_stride, out_pixel_stride) = (panel.cols + 3, panel.cols + 8);
    DepthwisePanel {
        pixel_stride,
        row_stride: panel.in_size[1] * pixel_stride + 2,
        out_pixel_stride,
        out_row_stride: panel.out_width * out_pixel_stride + 1,
        pitch: panel.pitch + 8,
        bounds: (0.0, 6.0),
        ..panel
    }
}

/// The same panel with each vector of its input's channels on its own.
fn apart(panel: DepthwisePanel) -> DepthwisePanel {
    let [h, w] = panel.in_size;
    let row_stride = w * MOST_LANES;
    DepthwisePanel {
        pixel_stride: MOST_LANES,
        row_stride,
        vector_stride: (h + 2) * row_stride + 3,
        ..panel
    }
}

/// The layouts of a panel.
const LAYOUTS: [fn(DepthwisePanel) -> DepthwisePanel; 3] = [|panel| panel, wider, apart];

/// 3×3 windows over every width and every number of channels, with and without zeros on each side.
pub fn three_every_tail(set: &Kernels) {
    let mut operands = Operands::new(1 << 14);
    for cols in 1..=40 {
        for w in 1..=35 {
            for case in 0..32 {
                let bit = |i: usize| case >> i & 1;
                let (stride, left, right) = (1 + bit(0), bit(1), bit(2));
                let (top, bottom) = (bit(3), bit(4));
                let window = Window { kernel: 3, stride, top, left, bottom, right };
                let h = 1 + (cols + w + case) % 4;
                let Some(panel) = window.panel((h, w), cols) else { continue };
                let panel = LAYOUTS[(cols + w + case / 2) % 3](panel);
                check(set, &mut operands, panel, Bands { band: panel.rows.1, ring: h });
            }
        }
    }
}

/// 5×5 windows likewise.
pub fn five_every_tail(set: &Kernels) {
    let mut operands = Operands::new(1 << 14);
    for cols in 1..=40 {
        for w in 1..=35 {
            for case in 0..18 {
                let (stride, left, right) = (1 + case % 2, case / 2 % 3, case / 6);
                let (top, bottom) = ((cols + left) % 3, (w + right) % 3);
                let window = Window { kernel: 5, stride, top, left, bottom, right };
                let h = 1 + (cols + w + case) % 6;
                let Some(panel) = window.panel((h, w), cols) else { continue };
                let panel = LAYOUTS[(cols + w + case / 2) % 3](panel);
                check(set, &mut operands, panel, Bands { band: panel.rows.1, ring: h });
            }
        }
    }
}

/// Every other window, with every number of zeros that it may reach over.
pub fn any_window(set: &Kernels) {
    let mut operands = Operands::new(1 << 14);
    for kernel in 1..=7 {
        for stride in 1..=4 {
            let zeros = kernel / 2 + 1;
            for case in 0..zeros * zeros {
                let (left, right) = (case % zeros, case / zeros);
                let window = Window { kernel, stride, top: right, left, bottom: left, right };
                for w in 1..=14 {
                    let h = 1 + (w + case) % 7;
                    for cols in [1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 40] {
                        let Some(panel) = window.panel((h, w), cols) else { continue };
                        let panel = LAYOUTS[(w + cols / 3) % 3](panel);
                        check(set, &mut operands, panel, Bands { band: panel.rows.1, ring: h });
                    }
                }
            }
        }
    }
}

/// Bands of every height from rings that hold no row more than needed, and from longer ones.
pub fn ring(set: &Kernels) {
    let mut operands = Operands::new(1 << 14);
    for (kernel, stride) in [(3, 1), (3, 2), (1, 1), (2, 2), (5, 1), (5, 2), (7, 1), (3, 3)] {
        for h in 1..=17 {
            for (top, bottom) in [(kernel / 2, kernel / 2), (0, kernel / 2), (0, 0)] {
                let window = Window { kernel, stride, top, left: top, bottom, right: bottom };
                for (w, cols) in [(1, 1), (5, 8), (9, 20), (16, 33)] {
                    let Some(panel) = window.panel((h, w), cols) else { continue };
                    for band in 1..=panel.rows.1.min(5) {
                        let live = ((band - 1) * stride + kernel).min(h);
                        for ring in [live, live + 1, h.max(live)] {
                            check(set, &mut operands, panel, Bands { band, ring });
                        }
                    }
                }
            }
        }
    }
}

fn check(set: &Kernels, operands: &mut Operands, panel: DepthwisePanel, bands: Bands) {
    if crate::left_out() {
        return;
    }
    let [h, w] = panel.in_size;
    operands.make(&panel, &mut Numbers::new((panel.cols * 4096 + w * 64 + h) as u64));
    let want = operands.oracle(&panel);
    let got = operands.run(set, &panel, bands);
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.into_iter().zip(want).enumerate() {
        let (at, c) = (i / panel.cols, i % panel.cols);
        let (y, x) = (at / panel.out_width, at % panel.out_width);
        assert!(
            f64::from(got) == want,
            "{}: {bands:?} of {panel:?}: {got} for {want} at row {y}, column {x}, channel {c}",
            set.name()
        );
    }
}
