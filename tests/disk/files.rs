//! Files that a user names with `-o`, whatever is there.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;

use super::{make_fifo, mbgen, names, said, support};

/// Every command that writes a file.
const WRITERS: [&[&str]; 3] = [
    &["analyze", "v2", "--format", "json"],
    &["compare", "v1", "v2", "--format", "csv"],
    &["graph", "v2", "--format", "dot"],
];

fn write_to(writer: &[&str], path: &Path) -> (i32, String) {
    mbgen(&[writer, &["-o", path.to_str().unwrap()]].concat())
}

fn expected(writer: &[&str]) -> Vec<u8> {
    support::crates::mbgen().args(writer).output().unwrap().stdout
}

#[test]
fn links_are_followed_and_modes_kept() {
    for writer in WRITERS {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("real/report");
        fs::create_dir(folder.path().join("real")).unwrap();
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        symlink("second", &first).unwrap();
        symlink("real/report", &second).unwrap();
        assert_eq!(write_to(writer, &first), (0, String::new()));
        assert!(first.is_symlink() && second.is_symlink());
        assert!(fs::read(&file).unwrap() == expected(writer));
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o640);

        fs::remove_file(&file).unwrap();
        assert_eq!(write_to(writer, &first), (0, String::new()));
        assert!(
            fs::read(&file).unwrap() == expected(writer),
            "a link to a file that is to be made"
        );
        assert_eq!(names(&folder.path().join("real")), ["report"]);
        symlink("loop", folder.path().join("loop")).unwrap();
        assert_eq!(write_to(writer, &folder.path().join("loop")).0, 2);
        assert_eq!(write_to(writer, folder.path()).0, 2);
    }
}

/// A report over the file that it is made of would be the end of that.
#[test]
fn no_report_takes_the_place_of_what_it_was_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [spec, link, machine, costs, schedule, new] =
        ["net.yaml", "link.yaml", "machine.yaml", "costs.json", "schedule.yaml", "new.json"]
            .map(path);
    for (args, output) in [
        (&["archs", "--yaml", "v1-0.25-96-vww"][..], &spec),
        (&["machine", "--yaml", "zen4"], &machine),
        (&["schedule", "v2"], &schedule),
    ] {
        fs::write(output, expected(args)).unwrap();
    }
    let update = ["--update-baseline", "--reason", "first"];
    assert_eq!(mbgen(&[&["compare", "v2", "--baseline", &costs][..], &update].concat()).0, 0);
    symlink("net.yaml", &link).unwrap();
    let before: Vec<_> =
        [&spec, &machine, &costs, &schedule].map(|file| fs::read(file).unwrap()).into();
    for args in [
        &["analyze", &spec, "-o", &spec][..],
        &["analyze", &spec, "-o", &link],
        &["analyze", &link, "--format", "html", "-o", &spec],
        &["graph", &spec, "-o", &spec],
        &["schedule", &spec, "-o", &spec],
        &["analyze", "v2", "--machine", &machine, "-o", &machine],
        &["analyze", "v2", "--schedule", &schedule, "-o", &schedule],
        &["compare", "v2", "--baseline", &costs, "-o", &costs],
        &[
            "compare",
            "v2",
            "--baseline",
            &costs,
            "--update-baseline",
            "--reason",
            "x",
            "-o",
            &costs,
        ],
        &["compare", "v2", "--baseline", &new, "--update-baseline", "--reason", "x", "-o", &new],
    ] {
        let (code, told) = mbgen(args);
        assert_eq!(code, 2, "{args:?}: {told}");
        assert!(told.contains("another"), "{args:?}: {told}");
    }
    assert!(!Path::new(&new).exists());
    let after: Vec<_> =
        [&spec, &machine, &costs, &schedule].map(|file| fs::read(file).unwrap()).into();
    assert!(before == after);
}

/// Its name says what is wanted, unless that is said.
#[test]
fn the_name_of_a_file_says_its_format() {
    let folder = tempfile::tempdir().unwrap();
    for (command, name, format) in [
        (&["analyze", "v2"][..], "a.json", "json"),
        (&["analyze", "v2"], "a.CSV", "csv"),
        (&["analyze", "v2"], "a.md", "markdown"),
        (&["analyze", "v2"], "a.html", "html"),
        (&["compare", "v1", "v2"], "a.txt", "table"),
        (&["graph", "v2"], "a.svg", "svg"),
        (&["graph", "v2"], "a.mmd", "mermaid"),
        (&["graph", "v2"], "a", "dot"),
    ] {
        let path = folder.path().join(name);
        assert_eq!(write_to(command, &path), (0, String::new()));
        assert!(fs::read(&path).unwrap() == expected(&[command, &["--format", format]].concat()));
    }
    let said = ["graph", "v2", "--format", "dot"];
    let path = folder.path().join("b.svg");
    assert_eq!(write_to(&said, &path), (0, String::new()));
    assert!(fs::read(&path).unwrap() == expected(&said));
}

#[test]
fn special_files_are_written_through() {
    for writer in WRITERS {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        make_fifo(&fifo);
        let link = folder.path().join("link");
        symlink(&fifo, &link).unwrap();
        let reader = std::thread::spawn({
            let fifo = fifo.clone();
            move || fs::read(fifo).unwrap()
        });
        assert_eq!(write_to(writer, &link), (0, String::new()));
        assert!(reader.join().unwrap() == expected(writer));
        assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo() && link.is_symlink());

        let device = Path::new("/dev/null");
        let before = fs::metadata(device).unwrap();
        assert_eq!(write_to(writer, device), (0, String::new()));
        let after = fs::metadata(device).unwrap();
        assert_eq!((before.ino(), before.rdev()), (after.ino(), after.rdev()));
    }
}

/// Also where the shell has sent standard output to a file, at whose end it goes on.
#[test]
fn names_of_open_files_are_written_through() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    fs::write(&log, "before\n").unwrap();
    let mut command = support::crates::mbgen();
    command.args(WRITERS[2]).args(["-o", "/dev/stdout"]);
    let end = File::options().append(true).open(&log).unwrap();
    assert!(command.stdout(end).status().unwrap().success());
    let whole = [b"before\n", expected(WRITERS[2]).as_slice()].concat();
    assert!(fs::read(&log).unwrap() == whole);

    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut piped = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut piped).unwrap();
    assert!(child.wait().unwrap().success() && piped == expected(WRITERS[2]));
    assert_eq!(names(folder.path()), ["log"]);
}

#[test]
fn a_reader_that_closes_a_fifo_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    make_fifo(&fifo);
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || File::open(fifo).unwrap().read_exact(&mut [0]).unwrap()
    });
    // More than a pipe holds.
    let sweep = ["compare", "v2", "--width", "0.5..1.5:0.001", "--format", "csv"];
    assert_eq!(write_to(&sweep, &fifo), (0, String::new()));
    reader.join().unwrap();
}

#[test]
fn manuals_replace_files_and_follow_links() {
    let folder = tempfile::tempdir().unwrap();
    let (man, real) = (folder.path().join("man1"), folder.path().join("page"));
    fs::create_dir(&man).unwrap();
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, PermissionsExt::from_mode(0o600)).unwrap();
    symlink(&real, man.join("mbgen-graph.1")).unwrap();
    fs::write(man.join("other.1"), "mine").unwrap();
    assert_eq!(mbgen(&["man", "-o", man.to_str().unwrap()]), (0, String::new()));
    assert!(man.join("mbgen-graph.1").is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains(".TH"));
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(fs::read_to_string(man.join("other.1")).unwrap(), "mine");
}

/// Whatever the file is: a baseline is the only thing that an update may write over.
#[test]
fn only_baselines_become_baselines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("costs.json");
    let update = || {
        let file = file.to_str().unwrap();
        mbgen(&["compare", "v2", "--baseline", file, "--update-baseline", "--reason", "new"])
    };
    for text in ["years of work", "{}", "[]", "", "{\"schema\": \"mbgen.report/1\"}"] {
        fs::write(&file, text).unwrap();
        let (code, told) = update();
        assert!(code == 2 && told.contains("not a baseline"), "{text}: {told}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    let first = "{\"schema\": \"mbgen.baseline/1\", \"reasons\": [], \"points\": []}";
    fs::write(&file, first).unwrap();
    assert_eq!(update().0, 0);
    assert_eq!(update().0, 0);
    let mut reader = support::crates::mbgen();
    reader.args(["compare", "v2", "--baseline", file.to_str().unwrap()]);
    assert_eq!(said(&reader.output().unwrap()).0, 0);
}
