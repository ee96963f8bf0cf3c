//! The machine code of the kernels' inner loops: no vector spills, no sums in memory, broadcasts
//! inside the multiplies, few loads.
//!
//! `src/kernels` stands alone, so it is compiled alone, as a generated crate's release build has it,
//! for each architecture whose standard library is installed (`rustup target add`). An inner loop is
//! one that contains no other; those with multiply-adds are looked at. What a loop may have is pinned
//! in [`LIMITS`]: figures that were reached and that only an experiment, not an accident, should
//! change.

mod syntax;

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::sweep::leaves_out;
use syntax::Syntax;

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
    /// Multiply-adds of the largest loop for each of its vectors that is loaded, and for each of its
    /// instructions, in hundredths, at least.
    per_load: usize,
    per_instruction: usize,
    /// Whether a loop may write vectors to memory. A loop over k writes none.
    stores: bool,
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
    per_load: 0,
    per_instruction: 0,
    stores: true,
    operands_from_memory: false,
};

const LIMITS: [Limit; 10] = [
    Limit { isa: "Avx512", table: "whole", kernel: "dense", loops: 20, multiply_adds: 21, ..NONE },
    Limit {
        isa: "Avx512",
        table: "halves",
        kernel: "dense",
        loops: 20,
        multiply_adds: 14,
        operands_from_memory: true,
        ..NONE
    },
    Limit {
        isa: "Avx512",
        table: "whole",
        kernel: "depthwise",
        loops: 10,
        multiply_adds: 36,
        // Tiles of seven pairs of positions: the bounds, and the last columns of a row.
        spills: 1,
        all_spills: 1,
        reloads: 3,
        ..NONE
    },
    Limit { isa: "Avx512", table: "whole", kernel: "linear", loops: 3, multiply_adds: 12, ..NONE },
    Limit { isa: "Avx2", kernel: "dense", loops: 18, multiply_adds: 12, ..NONE },
    Limit {
        isa: "Avx2",
        kernel: "depthwise",
        loops: 8,
        multiply_adds: 36,
        // Windows other than 3x3 and 5x5 pass their sums from some taps to the next through memory.
        spills: 9,
        all_spills: 67,
        reloads: 27,
        ..NONE
    },
    Limit { isa: "Avx2", kernel: "linear", loops: 3, multiply_adds: 12, ..NONE },
    // Tiles of XNNPACK have 3.43 multiply-adds a load (6x8), those of ncnn 4.8 (8x12, both packed).
    Limit {
        isa: "Neon",
        kernel: "dense",
        loops: 60,
        multiply_adds: 96,
        per_load: 436,
        per_instruction: 80,
        stores: false,
        ..NONE
    },
    Limit { isa: "Neon", kernel: "depthwise", loops: 50, multiply_adds: 72, reloads: 5, ..NONE },
    Limit { isa: "Neon", kernel: "linear", loops: 3, multiply_adds: 12, stores: false, ..NONE },
];

#[test]
fn inner_loops_keep_their_vectors_in_registers() {
    if leaves_out("machine code") {
        return;
    }
    let mut excesses = Vec::new();
    for syntax in [Syntax::X86_64, Syntax::Aarch64] {
        let Some(assembly) = compiled(syntax) else {
            let isas = LIMITS.map(|limit| limit.isa).into_iter();
            let mut isas = isas.filter(|isa| syntax.has(isa)).map(str::to_lowercase);
            let required = std::env::var("MBGEN_REQUIRE_ISA").unwrap_or_default();
            let target = syntax.target();
            assert!(
                !isas.any(|isa| required.split(',').any(|name| name.trim() == isa)),
                "MBGEN_REQUIRE_ISA={required}, but there is no standard library for {target}"
            );
            // Written to stderr itself, which the test harness does not capture.
            let _ = writeln!(std::io::stderr(), "SKIPPED: no standard library for {target}");
            continue;
        };
        for limit in LIMITS.iter().filter(|limit| syntax.has(limit.isa)) {
            limit.check(&assembly, syntax, &mut excesses);
        }
    }
    assert!(excesses.is_empty(), "{}", excesses.join("\n"));
}

impl Limit {
    fn check(&self, assembly: &str, syntax: Syntax, excesses: &mut Vec<String>) {
        let name = format!("{} {} {}", self.isa, self.table, self.kernel);
        let code = function(assembly, self).unwrap_or_else(|| panic!("{name}: no such function"));
        let loops = inner_loops(&code, syntax);
        let mut check = |holds: bool, what: fmt::Arguments| {
            if !holds {
                excesses.push(format!("{name}: {what}"));
            }
        };
        let all: usize = loops.iter().map(|l| l.spills).sum();
        println!("{name}: {} loops, {all} spills", loops.len());
        check(loops.len() >= self.loops, format_args!("{} loops", loops.len()));
        check(all <= self.all_spills, format_args!("{all} spills"));
        for l in &loops {
            println!("  {l}");
            check(l.spills <= self.spills, format_args!("{l}"));
            check(l.reloads <= self.reloads, format_args!("{l}"));
            check(l.indexed == 0, format_args!("sums in an array on the stack: {l}"));
            check(l.stores == 0 || self.stores, format_args!("vectors are written: {l}"));
            let from_memory = l.from_registers == 0 || !self.operands_from_memory;
            check(from_memory, format_args!("operands not from memory: {l}"));
        }
        let Some(largest) = loops.iter().max_by_key(|l| l.multiply_adds) else { return };
        check(largest.multiply_adds >= self.multiply_adds, format_args!("the largest {largest}"));
        let hundredths = 100 * largest.multiply_adds;
        let enough = hundredths >= self.per_load * largest.loads
            && hundredths >= self.per_instruction * largest.instructions;
        check(enough, format_args!("too much beside its multiply-adds: {largest}"));
    }
}

/// The assembly of `src/kernels`, for panels of every size; `None` where there is no standard library to compile it with.
fn compiled(syntax: Syntax) -> Option<String> {
    let rustc = || Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let target = ["--target", syntax.target()];
    let libraries = rustc().args(["--print=target-libdir"]).args(target).output().expect("rustc");
    if !Path::new(String::from_utf8_lossy(&libraries.stdout).trim()).exists() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("kernels.s");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kernels/lib.rs");
    let status = rustc()
        .args(["--crate-name=kernels", "--crate-type=lib", "--edition=2024", "--emit=asm"])
        .args(["-Copt-level=3", "-Ccodegen-units=1", "-Cpanic=abort", "--cap-lints=allow"])
        .args(["--cfg=feature=\"std\"", "-o"])
        .args([&output, &root])
        .args(target)
        .args(syntax.arguments())
        .status();
    assert!(status.expect("rustc").success(), "the kernels do not compile on their own");
    Some(std::fs::read_to_string(output).unwrap())
}

/// The lines of a feature-enabled function, and of its parts.
fn function<'a>(assembly: &'a str, limit: &Limit) -> Option<Vec<&'a str>> {
    // Both of Rust's manglings write an identifier after its length, except in the name of a type.
    let [isa, table, kernel] =
        [limit.isa, limit.table, limit.kernel].map(|name| format!("{}{name}", name.len()));
    let isa = [isa, format!("..{}$", limit.isa), format!("..{}..", limit.isa)];
    let parts = [format!("{table}5Parts"), format!("{}..Parts$", limit.table)];
    let part = match limit.kernel {
        "dense" => Some("5strip"),
        "depthwise" => Some("7windows"),
        _ => None,
    };
    let is_wanted = |line: &str| {
        let symbol = line.strip_suffix(':').unwrap_or_default();
        symbol.starts_with('_')
            && isa.iter().any(|isa| symbol.contains(isa))
            && (symbol.contains(&format!("{table}{kernel}"))
                || part.is_some_and(|part| symbol.contains(part))
                    && parts.iter().any(|name| symbol.contains(name)))
    };
    let mut lines = assembly.lines();
    let mut code = Vec::new();
    while lines.any(is_wanted) {
        code.extend(lines.by_ref().take_while(|line| !line.starts_with(".Lfunc_end")));
    }
    (!code.is_empty()).then_some(code)
}

/// What is counted in a loop.
struct Loop<'a> {
    label: &'a str,
    instructions: usize,
    multiply_adds: usize,
    /// Vectors that are loaded.
    loads: usize,
    /// Vector instructions that write to memory.
    stores: usize,
    /// Those that write to the stack.
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
        write!(
            f,
            "loop {}: {} instructions, {} multiply-adds, {} loads and {} stores of vectors, {} spills \
             and {} reloads ({} indexed), {} wide multiply-adds of registers alone",
            self.label,
            self.instructions,
            self.multiply_adds,
            self.loads,
            self.stores,
            self.spills,
            self.reloads,
            self.indexed,
            self.from_registers
        )
    }
}

/// The loops with multiply-adds and without another loop inside.
fn inner_loops<'a>(code: &[&'a str], syntax: Syntax) -> Vec<Loop<'a>> {
    let at = |label: &str| code.iter().position(|line| line.strip_suffix(':') == Some(label));
    // A loop is a jump back: an instruction whose last operand is a label.
    let loops: Vec<(usize, usize)> = code
        .iter()
        .enumerate()
        .filter_map(|(end, line)| {
            let target = line.strip_prefix('\t')?.rsplit([' ', '\t', ',']).next()?;
            let start = target.starts_with(".L").then(|| at(target))??;
            (start <= end).then_some((start, end))
        })
        .collect();
    let innermost = |&&(start, end): &&(usize, usize)| {
        !loops.iter().any(|&other| other != (start, end) && start <= other.0 && other.1 <= end)
    };
    let framed = code.iter().any(|line| syntax.makes_a_frame(line));
    loops
        .iter()
        .filter(innermost)
        .map(|&(start, end)| {
            let label = code[start].trim_end_matches(':');
            Loop::of(label, &code[start..=end], syntax, framed)
        })
        .filter(|l| l.multiply_adds > 0)
        .collect()
}

impl<'a> Loop<'a> {
    fn of(label: &'a str, code: &[&'a str], syntax: Syntax, framed: bool) -> Self {
        let instructions: Vec<&str> = code
            .iter()
            .filter_map(|line| line.strip_prefix('\t'))
            .filter(|line| line.starts_with(char::is_alphabetic))
            .collect();
        let count = |matching: &dyn Fn(&str) -> bool| {
            instructions.iter().filter(|line| matching(line)).count()
        };
        let stores = |line: &str| syntax.is_of_vectors(line) && syntax.writes(line);
        let stack = |line: &str| syntax.is_of_vectors(line) && syntax.uses_stack(line, framed);
        Self {
            label,
            instructions: instructions.len(),
            multiply_adds: count(&|line| syntax.is_multiply_add(line)),
            loads: instructions.iter().map(|line| syntax.loads(line)).sum(),
            stores: count(&stores),
            spills: count(&|line| stack(line) && stores(line)),
            reloads: count(&|line| stack(line) && !stores(line)),
            indexed: count(&|line| stack(line) && syntax.has_an_index(line)),
            from_registers: count(&|line| {
                syntax.is_multiply_add(line) && line.contains("zmm") && !line.contains('[')
            }),
        }
    }
}
