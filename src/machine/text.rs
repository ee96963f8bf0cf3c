//! A description as the text of its file.

use std::fmt::Write;

use super::{Description, Level, Rates};
use crate::escape::quoted;
use crate::quantity::binary_unit;

impl Description {
    /// The file, as [`Description::parse`] reads it: rates with three digits or more, sizes exact.
    pub fn to_yaml(&self) -> String {
        let mut out = String::from("# yaml-language-server: $schema=machine.schema.json\n");
        let _ = writeln!(out, "name: {}", self.name);
        if let Some(source) = &self.source {
            let _ = writeln!(out, "source: {}", quoted(source));
        }
        out += "\n# One core, in GFLOP/s, two for each multiply-add: the peak from register to \
                register, and what\n# convolutions, depthwise convolutions and 1x1 convolutions \
                attain on data in caches. A 1x1\n# convolution also finishes pw_out billion \
                outputs a second (bias, clamp, store). Channels\n# are computed so many lanes \
                together.\ncompute:\n";
        for (isa, Rates { peak, conv, dw, pw, pw_out, lanes }) in &self.compute {
            let [peak, conv, dw, pw] = [peak, conv, dw, pw].map(|&rate| rate_text(rate));
            let pw_out =
                pw_out.map_or(String::new(), |rate| format!(", pw_out: {}", rate_text(rate)));
            let _ = writeln!(
                out,
                "  {isa}: {{peak: {peak}, conv: {conv}, dw: {dw}, pw: {pw}{pw_out}, lanes: {lanes}}}"
            );
        }
        out += "\n# One core reads so many GB/s.\nmemory:\n";
        for Level { name, size, read } in &self.levels {
            let size = size.map_or(String::new(), |bytes| format!("size: {}, ", size_text(bytes)));
            let _ = writeln!(out, "  {name}: {{{size}read: {}}}", rate_text(*read));
        }
        out
    }
}

/// A rate with one decimal, or as many as three digits need.
fn rate_text(rate: f64) -> String {
    let zeros = (-rate.log10().floor()).clamp(-1.0, 12.0);
    format!("{rate:.0$}", (zeros + 2.0) as usize)
}

/// A size in the largest binary unit that leaves a whole number.
fn size_text(bytes: u64) -> String {
    binary_unit(bytes).map_or_else(|| bytes.to_string(), |(n, unit)| format!("{n}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::{rate_text, size_text};

    #[test]
    fn a_rate_however_low_is_never_zero() {
        let shown = [118.24, 15.0, 9.876, 0.0456, 1e-5].map(rate_text);
        assert_eq!(shown, ["118.2", "15.0", "9.88", "0.0456", "0.0000100"]);
    }

    #[test]
    fn sizes_are_exact_and_short() {
        let shown = [1 << 30, 48 << 10, 1 << 20, 1536, 1000].map(size_text);
        assert_eq!(shown, ["1GiB", "48KiB", "1MiB", "1536", "1000"]);
    }
}
