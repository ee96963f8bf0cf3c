//! Every step against the values of an executor in double precision, on every instruction set that
//! this CPU has. A failure names the first step that differs.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use {{ name }} as network;

use network::{
    CLASSES, INPUT, Isa, Join, Model, Output, Pool, STEPS, Serial, Workspace, golden_input,
    preprocess,
};

/// Largest difference, relative to a tensor's largest magnitude.
const TOLERANCE: f64 = 1e-4;

/// What a step must give.
struct Expected {
    name: &'static str,
    len: usize,
    largest: f64,
    /// Values at `positions`.
    values: Vec<f64>,
    /// Mean of each channel.
    means: Vec<f64>,
}

impl Expected {
    fn all() -> Vec<Self> {
        include_str!("data/steps.txt").lines().map(Self::parse).collect()
    }

    fn parse(line: &'static str) -> Self {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let len = words.next().unwrap().parse().unwrap();
        let mut numbers = words.map(|word| word.parse().unwrap());
        let largest = numbers.next().unwrap();
        let mut values: Vec<f64> = numbers.collect();
        let means = values.split_off(SPREAD + (values.len() - SPREAD) / 2);
        Self { name, len, largest, values, means }
    }

    /// What is wrong with a step's output; `worst` is the largest difference so far.
    fn differs(&self, output: &Output, worst: &mut f64) -> Option<String> {
        if output.len() != self.len {
            return Some(format!("{} values for {}", output.len(), self.len));
        }
        if self.largest == 0.0 {
            return Some("all values are zero".to_owned());
        }
        let channels = self.means.len();
        let mut differs = |got: f64, want: f64| {
            let off = (got - want).abs() / self.largest;
            *worst = worst.max(off);
            off.is_nan() || off > TOLERANCE
        };
        for (i, &want) in positions(self.len, channels).zip(&self.values) {
            let got = f64::from(output.get(i));
            if differs(got, want) {
                return Some(format!("value {i} is {got}, not {want}"));
            }
        }
        let mut means = vec![0.0; channels];
        for (i, value) in output.iter().enumerate() {
            means[i % channels] += f64::from(value);
        }
        for (channel, (&sum, &want)) in means.iter().zip(&self.means).enumerate() {
            let got = sum / (self.len / channels) as f64;
            if differs(got, want) {
                return Some(format!("the mean of channel {channel} is {got}, not {want}"));
            }
        }
        None
    }
}

/// Values at fixed distances.
const SPREAD: usize = 64;

/// Indices of the values that are kept: some at fixed distances, and one of each channel.
fn positions(len: usize, channels: usize) -> impl Iterator<Item = usize> {
    let spread = (0..SPREAD).map(move |i| i * (len - 1) / (SPREAD - 1));
    let map = (len / channels) as u64;
    spread.chain((0..channels).map(move |i| (splitmix64(i as u64) % map) as usize * channels + i))
}

fn splitmix64(x: u64) -> u64 {
    let z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn array<const N: usize>(value: f32) -> Box<[f32; N]> {
    vec![value; N].into_boxed_slice().try_into().unwrap()
}

fn input() -> Box<[f32; INPUT]> {
    let mut input = array(0.0);
    golden_input(&mut input);
    input
}

/// The model on each instruction set that there is; the others are named on standard error.
fn models() -> impl Iterator<Item = Model> {
    for isa in Isa::ALL.into_iter().filter(|isa| !isa.is_available()) {
        // Written to standard error itself, which the test harness does not capture.
        let _ = writeln!(std::io::stderr(), "SKIPPED: this CPU does not have {isa}");
    }
    Isa::available().map(|isa| Model::embedded().with_isa(isa).unwrap())
}

fn bits(logits: &[f32; CLASSES]) -> Vec<u32> {
    logits.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn every_step_is_right() {
    let expected = Expected::all();
    let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
    assert_eq!(names, expected.iter().map(|step| step.name).collect::<Vec<_>>());
    let input = input();
    for model in models() {
        let isa = model.isa();
        let mut workspace = Workspace::boxed();
        // NaN shows every value that is read before it was written.
        workspace.fill(f32::NAN);
        let mut logits = array(f32::NAN);
        let (mut done, mut worst) = (0, 0.0);
        let mut wrong = None;
        let run = catch_unwind(AssertUnwindSafe(|| {
            model.run_observed(&Serial, &input, &mut workspace, &mut logits, |step, output| {
                done = step + 1;
                if wrong.is_none() {
                    wrong = expected[step].differs(&output, &mut worst).map(|what| (step, what));
                }
            });
        }));
        if let Some((step, what)) = wrong {
            panic!("{isa}: step {step}, {}: {what}", STEPS[step].name);
        }
        assert!(run.is_ok(), "{isa}: step {done}, {}: does not run", STEPS[done].name);
        assert_eq!(done, STEPS.len());
        println!("{isa}: relative differences up to {worst:.1e}");
    }
}

#[test]
fn every_logit_is_right() {
    let expected: Vec<f64> =
        include_str!("data/logits.txt").lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(expected.len(), CLASSES);
    let largest = expected.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    assert!(largest > 0.0, "all logits are zero");
    let input = input();
    for model in models() {
        let mut logits = array(f32::NAN);
        model.run(&input, &mut Workspace::boxed(), &mut logits);
        for (class, (&got, want)) in logits.iter().zip(&expected).enumerate() {
            let off = (f64::from(got) - want).abs() / largest;
            assert!(off <= TOLERANCE, "{}: logit {class} is {got}, not {want}", model.isa());
        }
    }
}

#[test]
fn nothing_is_left_in_a_workspace() {
    let input = input();
    for model in models() {
        let mut workspace = Workspace::boxed();
        let mut runs = Vec::new();
        for poison in [None, None, Some(f32::NAN), Some(1e30)] {
            if let Some(value) = poison {
                workspace.fill(value);
            }
            let mut logits = array(f32::NAN);
            model.run(&input, &mut workspace, &mut logits);
            runs.push(bits(&logits));
        }
        assert!(runs.windows(2).all(|runs| runs[0] == runs[1]), "{}", model.isa());
    }
}

#[test]
fn threads_change_no_bit() {
    let input = input();
    let pool = Pool::new(3);
    for model in models() {
        let mut expected = array(f32::NAN);
        model.run(&input, &mut Workspace::boxed(), &mut expected);
        let mut logits = array(f32::NAN);
        let mut workspace = Workspace::boxed_for::<3>();
        workspace.fill(f32::NAN);
        model.run_on(&pool, &input, &mut workspace, &mut logits);
        assert_eq!(bits(&logits), bits(&expected), "{} on threads", model.isa());

        let inputs = input.repeat(5);
        let mut batch = array::<{ 5 * CLASSES }>(f32::NAN);
        let mut workspaces: Vec<_> = (0..3).map(|_| Workspace::boxed()).collect();
        let logits = batch.as_chunks_mut().0;
        model.run_batch(&pool, inputs.as_chunks().0, &mut workspaces, logits);
        assert!(logits.iter().all(|logits| bits(logits) == bits(&expected)), "a batch");
    }
}

/// An executor that says it has any number of threads, and counts those that work at once.
struct Boasting {
    threads: usize,
    working: AtomicUsize,
    most: AtomicUsize,
}

impl Boasting {
    fn new(threads: usize) -> Self {
        // The calling thread works, too.
        Self { threads, working: AtomicUsize::new(1), most: AtomicUsize::new(1) }
    }
}

impl Join for Boasting {
    fn threads(&self) -> usize {
        self.threads
    }

    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        thread::scope(|scope| {
            scope.spawn(|| {
                let working = self.working.fetch_add(1, Ordering::Relaxed) + 1;
                self.most.fetch_max(working, Ordering::Relaxed);
                b();
                self.working.fetch_sub(1, Ordering::Relaxed);
            });
            a();
        });
    }
}

#[test]
fn no_more_threads_work_than_the_workspace_is_for() {
    let (input, model) = (input(), Model::embedded());
    let mut expected = array(f32::NAN);
    model.run(&input, &mut Workspace::boxed(), &mut expected);
    for threads in [0, 1000, usize::MAX] {
        let join = Boasting::new(threads);
        let mut logits = array(f32::NAN);
        model.run_on(&join, &input, &mut Workspace::boxed_for::<1>(), &mut logits);
        assert_eq!(join.most.load(Ordering::Relaxed), 1, "{threads} on one");
        assert_eq!(bits(&logits), bits(&expected));
        model.run_on(&join, &input, &mut Workspace::boxed_for::<3>(), &mut logits);
        assert!(join.most.load(Ordering::Relaxed) <= 3, "{threads} on three");
        assert_eq!(bits(&logits), bits(&expected));
    }
}

#[test]
fn nan_gives_nan() {
    for model in models() {
        let mut logits = array(0.0);
        model.run(&array(f32::NAN), &mut Workspace::boxed(), &mut logits);
        assert!(logits.iter().all(|x| x.is_nan()), "{}", model.isa());
    }
}

#[test]
fn weights_are_checked() {
    let file = Model::embedded_file();
    Model::embedded().verify().unwrap();
    let model = Model::from_bytes(file).unwrap();
    model.verify().unwrap();
    let (input, mut copied, mut embedded) = (input(), array(0.0), array(1.0));
    model.run(&input, &mut Workspace::boxed(), &mut copied);
    Model::embedded().run(&input, &mut Workspace::boxed(), &mut embedded);
    assert_eq!(bits(&copied), bits(&embedded));

    assert!(Model::from_bytes(&file[..file.len() - 4]).is_err());
    assert!(Model::from_bytes(&[]).is_err());
    for at in [0, 8, 12, 16, 24, 32, 64, file.len() / 2, file.len() - 1] {
        let mut damaged = file.to_vec();
        damaged[at] ^= 1;
        assert!(Model::from_bytes(&damaged).is_err(), "byte {at}");
    }
}

#[test]
fn pixels_have_the_size_of_the_input() {
    let mut input = array(f32::NAN);
    let white = |bytes: usize| [255].repeat(bytes);
    preprocess(&white(INPUT), &mut input).unwrap();
    assert!(input.iter().all(|x| x.is_finite()));
    assert!(preprocess(&white(INPUT + 1), &mut input).is_err());
}

#[test]
fn a_model_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Model>();
    shared::<Pool>();
}
