//! What the program of a generated crate makes of image files before the network sees them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::crates::{build, generate, succeed};
use crate::support::photos::{self, Prepared, picture, prepared};
use crate::support::sweep::leaves_out;
use crate::support::{data, numbers};
use serde_json::Value;

/// The photo program of a small network whose input is that of a case.
fn program(name: &str, case: &Prepared, classes: &str) -> PathBuf {
    let Prepared { channels, resize, filter, input: [width, height], .. } = case;
    let sides = |value: f32| vec![value; *channels];
    let (mean, std) = (sides(0.5), sides(0.25));
    let text = format!(
        "name: {name}\n\
         input: {{channels: {channels}, height: {height}, width: {width}}}\n\
         {classes}\n\
         preprocess: {{resize: {resize}, filter: {filter}, mean: {mean:?}, std: {std:?}}}\n\
         stages: {{body: [conv_bn: {{c: 8, s: 2}}]}}\n\
         head: [{{pool: global_average_pool}}, {{fc: linear}}]\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("net.yaml");
    std::fs::write(&spec, text).unwrap();
    build(&generate(name, &spec, &["--seed", "1"]).join("photo"))
}

/// The first case of this many channels with this resize and filter.
fn case(channels: usize, resize: &str, filter: &str) -> Prepared {
    let mut cases = prepared().into_iter();
    let found = cases.find(|case| {
        (case.channels, &*case.filter) == (channels, filter) && case.resize[resize].is_u64()
    });
    found.unwrap()
}

/// What the program prints and says of files.
fn outcome(program: &Path, arguments: &[&str], files: &[&Path]) -> (Option<i32>, String, String) {
    let output = Command::new(program).args(arguments).args(files).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The pixels that `prepare` writes are Pillow's, and what `classify` sees is what `prepare` writes.
fn check_prepared(program: &Path, case: &Prepared) {
    let folder = tempfile::tempdir().unwrap();
    let (photo, png) = (folder.path().join("photo.png"), folder.path().join("out.png"));
    let [width, height] = case.photo;
    photos::write(&photo, &picture(width, height), width, None);
    succeed(Command::new(program).arg("prepare").args([&photo, &png]));
    let (pixels, columns, color) = photos::any_pixels(&png);
    assert_eq!((pixels, columns), (case.pixels.clone(), case.input[0]));
    assert_eq!(color == png::ColorType::Grayscale, case.channels == 1);
    let logits = |options: &[&str], image| outcome(program, options, &[image]);
    let (whole, part) = (["classify", "--logits"], ["classify", "--logits", "--prepared"]);
    assert_eq!(logits(&whole, &photo), logits(&part, &png));
}

#[test]
fn luma_is_prepared_as_pillow_does() {
    if leaves_out("a photo program of one channel") {
        return;
    }
    let case = case(1, "shorter", "nearest");
    check_prepared(&program("prepared_luma", &case, "classes: 2"), &case);
}

/// One program, of a network with one class.
#[test]
fn a_photo_program_says_what_it_sees() {
    let case = case(3, "height", "bicubic");
    let program = program("prepared_exact", &case, "classes: 1\nlabels: [a cat]");
    check_prepared(&program, &case);
    one_output_is_a_sigmoid(&program);
    what_is_missing_is_said(&program);
    what_is_too_large_is_refused(&program);
    what_has_no_end_is_not_read(&program);
    names_are_shown_harmless(&program);
    for (arguments, message) in [
        (&["prepare", "a.png"][..], "prepare takes an image and a PNG to write, not 1"),
        (&["prepare", "a.png", "b.png", "--top", "1"], "invalid option '--top'"),
        (&["prepare", "missing.png", "b.png"], "missing.png: "),
        (&["paint"], "unknown command 'paint'"),
    ] {
        let (code, printed, said) = outcome(&program, arguments, &[]);
        assert_eq!((code, &*printed), (Some(2), ""), "{said}");
        assert!(said.starts_with("error: ") && said.contains(message), "{said}");
    }
}

fn one_output_is_a_sigmoid(program: &Path) {
    let photo = data("pillow/photo.jpg");
    let json = |options: &[&str]| -> Value {
        serde_json::from_str(&outcome(program, options, &[&photo]).1).unwrap()
    };
    let logit = numbers(&json(&["classify", "--logits"]))[0];
    let probability = 1.0 / (1.0 + (-logit).exp());
    assert!((0.01..0.99).contains(&probability), "{probability}");
    let top = json(&["classify", "--json"])["top"][0].clone();
    assert!((top["probability"].as_f64().unwrap() - probability).abs() < 1e-6, "{top}");
    let (_, text, _) = outcome(program, &["classify"], &[&photo]);
    let line = text.lines().nth(1).unwrap();
    let percent = format!("  {:5.1}%  ", 100.0 * probability);
    assert!(line.starts_with(&percent) && line.ends_with("  a cat"), "{text}");
}

fn what_is_missing_is_said(program: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(data("pillow/photo.jpg")).unwrap();
    let cut = folder.path().join("cut.jpg");
    let classify = |bytes: &[u8]| {
        std::fs::write(&cut, bytes).unwrap();
        outcome(program, &["classify", "--logits"], &[&cut])
    };
    let (code, logits, said) = classify(&whole);
    assert_eq!((code, &*said), (Some(0), ""));
    // A thumbnail has an end of its own.
    let thumbnail = [&whole[..2], b"\xff\xe1\0\x06\xff\xd8\xff\xd9", &whole[2..]].concat();
    assert_eq!(classify(&thumbnail), (Some(0), logits, String::new()));
    for size in [whole.len() / 2, whole.len() - 2] {
        let warning = format!(
            "warning: {}: the file ends after {size} bytes, before its image does: \
             a part is not seen\n",
            cut.display()
        );
        let (code, printed, said) = classify(&whole[..size]);
        assert_eq!((code, said), (Some(0), warning));
        assert_eq!(printed.lines().count(), 1);
        let (code, printed, said) = classify(&thumbnail[..size + 8]);
        assert_eq!((code, printed.lines().count()), (Some(0), 1));
        assert!(said.starts_with("warning: "), "{said}");
    }
    let (code, printed, said) = classify(&whole[..100]);
    assert_eq!((code, &*printed), (Some(2), ""));
    assert!(said.starts_with("error: "), "{said}");
}

/// 20000 x 10000 pixels in a few bytes, refused by their number.
fn what_is_too_large_is_refused(program: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let mut jpeg = std::fs::read(data("pillow/photo.jpg")).unwrap();
    let frame = jpeg.windows(4).position(|bytes| bytes == [0xff, 0xc0, 0, 17]).unwrap();
    for (at, side) in [(5, 10_000u16), (7, 20_000)] {
        jpeg[frame + at..frame + at + 2].copy_from_slice(&side.to_be_bytes());
    }
    let huge = folder.path().join("huge.jpg");
    std::fs::write(&huge, jpeg).unwrap();
    // Luma takes as much, since it is seen in colours.
    let png = folder.path().join("huge.png");
    let encoder = png::Encoder::new(std::fs::File::create(&png).unwrap(), 20_000, 10_000);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, b"").unwrap();
    drop(writer);
    for image in [huge, png] {
        let (code, printed, said) = outcome(program, &["classify"], &[&image]);
        assert_eq!((code, &*printed), (Some(2), ""), "{said}");
        let why = ": 20000x10000 pixels take 600 MB, at most 400 are allowed\n";
        assert!(said.ends_with(why), "{said}");
    }
}

/// Files without end, or nearly so, are refused by their first bytes or their length: the program has
/// no memory to read them.
fn what_has_no_end_is_not_read(program: &Path) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let sparse = |name: &str, start: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, start).unwrap();
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 33).unwrap();
        path
    };
    let neither = ": neither a PNG nor a JPEG file, which alone are read\n";
    let long = ": a file of more than 400000000 bytes, the most that is read\n";
    for (path, why) in [
        ("/dev/zero".into(), neither),
        (sparse("zeros.png", b""), neither),
        (sparse("long.png", b"\x89PNG\r\n\x1a\n"), long),
        (sparse("long.jpg", b"\xff\xd8\xff\xe0"), long),
    ] {
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -v 300000; exec \"$0\" classify \"$1\""]);
        let output = limited.arg(program).arg(&path).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.ends_with(why), "{said}");
    }
}

/// Names that would set a terminal's title, break a line, or turn text around.
fn names_are_shown_harmless(program: &Path) {
    if cfg!(windows) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{1b}]0;b\u{7}\n\u{9b}2Jc\u{202e}d";
    let shown = "a\\u{1b}]0;b\\u{7}\\n\\u{9b}2Jc\\u{202e}d";
    let photo = folder.path().join(format!("{name}.jpg"));
    let whole = std::fs::read(data("pillow/photo.jpg")).unwrap();
    std::fs::write(&photo, &whole[..whole.len() - 2]).unwrap();
    let missing = folder.path().join(name);

    let (_, printed, said) = outcome(program, &["classify"], &[&photo, &missing]);
    assert!(printed.lines().next().unwrap().ends_with(&format!("{shown}.jpg")), "{printed}");
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("warning: ") && lines[0].contains(shown), "{said}");
    assert!(lines[1].starts_with("error: ") && lines[1].contains(shown), "{said}");
    assert_eq!((printed.lines().count(), lines.len()), (2, 2));
    let (_, json, _) = outcome(program, &["classify", "--json"], &[&photo]);
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(object["image"], photo.to_str().unwrap());
    let (_, _, unknown) = outcome(program, &[name], &[]);
    for text in [&printed, &said, &json, &unknown] {
        let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(acts), "{text:?}");
    }
    assert!(unknown.contains(shown) && unknown.lines().count() == 1, "{unknown}");
}
