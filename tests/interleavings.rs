//! The executor that crates ship, on schedules that shuttle chooses: its own source, compiled with
//! shuttle's threads and atomics under the names of the standard library's.
//!
//! Workers sleep after one turn or two, so that sleeping, waking and taking back all meet. What no
//! schedule may do is deadlock, which shuttle reports, or lose a closure.

extern crate self as core;
extern crate self as std;
extern crate std as real;

pub use real::{cell, num, panic, ptr};
pub use shuttle::{hint, sync};

mod thread {
    pub use real::thread::available_parallelism;
    pub use shuttle::thread::*;
}

mod steps {
    pub use mbgen::kernels::steps::Join;
}

#[allow(dead_code)]
#[path = "../src/kernels/threads.rs"]
mod threads;

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use shuttle::sync::mpsc;
use shuttle::{Config, Runner};
use steps::Join;
use threads::Pool;

/// Runs `model` with pools of two and three threads on schedules of two kinds.
fn check(model: fn(Pool)) {
    const SCHEDULES: usize = 500;
    const SEED: u64 = 0x5EED;
    let mut config = Config::default();
    config.silence_warnings = true;
    for threads in [2, 3] {
        for spins in [1, 2] {
            let run = move || model(Pool::with_spins(threads, spins));
            Runner::new(RandomScheduler::new_from_seed(SEED, SCHEDULES), config.clone()).run(run);
            Runner::new(PctScheduler::new_from_seed(SEED, 3, SCHEDULES), config.clone()).run(run);
        }
    }
}

/// Counts the leaves of a tree of joins.
fn leaves(pool: &Pool, depth: u32, count: &AtomicUsize) {
    if depth == 0 {
        count.fetch_add(1, Ordering::Relaxed);
        return;
    }
    pool.join(|| leaves(pool, depth - 1, count), || leaves(pool, depth - 1, count));
}

#[test]
fn every_closure_runs_once_before_the_pool_ends() {
    check(|pool| {
        for _ in 0..2 {
            let count = AtomicUsize::new(0);
            leaves(&pool, 2, &count);
            assert_eq!(count.into_inner(), 4);
        }
    });
}

#[test]
fn a_closure_that_waits_for_the_other_is_served() {
    check(|pool| {
        let (done, other) = mpsc::channel();
        pool.join(|| other.recv().expect("the other is done"), || done.send(()).expect("it waits"));
    });
}

#[test]
fn callers_share_a_pool() {
    check(|pool| {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let count = AtomicUsize::new(0);
                    leaves(&pool, 1, &count);
                    leaves(&pool, 1, &count);
                    assert_eq!(count.into_inner(), 4);
                });
            }
        });
    });
}

#[test]
fn a_pool_may_end_before_its_workers_begin() {
    check(drop);
}
