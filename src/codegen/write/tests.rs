//! Updates beside which others work, that fail, and that end early.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::found::{Ours, changes};
use super::interrupted::{NEW, retire};
use super::update::{apply, make, write_new};
use super::{Outcome, Tree, Written, differences, read, write};
use crate::codegen::Provenance;
use crate::codegen::manifest::{self, sha256};
use crate::disk::Moves;

/// A crate of these files.
fn tree(files: &[(&str, &str)]) -> Tree {
    let mut files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let hashes: BTreeMap<&String, String> =
        files.iter().map(|(path, bytes)| (path, sha256(bytes))).collect();
    let manifest = serde_json::json!({
        "schema": "mbgen.crate/1", "mbgen": "0", "package": "net", "options": {}, "files": hashes,
    });
    files.insert(manifest::FILE.into(), manifest.to_string().into_bytes());
    Tree { package: "net".into(), files, provenance: Provenance::Seed(0) }
}

fn old() -> Tree {
    tree(&[("Cargo.toml", "1"), ("README.md", "1"), ("src/lib.rs", "1"), ("weights/old.bin", "1")])
}

fn new() -> Tree {
    tree(&[("Cargo.toml", "1"), ("README.md", "2"), ("src/lib.rs", "2"), ("weights/new.bin", "2")])
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A folder with the old crate and what a user has beside it.
fn used() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("net");
    assert_eq!(write(&old(), &place, false).unwrap().written, Written::Created);
    for path in ["src/mine.rs", "weights/mine.bin", "target/debug/built"] {
        fs::create_dir_all(place.join(path).parent().unwrap()).unwrap();
        fs::write(place.join(path), "mine").unwrap();
    }
    folder
}

/// The crate is the new one, and the user's files are where they were.
#[track_caller]
fn assert_updated(place: &Path) {
    assert_eq!(differences(&new(), place).unwrap(), [""; 0]);
    for path in ["src/mine.rs", "weights/mine.bin", "target/debug/built"] {
        assert_eq!(text(&place.join(path)), "mine");
    }
    assert_eq!(names(&place.join("weights")), ["mine.bin", "new.bin"]);
    assert!(names(place).iter().all(|name| !name.starts_with('.')), "{:?}", names(place));
}

/// Another program makes folders and files in the crate's folder all the time, as cargo does.
#[test]
fn what_others_make_meanwhile_stays() {
    let folder = used();
    let place = folder.path().join("net");
    let done = AtomicBool::new(false);
    let made = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut made = 0;
            while !done.load(Ordering::Relaxed) {
                let target = place.join(format!("target/release/{}", made % 16));
                fs::create_dir_all(&target).unwrap();
                fs::write(target.join(made.to_string()), "built").unwrap();
                made += 1;
            }
            made
        });
        for i in 0..30 {
            let tree = if i % 2 == 0 { new() } else { old() };
            let Outcome { written, kept } = write(&tree, &place, false).unwrap();
            assert_eq!((written, kept.len()), (Written::Updated, 0));
        }
        done.store(true, Ordering::Relaxed);
        other.join().unwrap()
    });
    for i in 0..made {
        assert_eq!(text(&place.join(format!("target/release/{}/{i}", i % 16))), "built");
    }
    assert_eq!(names(folder.path()), ["net"]);
    write(&new(), &place, false).unwrap();
    assert_updated(&place);
}

/// Wherever the process was killed, the next one finishes, without `force`.
#[test]
fn an_update_that_was_cut_off_is_finished() {
    let ours = Ours::of([&manifest::parse(&old().files[manifest::FILE]).unwrap()]);
    let tree = new();
    for cut in 0.. {
        let folder = used();
        let place = folder.path().join("net");
        let inode = fs::metadata(&place).unwrap();
        let changes = changes(&tree, &ours, &place).unwrap();
        let stage = write_new(&changes, &place).unwrap();
        let (mut moves, mut kept) = (Moves::default(), Vec::new());
        for change in changes.iter().take(cut) {
            make(change, &place, &stage, &mut moves, &mut kept).unwrap();
        }
        if cut > changes.len() {
            // All is exchanged, and some of the old files are removed.
            fs::remove_file(retire(&stage).unwrap().join(NEW).join(manifest::FILE)).unwrap();
        }
        assert_ne!(differences(&tree, &place).unwrap(), [""; 0]);

        // Another tree than the one that was cut off.
        let other = if cut % 2 == 0 { old() } else { new() };
        let outcome = write(&other, &place, false).unwrap();
        assert_eq!(outcome.kept, []);
        assert_eq!(differences(&other, &place).unwrap(), [""; 0]);
        write(&new(), &place, false).unwrap();
        assert_updated(&place);
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            assert_eq!(fs::metadata(&place).unwrap().ino(), inode.ino());
        }
        let _ = inode;
        if cut > changes.len() {
            return;
        }
    }
}

/// Also where the files were only being written, into an empty folder, or by somebody who edited a file
/// in between.
#[test]
fn other_leftovers_go() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("net");
    fs::create_dir_all(place.join(".mbgen-temporary-abc/new/src")).unwrap();
    fs::write(place.join(".mbgen-temporary-abc/new/src/lib.rs"), "hal").unwrap();
    assert_eq!(write(&old(), &place, false).unwrap().written, Written::Created);
    assert_eq!(names(&place), ["Cargo.toml", "README.md", "mbgen.json", "src", "weights"]);

    let place = used();
    let place = place.path().join("net");
    fs::create_dir_all(place.join(".mbgen-exchange-abc/new")).unwrap();
    fs::write(place.join(".mbgen-exchange-abc/new/README.md"), "mine").unwrap();
    let kept = write(&new(), &place, false).unwrap().kept;
    assert_eq!(kept[0].is, fs::canonicalize(&place).unwrap().join("README.md.orig"));
    assert_eq!((kept.len(), text(&kept[0].is)), (1, "mine".into()));
    assert_updated(&place);
}

/// Files that a user saves, makes or deletes after they were looked at.
#[test]
fn edits_in_the_last_moment_are_kept() {
    let folder = used();
    let place = folder.path().join("net");
    let ours = Ours::of([&manifest::parse(&old().files[manifest::FILE]).unwrap()]);
    let tree = new();
    let changes = changes(&tree, &ours, &place).unwrap();
    fs::write(place.join("README.md"), "edited").unwrap();
    fs::write(place.join("weights/old.bin"), "edited").unwrap();
    fs::remove_file(place.join("src/lib.rs")).unwrap();
    fs::create_dir(place.join("weights/new.bin")).unwrap();
    fs::write(place.join("weights/new.bin/mine"), "mine").unwrap();
    let kept = apply(&changes, &place).unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(text(&place.join("README.md.orig")), "edited");
    assert_eq!(text(&place.join("weights/old.bin.orig")), "edited");
    assert_eq!(text(&place.join("weights/new.bin.orig/mine")), "mine");
    assert_eq!(differences(&tree, &place).unwrap(), [""; 0]);
}

/// One after the other, so that the crate is one of the two.
#[cfg(unix)]
#[test]
fn processes_that_write_the_same_crate_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("net");
    std::thread::scope(|scope| {
        for tree in [old(), new()] {
            let place = &place;
            scope.spawn(move || {
                for _ in 0..10 {
                    assert_eq!(write(&tree, place, false).unwrap().kept, []);
                }
            });
        }
    });
    let is = |tree: &Tree| differences(tree, &place).unwrap().is_empty();
    assert!(is(&old()) != is(&new()));
    assert_eq!(names(folder.path()), ["net"]);
    assert!(names(&place).iter().all(|name| !name.starts_with('.')));
}

/// A change that cannot be made takes those before it back.
#[test]
fn an_update_that_fails_changes_nothing() {
    let folder = used();
    let place = folder.path().join("net");
    let ours = Ours::of([&manifest::parse(&old().files[manifest::FILE]).unwrap()]);
    let tree = new();
    let changes = changes(&tree, &ours, &place).unwrap();
    fs::remove_file(place.join("weights/old.bin")).unwrap();
    fs::rename(place.join("weights"), place.join("away")).unwrap();
    fs::write(place.join("weights"), "in the way").unwrap();
    let error = apply(&changes, &place).unwrap_err().to_string();
    assert!(error.contains("cannot replace") && error.contains("weights"), "{error}");
    fs::remove_file(place.join("weights")).unwrap();
    fs::rename(place.join("away"), place.join("weights")).unwrap();
    assert_eq!(
        differences(&old(), &place).unwrap(),
        ["missing  weights/old.bin"],
        "README.md and src/lib.rs are the old ones again"
    );
    assert!(names(&place).iter().all(|name| !name.starts_with('.')));
    assert_eq!(read(&place.join("src/mine.rs")).unwrap().unwrap(), b"mine");
}
