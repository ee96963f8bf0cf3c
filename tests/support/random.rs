//! Random networks of every block kind: shapes that nobody would choose.

use mbgen::block::expand;
use mbgen::graph::LayerGraph;
use mbgen::spec::Spec;
use mbgen::weights::splitmix::splitmix64;

use super::networks;

/// Choices, from where they are given.
pub enum Choices<'b> {
    /// A seed.
    Seed(u64),
    /// Bytes, one for each number that is drawn; then zeros.
    Bytes(&'b [u8]),
}

impl Choices<'_> {
    fn draw(&mut self) -> u64 {
        match self {
            Self::Seed(seed) => {
                *seed = splitmix64(*seed);
                *seed
            }
            Self::Bytes(bytes) => bytes.split_off_first().map_or(0, |&byte| {
                // Half of a number may be all that counts.
                u64::from(byte) << 32 | u64::from(byte)
            }),
        }
    }

    /// One of some options.
    pub fn among<T: Copy>(&mut self, options: &[T]) -> T {
        options[((self.draw() >> 32) % options.len() as u64) as usize]
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: u64) -> usize {
        (self.draw() % end) as usize
    }

    /// A whole number from 1 to `most`, more often a small one.
    pub fn up_to(&mut self, most: u64) -> u64 {
        let most = 1 + self.draw() % most;
        1 + self.draw() % most
    }

    /// A block, as its spec has it.
    fn block(&mut self) -> String {
        let activation = self.among(&["relu", "relu6", "none"]);
        let padding = self.among(&["symmetric", "symmetric", "same", "valid"]);
        let rest = format!("activation: {activation}, padding: {padding}");
        let kernel = self.among(&[1, 2, 3, 3, 3, 4, 5, 7]);
        let stride = self.among(&[1, 1, 2, 2, 3]);
        match self.among(&["conv_bn", "conv_dsc", "conv_dsc", "inverted", "inverted", "residual"]) {
            "conv_bn" => {
                let c = self.up_to(80);
                format!("conv_bn: {{c: {c}, k: {kernel}, s: {stride}, {rest}}}")
            }
            "conv_dsc" => {
                let (c, n) = (self.up_to(80), self.up_to(3));
                let row = format!("[{c}, {n}, {kernel}, {stride}]");
                format!("conv_dsc: {{columns: [c, n, k, s], rows: [{row}], {rest}}}")
            }
            "inverted" => {
                let rows: Vec<String> =
                    (0..self.up_to(2)).map(|_| self.inverted_row(padding)).collect();
                let (rows, expand) = (rows.join(", "), self.among(&["always", "unless_one"]));
                format!(
                    "inverted_residual: {{columns: [t, c, n, s, k], rows: [{rows}], \
                     expand: {expand}, {rest}}}"
                )
            }
            _ => {
                let (c, n, s) = (self.up_to(9), self.up_to(2), self.up_to(3));
                // The ends of a skip connection are of one size.
                let rest = rest.replace("valid", "same");
                format!("residual: {{columns: [c, n, s], rows: [[{c}, {n}, {s}]], {rest}}}")
            }
        }
    }

    /// A row of t, c, n, s and k; only with padding `same` does any kernel keep the size of a map that
    /// a skip connection leads past.
    fn inverted_row(&mut self, padding: &str) -> String {
        let t = self.among(&["0.5", "1", "1", "1.5", "2", "3", "6"]);
        let c = self.up_to(40);
        let (n, s) = if padding == "valid" { (1, 2) } else { (self.up_to(3), self.up_to(2)) };
        let k = match padding {
            "symmetric" => self.among(&[3, 3, 3, 5]),
            _ => self.among(&[2, 3, 3, 3, 4, 5]),
        };
        format!("[{t}, {c}, {n}, {s}, {k}]")
    }

    /// The spec of a network.
    fn spec(&mut self) -> String {
        let blocks: Vec<String> = (0..self.up_to(5)).map(|_| self.block()).collect();
        // Some with maps on which chains of depthwise convolutions may run as one step.
        let more = self.among(&[0, 0, 20]);
        let (h, w) = (more + self.up_to(36), more + self.up_to(36));
        let input = [self.up_to(5), h, w].map(|n| n as usize);
        let stages = format!("{{a: [{}]}}", blocks.join(", "));
        let text = networks::spec(input, self.up_to(40) as usize, 1.0, &stages);
        text.replace("{make_divisible: 8}", self.among(&["exact", "{make_divisible: 8}"]))
    }
}

/// The network of a seed; `None` where one of its windows does not fit its map.
pub fn network(seed: u64) -> Option<(String, LayerGraph)> {
    chosen(&mut Choices::Seed(seed))
}

/// As [`network`], of any choices.
pub fn chosen(choices: &mut Choices) -> Option<(String, LayerGraph)> {
    let text = choices.spec();
    let spec = Spec::parse(&text, "random.yaml").unwrap_or_else(|e| panic!("{e}\n{text}"));
    Some((text, expand(&spec).ok()?))
}
