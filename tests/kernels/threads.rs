//! The executor that crates ship.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mbgen::kernels::steps::Join;
use mbgen::kernels::threads::Pool;

/// How often what depends on the schedule is tried; an interpreter takes long for each.
const ROUNDS: usize = if cfg!(miri) { 2 } else { 200 };

/// How long a worker may take to wake.
const PATIENCE: Duration = Duration::from_secs(if cfg!(miri) { 1 } else { 20 });

/// Counts the leaves of a tree of joins.
fn leaves(pool: &Pool, depth: u32, count: &AtomicUsize) {
    if depth == 0 {
        count.fetch_add(1, Ordering::Relaxed);
        return;
    }
    pool.join(|| leaves(pool, depth - 1, count), || leaves(pool, depth - 1, count));
}

#[test]
fn every_closure_runs_once() {
    for threads in [1, 2, 3, 8] {
        let pool = Pool::new(threads);
        assert_eq!(pool.threads(), threads);
        for round in 0..ROUNDS {
            let count = AtomicUsize::new(0);
            leaves(&pool, 6, &count);
            assert_eq!(count.into_inner(), 64, "{threads} threads, round {round}");
        }
    }
}

#[test]
fn workers_that_sleep_are_woken() {
    let pool = Pool::new(2);
    let mut woken = 0;
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(20));
        // The first closure waits for a worker to run the second one.
        let done = AtomicBool::new(false);
        let start = Instant::now();
        pool.join(
            || {
                while !done.load(Ordering::Acquire) && start.elapsed() < PATIENCE {
                    thread::yield_now()
                }
                woken += usize::from(done.load(Ordering::Acquire));
            },
            || done.store(true, Ordering::Release),
        );
    }
    // Miri lets the caller see the worker at work long after it is done, which the memory model allows.
    assert!(if cfg!(miri) { woken > 0 } else { woken == 5 }, "{woken} of 5");
}

#[test]
fn a_pool_serves_many_callers() {
    let pool = Pool::new(3);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let count = AtomicUsize::new(0);
                    leaves(&pool, 4, &count);
                    assert_eq!(count.into_inner(), 16);
                }
            });
        }
    });
}

#[test]
fn a_panic_reaches_the_caller_after_both_closures() {
    let pool = Pool::new(2);
    for _ in 0..ROUNDS / 4 + 1 {
        let other = AtomicUsize::new(0);
        let second = || {
            other.store(1, Ordering::Relaxed);
            panic!("second");
        };
        let caught = catch_unwind(AssertUnwindSafe(|| pool.join(|| panic!("first"), second)));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"first"));
        assert_eq!(other.load(Ordering::Relaxed), 1);
        let caught = catch_unwind(AssertUnwindSafe(|| pool.join(|| {}, || panic!("second"))));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"second"));
    }
    let count = AtomicUsize::new(0);
    leaves(&pool, 5, &count);
    assert_eq!(count.into_inner(), 32);
}
