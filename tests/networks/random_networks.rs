//! Random networks of every block kind: shapes that nobody would choose, through planner and kernels.

use crate::support::random::network;
use crate::support::sweep::cases;
use crate::support::{data, networks, plans};
use mbgen::block::Variant;
use mbgen::machine::Machine;
use mbgen::spec::load;

/// Networks to run.
const NETWORKS: u64 = 300;

/// Caches so small that convolutions are fused depth first and run in bands, so large that each step
/// runs panel by panel, and those in between.
const MACHINES: [Machine; 5] = [
    Machine { l1: 1 << 8, l2: 1 << 9 },
    Machine { l1: 1 << 11, l2: 1 << 14 },
    Machine::REFERENCE,
    Machine { l1: 48 << 10, l2: 1 << 20 },
    Machine { l1: 1 << 30, l2: 1 << 30 },
];

/// Every step of every network, as planned for every machine, on every instruction set and any number
/// of threads; then NaN.
#[test]
fn random_networks() {
    let (mut run, mut telling) = (0, 0);
    let networks = cases(NETWORKS);
    for seed in 0..networks {
        let Some((text, graph)) = network(seed) else { continue };
        let name = format!("network {seed}:\n{text}");
        for machine in &MACHINES {
            let name = format!("{machine:?}, {name}");
            telling += u64::from(plans::check(&name, &graph, machine));
            plans::check_nan(&name, &graph, machine);
            run += 1;
        }
    }
    println!("{run} plans, {telling} of them without a step that is zero everywhere");
    let most = networks * MACHINES.len() as u64;
    assert!(run * 10 >= most * 7 && telling * 10 >= run * 7, "{run} run, {telling} telling");
}

/// A NaN anywhere in the input is not lost on the way to the outputs of a real network.
#[test]
fn nan_in_gives_nan_out() {
    for (name, width) in [("v1", 0.25), ("v1-paper", 0.5), ("v2", 0.35), ("residual", 0.5)] {
        for resolution in [(224, 224), (33, 40)] {
            let graph = networks::shipped(name, width, resolution, 10);
            let name = format!("{name} {resolution:?}");
            plans::check_nan(&name, &graph, &Machine::REFERENCE);
        }
    }
}

/// A small sum is as exact as the products that it is of.
#[test]
fn a_logit_that_cancels() {
    let spec = load(data("cancels.yaml").to_str().unwrap()).unwrap();
    let graph = spec.graph(&Variant::default()).unwrap();
    assert!(plans::check("cancels", &graph, &Machine { l1: 1 << 8, l2: 1 << 16 }));
}

/// What is added may be large where little is left.
#[test]
fn a_sum_that_is_cut() {
    let spec = load(data("cut.yaml").to_str().unwrap()).unwrap();
    let graph = spec.graph(&Variant::default()).unwrap();
    assert!(plans::check("cut", &graph, &Machine { l1: 1 << 8, l2: 1 << 16 }));
}
