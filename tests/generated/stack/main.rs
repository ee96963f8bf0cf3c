//! Runs the network in a thread: `stack ISA KIB`.

use network::{Isa, Model, Workspace, boxed_input, boxed_logits};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let isa: Isa = arguments.next().unwrap().parse().unwrap();
    let kib: usize = arguments.next().unwrap().parse().unwrap();
    let run = move || {
        let model = Model::embedded().with_isa(isa).unwrap();
        let mut logits = boxed_logits();
        model.run(&boxed_input(), &mut Workspace::boxed(), &mut logits);
        assert!(logits.iter().all(|x| x.is_finite()));
    };
    std::thread::Builder::new().stack_size(kib * 1024).spawn(run).unwrap().join().unwrap();
}
