//! The machine code of the kernels' inner loops: no vector spills, no sums in memory, broadcasts
//! inside the multiplies.
//!
//! `src/kernels` stands alone, so it is compiled alone, as a generated crate's release build has it.
//! An inner loop is one that contains no other; those with multiply-adds are looked at. What a loop
//! may have is pinned in [`LIMITS`]: figures that were reached and that only an experiment, not an
//! accident, should change.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// What the inner loops of one kernel on one instruction set may have.
struct Limit {
    /// Instruction set, the function that makes its table, and kernel, as in the symbol of the
    /// feature-enabled function.
    isa: &'static str,
    table: &'static str,
    kernel: &'static str,
    /// Loops with multiply-adds that are there at least.
    loops: usize,
    /// Multiply-adds that the largest of them has at least.
    multiply_adds: usize,
    /// Vector instructions of one loop that write to the stack, at most: sums that have no register.
    spills: usize,
    /// The same over all loops.
    all_spills: usize,
    /// Vector instructions of one loop that read from the stack, at most. A constant that has no
    /// register costs less there than a smaller tile.
    reloads: usize,
    /// Whether each multiply-add of 16 lanes takes an operand from memory: a broadcast value or, for a
    /// single row, a weight. A broadcast of its own would take a slot of the arithmetic units.
    operands_from_memory: bool,
}

/// No spills and no reloads.
const NONE: Limit = Limit {
    isa: "",
    table: "ops",
    kernel: "",
    loops: 0,
    multiply_adds: 0,
    spills: 0,
    all_spills: 0,
    reloads: 0,
    operands_from_memory: false,
};

const LIMITS: [Limit; 7] = [
    Limit { isa: "Avx512", kernel: "dense", loops: 20, multiply_adds: 21, ..NONE },
    Limit {
        isa: "Avx512",
        table: "halves",
        kernel: "dense",
        loops: 20,
        multiply_adds: 14,
        operands_from_memory: true,
        ..NONE
    },
    Limit { isa: "Avx512", kernel: "depthwise", loops: 10, multiply_adds: 36, ..NONE },
    Limit { isa: "Avx512", kernel: "linear", loops: 3, multiply_adds: 12, ..NONE },
    Limit { isa: "Avx2", kernel: "dense", loops: 18, multiply_adds: 12, ..NONE },
    Limit {
        isa: "Avx2",
        kernel: "depthwise",
        loops: 8,
        multiply_adds: 36,
        spills: 5,
        all_spills: 5,
        reloads: 27,
        ..NONE
    },
    Limit { isa: "Avx2", kernel: "linear", loops: 3, multiply_adds: 12, ..NONE },
];

#[test]
fn inner_loops_keep_their_vectors_in_registers() {
    if !cfg!(target_arch = "x86_64") {
        // Written to stderr itself, which the test harness does not capture.
        let _ = writeln!(std::io::stderr(), "SKIPPED: the machine code of x86-64 alone is checked");
        return;
    }
    let assembly = compiled();
    let mut excesses = Vec::new();
    for limit in &LIMITS {
        let name = format!("{} {} {}", limit.isa, limit.table, limit.kernel);
        let code = function(&assembly, limit).unwrap_or_else(|| panic!("{name}: no such function"));
        let loops = inner_loops(&code);
        let mut check = |holds: bool, what: fmt::Arguments| {
            if !holds {
                excesses.push(format!("{name}: {what}"));
            }
        };
        let all: usize = loops.iter().map(|l| l.spills).sum();
        let most = loops.iter().map(|l| l.multiply_adds).max().unwrap_or(0);
        println!("{name}: {} loops, {all} spills", loops.len());
        check(loops.len() >= limit.loops, format_args!("{} loops", loops.len()));
        check(most >= limit.multiply_adds, format_args!("at most {most} multiply-adds in a loop"));
        check(all <= limit.all_spills, format_args!("{all} spills"));
        for l in &loops {
            println!("  {l}");
            check(l.spills <= limit.spills, format_args!("{l}"));
            check(l.reloads <= limit.reloads, format_args!("{l}"));
            check(l.indexed == 0, format_args!("sums in an array on the stack: {l}"));
            let from_memory = l.from_registers == 0 || !limit.operands_from_memory;
            check(from_memory, format_args!("operands not from memory: {l}"));
        }
    }
    assert!(excesses.is_empty(), "{}", excesses.join("\n"));
}

/// The assembly of `src/kernels`, in Intel's syntax.
fn compiled() -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("kernels.s");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(rustc)
        .args(["--crate-name=kernels", "--crate-type=lib", "--edition=2024", "--emit=asm"])
        .args(["-Copt-level=3", "-Ccodegen-units=1", "-Cpanic=abort", "--cap-lints=allow"])
        .args(["--cfg=feature=\"std\"", "-Cllvm-args=-x86-asm-syntax=intel", "-o"])
        .arg(&output)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kernels/mod.rs"))
        .status();
    assert!(status.expect("rustc").success(), "the kernels do not compile on their own");
    std::fs::read_to_string(output).unwrap()
}

/// The lines of a feature-enabled function.
fn function<'a>(assembly: &'a str, limit: &Limit) -> Option<Vec<&'a str>> {
    // Both of Rust's manglings write an identifier after its length.
    let [isa, table, kernel] =
        [limit.isa, limit.table, limit.kernel].map(|name| format!("{}{name}", name.len()));
    let isa = [isa, format!("..{}$", limit.isa)];
    let mut lines = assembly.lines();
    lines.find(|line| {
        let symbol = line.strip_suffix(':').unwrap_or_default();
        symbol.starts_with('_')
            && isa.iter().any(|isa| symbol.contains(isa))
            && symbol.contains(&format!("{table}{kernel}"))
    })?;
    Some(lines.take_while(|line| !line.starts_with(".Lfunc_end")).collect())
}

/// What is counted in a loop.
struct Loop<'a> {
    label: &'a str,
    instructions: usize,
    multiply_adds: usize,
    /// Vector instructions that write to the stack.
    spills: usize,
    /// Vector instructions that read from the stack.
    reloads: usize,
    /// Those of either whose address has an index register: an array that was not taken apart.
    indexed: usize,
    /// Multiply-adds of 16 lanes without an operand in memory.
    from_registers: usize,
}

impl fmt::Display for Loop<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { label, instructions, multiply_adds, spills, reloads, indexed, from_registers } =
            self;
        write!(
            f,
            "loop {label}: {instructions} instructions, {multiply_adds} multiply-adds, {spills} \
             spills and {reloads} reloads ({indexed} indexed), {from_registers} wide multiply-adds of \
             registers alone"
        )
    }
}

/// The loops with multiply-adds and without another loop inside.
fn inner_loops<'a>(code: &[&'a str]) -> Vec<Loop<'a>> {
    let at = |label: &str| code.iter().position(|line| line.strip_suffix(':') == Some(label));
    // A loop is a jump back.
    let loops: Vec<(usize, usize)> = code
        .iter()
        .enumerate()
        .filter_map(|(end, line)| {
            let jump = line.trim_start().strip_prefix('j')?;
            let start = at(jump.split_once(char::is_whitespace)?.1.trim())?;
            (start <= end).then_some((start, end))
        })
        .collect();
    let innermost = |&&(start, end): &&(usize, usize)| {
        !loops.iter().any(|&other| other != (start, end) && start <= other.0 && other.1 <= end)
    };
    // With a frame pointer both registers address the stack, without one rbp is like any other.
    let framed = code.iter().any(|line| line.trim() == "mov\trbp, rsp");
    loops
        .iter()
        .filter(innermost)
        .map(|&(start, end)| {
            Loop::of(code[start].trim_end_matches(':'), &code[start..=end], framed)
        })
        .filter(|l| l.multiply_adds > 0)
        .collect()
}

impl<'a> Loop<'a> {
    fn of(label: &'a str, code: &[&'a str], framed: bool) -> Self {
        let vectors = |line: &&&str| ["xmm", "ymm", "zmm"].iter().any(|name| line.contains(name));
        let stack = |line: &&&str| {
            let address = line.split_once('[').map_or("", |(_, address)| address);
            address.starts_with("rsp") || framed && address.starts_with("rbp")
        };
        // The first operand is the destination.
        let writes = |line: &&&str| line.split(',').next().is_some_and(|first| first.contains('['));
        // A second register after the first: `[rsp + 4*rax + 64]`.
        let index = |line: &&&str| {
            let address = line.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
            address.is_some_and(|(terms, _)| terms.matches('r').count() > 1)
        };
        let multiply_add = |line: &&&str| line.trim_start().starts_with("vfmadd");
        let count = |matching: &dyn Fn(&&&str) -> bool| code.iter().filter(matching).count();
        Self {
            label,
            instructions: count(&|line| {
                line.strip_prefix('\t').is_some_and(|code| code.starts_with(char::is_alphabetic))
            }),
            multiply_adds: count(&multiply_add),
            spills: count(&|line| vectors(line) && stack(line) && writes(line)),
            reloads: count(&|line| vectors(line) && stack(line) && !writes(line)),
            indexed: count(&|line| vectors(line) && stack(line) && index(line)),
            from_registers: count(&|line| {
                multiply_add(line) && line.contains("zmm") && !line.contains('[')
            }),
        }
    }
}
