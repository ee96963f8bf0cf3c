//! Crates where a user has something else.

use std::fs;
use std::path::Path;

use super::{mbgen, names, said, support};

const SMALL: [&str; 6] = ["generate", "v1", "--width", "0.25", "--resolution", "32"];

fn generate(folder: &Path, more: &[&str]) -> (i32, String) {
    mbgen(&[&SMALL[..], &["-o", folder.to_str().unwrap()], more].concat())
}

/// A manifest may come with a pull request, and what it names need not be mbgen's.
#[test]
fn a_forged_manifest_deletes_nothing_hidden_and_forges_no_line() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("net");
    assert_eq!(generate(&folder, &[]).0, 0);
    let manifest = folder.join("mbgen.json");
    let mut forged: serde_json::Value =
        serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    let head = "ref: refs/heads/main\n";
    fs::create_dir(folder.join(".git")).unwrap();
    fs::write(folder.join(".git/HEAD"), head).unwrap();
    fs::write(folder.join("old.rs"), head).unwrap();
    let hash = "28d25bf82af4c0e2b72f50959b2beb859e3e60b9630a5e8c603dad4ddb2b6e80";
    forged["files"][".git/HEAD"] = hash.into();
    forged["files"]["old.rs"] = hash.into();
    fs::write(&manifest, forged.to_string()).unwrap();
    assert_eq!(generate(&folder, &["--seed", "2"]).0, 0);
    assert_eq!(fs::read_to_string(folder.join(".git/HEAD")).unwrap(), head);
    assert!(!folder.join("old.rs").exists(), "what was generated once goes");

    let name = "x\u{1b}[31m\nerror: y";
    forged["files"][name] = "0".into();
    fs::write(&manifest, forged.to_string()).unwrap();
    fs::write(folder.join(name), "mine").unwrap();
    let (code, told) = generate(&folder, &["--seed", "3"]);
    assert_eq!(code, 2);
    assert!(told.contains("x\\u{1b}[31m\\nerror: y"), "{told}");
    assert_eq!(told.matches("error:").count(), 2, "{told}");
}

#[test]
fn a_huge_file_in_the_place_of_ours_is_not_read() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("net");
    assert_eq!(generate(&folder, &[]).0, 0);
    let file = fs::File::options().write(true).open(folder.join("src/lib.rs")).unwrap();
    file.set_len(1 << 40).unwrap();
    drop(file);
    let (code, told) = generate(&folder, &["--seed", "2"]);
    assert_eq!(code, 2);
    assert!(told.contains("src/lib.rs (a file too large to be one of ours)"), "{told}");
    let (code, told) = generate(&folder, &["--check"]);
    assert_eq!(code, 1);
    assert!(told.contains("differs  src/lib.rs"), "{told}");
    let (code, told) = generate(&folder, &["--seed", "2", "--force"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("src/lib.rs was in the place of a generated file"), "{told}");
}

#[cfg(unix)]
#[test]
fn what_is_in_the_place_of_a_file_is_named_and_never_lost() {
    use std::os::unix::fs::symlink;
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("net");
    assert_eq!(generate(&folder, &[]).0, 0);
    let outside = temporary.path().join("outside.md");
    fs::write(&outside, "mine").unwrap();
    let photo = temporary.path().join("elsewhere");
    fs::rename(folder.join("photo"), &photo).unwrap();

    fs::remove_file(folder.join("README.md")).unwrap();
    fs::create_dir(folder.join("README.md")).unwrap();
    fs::write(folder.join("README.md/notes.txt"), "mine").unwrap();
    fs::remove_file(folder.join("src/lib.rs")).unwrap();
    symlink(&outside, folder.join("src/lib.rs")).unwrap();
    symlink(&photo, folder.join("photo")).unwrap();
    fs::remove_file(folder.join("src/weights.rs")).unwrap();
    super::make_fifo(&folder.join("src/weights.rs"));

    let (code, told) = generate(&folder, &["--seed", "2"]);
    assert_eq!(code, 2, "{told}");
    for name in
        ["README.md (a folder)", "photo (a symbolic link)", "src/weights.rs (a special file)"]
    {
        assert!(told.contains(&format!("\n  {name}\n")) || told.contains(name), "{name}: {told}");
    }
    assert_eq!(told.matches("photo").count(), 1, "{told}");
    assert_eq!(fs::read_to_string(folder.join("README.md/notes.txt")).unwrap(), "mine");
    assert!(names(&folder).iter().all(|name| !name.starts_with(".mbgen")));

    let (code, told) = generate(&folder, &["--seed", "2", "--force"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("README.md was in the place of a generated file; it is now "), "{told}");
    assert_eq!(told.matches("note: ").count(), 4, "{told}");
    assert_eq!(fs::read_to_string(folder.join("README.md.orig/notes.txt")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    assert_eq!(fs::read_link(folder.join("src/lib.rs.orig")).unwrap(), outside);
    assert_eq!(fs::read_link(folder.join("photo.orig")).unwrap(), photo);
    assert!(photo.join("Cargo.toml").is_file());
    assert_eq!(generate(&folder, &["--seed", "2", "--check"]), (0, String::new()));
}

/// A file that a newer version generates, where the user has one of that name.
#[test]
fn a_users_own_file_is_not_taken_for_an_edited_one() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("net");
    assert_eq!(generate(&folder, &[]).0, 0);
    let manifest = fs::read_to_string(folder.join("mbgen.json")).unwrap();
    let start = manifest.find("    \"README.md\": ").unwrap();
    let end = start + manifest[start..].find('\n').unwrap() + 1;
    fs::write(folder.join("mbgen.json"), manifest.replace(&manifest[start..end], "")).unwrap();
    fs::write(folder.join("README.md"), "mine").unwrap();
    let (code, told) = generate(&folder, &[]);
    assert!(code == 2 && told.contains("did not generate") && told.contains("README.md"), "{told}");
    assert_eq!(generate(&folder, &["--force"]).0, 0);
    assert_eq!(fs::read_to_string(folder.join("README.md.orig")).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn modes_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("net");
    assert_eq!(generate(&folder, &[]).0, 0);
    let mode = |path: &str| fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o7777;
    let set = |path: &str, mode: u32| {
        fs::set_permissions(folder.join(path), PermissionsExt::from_mode(mode)).unwrap();
    };
    set("", 0o700);
    set("src", 0o2750);
    set("README.md", 0o640);
    set("mbgen.json", 0o444);
    assert_eq!(generate(&folder, &["--seed", "5"]).0, 0);
    let modes = ["", "src", "README.md", "mbgen.json"].map(mode);
    assert_eq!(modes, [0o700, 0o2750, 0o640, 0o444]);
}

/// A shell in the folder stays in the folder, and so does whatever watches it.
#[cfg(unix)]
#[test]
fn the_folder_is_the_same_afterwards() {
    use std::os::unix::fs::MetadataExt;
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("net");
    fs::create_dir(&folder).unwrap();
    let inode = || fs::metadata(&folder).unwrap().ino();
    let before = inode();
    for seed in ["1", "2"] {
        let mut command = support::crates::mbgen();
        command.args(SMALL).args(["--seed", seed, "-o", "."]).current_dir(&folder);
        assert_eq!(said(&command.output().unwrap()).0, 0);
        assert_eq!(inode(), before);
    }
    assert!(folder.join("Cargo.toml").is_file());
}

#[cfg(unix)]
#[test]
fn links_to_a_folder_are_followed_and_links_to_nothing_named() {
    let temporary = tempfile::tempdir().unwrap();
    let place = temporary.path().join("place");
    let link = temporary.path().join("link");
    std::os::unix::fs::symlink(&place, &link).unwrap();
    let (code, told) = generate(&link, &[]);
    assert!(code == 2 && told.contains("is a symbolic link to nothing"), "{told}");
    assert_eq!(names(temporary.path()), ["link"]);
    fs::create_dir(&place).unwrap();
    assert_eq!(generate(&link, &[]).0, 0);
    assert!(place.join("Cargo.toml").is_file() && link.is_symlink());
}
