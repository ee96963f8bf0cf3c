//! An executor made of the standard library's threads.
//!
//! Each worker has a slot. [`Pool::join`] puts its second closure into the slot of an idle worker,
//! runs the first, and takes the second back where the worker has not begun it by then; without an
//! idle worker it runs both. No queue, no lock, no allocation.
//!
//! The state of a slot is a tag and a count of its jobs, so that a job can be taken back only by the
//! caller who put it there.

use core::cell::UnsafeCell;
use core::hint::spin_loop;
use core::num::NonZero;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::steps::Join;

/// Turns that an idle worker waits before it sleeps: about the time of a step.
const SPINS: u32 = 10_000;

/// The worker waits for a job, awake.
const IDLE: u64 = 0;
/// The worker waits for a job, asleep.
const ASLEEP: u64 = 1;
/// A caller writes a job.
const CLAIMED: u64 = 2;
/// The job is complete and nobody's.
const READY: u64 = 3;
/// The worker runs the job.
const RUNNING: u64 = 4;
/// The worker ends.
const CLOSED: u64 = 5;

const TAG: u64 = 7;
/// One job in the count of a state.
const JOB: u64 = TAG + 1;

/// A closure on the stack of a caller that waits for it.
#[derive(Clone, Copy)]
struct Job {
    run: unsafe fn(*const ()),
    task: *const (),
}

#[repr(align(128))]
struct Slot {
    state: AtomicU64,
    job: UnsafeCell<Job>,
}

// SAFETY: `job` is written by the one caller whose exchange to CLAIMED succeeded, and read by the
// worker after its exchange from READY; the closure it points to is `Send`.
unsafe impl Send for Slot {}
// SAFETY: as above.
unsafe impl Sync for Slot {}

/// A claimed slot.
struct Claim {
    worker: usize,
    /// The state that offers a job there.
    ready: u64,
    /// Whether the worker must be woken.
    asleep: bool,
}

/// Threads that help the calling one. Idle helpers wait actively for a moment, then sleep.
pub struct Pool {
    slots: Arc<[Slot]>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// A pool of `threads` threads, the calling one included; fewer where the system gives fewer.
    pub fn new(threads: usize) -> Self {
        Self::with_spins(threads, SPINS)
    }

    /// As [`Pool::new`], with workers that wait `spins` turns before they sleep.
    pub(super) fn with_spins(threads: usize, spins: u32) -> Self {
        fn nothing(_: *const ()) {}
        let slot = |_| Slot {
            state: AtomicU64::new(IDLE),
            job: UnsafeCell::new(Job { run: nothing, task: core::ptr::null() }),
        };
        let slots: Arc<[Slot]> = (1..threads).map(slot).collect();
        let spawn = |i: usize| {
            let slots = Arc::clone(&slots);
            thread::Builder::new().name(format!("worker {i}")).spawn(move || slots[i].serve(spins))
        };
        let workers = (0..slots.len()).map_while(|i| spawn(i).ok()).collect();
        Self { slots, workers }
    }

    /// A pool of as many threads as the process may run at once.
    pub fn available() -> Self {
        Self::new(thread::available_parallelism().map_or(1, NonZero::get))
    }

    /// Claims the slot of an idle worker, one that is awake if there is one.
    fn claim(&self) -> Option<Claim> {
        for wanted in [IDLE, ASLEEP] {
            for (i, _) in self.workers.iter().enumerate() {
                let state = &self.slots[i].state;
                let now = state.load(Ordering::Relaxed);
                let next = (now & !TAG).wrapping_add(JOB);
                if now & TAG == wanted
                    && state
                        .compare_exchange(now, next | CLAIMED, Ordering::Acquire, Ordering::Relaxed)
                        .is_ok()
                {
                    return Some(Claim {
                        worker: i,
                        ready: next | READY,
                        asleep: wanted == ASLEEP,
                    });
                }
            }
        }
        None
    }
}

impl Join for Pool {
    fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        let Some(Claim { worker, ready, asleep }) = self.claim() else {
            a();
            b();
            return;
        };
        let slot = &self.slots[worker];
        let task = Task::new(b);
        // SAFETY: the slot is claimed by this thread.
        unsafe { *slot.job.get() = task.job() };
        slot.state.store(ready, Ordering::Release);
        if asleep {
            self.workers[worker].thread().unpark();
        }
        // The task must not leave the stack before it is done, so a panic waits too.
        let first = catch_unwind(AssertUnwindSafe(a));
        let idle = ready & !TAG | IDLE;
        let back =
            slot.state.compare_exchange(ready, idle, Ordering::Acquire, Ordering::Relaxed).is_ok();
        let second = if back {
            task.take_back()
        } else {
            task.wait();
            task.outcome.into_inner()
        };
        if let Err(panic) = first.and(second) {
            resume_unwind(panic);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // Joins borrow the pool, so no job is under way.
        for (slot, worker) in self.slots.iter().zip(self.workers.drain(..)) {
            slot.state.store(CLOSED, Ordering::Release);
            worker.thread().unpark();
            // A worker does not panic: it catches what its jobs throw.
            let _ = worker.join();
        }
    }
}

impl Slot {
    /// Runs job after job on a worker until the slot is closed.
    fn serve(&self, most_spins: u32) {
        let mut spins = 0;
        loop {
            let now = self.state.load(Ordering::Relaxed);
            match now & TAG {
                READY => {
                    let running = now & !TAG | RUNNING;
                    if self.exchange(now, running) {
                        // SAFETY: the exchange made the job this worker's.
                        let job = unsafe { *self.job.get() };
                        // SAFETY: the caller who put the job there waits until it is done.
                        unsafe { (job.run)(job.task) };
                        // The pool may have been closed since the job was done.
                        self.exchange(running, now & !TAG | IDLE);
                    }
                    spins = 0;
                }
                IDLE if spins == most_spins => {
                    self.exchange(now, now & !TAG | ASLEEP);
                    spins = 0;
                }
                ASLEEP => thread::park(),
                CLOSED => return,
                _ => {
                    spins = (spins + 1).min(most_spins);
                    spin_loop();
                }
            }
        }
    }

    fn exchange(&self, from: u64, to: u64) -> bool {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

type Outcome = thread::Result<()>;

/// A closure that another thread may run, and what came of it.
struct Task<F> {
    closure: UnsafeCell<Option<F>>,
    outcome: UnsafeCell<Outcome>,
    done: AtomicBool,
}

impl<F: FnOnce() + Send> Task<F> {
    fn new(closure: F) -> Self {
        Self {
            closure: UnsafeCell::new(Some(closure)),
            outcome: UnsafeCell::new(Ok(())),
            done: AtomicBool::new(false),
        }
    }

    fn job(&self) -> Job {
        Job { run: Self::run, task: core::ptr::from_ref(self).cast() }
    }

    /// Runs the closure on a worker. Its last access to the task is to say that it is done.
    ///
    /// # Safety
    ///
    /// `task` points to a task of this type that no other thread touches until it is done.
    unsafe fn run(task: *const ()) {
        // SAFETY: the caller's contract.
        let task = unsafe { &*task.cast::<Self>() };
        // SAFETY: the caller's contract.
        let (closure, outcome) = unsafe { (&mut *task.closure.get(), &mut *task.outcome.get()) };
        if let Some(closure) = closure.take() {
            *outcome = catch_unwind(AssertUnwindSafe(closure));
        }
        task.done.store(true, Ordering::Release);
    }

    /// Runs the closure on the thread that made the task.
    fn take_back(self) -> Outcome {
        match self.closure.into_inner() {
            Some(closure) => catch_unwind(AssertUnwindSafe(closure)),
            None => Ok(()),
        }
    }

    /// Waits for the worker. The task stays where it is until then.
    fn wait(&self) {
        let mut spins = 0;
        while !self.done.load(Ordering::Acquire) {
            if spins < SPINS {
                spins += 1;
                spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}
