//! Ctrl-C and requests to end: nothing half-written stays behind, and no child goes on.
//!
//! A thread waits for SIGINT, SIGTERM and, where it is not ignored, SIGHUP. After the first it ends the
//! children, waits for those who [`hold`] the process, and ends it with 130, 143 or 129; whoever holds it
//! turns back at the next [`check`]. A second signal ends the process at once. Elsewhere than on Unix the
//! system's way stands.

use std::io::{Error, Result};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static HOLDS: AtomicUsize = AtomicUsize::new(0);
/// The process groups of running children.
static CHILDREN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// How often the end is tried again.
#[cfg(unix)]
const TICK: Duration = Duration::from_millis(5);
/// What children have to end by themselves.
const PATIENCE: Duration = Duration::from_secs(1);

/// Begins to listen. For programs, once.
pub fn listen() -> Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        // `nohup` and shells that let a command go on ignore that one for it.
        let all = [SIGINT, SIGTERM, SIGHUP];
        let listened = if may_hang_up() { &all[..] } else { &all[..2] };
        let mut signals = signal_hook::iterator::Signals::new(listened)?;
        let second = std::sync::Arc::new(AtomicBool::new(false));
        for &signal in listened {
            // The order matters: the first signal finds the flag down, and raises it.
            let code = 128 + signal;
            signal_hook::flag::register_conditional_shutdown(signal, code, second.clone())?;
            signal_hook::flag::register(signal, second.clone())?;
        }
        let wait = move || signals.forever().next().map(|signal| end(128 + signal));
        thread::Builder::new().spawn(wait)?;
    }
    Ok(())
}

/// Whether SIGHUP is known not to be ignored: Linux tells, in a mask of signals from 1 on.
#[cfg(unix)]
fn may_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 0)
}

#[cfg(unix)]
fn end(code: i32) {
    use std::io::IsTerminal;

    use rustix::process::Signal;

    REQUESTED.store(true, SeqCst);
    end_children(Signal::TERM);
    let mut waited = Duration::ZERO;
    while HOLDS.load(SeqCst) > 0 || !children().is_empty() {
        thread::sleep(TICK);
        waited += TICK;
        if waited == PATIENCE {
            end_children(Signal::KILL);
            children().clear();
        }
    }
    // Somebody may have begun a line there.
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[2K");
    }
    std::process::exit(code);
}

#[cfg(unix)]
fn end_children(signal: rustix::process::Signal) {
    for group in children().iter().filter_map(|id| i32::try_from(*id).ok()) {
        if let Some(group) = rustix::process::Pid::from_raw(group) {
            // It may have ended just now.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }
}

fn children() -> MutexGuard<'static, Vec<u32>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the process from ending while it lives.
#[must_use]
pub struct Hold(());

/// Keeps the process from ending between two states of a disk. Does not return where the end has come.
pub fn hold() -> Hold {
    if HOLDS.fetch_add(1, SeqCst) == 0 && REQUESTED.load(SeqCst) {
        HOLDS.store(0, SeqCst);
        finish();
    }
    Hold(())
}

impl Drop for Hold {
    fn drop(&mut self) {
        HOLDS.fetch_sub(1, SeqCst);
    }
}

/// For those who hold the process and can still turn back.
///
/// # Errors
/// Where the process is to end.
pub fn check() -> Result<()> {
    if REQUESTED.load(SeqCst) { Err(Error::other("interrupted")) } else { Ok(()) }
}

/// Does not return where the process is to end: how it ends is no longer its own affair. For the
/// last line of a program.
pub fn finish() {
    while REQUESTED.load(SeqCst) {
        thread::sleep(PATIENCE);
    }
}

/// A child process that ends with this one, and so do its own.
pub struct Running {
    child: Child,
}

impl Running {
    /// Starts a command, without standard input.
    pub fn start(command: &mut Command) -> Result<Self> {
        // So that a signal sent to it reaches what it started, too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut children = children();
        check()?;
        let child = command.stdin(Stdio::null()).spawn()?;
        children.push(child.id());
        Ok(Self { child })
    }

    /// The process, to take its pipes from and to wait for.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing to be done where the system does not know it.
        let _ = self.child.wait();
        children().retain(|id| *id != self.child.id());
    }
}

/// Runs a command to its end and returns what it wrote.
pub fn output(command: &mut Command) -> Result<Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command)?;
    let (stdout, stderr) = (running.child.stdout.take(), running.child.stderr.take());
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut bytes))?;
        Ok(bytes)
    };
    let (stdout, stderr) = thread::scope(|scope| {
        let stderr = scope.spawn(|| read(stderr.map(|pipe| Box::new(pipe) as _)));
        let stdout = read(stdout.map(|pipe| Box::new(pipe) as _));
        (stdout, stderr.join().unwrap_or_else(|_| Err(Error::other("a reader failed"))))
    });
    Ok(Output { status: running.child.wait()?, stdout: stdout?, stderr: stderr? })
}
