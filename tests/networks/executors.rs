//! What executors are given to do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use mbgen::exec::Session;
use mbgen::kernels::steps::{Join, Serial};
use mbgen::machine::Machine;
use mbgen::plan::Plan;

use crate::support::networks::{parsed, shipped, spec};

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
fn no_more_threads_work_than_there_is_memory_for() {
    let without_scratch = parsed(&spec([3, 40, 40], 5, 1.0, "{a: [conv_bn: {c: 48}]}"));
    assert_eq!(Plan::new(&without_scratch, &Machine::REFERENCE).unwrap().scratch, 0);
    for graph in [without_scratch, shipped("v2", 0.35, (64, 64), 10)] {
        let plan = Plan::new(&graph, &Machine::REFERENCE).unwrap();
        let input = vec![0.5; graph.input().elements()];
        let weights: Vec<f32> = (0..plan.weights).map(|i| (i % 7) as f32 / 64.0).collect();
        let mut session = Session::new(&plan, &weights, 1);
        let run = session.run(&input, "portable", &Serial, |_, _| {});
        let expected = run.unwrap().to_vec();
        for room in [1, 2, 3, 6] {
            let mut session = Session::new(&plan, &weights, room);
            for threads in [0, 1, 1000, usize::MAX] {
                let join = Boasting::new(threads);
                let logits = session.run(&input, "portable", &join, |_, _| {}).unwrap();
                assert_eq!(logits, expected);
                let most = join.most.into_inner();
                let least = if threads > 1 { room.min(2) } else { 1 };
                assert!((least..=room).contains(&most), "{most} for {room} of {threads}");
            }
        }
    }
}
