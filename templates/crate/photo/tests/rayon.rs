//! rayon's threads compute the same bits as one thread.

use network::{Join, Model, Workspace, boxed_input, boxed_logits, golden_input};

struct Rayon;

impl Join for Rayon {
    fn threads(&self) -> usize {
        rayon::current_num_threads()
    }

    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        rayon::join(a, b);
    }
}

#[test]
fn rayon_and_one_thread_agree() {
    let mut input = boxed_input();
    golden_input(&mut input);
    let model = Model::embedded();
    let mut alone = boxed_logits();
    model.run(&input, &mut Workspace::boxed(), &mut alone);
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let mut shared = boxed_logits();
        shared.fill(f32::NAN);
        let mut workspace = Workspace::boxed_for::<8>();
        let run = || model.run_on(&Rayon, &input, &mut workspace, &mut shared);
        pool.expect("the system has threads").install(run);
        assert_eq!(shared.map(f32::to_bits), alone.map(f32::to_bits), "{threads} threads");
    }
}
