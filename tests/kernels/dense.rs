//! Matrix product of one panel.

use mbgen::kernels::ops::dense::DensePanel;
use mbgen::kernels::ops::{MOST_LANES, packed};

use crate::memory::{NONE, Numbers, Operand};
use crate::sets::Kernels;

/// The operands of a panel.
pub struct Operands {
    pub a: Operand,
    pub a_last: Operand,
    pub w: Operand,
    pub bias: Operand,
    pub residual: Operand,
    pub c: Operand,
}

impl Operands {
    pub fn new(capacity: usize) -> Self {
        let operand = || Operand::new(capacity);
        Self {
            a: operand(),
            a_last: operand(),
            w: operand(),
            bias: operand(),
            residual: operand(),
            c: operand(),
        }
    }

    /// Makes operands for the sizes of `panel`, exactly as long as its type says, and points it at
    /// them. A panel that pools adds to sums that are there.
    pub fn make(&mut self, panel: &mut DensePanel, numbers: &mut Numbers) {
        let DensePanel { rows, cols, lda, run, runs, run_stride, last, pitch, w_stride, .. } =
            *panel;
        let width = packed(cols);
        let len = if runs > 0 { (rows - 1) * lda + (runs - 1) * run_stride + run } else { 0 };
        let a = self.a.blank(len);
        for i in 0..rows {
            for r in 0..runs {
                a[i * lda + r * run_stride..][..run].fill_with(|| numbers.whole());
            }
        }
        self.a_last.numbers(rows * last, numbers);
        let end = |r: usize, k: usize| r * w_stride + k * pitch;
        let w_rows = if last > 0 { end(runs, last - 1) } else { end(runs - 1, run - 1) };
        let w = self.w.blank(w_rows + width);
        for r in 0..=runs {
            for k in 0..if r < runs { run } else { last } {
                w[r * w_stride + k * pitch..][..cols].fill_with(|| numbers.whole());
            }
        }
        self.bias.matrix((1, cols), (width, width), numbers);
        if panel.pool {
            self.c.numbers(cols, numbers);
        } else {
            self.c.blank(at(panel, rows - 1, cols - 1) + 1);
        }
        if panel.residual != NONE {
            let residual = self.residual.blank(at(panel, rows - 1, cols - 1) + 1);
            for (i, j) in (0..rows * cols).map(|n| (n / cols, n % cols)) {
                residual[at(panel, i, j)] = numbers.whole();
            }
            panel.residual = self.residual.at();
        }
        panel.a = self.a.at();
        panel.a_last = self.a_last.at();
        panel.w = self.w.at();
        panel.bias = self.bias.at();
        panel.c = self.c.at();
    }

    /// The panel's C, row by row without gaps, from its definition; for pooling, the rows to be
    /// summed.
    pub fn oracle(&self, panel: &DensePanel) -> Vec<f64> {
        let [a, a_last, w] = [&self.a, &self.a_last, &self.w].map(Operand::values);
        let (lo, hi) = (f64::from(panel.bounds.0), f64::from(panel.bounds.1));
        let mut c = Vec::with_capacity(panel.rows * panel.cols);
        for i in 0..panel.rows {
            for j in 0..panel.cols {
                let mut sum = f64::from(self.bias.values()[j]);
                let mut add = |x: f32, w: f32| sum += f64::from(x) * f64::from(w);
                for r in 0..panel.runs {
                    for k in 0..panel.run {
                        let x = a[i * panel.lda + r * panel.run_stride + k];
                        add(x, w[r * panel.w_stride + k * panel.pitch + j]);
                    }
                }
                for k in 0..panel.last {
                    let x = a_last[i * panel.last + k];
                    add(x, w[panel.runs * panel.w_stride + k * panel.pitch + j]);
                }
                if panel.residual != NONE {
                    sum += f64::from(self.residual.values()[at(panel, i, j)]);
                }
                c.push(sum.clamp(lo, hi));
            }
        }
        c
    }

    /// Takes what the kernel stored, row by row, and checks that it stored nothing else.
    pub fn take(&mut self, panel: &DensePanel) -> Vec<f32> {
        let rows = if panel.pool { 1 } else { panel.rows };
        let c = (0..rows).flat_map(|i| (0..panel.cols).map(move |j| at(panel, i, j)));
        let taken = c.map(|at| self.c.take(at)).collect();
        self.c.is_untouched();
        taken
    }
}

/// Offset in C of row `i` and column `j`.
fn at(panel: &DensePanel, i: usize, j: usize) -> usize {
    i * panel.ldc + j / MOST_LANES * panel.c_vector_stride + j % MOST_LANES
}

/// A plain product of `rows` × `k` by `k` × `cols`, without operands.
pub fn product(rows: usize, k: usize, cols: usize) -> DensePanel {
    DensePanel {
        a: NONE,
        lda: k,
        run: k,
        runs: 1,
        run_stride: 0,
        a_last: NONE,
        last: 0,
        w: NONE,
        pitch: packed(cols),
        w_stride: k * packed(cols),
        bias: NONE,
        c: NONE.cast_mut(),
        ldc: cols,
        c_vector_stride: MOST_LANES,
        residual: NONE,
        rows,
        cols,
        bounds: (f32::NEG_INFINITY, f32::INFINITY),
        pool: false,
        prefetch_first: (NONE, 0),
        prefetch: 0,
    }
}

/// A panel made of a plain product.
type Variant = fn(DensePanel) -> DensePanel;

/// What the panels of a network have that a plain product has not.
const VARIANTS: [(&str, Variant); 9] = [
    ("plain", |plain| plain),
    ("channels of a wider tensor", |plain| DensePanel {
        lda: plain.lda + 5,
        ldc: plain.ldc + 3,
        bounds: (0.0, 6.0),
        ..plain
    }),
    ("three panels", |plain| DensePanel { runs: 3, run_stride: plain.rows * plain.run, ..plain }),
    ("three panels and a narrower one", |plain| DensePanel {
        runs: 3,
        run_stride: plain.rows * plain.run,
        last: 1 + plain.run / 2,
        ldc: plain.ldc + 1,
        ..plain
    }),
    ("a narrow panel alone", |plain| DensePanel { runs: 0, last: plain.run, ..plain }),
    ("a window of three rows that overlaps its neighbours, at the left border", |plain| {
        let lda = 1 + plain.run / 2;
        DensePanel {
            lda,
            runs: 3,
            run_stride: (plain.rows - 1) * lda + plain.run + 7,
            w_stride: plain.w_stride + 2 * plain.pitch,
            bounds: (0.0, f32::INFINITY),
            ..plain
        }
    }),
    ("a residual", |plain| DensePanel {
        residual: std::ptr::dangling(),
        ldc: plain.ldc + 2,
        bounds: (-9.0, 11.0),
        ..plain
    }),
    ("vectors of channels apart", |plain| DensePanel {
        ldc: plain.cols.min(MOST_LANES),
        c_vector_stride: plain.rows * MOST_LANES + 5,
        residual: std::ptr::dangling(),
        ..plain
    }),
    ("pooled", |plain| DensePanel { pool: true, bounds: (0.0, 6.0), ..plain }),
];

/// Rows through two tiles and more, columns through two pairs of vectors and more.
pub fn every_tail(set: &Kernels) {
    let mut operands = Operands::new(1 << 14);
    // Numbered, since to walk over what is left out takes Miri minutes.
    for case in (0..70 * 16 * 20 * VARIANTS.len()).step_by(crate::share()) {
        let (name, variant) = VARIANTS[case % VARIANTS.len()];
        let case = case / VARIANTS.len();
        let (k, rows, cols) = (1 + case % 20, 1 + case / 20 % 16, 1 + case / (20 * 16));
        let panel = variant(product(rows, k, cols));
        let prefetch = if (rows + k) % 2 == 0 { 0 } else { 3 * k + cols };
        let prefetch_first = (NONE, (rows + cols) % 3 * k);
        check(set, &mut operands, DensePanel { prefetch_first, prefetch, ..panel }, name);
    }
}

/// Products as deep as a network's, and maps as large.
pub fn deep(set: &Kernels) {
    let mut operands = Operands::new(1 << 18);
    for (rows, k, cols) in [
        (49, 1024, 32),
        (49, 960, 32),
        (196, 576, 32),
        (784, 144, 24),
        (3, 1280, 19),
        (112, 27, 16),
    ] {
        for (name, variant) in VARIANTS {
            // Runs of 32 channels, as in a tensor of panels.
            let run = if name.starts_with("three") { 32 } else { k };
            let panel = variant(product(rows, run, cols));
            let runs = if run < k { k / run } else { panel.runs };
            if panel.runs * panel.run < 2000 && !crate::left_out() {
                check(set, &mut operands, DensePanel { runs, prefetch: k, ..panel }, name);
            }
        }
    }
}

fn check(set: &Kernels, operands: &mut Operands, mut panel: DensePanel, name: &str) {
    let DensePanel { rows, cols, run, .. } = panel;
    let mut numbers = Numbers::new((rows * 4096 + cols * 32 + run) as u64);
    operands.make(&mut panel, &mut numbers);
    let mut want = operands.oracle(&panel);
    if panel.pool {
        let sums = operands.c.values().iter().map(|&sum| f64::from(sum));
        want = sums
            .enumerate()
            .map(|(j, s)| s + (0..rows).map(|i| want[i * cols + j]).sum::<f64>())
            .collect();
    }
    // SAFETY: `make` made operands for the panel.
    unsafe { set.dense(&panel) };
    let got = operands.take(&panel);
    for (i, (got, want)) in got.into_iter().zip(want).enumerate() {
        assert!(
            f64::from(got) == want,
            "{}, {name}: {rows} rows, {cols} columns, runs of {run}: {got} for {want} at row {}, column {}",
            set.name(),
            i / cols,
            i % cols
        );
    }
}
