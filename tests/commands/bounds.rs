//! Memory stays within what is stated, whatever is asked for: the program runs under a limit of the
//! system, beyond which it would abort.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

use mbgen::block::MAX_LAYERS;

use crate::support::sweep::{leaves_out, sweep};

/// MiB of address space for what is refused: 200, beside the program and the stacks of its threads.
const REFUSED: u64 = 300;
/// MiB of address space for what is within the limits: 1,000,000,000 bytes, and the same.
const ALLOWED: u64 = 1_050;

/// Runs mbgen with so many MiB of address space.
fn mbgen(mebibytes: u64, args: &[&str]) -> Output {
    let limit = mebibytes << 10;
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {limit}; exec \"$0\" \"$@\"")]);
    // One arena of the allocator: each further one reserves address space that it does not use.
    command.env("MALLOC_ARENA_MAX", "1").arg(env!("CARGO_BIN_EXE_mbgen"));
    command.args(args).output().unwrap()
}

/// What mbgen says where it refuses, in little memory.
#[track_caller]
fn refused(args: &[&str]) -> String {
    let output = mbgen(REFUSED, args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert!(said.len() < 20_000, "{args:?}: {} bytes", said.len());
    said
}

#[track_caller]
fn allowed(mebibytes: u64, args: &[&str]) {
    let output = mbgen(mebibytes, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn spec(input: &str, stages: &str) -> String {
    format!(
        "name: test\ninput: {input}\nclasses: 10\nwidth: {{multiplier: 1.0, rounding: exact}}\n\
         stages: {stages}\nhead: [{{pool: global_average_pool}}, {{fc: linear}}]\n"
    )
}

/// A file in a folder.
fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn networks_too_large_to_be_run_are_counted_but_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let input = "{channels: 3, height: 1, width: 70000000}";
    let wide = file(folder.path(), "wide.yaml", &spec(input, "{a: [conv_bn: {c: 8, s: 2}]}"));
    let tensors = "the tensors at ";
    for (network, part, change) in [
        (&[wide.as_str()][..], tensors, "a lower resolution or width"),
        (&["v1", "--classes", "2000000"], "weights", "fewer classes"),
        (&["v2", "--classes", "50000"], "weights", "fewer classes"),
        (&["v1", "--resolution", "8000"], tensors, "a lower resolution or width"),
        (&["v2", "--resolution", "4096"], tensors, "a lower resolution or width"),
    ] {
        for command in [&["generate", "-o", out][..], &["run"], &["analyze", "--relu6"]] {
            let said = refused(&[&command[..1], network, &command[1..]].concat());
            assert!(said.contains("over the 900.00 MB allowed"), "{said}");
            assert!(said.contains(part) && said.contains(change), "{said}");
        }
        allowed(REFUSED, &[&["analyze"], network].concat());
        allowed(REFUSED, &[&["schedule"], network].concat());
    }
    assert!(!Path::new(out).exists());

    let rows = "{columns: [t, c, n, s], rows: [[6, 32, 100, 1]]}";
    let stages = format!("{{a: [inverted_residual: {rows}]}}");
    let input = "{channels: 3, height: 448, width: 448}";
    let said =
        refused(&["generate", &file(folder.path(), "slow.yaml", &spec(input, &stages)), "-o", out]);
    assert!(said.contains("over the 200.00 G that are run"), "{said}");
}

#[test]
fn tensors_are_freed_when_nobody_reads_them_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    // The outputs of all layers together have ten times as much.
    allowed(400, &["analyze", "v2", "--resolution", "640", "--relu6"]);
    if !leaves_out("a crate for 640x640") {
        allowed(400, &["generate", "v2", "--resolution", "640", "-o", out.to_str().unwrap()]);
    }
}

#[test]
fn the_longest_network_fits_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let rows = |blocks: usize| format!("{{columns: [t, c, n, s], rows: [[6, 8, {blocks}, 1]]}}");
    let input = "{channels: 8, height: 8, width: 8}";
    let long = |blocks| spec(input, &format!("{{a: [inverted_residual: {}]}}", rows(blocks)));
    // Four layers a block, and the head.
    let path = file(folder.path(), "long.yaml", &long((MAX_LAYERS - 2) / 4));
    let all = ["html", "json", "table", "csv", "markdown", "bmf"];
    for format in &all[..if sweep() { all.len() } else { 1 }] {
        allowed(ALLOWED, &["analyze", &path, "--details", "--format", format, "-o", out]);
        allowed(ALLOWED, &["compare", &path, "v2", "--by", "layer", "--format", format, "-o", out]);
    }
    for format in ["dot", "mermaid", "svg"] {
        allowed(ALLOWED, &["graph", &path, "--format", format, "-o", out]);
    }
    let path = file(folder.path(), "longer.yaml", &long(66_000));
    let most = format!("the network has more than {MAX_LAYERS} layers, the most allowed");
    assert!(refused(&["analyze", &path, "--format", "html"]).contains(&most));
}

#[test]
fn files_without_an_end_are_not_read_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let zero = "/dev/zero";
    let text = "4 MiB, the most that is read";
    let generate = |option| refused(&["generate", "v1", option, zero, "-o", "/nonexistent/out"]);
    assert!(refused(&["analyze", zero]).contains(text));
    assert!(generate("--labels").contains(text));
    assert!(generate("--schedule").contains(text));
    assert!(generate("--machine").contains("1 MiB, the most that is read"));
    assert!(generate("--weights").contains("the safetensors header is wrong"));
    assert!(refused(&["analyze", "v1", "--relu6", "--weights", zero]).contains("header is wrong"));
    assert!(refused(&["compare", "v1", "--baseline", zero]).contains("48 MiB, the most that is"));

    let text = spec("{channels: 3, height: 8, width: 8}", "{a: [conv_bn: {c: 8}]}");
    let pipe = Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(pipe.success());
    let path = file(folder.path(), "labels.yaml", &format!("{text}labels: pipe\n"));
    let said = refused(&["generate", &path, "-o", "/nonexistent/out"]);
    assert!(said.contains("not a regular file"), "{said}");
}

#[test]
fn weights_are_read_as_far_as_their_header_says() {
    let folder = tempfile::tempdir().unwrap();
    let weights = |header: &str, length: u64, size: u64| {
        let path = folder.path().join("w.safetensors");
        let bytes = [&length.to_le_bytes()[..], header.as_bytes()].concat();
        std::fs::write(&path, bytes).unwrap();
        // A hole takes no room on the disk.
        std::fs::File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
        refused(&["generate", "v1", "--weights", path.to_str().unwrap(), "-o", "/nonexistent/out"])
    };
    let said = weights("", 1 << 40, 1 << 42);
    assert!(said.contains("its header would have 1,099,511,627,776 bytes"), "{said}");
    let n = 1u64 << 40;
    let header = format!("{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{n}],\"data_offsets\":[0,{n}]}}}}");
    let said = weights(&header, header.len() as u64, 1 << 42);
    assert!(said.contains("1,099,511,627,776 bytes of data; at most 268,435,456"), "{said}");
    let header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    let said = weights(header, header.len() as u64, 1 << 42);
    assert!(said.contains("more bytes follow the last tensor"), "{said}");
}

#[test]
fn specs_of_any_text_are_read_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let input = "{channels: 3, height: 8, width: 8}";
    let good = spec(input, "{a: [conv_bn: {c: 8}]}");
    let list = |n: usize, item: &dyn Fn(usize) -> String| {
        (0..n).fold(String::new(), |mut text, i| {
            let _ = write!(text, "{}, ", item(i));
            text
        })
    };
    let replaced = |from: &str, to: String| {
        assert!(good.contains(from));
        good.replace(from, &to)
    };
    let size = if sweep() { 10_000 } else { 2_000 };
    let heads = list(3 * size, &|i| format!("{{p{i}: {{dropout: 0.1}}}}"));
    let same = list(4 * size, &|_| "p: linear".to_owned());
    let wrong = list(2 * size, &|_| "conv_bn: {c: 0}".to_owned());
    let columns = "t, c, n, s, ".repeat(4 * size);
    let keys = list(8 * size, &|i| format!("k{i}: 1"));
    let table = format!("inverted_residual: {{columns: [{columns}], rows: [[1]]}}");
    for (text, says) in [
        (replaced("head: [", format!("head: [{heads}")), None),
        (replaced("head: [", format!("head: [{same}")), Some("the name `p` is taken")),
        (replaced("conv_bn: {c: 8}", wrong), Some(&format!("{} problems in", 2 * size)[..])),
        (replaced("conv_bn: {c: 8}", table), Some("column `t` is given twice")),
        (format!("{{{keys}}}"), Some("unknown key `k0`")),
        ("[".repeat(4 << 20), Some("recursion limit exceeded")),
        (format!("a: '{}'", "x".repeat(4_000_000)), Some("unknown key `a`")),
        (format!("[{}]", "1,".repeat(2_000_000)), Some("more than 200000 values")),
    ] {
        let path = file(folder.path(), "spec.yaml", &text);
        match says {
            Some(says) => {
                let said = refused(&["analyze", &path]);
                assert!(said.contains(says), "{says}: {said}");
                assert!(said.lines().all(|line| line.chars().count() < 400), "{said}");
            }
            None => allowed(REFUSED, &["analyze", &path]),
        }
    }
}

#[test]
fn sweeps_are_bounded_before_they_begin() {
    let said = refused(&["compare", "v2", "--width", "0.01..100:0.0001"]);
    assert!(said.contains("at most 100000 values"), "{said}");
    let many = ["--width", "0.5..1:0.001", "--resolution", "100..400:1"];
    let said = refused(&[&["compare", "v2", "v1"][..], &many].concat());
    let counted = "2 specs at 501 widths and 301 resolutions are 301602 networks";
    assert!(said.contains(counted), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let table = "{a: [inverted_residual: {columns: [t, c, n, s], rows: [[6, 8, 2000, 1]]}]}";
    let long = spec("{channels: 8, height: 8, width: 8}", table);
    let long = file(folder.path(), "long.yaml", &long);
    let said = refused(&["compare", &long, "--resolution", "1..2000:1"]);
    assert!(said.contains("have 16004000 layers in all; at most 10000000"), "{said}");
    let update = ["--resolution", "1..20:1", "--baseline", "none", "--update-baseline"];
    let said = refused(&[&["compare", &long, "--reason", "x"][..], &update].concat());
    let most = "would have more than 100000 layers, the most kept";
    assert!(said.contains(&format!("a baseline of 20 networks {most}")), "{said}");
    // Nearly as many networks as can be compared: told before they are counted.
    let begun = std::time::Instant::now();
    let said = refused(
        &[&["compare", "v2", "--width", "0.01..10:0.0001"], &update[2..], &["--reason", "x"]]
            .concat(),
    );
    assert!(said.contains(&format!("a baseline of 99901 networks {most}")), "{said}");
    assert!(begun.elapsed().as_secs() < 3, "{:?}", begun.elapsed());
    // The last one is too large: said before the others are counted.
    let said = refused(&["compare", "v2", "--width", "0.01..100:0.001"]);
    assert!(said.contains("with width 100 in place"), "{said}");
}

#[test]
fn counts_are_exact_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str| refused(&["analyze", &file(folder.path(), "spec.yaml", text)]);
    let small = "{channels: 3, height: 1, width: 1}";
    let strided = format!("{{a: [{}]}}", "conv_bn: {c: 1, s: 2}, ".repeat(32));
    let said = refused(&spec(small, &strided));
    assert!(said.contains("the strides up to a.31.0 multiply to 4294967296"), "{said}");
    let said = refused(&spec(small, "{a: [conv_bn: {c: 1, k: 257}]}"));
    assert!(said.contains("a window of 257x257; at most 255x255 are allowed"), "{said}");
    let said = refused(&spec(small, "{a: [conv_bn: {c: 2147483648}, conv_bn: {c: 2147483648}]}"));
    assert!(said.contains("2147483648 x 3 x 3 x 3 = 57982058496 elements"), "{said}");
    let large = "{channels: 1, height: 32768, width: 32768}";
    let said = refused(&spec(large, "{a: [conv_bn: {c: 2, k: 181}, conv_bn: {c: 2, k: 181}]}"));
    assert!(said.contains("multiply-accumulates up to a.1.0; at most 2^46"), "{said}");
    // The layers behind have no faults of their own, and no totals that are true.
    let macs = ("conv_bn: {c: 2, k: 181}, ", large, "multiply-accumulates up to a.1.0; at most");
    let strides = ("conv_bn: {c: 1, s: 2}, ", small, "the strides up to a.31.0 multiply to");
    for (layer, input, once) in [macs, strides] {
        let said = refused(&spec(input, &format!("{{a: [{}]}}", layer.repeat(90))));
        assert!(said.contains(once) && said.matches("error: ").count() == 1, "{said}");
    }
    // 2^31 x 2^31 x 255 x 255 is no number of 64 bits.
    let said = refused(&spec(
        "{channels: 2147483648, height: 1, width: 1}",
        "{a: [conv_bn: {c: 2147483648, k: 255}]}",
    ));
    assert!(said.contains("has 2147483648 x 2147483648 x 255 x 255 elements;"), "{said}");
    let wide =
        spec(small, "{a: [conv_bn: {c: 8}]}").replace("multiplier: 1.0", "multiplier: 1e300");
    assert!(refused(&wide).contains("more than 2^31, the most allowed"));
}
