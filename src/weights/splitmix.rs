//! Portable pseudo-random numbers: the same bits on every platform.

/// The increment of Steele, Lea and Flood's SplitMix64 (OOPSLA 2014).
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64's first output from the state `x`.
pub const fn splitmix64(x: u64) -> u64 {
    let z = x.wrapping_add(GAMMA);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Element `i` of tensor `t` of the golden networks: uniform in [-1, 1), a multiple of 2^-23 and so
/// exact in f32. `t` and `i` are below 2^32.
pub fn unit(t: u64, i: u64) -> f64 {
    (splitmix64((t << 32) | i) >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// Standard normal numbers by the Box-Muller transform over SplitMix64.
#[derive(Clone, Debug)]
pub struct Normal {
    state: u64,
    spare: Option<f64>,
}

impl Normal {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: splitmix64(seed), spare: None }
    }

    /// The next number.
    pub fn sample(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        // `libm` rather than the platform's functions, whose last bits differ.
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        let angle = std::f64::consts::TAU * self.uniform();
        self.spare = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    fn uniform(&mut self) -> f64 {
        let bits = splitmix64(self.state) >> 11;
        self.state = self.state.wrapping_add(GAMMA);
        bits as f64 / (1u64 << 53) as f64
    }
}
