//! Steps whose sizes no memory holds are refused: no safe call reads or writes beside its memory.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use mbgen::kernels::isa::InstructionSet;
use mbgen::kernels::steps::{
    Chain, Conv, Dense, Depthwise, Head, Join, Memory, Place, Runner, Split, Tensor, Unit, Window,
};

const POINTWISE: Window = Window { kernel: 1, stride: 1, top: 0, left: 0 };

fn tensor(at: usize) -> Tensor {
    Tensor { place: Place::Arena(at), c: 16, h: 2, w: 2, panel: 16 }
}

fn pointwise(weights: usize) -> Dense {
    let (window, clamp) = (POINTWISE, (0.0, 6.0));
    Dense { weights, c_in: 16, c_out: 16, panel: 16, window, clamp, prefetch: true }
}

fn conv() -> Conv {
    let (source, residual, out) = (tensor(0), Some(tensor(128)), tensor(64));
    Conv { dense: pointwise(0), source, residual, out, split: Split::Rows }
}

/// A chain with its one unit.
struct OneUnit(Chain<'static>, Unit);

fn chain() -> OneUnit {
    let window = Window { kernel: 3, stride: 1, top: 1, left: 1 };
    let unit = Unit {
        dense: Some(pointwise(0)),
        depthwise: Depthwise { weights: 272, c: 16, panel: 16, window, clamp: (0.0, 6.0) },
        input: (2, 2),
        output: (2, 2),
        band: 1,
        ring: 0,
        ring_rows: 2,
        ring_panel: 16,
        ring_shared: false,
        rows: 64,
    };
    let (source, residual, out) = (tensor(0), Some(tensor(128)), tensor(64));
    let (project, split) = (Some(pointwise(432)), Split::Rows);
    OneUnit(Chain { source, units: &[], project, residual, out, split }, unit)
}

fn head() -> Head {
    let dense = Some(pointwise(16));
    Head { source: tensor(0), weights: 0, dense, c: 16, panel: 16, classes: 8, sums: 64 }
}

/// Two threads that take turns.
struct Turns;

impl Join for Turns {
    fn threads(&self) -> usize {
        2
    }

    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        b();
        a();
    }
}

/// Runs a step on memory that each of the steps above fits, between guards that nothing may change.
/// What it panics with, if it does.
fn attempt(step: impl FnOnce(&mut Runner)) -> Option<String> {
    const GUARD: f32 = -7.25;
    const MARGIN: usize = 64;
    thread_local!(static SILENT: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            if !SILENT.get() {
                print(panic);
            }
        }));
    });
    let mut slices = [192, 192, 8].map(|len| vec![GUARD; len + 2 * MARGIN]);
    let [shared, scratch, logits] = slices.each_mut().map(|slice| {
        let end = slice.len() - MARGIN;
        &mut slice[MARGIN..end]
    });
    shared.fill(0.5);
    let weights = [0.25; 720];
    let memory = Memory { input: &[], weights: &weights, shared, scratch, scratch_len: 96, logits };
    let mut runner = Runner::new(InstructionSet::detect().ops(), &Turns, memory);
    SILENT.set(true);
    let ran = catch_unwind(AssertUnwindSafe(|| step(&mut runner)));
    SILENT.set(false);
    for slice in &slices {
        let inside = MARGIN..slice.len() - MARGIN;
        let changed = slice.iter().enumerate().find(|(i, x)| !inside.contains(i) && **x != GUARD);
        assert_eq!(changed, None, "written beside {} values", inside.len());
    }
    let panic = ran.err()?;
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    Some(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default())
}

/// Numbers whose products and sums wrap, and small ones.
const SIZES: [usize; 9] = [
    0,
    1,
    8,
    usize::MAX / 16 + 1,
    usize::MAX / 16 + 2,
    usize::MAX / 8 + 1,
    usize::MAX / 2 + 1,
    usize::MAX - 7,
    usize::MAX,
];

/// Sets two fields at a time of a step to every pair of sizes: it is refused, or harmless.
fn sweep<S>(step: fn() -> S, fields: &[fn(&mut S) -> &mut usize], run: fn(&S, &mut Runner)) {
    assert_eq!(attempt(|runner| run(&step(), runner)), None);
    for (i, first) in fields.iter().enumerate() {
        for second in &fields[i..] {
            for a in SIZES {
                for b in SIZES {
                    let mut step = step();
                    *first(&mut step) = a;
                    *second(&mut step) = b;
                    let said = attempt(|runner| run(&step, runner));
                    let refused = |said: &str| said.starts_with("the step does not fit its memory");
                    assert!(said.as_deref().is_none_or(refused), "{said:?}");
                }
            }
        }
    }
}

/// The offset of a tensor in the arena.
fn place(tensor: &mut Tensor) -> &mut usize {
    let Place::Arena(at) = &mut tensor.place else { panic!("in the arena") };
    at
}

fn run_conv(step: &Conv, runner: &mut Runner) {
    runner.conv(step);
}

fn run_chain(OneUnit(chain, unit): &OneUnit, runner: &mut Runner) {
    runner.chain(&Chain { units: std::slice::from_ref(unit), ..*chain });
}

fn run_head(step: &Head, runner: &mut Runner) {
    runner.head(step);
}

#[test]
fn sizes_that_wrap_are_refused() {
    let refused = |reason| Some(format!("the step does not fit its memory: {reason}"));
    let rows = usize::MAX / 16 + 2;
    let mut conv = conv();
    (conv.residual, conv.source.h, conv.out.h) = (None, rows, rows);
    assert_eq!(attempt(|runner| runner.conv(&conv)), refused("in the arena"));
    let OneUnit(step, mut unit) = chain();
    unit.band = usize::MAX / 16 + 1;
    let step = OneUnit(step, unit);
    assert_eq!(attempt(|runner| run_chain(&step, runner)), refused("a band of rows"));
    let mut head = head();
    head.panel = usize::MAX - 23;
    assert_eq!(attempt(|runner| runner.head(&head)), refused("the sums are in the arena"));
}

#[test]
fn no_size_of_a_convolution_lets_it_write_beside_its_memory() {
    sweep(
        conv,
        &[
            |step| &mut step.dense.weights,
            |step| &mut step.dense.c_in,
            |step| &mut step.dense.c_out,
            |step| &mut step.dense.panel,
            |step| &mut step.dense.window.kernel,
            |step| &mut step.dense.window.stride,
            |step| &mut step.dense.window.top,
            |step| &mut step.dense.window.left,
            |step| &mut step.source.c,
            |step| &mut step.source.h,
            |step| &mut step.source.w,
            |step| &mut step.source.panel,
            |step| place(&mut step.source),
            |step| &mut step.out.c,
            |step| &mut step.out.h,
            |step| &mut step.out.w,
            |step| &mut step.out.panel,
            |step| place(&mut step.out),
        ],
        run_conv,
    );
}

#[test]
fn no_size_of_a_chain_lets_it_write_beside_its_memory() {
    sweep(
        chain,
        &[
            |OneUnit(_, unit)| &mut unit.depthwise.weights,
            |OneUnit(_, unit)| &mut unit.depthwise.c,
            |OneUnit(_, unit)| &mut unit.depthwise.panel,
            |OneUnit(_, unit)| &mut unit.depthwise.window.kernel,
            |OneUnit(_, unit)| &mut unit.depthwise.window.stride,
            |OneUnit(_, unit)| &mut unit.depthwise.window.top,
            |OneUnit(_, unit)| &mut unit.dense.as_mut().unwrap().c_in,
            |OneUnit(_, unit)| &mut unit.dense.as_mut().unwrap().c_out,
            |OneUnit(_, unit)| &mut unit.dense.as_mut().unwrap().panel,
            |OneUnit(_, unit)| &mut unit.input.0,
            |OneUnit(_, unit)| &mut unit.input.1,
            |OneUnit(_, unit)| &mut unit.output.0,
            |OneUnit(_, unit)| &mut unit.output.1,
            |OneUnit(_, unit)| &mut unit.band,
            |OneUnit(_, unit)| &mut unit.ring,
            |OneUnit(_, unit)| &mut unit.ring_rows,
            |OneUnit(_, unit)| &mut unit.ring_panel,
            |OneUnit(_, unit)| &mut unit.rows,
            |OneUnit(step, _)| &mut step.project.as_mut().unwrap().panel,
            |OneUnit(step, _)| &mut step.source.h,
            |OneUnit(step, _)| &mut step.out.h,
        ],
        run_chain,
    );
}

#[test]
fn no_size_of_a_head_lets_it_write_beside_its_memory() {
    sweep(
        head,
        &[
            |step| &mut step.weights,
            |step| &mut step.c,
            |step| &mut step.panel,
            |step| &mut step.classes,
            |step| &mut step.sums,
            |step| &mut step.source.c,
            |step| &mut step.source.h,
            |step| &mut step.source.panel,
            |step| &mut step.dense.as_mut().unwrap().weights,
            |step| &mut step.dense.as_mut().unwrap().c_in,
            |step| &mut step.dense.as_mut().unwrap().c_out,
            |step| &mut step.dense.as_mut().unwrap().panel,
        ],
        run_head,
    );
}
