//! From logits to what people and programs read.

use std::fmt::Write;
use std::path::Path;

use network::{Isa, LABELS};

use crate::args::{Format, Options};
use crate::text::{acts, visible};

/// Cells of the bar of a class that is certain.
const BAR: f64 = 20.0;

/// The result for one image.
pub struct Result<'a> {
    /// The file.
    pub image: &'a Path,
    /// The network's outputs.
    pub logits: &'a [f32],
    /// The instruction set that made them.
    pub isa: Isa,
    /// Median time of an inference in nanoseconds, and the number of inferences.
    pub timing: Option<(u128, usize)>,
}

impl Result<'_> {
    /// The text for standard output, whole lines. Tables but the `first` begin with an empty line.
    pub fn render(&self, options: &Options, first: bool) -> String {
        match options.format {
            Format::Logits => self.logits_line(),
            Format::Json => self.json_line(options.top),
            Format::Text if first => self.table(options.top),
            Format::Text => format!("\n{}", self.table(options.top)),
        }
    }

    fn table(&self, top: usize) -> String {
        let mut text = format!("{}\n", visible(&self.image.to_string_lossy()));
        let probabilities = probabilities(self.logits);
        for class in best(self.logits, top) {
            let p = probabilities[class];
            let bar = "█".repeat((p * BAR).round() as usize);
            let label = label(class).map_or_else(|| format!("class {class}"), visible);
            let _ = writeln!(text, "  {:5.1}%  {bar:20}  {label}", 100.0 * p);
        }
        if let Some((nanoseconds, runs)) = self.timing {
            let (milliseconds, isa) = (nanoseconds as f64 / 1e6, self.isa);
            let _ = writeln!(text, "{milliseconds:8.2} ms, median of {runs} on one thread, {isa}");
        }
        text
    }

    fn json_line(&self, top: usize) -> String {
        let mut text = format!("{{\"image\":{}", quoted(&self.image.to_string_lossy()));
        if let Some((nanoseconds, runs)) = self.timing {
            let _ = write!(text, ",\"nanoseconds\":{nanoseconds},\"runs\":{runs}");
        }
        let _ = write!(text, ",\"isa\":\"{}\",\"top\":[", self.isa);
        let probabilities = probabilities(self.logits);
        for (i, class) in best(self.logits, top).into_iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            let label = label(class).map_or_else(|| "null".to_owned(), quoted);
            let (p, logit) = (number(probabilities[class]), number(self.logits[class]));
            let _ = write!(text, "{comma}{{\"class\":{class},\"label\":{label}");
            let _ = write!(text, ",\"probability\":{p},\"logit\":{logit}}}");
        }
        text + "]}\n"
    }

    fn logits_line(&self) -> String {
        let values: Vec<String> = self.logits.iter().map(|&logit| number(logit)).collect();
        format!("[{}]\n", values.join(","))
    }
}

/// The `n` classes with the largest logits, largest first.
fn best(logits: &[f32], n: usize) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..logits.len()).collect();
    classes.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    classes.truncate(n);
    classes
}

/// The softmax of the logits; of a single one, which is for or against the only class, the sigmoid.
fn probabilities(logits: &[f32]) -> Vec<f64> {
    if let &[logit] = logits {
        return vec![1.0 / (1.0 + f64::from(-logit).exp())];
    }
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = logits.iter().map(|&logit| f64::from(logit - largest).exp());
    let sum: f64 = powers.clone().sum();
    powers.map(|power| power / sum).collect()
}

fn label(class: usize) -> Option<&'static str> {
    LABELS?.get(class).copied()
}

/// A JSON number; JSON has none for infinities and NaN.
fn number<T: Copy + Into<f64> + std::fmt::Display>(value: T) -> String {
    if value.into().is_finite() { value.to_string() } else { "null".to_owned() }
}

/// A JSON string in which every character is seen.
fn quoted(text: &str) -> String {
    let mut json = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            c if acts(c) => {
                let _ = write!(json, "\\u{:04x}", c as u32);
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}
