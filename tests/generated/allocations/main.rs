//! Fails if an inference allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use network::{CLASSES, INPUT, Isa, Join, Model, Pool, Serial, Workspace, golden_input, preprocess};

/// Allocations so far.
static COUNT: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A workspace that is no local variable and on no heap.
static WORKSPACE: std::sync::Mutex<Workspace> = std::sync::Mutex::new(Workspace::new());

fn main() {
    let pool = Pool::new(2);
    // A thread allocates when it starts, so it is waited for: it takes the second half.
    let started = AtomicBool::new(false);
    let wait = || {
        while !started.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
    };
    pool.join(wait, || started.store(true, Ordering::Release));
    let pixels = vec![127; INPUT];
    let mut input: Box<[f32; INPUT]> = vec![0.0; INPUT].into_boxed_slice().try_into().unwrap();
    let mut logits = [0.0; CLASSES];
    let mut workspace = Workspace::boxed_for::<2>();
    let mut workspaces = [Workspace::boxed(), Workspace::boxed()];
    for isa in Isa::available() {
        let before = COUNT.load(Ordering::Relaxed);
        let model = Model::embedded().with_isa(isa).unwrap();
        preprocess(&pixels, &mut input).unwrap();
        golden_input(&mut input);
        for _ in 0..3 {
            model.run(&input, &mut WORKSPACE.lock().unwrap(), &mut logits);
            model.run_on(&pool, &input, &mut workspace, &mut logits);
            let mut seen = 0;
            model.run_observed(&Serial, &input, &mut workspace, &mut logits, |_, output| {
                seen += output.len();
            });
            let (inputs, outputs) = (std::slice::from_ref(&*input), std::slice::from_mut(&mut logits));
            model.run_batch(&pool, inputs, &mut workspaces, outputs);
        }
        let made = COUNT.load(Ordering::Relaxed) - before;
        assert_eq!(made, 0, "{isa} allocates");
        assert!(logits.iter().all(|x| x.is_finite()));
    }
    println!("no allocation");
}
