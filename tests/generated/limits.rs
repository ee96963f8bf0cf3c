//! What a generated crate may cost its user: time of the compiler, bytes of the program.

use std::fs;

use crate::crates::Generated;

/// Most processor seconds, all processes together, of a clean release build of V2: four times what is needed
/// where nobody else uses the cores, for neighbours on the other half of a core double it.
#[cfg(unix)]
const BUILD_SECONDS: f64 = 40.0;

/// Most bytes of V2's program beyond its weights. The goal is 450,000.
const PROGRAM_BYTES: u64 = 550_000;

#[test]
fn v2_builds_in_little_time_to_a_small_program() {
    let generated = Generated::new("limits", &["v2"]);
    let target = tempfile::tempdir().unwrap();
    let mut build = generated.cargo(&["build", "--release", "--quiet"]);
    build.env("CARGO_TARGET_DIR", target.path());
    #[cfg(unix)]
    {
        let seconds = processor_seconds(&mut build);
        println!("built in {seconds:.1} s of processor time");
        assert!(
            seconds <= BUILD_SECONDS,
            "a clean release build of v2 takes {seconds:.1} s of processor time, over the limit of \
             {BUILD_SECONDS:.1} s"
        );
    }
    #[cfg(not(unix))]
    assert!(build.status().unwrap().success());

    let program = format!("release/{}{}", generated.name, std::env::consts::EXE_SUFFIX);
    let size = fs::metadata(target.path().join(program)).unwrap().len();
    let weights = fs::read_dir(generated.folder.join("weights")).unwrap();
    let weights: u64 = weights.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let code = size - weights;
    println!("{code} bytes beside {weights} of weights");
    assert!(
        code <= PROGRAM_BYTES,
        "v2's program has {size} bytes, {code} of them beyond its weights, over the limit of \
         {PROGRAM_BYTES}"
    );
}

/// Runs a command that must succeed; user and system time of it and of all that it waited for.
#[cfg(unix)]
#[expect(clippy::zombie_processes, reason = "wait4 waits, and tells the time")]
fn processor_seconds(command: &mut std::process::Command) -> f64 {
    let child = command.spawn().unwrap();
    let mut status = 0;
    // SAFETY: all bytes zero are a valid `rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: a child that nobody else waits for; both pointers are to values of this function.
    let waited = unsafe { libc::wait4(child.id() as i32, &raw mut status, 0, &raw mut usage) };
    assert_eq!(waited, child.id() as i32);
    assert_eq!(status, 0, "{command:?}");
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
