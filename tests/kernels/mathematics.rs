//! What holds for any numbers: bounds on rounding, linearity, clamps, NaN, infinities, and splits.

use mbgen::kernels::ops::dense::DensePanel;
use mbgen::kernels::ops::depthwise::DepthwisePanel;
use mbgen::kernels::ops::linear::LinearPanel;
use mbgen::kernels::ops::packed;
use mbgen::kernels::ops::pool::PoolPanel;

use crate::memory::{NONE, Numbers, Operand};
use crate::sets::Kernels;
use crate::{dense, depthwise};

/// Sizes with whole tiles, tails in all directions, and single values.
const SIZES: [(usize, usize, usize); 9] = [
    (49, 64, 32),
    (14, 33, 16),
    (17, 20, 24),
    (9, 27, 40),
    (5, 7, 70),
    (8, 1, 9),
    (1, 19, 8),
    (3, 11, 3),
    (1, 1, 1),
];

/// A dense panel with its own operands, whose values may be changed before each run.
struct Product {
    panel: DensePanel,
    a: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    residual: Vec<f32>,
}

impl Product {
    /// Uniform numbers of [-1, 1).
    fn new((rows, k, cols): (usize, usize, usize), numbers: &mut Numbers) -> Self {
        let mut some = |n: usize| (0..n).map(|_| numbers.real()).collect();
        Self {
            panel: dense::product(rows, k, cols),
            a: some(rows * k),
            w: some(k * packed(cols)),
            bias: some(packed(cols)),
            residual: some(rows * cols),
        }
    }

    /// C of the rows `rows`, columns from `col` on.
    fn part(&self, set: &Kernels, rows: (usize, usize), (col, cols): (usize, usize)) -> Vec<f32> {
        let mut c = vec![f32::NAN; (rows.1 - rows.0) * cols];
        let w: Vec<f32> = (0..self.panel.run)
            .flat_map(|k| {
                let row = &self.w[k * self.panel.pitch + col..][..cols];
                row.iter().copied().chain(std::iter::repeat_n(f32::NAN, packed(cols) - cols))
            })
            .collect();
        let mut bias = self.bias[col..col + cols].to_vec();
        bias.resize(packed(cols), f32::NAN);
        let residual: Vec<f32> = (rows.0..rows.1)
            .flat_map(|i| &self.residual[i * self.panel.cols + col..][..cols])
            .copied()
            .collect();
        let panel = DensePanel {
            a: self.a[rows.0 * self.panel.lda..].as_ptr(),
            w: w.as_ptr(),
            pitch: packed(cols),
            w_stride: self.panel.run * packed(cols),
            bias: bias.as_ptr(),
            c: c.as_mut_ptr(),
            ldc: cols,
            residual: residual.as_ptr(),
            rows: rows.1 - rows.0,
            cols,
            ..self.panel
        };
        // SAFETY: every operand has the length that the panel's type states.
        unsafe { set.dense(&panel) };
        c
    }

    fn run(&self, set: &Kernels) -> Vec<f32> {
        self.part(set, (0, self.panel.rows), (0, self.panel.cols))
    }

    /// Each value in f64, with the sum of its terms' magnitudes.
    fn oracle(&self) -> Vec<(f64, f64)> {
        let DensePanel { rows, cols, run, pitch, bounds: (lo, hi), .. } = self.panel;
        let mut c = Vec::new();
        for (i, j) in (0..rows * cols).map(|n| (n / cols, n % cols)) {
            let terms =
                (0..run).map(|k| f64::from(self.a[i * run + k]) * f64::from(self.w[k * pitch + j]));
            let more = [self.bias[j], self.residual[i * cols + j]].map(f64::from);
            let (mut sum, mut magnitude) = (0.0, 0.0);
            for term in terms.chain(more) {
                sum += term;
                magnitude += term.abs();
            }
            c.push((sum.clamp(lo.into(), hi.into()), magnitude));
        }
        c
    }
}

/// A map of real numbers under a 3×3 window.
fn real_map(
    stride: usize,
    (h, w): (usize, usize),
    cols: usize,
) -> (DepthwisePanel, depthwise::Operands) {
    let window = depthwise::Window { kernel: 3, stride, top: 1, left: 1, bottom: 1, right: 1 };
    let panel = window.panel((h, w), cols).unwrap();
    let mut operands = depthwise::Operands::new(1 << 14);
    let mut numbers = Numbers::new(7);
    operands.make(&panel, &mut numbers);
    operands.map.fill_with(|| numbers.real());
    (panel, operands)
}

fn all_rows(panel: &DepthwisePanel) -> depthwise::Bands {
    depthwise::Bands { band: panel.rows.1, ring: panel.in_size[0] }
}

/// Each value is off by no more than n roundings of the sum of its terms' magnitudes, where n counts
/// the products and sums: the classical bound (Higham 2002, §3.1).
pub fn rounding_is_bounded(set: &Kernels) {
    let bound = |terms: usize, magnitude: f64| {
        let roundings = 2.0 * terms as f64 * f64::from(f32::EPSILON) / 2.0;
        roundings / (1.0 - roundings) * magnitude
    };
    let mut numbers = Numbers::new(3);
    for (rows, k, cols) in SIZES.into_iter().chain([(7, 1280, 32)]) {
        let mut product = Product::new((rows, k, cols), &mut numbers);
        product.panel.bounds = (-2.0, 2.5);
        for (got, (want, magnitude)) in product.run(set).into_iter().zip(product.oracle()) {
            let off = (f64::from(got) - want).abs();
            assert!(off <= bound(k + 2, magnitude), "{}: {got} for {want}, k = {k}", set.name());
        }
    }
    for stride in [1, 2] {
        let (panel, mut operands) = real_map(stride, (9, 15), 20);
        let got = operands.run(set, &panel, all_rows(&panel));
        for (got, want) in got.into_iter().zip(operands.oracle(&panel)) {
            // Ten terms: values of [-1, 1) times weights of up to 4, and a bias of up to 4.
            assert!((f64::from(got) - want).abs() <= bound(10, 40.0), "{}: {got}", set.name());
        }
    }
}

/// f(2x) = 2·f(x) to the bit; f(x + y) = f(x) + f(y) where sums are exact.
pub fn dense_is_linear(set: &Kernels) {
    let mut numbers = Numbers::new(4);
    for size in SIZES {
        let mut product = Product::new(size, &mut numbers);
        product.bias.fill(0.0);
        product.residual.fill(0.0);
        let once = product.run(set);
        product.a.iter_mut().for_each(|x| *x *= 2.0);
        let twice: Vec<f32> = once.iter().map(|y| 2.0 * y).collect();
        assert_eq!(bits(&product.run(set)), bits(&twice), "{}: {size:?}", set.name());

        product.w.fill_with(|| numbers.whole());
        let mut of = |a: &[f32]| {
            product.a.copy_from_slice(a);
            product.run(set)
        };
        let len = size.0 * size.1;
        let [x, y] = [(); 2].map(|()| (0..len).map(|_| numbers.whole()).collect::<Vec<f32>>());
        let sum: Vec<f32> = x.iter().zip(&y).map(|(x, y)| x + y).collect();
        let sums: Vec<f32> = of(&x).iter().zip(of(&y)).map(|(x, y)| x + y).collect();
        assert_eq!(of(&sum), sums, "{}: {size:?}", set.name());
    }
}

/// As for the matrix product.
pub fn depthwise_is_linear(set: &Kernels) {
    for (stride, map, cols) in [(1, (6, 11), 20), (2, (7, 14), 33), (1, (3, 7), 5)] {
        let (panel, mut operands) = real_map(stride, map, cols);
        operands.bias.blank(packed(cols))[..cols].fill(0.0);
        let bands = all_rows(&panel);
        let mut of = |map: &[f32]| {
            operands.map.copy_from_slice(map);
            operands.run(set, &panel, bands)
        };
        let mut numbers = Numbers::new(8);
        let len = map.0 * map.1 * cols;
        let real: Vec<f32> = (0..len).map(|_| numbers.real()).collect();
        let double: Vec<f32> = real.iter().map(|x| 2.0 * x).collect();
        let twice: Vec<f32> = of(&real).iter().map(|y| 2.0 * y).collect();
        assert_eq!(of(&double), twice, "{}", set.name());

        let [x, y] = [(); 2].map(|()| (0..len).map(|_| numbers.whole()).collect::<Vec<f32>>());
        let sum: Vec<f32> = x.iter().zip(&y).map(|(x, y)| x + y).collect();
        let sums: Vec<f32> = of(&x).iter().zip(of(&y)).map(|(x, y)| x + y).collect();
        assert_eq!(of(&sum), sums, "{}", set.name());
    }
}

/// Every output lies within the bounds and reaches both of them.
pub fn outputs_are_clamped(set: &Kernels) {
    let mut numbers = Numbers::new(5);
    for bounds in [(0.0, 6.0), (0.0, f32::INFINITY), (-0.5, 0.25), (0.0, 0.0)] {
        let mut product = Product::new((49, 64, 40), &mut numbers);
        product.panel.bounds = bounds;
        product.w.iter_mut().for_each(|w| *w *= 8.0);
        let (mut panel, mut operands) = real_map(1, (9, 15), 20);
        panel.bounds = bounds;
        let mapped = operands.run(set, &panel, all_rows(&panel));
        for c in [product.run(set), mapped] {
            let least = c.iter().copied().fold(f32::INFINITY, f32::min);
            let most = c.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(least, bounds.0, "{}: {bounds:?}", set.name());
            assert!(
                most == bounds.1 || bounds.1.is_infinite() && most > 6.0,
                "{}: {most}",
                set.name()
            );
        }
    }
}

/// A NaN reaches exactly the outputs that depend on it, through every clamp.
pub fn nan_stays_nan(set: &Kernels) {
    let mut numbers = Numbers::new(6);
    for (rows, k, cols) in SIZES {
        for bounds in [(0.0, 6.0), (0.0, f32::INFINITY), (f32::NEG_INFINITY, f32::INFINITY)] {
            let mut product = Product::new((rows, k, cols), &mut numbers);
            product.panel.bounds = bounds;
            let (row, col) = (rows / 2, cols - 1);
            product.a[row * k + k - 1] = f32::NAN;
            product.residual[cols - 1] = f32::NAN;
            let c = product.run(set);
            for (n, c) in c.iter().enumerate() {
                let (i, j) = (n / cols, n % cols);
                let depends = i == row || i == 0 && j == col;
                assert_eq!(c.is_nan(), depends, "{}: row {i}, column {j}", set.name());
            }
        }
        let (mut input, mut sums) = (vec![1.0; rows * cols], vec![0.0; cols]);
        input[rows / 2 * cols + cols - 1] = f32::NAN;
        let output = sums.as_mut_ptr();
        let panel = PoolPanel { input: input.as_ptr(), stride: cols, rows, cols, output };
        // SAFETY: the operands have the lengths that the panel's type states.
        unsafe { set.pool(&panel) };
        let nans = sums.iter().enumerate().filter(|(_, sum)| sum.is_nan()).map(|(j, _)| j);
        assert_eq!(nans.collect::<Vec<_>>(), [cols - 1], "{}", set.name());
        let (mut x, w, mut y) =
            (vec![1.0; k], vec![0.0; k * packed(cols)], vec![0.0; packed(cols)]);
        x[k - 1] = f32::NAN;
        let panel = LinearPanel { x: x.as_ptr(), w: w.as_ptr(), y: y.as_mut_ptr(), rows: k, cols };
        // SAFETY: as above.
        unsafe { set.linear(&panel) };
        assert!(y[..cols].iter().all(|y| y.is_nan()), "{}", set.name());
    }
    for stride in [1, 2] {
        for x in 0..15 {
            let (mut panel, mut operands) = real_map(stride, (7, 15), 20);
            panel.bounds = (0.0, 6.0);
            operands.map[(3 * 15 + x) * 20 + 19] = f32::NAN;
            let out = operands.run(set, &panel, all_rows(&panel));
            for (n, value) in out.into_iter().enumerate() {
                let (at, c) = (n / 20, n % 20);
                let (row, col) = (at / panel.out_width * stride, at % panel.out_width * stride);
                let depends = c == 19 && row.abs_diff(3) <= 1 && col.abs_diff(x) <= 1;
                assert_eq!(value.is_nan(), depends, "{}: row {row}, column {col}, {c}", set.name());
            }
        }
    }
}

/// Infinities go the way of IEEE 754: clamped where they have a sign, NaN where they meet.
pub fn infinities(set: &Kernels) {
    let mut numbers = Numbers::new(9);
    for (rows, k, cols) in SIZES {
        for bounds in [(0.0, 6.0), (f32::NEG_INFINITY, f32::INFINITY)] {
            let mut product = Product::new((rows, k, cols), &mut numbers);
            product.panel.bounds = bounds;
            product.w.fill_with(|| numbers.whole());
            product.a.fill_with(|| numbers.whole());
            product.bias.fill_with(|| numbers.whole());
            product.residual.fill_with(|| numbers.whole());
            product.a[0] = f32::INFINITY;
            product.a[rows * k - 1] = f32::NEG_INFINITY;
            product.residual[rows * cols - 1] = f32::INFINITY;
            for (got, (want, _)) in product.run(set).into_iter().zip(product.oracle()) {
                let same = f64::from(got) == want || got.is_nan() && want.is_nan();
                assert!(same, "{}: {got} for {want} of {rows} x {k} x {cols}", set.name());
            }
        }
    }
    for stride in [1, 2] {
        let (mut panel, mut operands) = real_map(stride, (7, 15), 20);
        panel.bounds = (f32::NEG_INFINITY, 6.0);
        operands.map.fill_with(|| numbers.whole());
        operands.map[5 * 20] = f32::INFINITY;
        operands.map[6 * 20] = f32::NEG_INFINITY;
        let out = operands.run(set, &panel, all_rows(&panel));
        for (got, want) in out.into_iter().zip(operands.oracle(&panel)) {
            assert!(f64::from(got) == want || got.is_nan() && want.is_nan(), "{}", set.name());
        }
    }
}

/// Rows can be shared out in any way, and columns by whole panels of 32: a value does not depend on
/// its neighbours. (Tiles narrower than that may add up k in another order.)
pub fn any_split_gives_the_same_bits(set: &Kernels) {
    let mut numbers = Numbers::new(10);
    for (rows, k, cols) in [(33, 19, 40), (15, 64, 72), (8, 5, 17), (31, 7, 24), (29, 6, 8)] {
        let product = Product::new((rows, k, cols), &mut numbers);
        let whole = bits(&product.run(set));
        for split in 1..rows {
            let mut parts = product.part(set, (0, split), (0, cols));
            parts.extend(product.part(set, (split, rows), (0, cols)));
            assert_eq!(bits(&parts), whole, "{}: {rows} rows at {split}", set.name());
        }
        for split in (32..cols).step_by(32) {
            let left = product.part(set, (0, rows), (0, split));
            let right = product.part(set, (0, rows), (split, cols - split));
            let both = left.chunks(split).zip(right.chunks(cols - split));
            let parts: Vec<f32> = both.flat_map(|(l, r)| [l, r].concat()).collect();
            assert_eq!(bits(&parts), whole, "{}: {cols} columns at {split}", set.name());
        }
    }
    for (stride, map, cols) in [(1, (13, 23), 20), (2, (17, 15), 9)] {
        let (panel, mut operands) = real_map(stride, map, cols);
        let whole = operands.run(set, &panel, all_rows(&panel));
        for band in 1..panel.rows.1 {
            let parts = operands.run(set, &panel, depthwise::Bands { band, ring: map.0 });
            assert_eq!(bits(&parts), bits(&whole), "{}: bands of {band}", set.name());
        }
    }
    pooling_in_parts(set, &mut numbers);
}

/// Pooled rows are added to the sums one by one, so that they too can be shared out in order.
fn pooling_in_parts(set: &Kernels, numbers: &mut Numbers) {
    let (rows, k, cols) = (23, 17, 40);
    let product = Product::new((rows, k, cols), numbers);
    let mut sums = Operand::new(cols);
    let mut pooled = |split: usize| {
        sums.blank(cols).fill(0.0);
        for (first, end) in [(0, split), (split, rows)] {
            let panel = DensePanel {
                a: product.a[first * k..].as_ptr(),
                w: product.w.as_ptr(),
                bias: product.bias.as_ptr(),
                c: sums.at(),
                residual: NONE,
                rows: end - first,
                pool: true,
                bounds: (0.0, 6.0),
                ..product.panel
            };
            // SAFETY: the operands have the lengths that the panel's type states.
            unsafe { set.dense(&panel) };
        }
        bits(sums.values())
    };
    let whole = pooled(rows);
    for split in 1..rows {
        assert_eq!(pooled(split), whole, "{}: pooled at {split}", set.name());
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}
