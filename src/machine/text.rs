//! A description as the text of its file.

use std::fmt::Write;

use super::{Description, Level, Rates};
use crate::escape::quoted;
use crate::quantity::binary_unit;

impl Description {
    /// The file, as [`Description::parse`] reads it: rates with one decimal, sizes exact.
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
            let pw_out = pw_out.map_or(String::new(), |rate| format!(", pw_out: {rate:.1}"));
            let _ = writeln!(
                out,
                "  {isa}: {{peak: {peak:.1}, conv: {conv:.1}, dw: {dw:.1}, pw: {pw:.1}{pw_out}, lanes: {lanes}}}"
            );
        }
        out += "\n# One core reads so many GB/s.\nmemory:\n";
        for Level { name, size, read } in &self.levels {
            let size = size.map_or(String::new(), |bytes| format!("size: {}, ", size_text(bytes)));
            let _ = writeln!(out, "  {name}: {{{size}read: {read:.1}}}");
        }
        out
    }
}

/// A size in the largest binary unit that leaves a whole number.
fn size_text(bytes: u64) -> String {
    binary_unit(bytes).map_or_else(|| bytes.to_string(), |(n, unit)| format!("{n}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::size_text;

    #[test]
    fn sizes_are_exact_and_short() {
        let shown = [1 << 30, 48 << 10, 1 << 20, 1536, 1000].map(size_text);
        assert_eq!(shown, ["1GiB", "48KiB", "1MiB", "1536", "1000"]);
    }
}
