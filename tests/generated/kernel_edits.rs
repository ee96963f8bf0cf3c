//! An edit of the kernels that changes what a network computes makes a crate's golden tests fail.

use std::io::Write;
use std::process::Output;

use mbgen::kernels::isa::InstructionSet;

use crate::crates::{Edit, Generated, text, while_edited};
use crate::support::sweep::leaves_out;

const STRIP: &str = "src/kernels/ops/dense/strip.rs";
const BROADCAST: &str = "src/kernels/ops/dense/broadcast.rs";
/// What AVX-512 alone runs, and in other files [`OF_AVX512`].
const AVX512: &str = "src/kernels/isa/avx512.rs";
const PAIRS: &str = "src/kernels/ops/dense/pairs.rs";
const OVERLAP: &str = "src/kernels/ops/dense/overlap.rs";
const OF_AVX512: [&str; 2] = ["unsafe fn open(", "unsafe fn taps_of_pairs<"];
const THREE: &str = "src/kernels/ops/depthwise/three.rs";
const CONVOLVE: &str = "src/kernels/steps/convolve.rs";
const CHAIN: &str = "src/kernels/steps/chain.rs";
const HEAD: &str = "src/kernels/steps/head.rs";

/// Each drops, shifts or exchanges something of an operator or of a step.
const EDITS: [Edit; 47] = [
    // Bias: left out, and of other channels.
    (STRIP, "fn bias(", "self.panel.bias.add(self.col)", "self.panel.bias"),
    (
        STRIP,
        "fn bias(",
        "Self::load(self.panel.bias.add(self.col))",
        "([T::Wide::splat(0.0); N], [T::Narrow::splat(0.0); M])",
    ),
    (THREE, "fn new(panel: &'a DepthwisePanel, col", "panel.bias.add(col)", "panel.bias"),
    (THREE, "fn tile<", "[self.bias; T]", "[unsafe { V::splat(0.0) }; T]"),
    (CONVOLVE, "fn template(", "first.wrapping_add(channel),", "first,"),
    (CONVOLVE, "fn depthwise_rows(", "bias: first.wrapping_add(channel)", "bias: first"),
    (HEAD, "fn partial_sum(", "dense.weights_at + channel", "dense.weights_at"),
    (HEAD, "fn finish(", "*bias.add(j)", "0.0"),
    // Bounds. (Neither network reaches the upper one where it pools; `kernels::dense` does.)
    (STRIP, "unsafe fn store_row(", "T::Wide::splat(hi)", "T::Wide::splat(f32::INFINITY)"),
    (STRIP, "unsafe fn store_row(", "T::Narrow::splat(hi)", "T::Narrow::splat(f32::INFINITY)"),
    (STRIP, "unsafe fn store_row(", "T::Wide::splat(lo)", "T::Wide::splat(-f32::INFINITY)"),
    (STRIP, "unsafe fn store_row(", "T::Narrow::splat(lo)", "T::Narrow::splat(-f32::INFINITY)"),
    (STRIP, "unsafe fn sum<", "T::Wide::splat(lo)", "T::Wide::splat(-f32::INFINITY)"),
    (THREE, "fn new(panel: &'a DepthwisePanel, col", "V::splat(panel.bounds.1)", "V::splat(1e9)"),
    (THREE, "fn new(panel: &'a DepthwisePanel, col", "V::splat(panel.bounds.0)", "V::splat(-1e9)"),
    // What is added.
    (STRIP, "unsafe fn store<", "tile[i].0[j].add(skip)", "tile[i].0[j]"),
    (STRIP, "unsafe fn store<", "tile[i].1[j].add(skip)", "tile[i].1[j]"),
    (
        CHAIN,
        "unsafe fn project(&self",
        "self.chain.residual.map(|tensor| self.memory.view(&tensor))",
        "None",
    ),
    // Sums over K.
    (BROADCAST, "unsafe fn add<", "for k in from..run.len", "for k in from + 1..run.len"),
    (OVERLAP, "unsafe fn tiles<", "open(run.rows[$i]", "open(run.rows[0]"),
    (OVERLAP, "unsafe fn tiles<", "store_row(row + next, two", "store_row(row + next, one"),
    (OVERLAP, "unsafe fn tiles<", "strip, &run, BEGIN,", "strip, &run, BEGIN + 2,"),
    (OVERLAP, "unsafe fn tiles<", "for r in 1..strip.runs()", "for r in 2..strip.runs()"),
    (BROADCAST, "unsafe fn open(", "let x = *x.add(k);", "let x = *x;"),
    (PAIRS, "unsafe fn open(", "T::splat_pair(x.add(2 * k))", "T::splat_pair(x)"),
    (PAIRS, "unsafe fn add<", "if len % 2 == 1", "if len % 2 == 1 && len > 99"),
    (PAIRS, "unsafe fn end(", "T::pair_sums(b.0[j])", "T::pair_sums(a.0[j])"),
    (AVX512, "fn mul_add_even(x: *const f32, b: __m512", "0x5555u16", "0x5551u16"),
    (PAIRS, "unsafe fn mul_add<", "for h in 0..2", "for h in 0..1"),
    (STRIP, "fn run<const R", "self.col + r * panel.w_stride", "self.col"),
    (STRIP, "fn runs(", "usize::from(self.panel.last > 0)", "0"),
    (
        STRIP,
        "unsafe fn sum<",
        "for (wide, _) in &tile {",
        "for (wide, _) in &tile[..R.div_ceil(2)] {",
    ),
    // Windows and their borders.
    (THREE, "unsafe fn tile<", "self.taps(rows, 2, x, &mut acc);", ""),
    (THREE, "unsafe fn taps<const", "left > x * S", "false"),
    (THREE, "unsafe fn taps<const", "+ 2 - left >= panel.in_size[1]", "- left > panel.in_size[1]"),
    (THREE, "unsafe fn taps_of_pairs<", "pair.one_later(next)", "next"),
    (THREE, "unsafe fn taps_of_pairs<", "rest.min(1)", "rest.min(0)"),
    (THREE, "unsafe fn inputs(", "first + i >= ring &&", ""),
    (CONVOLVE, "unsafe fn windows(", "top * tap_row + left", "left"),
    (CONVOLVE, "unsafe fn windows(", "left * c_in * template.pitch", "0"),
    (CONVOLVE, "unsafe fn windows(", "if down { out.w * pitch }", "if down { pitch }"),
    (CONVOLVE, "unsafe fn windows(", "if down { row_len }", "if down { c_in }"),
    // Rows, panels and means.
    (CONVOLVE, "unsafe fn dense_rows(", "w_stride: source.panel * panel.pitch", "w_stride: 0"),
    (CHAIN, "fn start(", ".saturating_sub(unit.depthwise.window.top)", ""),
    (CHAIN, "unsafe fn produce(", "made, p, y)", "made, 0, y)"),
    (HEAD, "fn partial_sum(", "*means.add(k) *= scale", "*means.add(k) *= 1.001 * scale"),
    (
        "src/kernels/ops/linear.rs",
        "unsafe fn columns<",
        "for k in 0..panel.rows",
        "for k in 0..panel.rows - 1",
    ),
];

#[test]
fn edits_of_kernels_are_found() {
    if leaves_out("edits of kernels") {
        return;
    }
    // V1 has chains of several units and tiles of several runs, V2 has what is added; together they have
    // every kind of step.
    let crates = [
        ("edited_v2", &["v2", "--width", "0.35", "--resolution", "65", "--classes", "997"][..]),
        ("edited_v1", &["v1", "--width", "0.25", "--resolution", "80", "--classes", "996"]),
    ]
    .map(|(key, args)| Generated::new(key, args));
    for generated in &crates {
        let output = golden(generated, &[]);
        assert!(output.status.success(), "{}", text(&output.stdout));
    }
    let runs = |edit: &&Edit| {
        let runs = !([AVX512, PAIRS, OVERLAP].contains(&edit.0) || OF_AVX512.contains(&edit.1))
            || InstructionSet::available().any(|isa| isa.name() == "avx512");
        if !runs {
            let _ = writeln!(std::io::stderr(), "SKIPPED: {}: this CPU has no avx512", edit.0);
        }
        runs
    };
    let found = |edit: &Edit| crates.iter().any(|generated| finds(generated, *edit));
    let missed: Vec<_> = EDITS.iter().filter(runs).filter(|edit| !found(edit)).collect();
    assert!(missed.is_empty(), "{} of {}: {missed:#?}", missed.len(), EDITS.len());
}

/// Runs a crate's golden tests.
fn golden(generated: &Generated, more: &[&str]) -> Output {
    let mut cargo = generated.cargo(&[&["test", "--quiet", "--test", "golden"], more].concat());
    cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1").output().unwrap()
}

/// Whether a crate whose kernels are edited fails its golden tests. It builds.
fn finds(generated: &Generated, edit: Edit) -> bool {
    while_edited(generated, edit, || {
        let built = golden(generated, &["--no-run"]);
        assert!(built.status.success(), "{edit:?}\n{}", text(&built.stderr));
        !golden(generated, &[]).status.success()
    })
}
