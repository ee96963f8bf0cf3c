//! Measures the network and runs it on raw inputs.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{ErrorKind, Read, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use {{ name }} as network;

use network::{
    ARENA_BYTES, CLASSES, INPUT, Isa, MACS, Model, NAME, Output, Pool, STEPS, Step, Workspace,
    golden_input, peak,
};

const USAGE: &str = "\
usage: {{ name }} COMMAND [OPTIONS]

commands:
  bench           time whole inferences; the last line is the median in nanoseconds
  profile         time each step, and show its share of the core's peak
  logits FILE     run one input: raw little-endian f32 values, rows, columns, channels;
                  - reads standard input; prints a JSON array

options:
  --isa NAME      avx512, avx2 or portable; the best that the CPU has by default
  --threads N     threads for one inference, or for a batch (1)
  --runs N        measured runs (100)
  --batch N       inputs of a run, dealt out to the threads (bench)
  --csv           exact values, separated by commas (profile)
";

/// Most threads that share one inference.
const MOST_THREADS: usize = 64;

/// Most runs that are not counted before those that are.
const WARM_UP: usize = 5;

fn main() -> ExitCode {
    let done = Options::parse(std::env::args_os().skip(1)).and_then(|options| options.run());
    let text = match done {
        Ok(text) => text,
        Err(message) => {
            eprintln!("{NAME}: {message}");
            return ExitCode::from(2);
        }
    };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("{NAME}: cannot write to standard output: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Calls a method with a workspace for as many threads as are asked for. Its scratch memory is for a
/// constant number of them, all of it resident.
macro_rules! on_threads {
    ($options:expr, $run:ident($($argument:expr),*)) => {
        match $options.threads {
            1 => $options.$run::<1>($($argument),*),
            2 => $options.$run::<2>($($argument),*),
            _ => $options.$run::<MOST_THREADS>($($argument),*),
        }
    };
}

enum Command {
    Help,
    Bench,
    Profile,
    Logits(OsString),
}

struct Options {
    command: Command,
    isa: Option<Isa>,
    threads: usize,
    runs: usize,
    batch: Option<usize>,
    csv: bool,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut words = Vec::new();
        let mut options = Self {
            command: Command::Help,
            isa: None,
            threads: 1,
            runs: 100,
            batch: None,
            csv: false,
        };
        while let Some(arg) = args.next() {
            let Some(name) = arg.to_str().filter(|text| text.starts_with("--")) else {
                words.push(arg);
                continue;
            };
            let (name, inline) = match name.split_once('=') {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => (name, None),
            };
            if name == "--help" {
                return Ok(Self { command: Command::Help, ..options });
            }
            let mut value = || inline.clone().or_else(|| args.next());
            match name {
                "--isa" => {
                    let value = value().ok_or("--isa needs a name")?;
                    let value = value.to_string_lossy();
                    let isa = value.parse().map_err(|e| format!("--isa {value}: {e}"))?;
                    options.isa = Some(isa);
                }
                "--threads" => options.threads = count(name, value())?.min(MOST_THREADS),
                "--runs" => options.runs = count(name, value())?,
                "--batch" => options.batch = Some(count(name, value())?),
                "--csv" if inline.is_none() => options.csv = true,
                _ => return Err(format!("unknown option {name}\n\n{USAGE}")),
            }
        }
        let mut words = words.into_iter();
        let command = words.next();
        options.command = match command.as_ref().and_then(|command| command.to_str()) {
            Some("bench") => Command::Bench,
            Some("profile") => Command::Profile,
            Some("logits") => Command::Logits(words.next().ok_or("logits needs a file, or -")?),
            Some("help" | "-h") => Command::Help,
            _ => match command {
                Some(other) => {
                    return Err(format!("unknown command {}\n\n{USAGE}", other.display()));
                }
                None => return Err(format!("a command is needed\n\n{USAGE}")),
            },
        };
        match words.next() {
            Some(word) => Err(format!("unexpected argument {}", word.display())),
            None => Ok(options),
        }
    }

    fn run(&self) -> Result<String, String> {
        let model = || {
            let model = Model::embedded();
            match self.isa {
                Some(isa) => model.with_isa(isa).map_err(|error| error.to_string()),
                None => Ok(model),
            }
        };
        match &self.command {
            Command::Help => Ok(USAGE.to_owned()),
            Command::Bench => {
                let model = model()?;
                let times = match self.batch {
                    Some(batch) => self.time_batches(&model, batch),
                    None => on_threads!(self, time_runs(&model)),
                };
                Ok(self.bench(&model, times))
            }
            Command::Profile => {
                let model = model()?;
                let profile = on_threads!(self, time_steps(&model));
                Ok(self.profile(&model, profile))
            }
            Command::Logits(file) => {
                let input = read(file)?;
                let model = model()?;
                Ok(json(&*on_threads!(self, logits(&model, &input))))
            }
        }
    }

    fn time_runs<const THREADS: usize>(&self, model: &Model) -> Vec<Duration> {
        let pool = Pool::new(self.threads);
        let mut workspace = Workspace::boxed_for::<THREADS>();
        let (input, mut logits) = (input(), zeros::<CLASSES>());
        self.measure(&mut || model.run_on(&pool, &input, &mut workspace, &mut logits))
    }

    fn time_batches(&self, model: &Model, batch: usize) -> Vec<Duration> {
        let pool = Pool::new(self.threads);
        let mut workspaces: Vec<_> = (0..self.threads).map(|_| Workspace::boxed()).collect();
        let inputs = input().repeat(batch);
        let mut logits = vec![0.0; batch * CLASSES];
        let (inputs, _) = inputs.as_chunks::<INPUT>();
        let (logits, _) = logits.as_chunks_mut::<CLASSES>();
        self.measure(&mut || model.run_batch(&pool, inputs, &mut workspaces, logits))
    }

    fn time_steps<const THREADS: usize>(&self, model: &Model) -> Profile {
        let pool = Pool::new(self.threads);
        let mut workspace = Workspace::boxed_for::<THREADS>();
        let (input, mut logits) = (input(), zeros::<CLASSES>());
        let mut profile = Profile::new(self.runs);
        self.measure(&mut || {
            profile.start(model.isa());
            let observe = |_, _: Output| profile.add();
            model.run_observed(&pool, &input, &mut workspace, &mut logits, observe);
        });
        profile
    }

    fn logits<const THREADS: usize>(
        &self,
        model: &Model,
        input: &[f32; INPUT],
    ) -> Box<[f32; CLASSES]> {
        let pool = Pool::new(self.threads);
        let mut logits = zeros();
        model.run_on(&pool, input, &mut Workspace::boxed_for::<THREADS>(), &mut logits);
        logits
    }

    /// Quartiles and rates; the last line is the median in nanoseconds.
    fn bench(&self, model: &Model, times: Vec<Duration>) -> String {
        let batch = self.batch.unwrap_or(1);
        let mut text = self.heading(model, batch);
        let [minimum, lower, median, upper, _] = quartiles(times);
        let rows = [
            ("median", median),
            ("lower quartile", lower),
            ("upper quartile", upper),
            ("minimum", minimum),
        ];
        for (name, time) in rows {
            let _ = writeln!(text, "{name:16} {:>10.1} µs", 1e6 * time.as_secs_f64());
        }
        let rate = gflops(MACS * batch as u64, median);
        let _ = writeln!(text, "{:16} {rate:>10.1} GFLOP/s", "speed");
        let images = batch as f64 / median.as_secs_f64();
        let _ = writeln!(text, "{:16} {images:>10.1} images/s", "throughput");
        let _ = writeln!(text, "{:16} {ARENA_BYTES:>10} bytes", "arena");
        let _ = writeln!(text, "{}", nanoseconds(median));
        text
    }

    fn profile(&self, model: &Model, profile: Profile) -> String {
        let medians = profile.medians();
        // Loops over a constant number of steps would be unrolled.
        let steps = black_box(STEPS.as_slice());
        if self.csv {
            let mut text = String::from("step,macs,ns,isa,peak_gflops\n");
            for (Step { name, macs, .. }, time) in steps.iter().zip(&medians) {
                let (ns, isa, peak) = (nanoseconds(*time), model.isa(), 2e-9 * profile.peak);
                let _ = writeln!(text, "{name},{macs},{ns},{isa},{peak:.1}");
            }
            return text;
        }
        let total: Duration = medians.iter().sum();
        let cores = 2e-9 * profile.peak * self.threads as f64;
        let mut text = self.heading(model, 1);
        let _ = writeln!(text, "peak {cores:.1} GFLOP/s, multiply-adds alone, in the same run");
        let widest = steps.iter().map(|step| step.name.len()).max().unwrap_or(0).max(5);
        let shapes = steps.iter().map(|step| step.shapes.chars().count()).max().unwrap_or(0);
        let _ = writeln!(
            text,
            "{:widest$}  {:shapes$} {:>10} {:>7} {:>9} {:>8}",
            "step", "shapes", "µs", "share", "GFLOP/s", "of peak"
        );
        let mut row = |step: &Step, time: Duration| {
            let share = 100.0 * time.as_secs_f64() / total.as_secs_f64();
            let rate = gflops(step.macs, time);
            let _ = writeln!(
                text,
                "{:widest$}  {:shapes$} {:>10.1} {share:>6.1}% {rate:>9.1} {:>7.1}%",
                step.name,
                step.shapes,
                1e6 * time.as_secs_f64(),
                100.0 * rate / cores
            );
        };
        for (step, &time) in steps.iter().zip(&medians) {
            row(step, time);
        }
        row(&Step { name: "total", shapes: "", macs: MACS }, total);
        text
    }

    fn heading(&self, model: &Model, batch: usize) -> String {
        let threads = self.threads;
        format!(
            "{NAME}, {} on {threads} thread{}, {} runs of {batch}\n",
            model.isa(),
            if threads == 1 { "" } else { "s" },
            self.runs
        )
    }

    /// Times of runs, after some that are not counted.
    fn measure(&self, run: &mut dyn FnMut()) -> Vec<Duration> {
        for _ in 0..self.runs.min(WARM_UP) {
            run();
        }
        let time = |_| {
            let start = Instant::now();
            run();
            start.elapsed()
        };
        (0..self.runs).map(time).collect()
    }
}

/// What a profile measures.
struct Profile {
    /// The times of all steps of a run, run after run.
    times: Vec<Duration>,
    /// The last runs of those, which count.
    runs: usize,
    /// Multiply-accumulates a second of one core that does nothing else.
    peak: f64,
    /// The end of the step before.
    last: Instant,
}

impl Profile {
    fn new(runs: usize) -> Self {
        let times = Vec::with_capacity((runs + WARM_UP) * STEPS.len());
        Self { times, runs, peak: 0.0, last: Instant::now() }
    }

    /// Before the first step of a run.
    fn start(&mut self, isa: Isa) {
        // A neighbour of the machine may slow down one of these, but not all.
        if self.times.len().is_multiple_of(10 * STEPS.len()) {
            self.peak = self.peak.max(peak(isa));
        }
        self.last = Instant::now();
    }

    /// After a step.
    fn add(&mut self) {
        let now = Instant::now();
        self.times.push(now - self.last);
        self.last = now;
    }

    /// The median of each step.
    fn medians(&self) -> Vec<Duration> {
        let first = self.times.len().saturating_sub(self.runs * STEPS.len());
        let of_step = |i| self.times[first..].iter().copied().skip(i).step_by(STEPS.len());
        (0..STEPS.len()).map(|i| quartiles(of_step(i).collect())[2]).collect()
    }
}

/// Minimum, quartiles and maximum, of no times zeros.
fn quartiles(times: Vec<Duration>) -> [Duration; 5] {
    // A heap sorts with the least code.
    let times = BinaryHeap::from(times).into_sorted_vec();
    let last = times.len().saturating_sub(1);
    [0, 1, 2, 3, 4].map(|q| times.get(last * q / 4).copied().unwrap_or_default())
}

fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos() as u64
}

fn gflops(macs: u64, time: Duration) -> f64 {
    2e-9 * macs as f64 / time.as_secs_f64().max(1e-9)
}

fn count(name: &str, value: Option<OsString>) -> Result<usize, String> {
    let value = value.ok_or_else(|| format!("{name} needs a number"))?;
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|&n: &usize| n > 0);
    number.ok_or_else(|| format!("{name} {}: a whole number above 0 is needed", value.display()))
}

/// Zeros that are never on the stack.
fn zeros<const N: usize>() -> Box<[f32; N]> {
    let zeros: Box<[f32]> = vec![0.0; N].into();
    match zeros.try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("the length is N"),
    }
}

fn input() -> Box<[f32; INPUT]> {
    let mut input = zeros();
    golden_input(&mut input);
    input
}

/// The input in a file.
fn read(file: &OsString) -> Result<Box<[f32; INPUT]>, String> {
    let name = if file == "-" { "standard input".into() } else { file.display().to_string() };
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = read.map_err(|error| format!("cannot read {name}: {error}"))?;
    if bytes.len() != INPUT * size_of::<f32>() {
        let (found, needed) = (bytes.len(), INPUT * size_of::<f32>());
        return Err(format!("{name} has {found} bytes; {INPUT} f32 values are {needed} bytes"));
    }
    let mut input = zeros();
    for (value, bytes) in input.iter_mut().zip(bytes.as_chunks().0) {
        *value = f32::from_le_bytes(*bytes);
    }
    Ok(input)
}

/// A JSON array, with `null` for what is no number.
fn json(values: &[f32]) -> String {
    let mut text = String::from("[");
    for (i, x) in values.iter().enumerate() {
        if i > 0 {
            text += ", ";
        }
        let _ = if x.is_finite() { write!(text, "{x}") } else { write!(text, "null") };
    }
    text += "]\n";
    text
}
