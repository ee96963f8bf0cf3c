//! The scripts of the GitHub Action, with programs in the place of `gh` and `cargo` that keep what a
//! repository would have in files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use mbgen::codegen::Provenance;
use serde_json::{Value, json};
use tempfile::TempDir;

/// `gh`: comments are in `comments.json`, releases below `releases`; with a file `readonly` it writes
/// nothing, as the tokens of forks.
const GH: &str = r##"#!/usr/bin/env bash
set -eu
cd "$FAKE"
case "$1 $2" in
"pr view")
    [[ "$*" = "pr view 7 --repo o/r --json comments --jq "* ]]
    jq -r "${!#}" comments.json ;;
"api --method")
    if [[ -e readonly ]]; then echo "::error::HTTP 403: not accessible" >&2; exit 1; fi
    [[ $5 = --field && $6 = body=@* ]]
    case "$3 $4" in
    "POST repos/o/r/issues/7/comments")
        jq --rawfile body "${6#body=@}" \
            '. as $all | .comments += [{url: "https://x/o/r/pull/7#issuecomment-\($all.comments | length)",
              viewerDidAuthor: true, body: $body}]' comments.json >next ;;
    "PATCH repos/o/r/issues/comments/"*)
        jq --rawfile body "${6#body=@}" --argjson id "${4##*/}" \
            '.comments[$id].body = $body' comments.json >next ;;
    *) exit 9 ;;
    esac
    mv next comments.json ;;
"release download")
    [[ "$4 $5 $6" = "--repo a/mbgen --clobber" ]]
    cp "releases/$3/$8" "releases/$3/${10}" "$OLDPWD" ;;
*) exit 9 ;;
esac
"##;

/// A runner's folder.
struct Runner {
    folder: TempDir,
}

impl Runner {
    /// `None` where the machine lacks what the scripts need, which is said.
    fn new() -> Option<Self> {
        for program in ["bash", "jq", "tar"] {
            if Command::new(program).arg("--version").output().is_err() {
                eprintln!("SKIPPED: no {program}");
                return None;
            }
        }
        let runner = Self { folder: tempfile::tempdir().unwrap() };
        let foreign = "<!-- mbgen: costs_job -->\nof somebody else";
        let comment = json!({ "url": "https://x/o/r/pull/7#issuecomment-0",
            "viewerDidAuthor": false, "body": foreign });
        runner.write("comments.json", &json!({ "comments": [comment] }).to_string());
        runner.program("gh", GH);
        Some(runner)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn program(&self, name: &str, text: &str) {
        let name = format!("bin/{name}");
        self.write(&name, text);
        fs::set_permissions(self.path(&name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a script with these variables: exit code, and what was printed on both streams.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> (i32, String) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let own = Path::new(env!("CARGO_BIN_EXE_mbgen")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", self.path("bin").display(), own.display());
        let mut command = Command::new("bash");
        command.arg(root.join("action").join(script)).current_dir(&self.folder);
        command.env("PATH", path).env("FAKE", self.folder.path());
        let inputs = ["VERSION", "ACTION_REF", "ACTION_REPOSITORY", "PULL_REQUEST", "SPECS"];
        for input in inputs.iter().chain(&["MAX", "BASELINE", "MAX_INCREASE", "ARGS"]) {
            command.env(input, "");
        }
        for (variable, value) in [
            ("RUNNER_TEMP", self.path("temp").to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", self.path("summary").to_str().unwrap()),
            ("GITHUB_PATH", self.path("path").to_str().unwrap()),
            ("GITHUB_WORKFLOW", "costs"),
            ("GITHUB_JOB", "job"),
            ("GITHUB_REPOSITORY", "o/r"),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", "X64"),
            ("ACTION_PATH", "/checkout"),
        ] {
            command.env(variable, value);
        }
        fs::create_dir_all(self.path("temp")).unwrap();
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code().unwrap(), told.concat())
    }

    fn comments(&self) -> Vec<String> {
        let kept: Value = serde_json::from_str(&self.read("comments.json")).unwrap();
        let comments = kept["comments"].as_array().unwrap().iter();
        comments.map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    }
}

const PULL_REQUEST: (&str, &str) = ("PULL_REQUEST", "7");

#[test]
fn a_comment_is_made_once_and_then_kept() {
    let Some(runner) = Runner::new() else { return };
    let arguments = [PULL_REQUEST, ("SPECS", "v2\n  v1"), ("ARGS", "--width 0.5,1")];
    let (code, told) = runner.run("compare.sh", &arguments);
    assert_eq!(code, 0, "{told}");
    let comments = runner.comments();
    assert_eq!(comments.len(), 2, "{told}");
    assert!(comments[0].ends_with("of somebody else"));
    assert!(comments[1].starts_with("<!-- mbgen: costs_job -->\n"), "{}", comments[1]);
    assert!(comments[1].contains("97,131,840"), "{}", comments[1]);

    let limits = [PULL_REQUEST, ("SPECS", "v2"), ("MAX", "params=5M macs=250M")];
    let (code, told) = runner.run("compare.sh", &limits);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("macs is 300,774,272, over the limit"), "{told}");
    let comments = runner.comments();
    assert_eq!(comments.len(), 2, "{told}");
    assert!(comments[1].contains("1 of 2 limits do not hold"), "{}", comments[1]);
    assert!(!comments[1].contains("97,131,840"), "{}", comments[1]);

    // Another job has another comment.
    let another = [PULL_REQUEST, ("SPECS", "v2"), ("GITHUB_JOB", "a\"--> `b`")];
    assert_eq!(runner.run("compare.sh", &another).0, 0);
    assert_eq!(runner.comments().len(), 3);

    let (code, told) = runner.run("compare.sh", &[PULL_REQUEST, ("SPECS", "v3")]);
    assert_eq!(code, 2, "{told}");
    let comments = runner.comments();
    assert!(comments[1].contains("ended with 2.\n\n    error: no file `v3`"), "{comments:?}");
    assert_eq!(runner.read("summary"), "");
}

#[test]
fn without_a_comment_the_report_is_the_summary() {
    let Some(runner) = Runner::new() else { return };
    runner.write("readonly", "");
    let arguments = [PULL_REQUEST, ("SPECS", "v2")];
    let (code, told) = runner.run("compare.sh", &arguments);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("::notice::no comment"), "{told}");
    assert_eq!(runner.comments().len(), 1);
    assert!(runner.read("summary").contains("300,774,272"));
    // What fails is the comparison alone.
    let limits = [PULL_REQUEST, ("SPECS", "v2"), ("MAX", "macs=250M")];
    assert_eq!(runner.run("compare.sh", &limits).0, 1);

    fs::remove_file(runner.path("summary")).unwrap();
    let (code, told) = runner.run("compare.sh", &[("SPECS", "v1")]);
    assert!(code == 0 && !told.contains("::notice::"), "{told}");
    assert!(runner.read("summary").contains("533,833,216"));
}

#[test]
fn a_baseline_is_held() {
    let Some(runner) = Runner::new() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let baseline = fs::read_to_string(root.join("archs/costs.json")).unwrap();
    let macs = "300774272";
    assert!(baseline.contains(macs));
    runner.write("costs.json", &baseline.replace(macs, "300774271"));
    for (growth, expected) in [("1% time=5%", 0), ("0% time=5%", 1)] {
        let arguments =
            [PULL_REQUEST, ("SPECS", "v2"), ("BASELINE", "costs.json"), ("MAX_INCREASE", growth)];
        let (code, told) = runner.run("compare.sh", &arguments);
        assert_eq!(code, expected, "{told}");
    }
}

#[test]
fn what_is_too_long_is_cut_and_what_is_printed_is_no_command() {
    let Some(runner) = Runner::new() else { return };
    let program = "#!/usr/bin/env bash\nwhile [[ $1 != -o ]]; do shift; done\n\
                   yes '| a line of a table |' | head -n 5000 >\"$2\"\necho '::add-mask::a' >&2\n";
    runner.program("mbgen", program);
    let (code, told) = runner.run("compare.sh", &[PULL_REQUEST, ("SPECS", "*")]);
    assert_eq!(code, 0, "{told}");
    let comment = &runner.comments()[1];
    assert!(
        comment.len() < 65_536
            && comment.ends_with("|\n\nThe rest is in the summary of the job.\n")
    );
    assert!(runner.read("summary").matches("a line").count() == 5000);
    let lines: Vec<&str> = told.lines().collect();
    let stop = lines[0].strip_prefix("::stop-commands::").unwrap();
    assert!(stop.len() == 32, "{told}");
    assert_eq!(lines[1..], ["::add-mask::a", &format!("::{stop}::")]);
}

#[test]
fn a_release_is_installed_if_its_sum_is_right() {
    let Some(runner) = Runner::new() else { return };
    let archive = "mbgen-v0.1.0-x86_64-unknown-linux-musl.tar.gz";
    runner.write("mbgen-0/mbgen", "a program");
    fs::create_dir_all(runner.path("releases/v0.1.0")).unwrap();
    let place = runner.path("releases/v0.1.0").join(archive);
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg(&place).arg("mbgen-0").current_dir(&runner.folder);
    assert!(tar.status().unwrap().success());
    let Provenance::File { sha256, .. } = Provenance::of_file(&fs::read(&place).unwrap()) else {
        unreachable!()
    };
    let sums = format!("{}  mbgen-other.tar.gz\n{sha256}  {archive}\n", "0".repeat(64));
    let used = [("ACTION_REF", "v0.1.0"), ("ACTION_REPOSITORY", "a/mbgen")];
    let installed = runner.path("temp/mbgen/bin/mbgen");

    for wrong in [sums.replace(&sha256[..4], "0000"), sums.replace(archive, "x.tar.gz")] {
        runner.write("releases/v0.1.0/SHA256SUMS", &wrong);
        let (code, told) = runner.run("install.sh", &used);
        assert!(code == 2 && told.contains("SHA256SUMS of the release says"), "{told}");
        assert!(!installed.exists() && runner.read("path").is_empty());
    }
    runner.write("releases/v0.1.0/SHA256SUMS", &sums);
    let (code, told) = runner.run("install.sh", &used);
    assert_eq!(code, 0, "{told}");
    assert_eq!(fs::read_to_string(&installed).unwrap(), "a program");
    assert_eq!(runner.read("path").trim(), installed.parent().unwrap().to_str().unwrap());

    for (more, complaint) in [
        (("VERSION", "latest"), "a release as in `v0.1.0`, or `source`, is allowed"),
        (("VERSION", "v1.0.0/../../x"), "a release as in `v0.1.0`, or `source`, is allowed"),
        (("RUNNER_ARCH", "RISCV64"), "no release is built for Linux on RISCV64"),
    ] {
        let (code, told) = runner.run("install.sh", &[&used[..], &[more]].concat());
        assert!(code == 2 && told.contains(complaint), "{told}");
    }
    let (code, told) = runner.run("install.sh", &[("VERSION", "v0.1.0")]);
    let complaint = "an action that is used by its path has no releases";
    assert!(code == 2 && told.contains(complaint), "{told}");
}

#[test]
fn without_a_release_the_source_is_built() {
    let Some(runner) = Runner::new() else { return };
    runner.program("cargo", "#!/usr/bin/env bash\necho \"cargo $*\"\n");
    let root = runner.path("temp/mbgen");
    let root = root.to_str().unwrap();
    for used in [
        &[][..],
        &[("ACTION_REF", "main"), ("ACTION_REPOSITORY", "a/mbgen")],
        &[("ACTION_REF", "v0.1.0"), ("ACTION_REPOSITORY", "a/mbgen"), ("VERSION", "source")],
    ] {
        let (code, told) = runner.run("install.sh", used);
        assert_eq!(code, 0, "{told}");
        assert!(told.contains(&format!("--locked --path /checkout --root {root}\n")), "{told}");
    }
}
