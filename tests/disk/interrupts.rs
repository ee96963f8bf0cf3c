//! Signals in the midst of the work: no temporary folder stays, and no child.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{make_fifo, names, support};

const PATIENCE: Duration = Duration::from_secs(60);

fn send(signal: Signal, child: &Child) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Waits until something is so; `false` where the child ended first.
fn wait(child: &mut Child, mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "it never came to that");
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

fn has_temporary(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_str().unwrap().starts_with(".mbgen-"))
    })
}

fn generate(place: &Path, seed: usize) -> Command {
    let mut command = support::crates::mbgen();
    command.args(["generate", "v1", "--width", "0.25", "--resolution", "32", "--seed"]);
    command.arg(seed.to_string()).arg("-o").arg(place).stderr(Stdio::null());
    command
}

#[test]
fn temporary_folders_go_and_the_code_tells_the_signal() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        // Other systems do not tell whether it is ignored.
        if signal == Signal::HUP && (!cfg!(target_os = "linux") || ignores_hangup()) {
            continue;
        }
        for update in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let place = folder.path().join("net");
            if update {
                assert!(generate(&place, 0).status().unwrap().success());
            }
            let inside = if update { &place } else { folder.path() };
            let mut caught = 0;
            for seed in 1..=50 {
                let mut child = generate(&place, seed).spawn().unwrap();
                if wait(&mut child, || has_temporary(inside)) {
                    send(signal, &child);
                    let ended = child.wait().unwrap().code();
                    // It may have been done, and about to say so.
                    assert!(ended == Some(code) || ended == Some(0), "{signal:?}: {ended:?}");
                    caught += usize::from(ended == Some(code));
                }
                assert!(!has_temporary(inside) && !has_temporary(folder.path()));
                if update {
                    // It is the old crate or the new one, so nothing counts as edited.
                    assert!(generate(&place, seed).status().unwrap().success());
                } else if place.exists() {
                    assert!(generate(&place, seed).arg("--check").status().unwrap().success());
                    fs::remove_dir_all(&place).unwrap();
                }
                if caught == 2 {
                    break;
                }
            }
            assert_eq!(caught, 2, "{signal:?}, update {update}");
        }
    }
}

/// Whether these tests run under `nohup`, and what they start does, too.
fn ignores_hangup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0");
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1)
}

/// Runs a network with a script in place of cargo, until the script says that it is there; its ids.
#[cfg(target_os = "linux")]
fn run_with(folder: &Path, script: &str) -> (Child, Vec<String>) {
    use std::os::unix::fs::PermissionsExt;
    let (cargo, ids) = (folder.join("cargo"), folder.join("ids"));
    let script = format!("#!/bin/sh\n{script}\necho $$ $! > ids.new\nmv ids.new ids\nwait\n");
    fs::write(&cargo, script.replace("ids", ids.to_str().unwrap())).unwrap();
    fs::set_permissions(&cargo, PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = support::crates::mbgen();
    command.args(["run", "v1", "--width", "0.25", "--resolution", "32"]);
    command.env("MBGEN_CACHE", folder.join("cache")).env("CARGO", &cargo);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    assert!(wait(&mut child, || ids.exists()));
    let ids = fs::read_to_string(ids).unwrap();
    (child, ids.split_whitespace().map(str::to_owned).collect())
}

#[cfg(target_os = "linux")]
fn lives(id: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{id}/stat"));
    // A dead one may wait for its parent.
    state.is_ok_and(|state| !state.rsplit_once(") ").unwrap().1.starts_with('Z'))
}

/// As under `nohup`.
#[cfg(target_os = "linux")]
#[test]
fn a_hangup_that_is_ignored_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("net");
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "trap '' HUP; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_mbgen"),
        "generate",
    ]);
    command.args(["v1", "--width", "0.25", "--resolution", "32", "-o"]).arg(&place);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    assert!(wait(&mut child, || has_temporary(folder.path())));
    send(Signal::HUP, &child);
    assert!(child.wait().unwrap().success());
    assert!(place.join("mbgen.json").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn children_end_too_and_theirs() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = tempfile::tempdir().unwrap();
        let (mut child, ids) = run_with(folder.path(), "sleep 1000 &");
        assert!(ids.len() == 2 && ids.iter().all(|id| lives(id)));
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let start = Instant::now();
        while ids.iter().any(|id| lives(id)) {
            assert!(start.elapsed() < PATIENCE, "a child goes on");
        }
    }
}

/// The first signal waits for children, of which one takes its time; the second does not.
#[cfg(target_os = "linux")]
#[test]
fn a_second_signal_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, ids) = run_with(folder.path(), "trap '' TERM\nsleep 1000 &");
    send(Signal::INT, &child);
    // Two that come at the same instant, to two threads, may count as one.
    thread::sleep(Duration::from_millis(50));
    send(Signal::TERM, &child);
    let code = child.wait().unwrap().code();
    assert!(code == Some(130) || code == Some(143), "{code:?}");
    assert!(ids.iter().all(|id| lives(id)), "it waited until they were killed");
    for id in ids {
        kill_process(Pid::from_raw(id.parse().unwrap()).unwrap(), Signal::KILL).unwrap();
    }
}

/// Who waits for a reader of a FIFO still hears.
#[test]
fn waiting_for_a_reader_ends() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    make_fifo(&fifo);
    let mut command = support::crates::mbgen();
    let mut child = command.args(["graph", "v2", "-o"]).arg(&fifo).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    send(Signal::INT, &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names(folder.path()), ["fifo"]);
}
