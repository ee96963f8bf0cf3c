//! Random networks of every block kind: shapes that nobody would choose, through planner and kernels.

mod support;

use mbgen::block::{Variant, expand};
use mbgen::graph::LayerGraph;
use mbgen::machine::Machine;
use mbgen::spec::Spec;
use mbgen::weights::splitmix::splitmix64;
use support::{networks, plans};

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

/// Choices from a seed.
struct Choices(u64);

impl Choices {
    fn among<T: Copy>(&mut self, options: &[T]) -> T {
        self.0 = splitmix64(self.0);
        options[((self.0 >> 32) % options.len() as u64) as usize]
    }

    /// A whole number from 1 to `most`, more often a small one.
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = splitmix64(self.0);
        let most = 1 + self.0 % most;
        self.0 = splitmix64(self.0);
        1 + self.0 % most
    }

    /// A block, as its spec has it.
    fn block(&mut self) -> String {
        let activation = self.among(&["relu", "relu6", "none"]);
        let rest = match self.among(&["", "symmetric", "same"]) {
            "" => format!("activation: {activation}"),
            padding => format!("activation: {activation}, padding: {padding}"),
        };
        let kernel = self.among(&[1, 2, 3, 3, 3, 4, 5, 7]);
        let stride = self.among(&[1, 1, 2, 2, 3]);
        match self.among(&["conv_bn", "conv_dsc", "conv_dsc", "inverted", "inverted", "residual"]) {
            "conv_bn" => {
                let c = self.up_to(80);
                format!("conv_bn: {{c: {c}, k: {kernel}, s: {stride}, {rest}}}")
            }
            "conv_dsc" => {
                let c = self.up_to(80);
                format!("conv_dsc: {{c: {c}, k: {kernel}, s: {stride}, {rest}}}")
            }
            "inverted" => {
                let rows: Vec<String> = (0..self.up_to(2))
                    .map(|_| {
                        let t = self.among(&["0.5", "1", "1.5", "2", "3", "6"]);
                        let (c, n, s) = (self.up_to(40), self.up_to(3), self.up_to(2));
                        let k = self.among(&[2, 3, 3, 3, 4, 5]);
                        format!("[{t}, {c}, {n}, {s}, {k}]")
                    })
                    .collect();
                let rows = rows.join(", ");
                format!("inverted_residual: {{columns: [t, c, n, s, k], rows: [{rows}], {rest}}}")
            }
            _ => {
                let (c, n, s) = (self.up_to(9), self.up_to(2), self.up_to(3));
                format!("residual: {{columns: [c, n, s], rows: [[{c}, {n}, {s}]], {rest}}}")
            }
        }
    }

    /// The spec of a network.
    fn network(&mut self) -> String {
        let blocks: Vec<String> = (0..self.up_to(5)).map(|_| self.block()).collect();
        let input = [self.up_to(5), self.up_to(36), self.up_to(36)].map(|n| n as usize);
        let stages = format!("{{a: [{}]}}", blocks.join(", "));
        let text = networks::spec(input, self.up_to(40) as usize, 1.0, &stages);
        text.replace("{make_divisible: 8}", self.among(&["exact", "{make_divisible: 8}"]))
    }
}

/// The network of a seed; `None` where one of its windows does not fit its map.
fn network(seed: u64) -> Option<(String, LayerGraph)> {
    let text = Choices(seed).network();
    let spec = Spec::parse(&text, "random.yaml").unwrap_or_else(|e| panic!("{seed}: {e}\n{text}"));
    Some((text, expand(&spec, &Variant::default()).ok()?))
}

/// Every step of every network, as planned for every machine, on every instruction set and any number
/// of threads; then NaN.
#[test]
fn random_networks() {
    let (mut run, mut telling) = (0, 0);
    for seed in 0..NETWORKS {
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
    let most = NETWORKS * MACHINES.len() as u64;
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
