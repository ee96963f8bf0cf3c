//! The executor that crates ship.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use mbgen::kernels::steps::Join;
use mbgen::kernels::threads::Pool;

/// How often what depends on the schedule is tried; an interpreter takes long for each.
const ROUNDS: usize = if cfg!(miri) { 2 } else { 200 };

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
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(20));
        // The first closure waits for the second, so only a worker can run that.
        let done = AtomicUsize::new(0);
        pool.join(
            || {
                while done.load(Ordering::Acquire) == 0 {
                    thread::yield_now()
                }
            },
            || done.store(1, Ordering::Release),
        );
    }
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
