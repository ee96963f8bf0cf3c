//! Whether tests do all that they can, or what fits into minutes.

use std::io::Write;

/// Whether tests do all that they can, as `.ci/run` asks, in place of what fits into minutes.
pub fn sweep() -> bool {
    std::env::var_os("MBGEN_SWEEP").is_some()
}

/// So many cases, or a quarter of them where tests take minutes.
#[allow(dead_code)]
pub fn cases(all: u64) -> u64 {
    if sweep() { all } else { all / 4 }
}

/// Whether to leave out what takes longer than minutes, which is then said.
pub fn leaves_out(what: &str) -> bool {
    if !sweep() {
        // Written to stderr itself, which the test harness does not capture.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {what} (MBGEN_SWEEP=1, as .ci/run does)");
    }
    !sweep()
}
