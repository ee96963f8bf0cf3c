//! The oracle's values that ship with a crate.
//!
//! `steps.txt` has a line a step: its name, the number of values, the largest magnitude, then values
//! at [`positions`], then the mean of each channel over the map. `logits.txt` has a logit a line.

use super::Input;
use crate::weights::splitmix::splitmix64;

/// Values at fixed distances, first and last included.
const SPREAD: usize = 64;

/// Indices in HWC order of the values that are kept of a tensor of `len` values in `c` channels: some
/// at fixed distances, and one of each channel.
fn positions(len: usize, c: usize) -> impl Iterator<Item = usize> {
    let spread = (0..SPREAD).map(move |i| i * (len - 1) / (SPREAD - 1));
    let map = (len / c) as u64;
    spread.chain((0..c).map(move |i| (splitmix64(i as u64) % map) as usize * c + i))
}

/// The file `steps.txt`.
pub fn steps(input: &Input) -> String {
    let mut text = String::new();
    for step in &input.plan.steps {
        let last = step.layers[step.layers.len() - 1];
        let values = &input.expected[last.0];
        let c = input.graph.layer(last).output.c;
        let largest = values.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
        text += &format!("{} {} {}", step.name, values.len(), number(largest));
        for i in positions(values.len(), c) {
            text += &format!(" {}", number(values[i]));
        }
        for channel in 0..c {
            let of_channel = values.iter().skip(channel).step_by(c);
            text += &format!(" {}", number(of_channel.sum::<f64>() / (values.len() / c) as f64));
        }
        text.push('\n');
    }
    text
}

/// The file `logits.txt`.
pub fn logits(input: &Input) -> String {
    let logits = input.expected.last().map_or(&[][..], |logits| &logits[..]);
    logits.iter().map(|&x| format!("{}\n", number(x))).collect()
}

/// Enough digits for comparisons relative to the largest magnitude of a tensor.
fn number(x: f64) -> String {
    format!("{x:.6e}")
}
