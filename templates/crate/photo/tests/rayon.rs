//! rayon's threads compute the same bits as one thread.

use network::{CLASSES, INPUT, Join, Model, Workspace, golden_input};

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
    let mut input: Box<[f32; INPUT]> = vec![0.0; INPUT].try_into().expect("as many zeros");
    golden_input(&mut input);
    let model = Model::embedded();
    let mut alone = vec![0.0; CLASSES];
    let alone = alone.first_chunk_mut().expect("as many zeros");
    model.run(&input, &mut Workspace::boxed(), alone);
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.expect("the system has threads");
        let mut shared = vec![f32::NAN; CLASSES];
        let logits = shared.first_chunk_mut().expect("as many zeros");
        let mut workspace = Workspace::boxed_for::<8>();
        pool.install(|| model.run_on(&Rayon, &input, &mut workspace, logits));
        assert_eq!(shared.len(), alone.len());
        assert!(shared.iter().zip(&alone[..]).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}
