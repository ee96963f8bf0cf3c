//! Generated crates on photos: what the trained networks say, through the program `classify`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::crates::{cargo, generate, mbgen, photo_program, succeed};
use crate::support::sweep::leaves_out;
use crate::support::{data, json, largest_difference, numbers, photos, shared};
use mbgen::kernels::isa::InstructionSet;
use mbgen::spec::{EMBEDDED, load};
use serde_json::Value;

/// Of logits; a wrong eps, padding, stride or clamp costs 0.1 or more.
const TOLERANCE: f64 = 1e-3;

/// The program of a generated crate.
struct Classify {
    program: PathBuf,
}

impl Classify {
    fn new(name: &str, spec: &Path, weights: &Path) -> Self {
        Self { program: photo_program(name, spec, weights) }
    }

    fn command(&self, options: &[&str], images: &[PathBuf]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("classify").args(options).args(images);
        command
    }

    /// One JSON value an image.
    fn lines(&self, options: &[&str], images: &[PathBuf]) -> Vec<Value> {
        let output = succeed(&mut self.command(options, images));
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), images.len());
        lines
    }

    /// The logits of prepared images, on every instruction set, against those of PyTorch. Image
    /// `name` lies at `place(name)`.
    fn check_logits(&self, expected: &Path, place: impl Fn(&str) -> PathBuf) -> usize {
        let expected = json(expected);
        let expected = expected["images"].as_object().unwrap();
        let images: Vec<PathBuf> = expected.keys().map(|name| place(name)).collect();
        for isa in InstructionSet::available() {
            let isa = isa.name();
            let lines = self.lines(&["--prepared", "--logits", "--isa", isa], &images);
            for ((name, photo), logits) in expected.iter().zip(&lines) {
                let off = largest_difference(&numbers(logits), &numbers(&photo["logits"]));
                println!("{} {name} on {isa}: {off:.1e}", self.program.display());
                assert!(off < TOLERANCE, "{} {name} on {isa}: {off}", self.program.display());
            }
        }
        images.len()
    }

    /// The likeliest class of a photo.
    fn best(&self, image: &Path) -> usize {
        let lines = self.lines(&["--json", "--top", "1"], &[image.to_owned()]);
        lines[0]["top"][0]["class"].as_u64().unwrap() as usize
    }
}

/// Cargo fails where it would have to write another one.
#[test]
fn the_lock_file_is_cargos() {
    for spec in ["v1-0.25-96-vww", "residual"] {
        let options = ["--resolution", "32", "--width", "0.25"];
        let package = generate(&format!("locked_{spec}"), spec, &options).join("photo");
        cargo(&package, &["fetch", "--locked"]);
    }
}

fn archs(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("archs").join(file)
}

fn coffee() -> PathBuf {
    archs("images/coffee.png")
}

/// In the folder that `mbgen run` uses, too.
fn imagenet() -> Classify {
    let weights = archs("weights/v1-0.5-160.safetensors");
    Classify::new("mobilenet_v1_050_160", Path::new("v1-0.5-160"), &weights)
}

fn vww() -> Classify {
    let weights = data("trained/v1_0.25_96_vww.tfsame.safetensors");
    Classify::new("mobilenet_v1_025_96_vww", Path::new("v1-0.25-96-vww"), &weights)
}

#[test]
fn shipped_networks_say_what_pytorch_says() {
    let images = |name: &str| data("trained/images").join(name);
    let imagenet = imagenet();
    assert_eq!(imagenet.check_logits(&data("trained/v1_0.5_160_imagenet1001.json"), images), 3);
    assert_eq!(vww().check_logits(&data("trained/v1_0.25_96_vww.json"), images), 3);

    let line = &imagenet.lines(&["--json"], &[coffee()])[0];
    let top = line["top"].as_array().unwrap();
    assert_eq!((top.len(), &top[0]["label"]), (5, &Value::from("espresso")));
    let probability = top[0]["probability"].as_f64().unwrap();
    assert!((probability - 0.802).abs() < 0.02, "{probability}");

    // The picture of the README's first command.
    let printed = succeed(&mut imagenet.command(&[], &[coffee()])).stdout;
    let printed = String::from_utf8(printed).unwrap();
    let readme = std::fs::read_to_string(archs("../README.md")).unwrap();
    let classes: Vec<&str> = printed.lines().filter(|line| line.contains('%')).collect();
    assert!(classes.len() == 5 && readme.contains(&classes.join("\n")), "{printed}");
}

/// The package is as rustfmt and clippy want it, and its own tests pass.
#[test]
fn the_package_is_tidy() {
    if leaves_out("lints of the package photo") {
        return;
    }
    vww();
    let package = crate::support::crates::folder().join("mobilenet_v1_025_96_vww/photo");
    cargo(&package, &["fmt", "--check"]);
    cargo(&package, &["clippy", "--release", "--quiet", "--all-targets", "--", "-D", "warnings"]);
    let output = cargo(&package, &["test", "--release", "--quiet", "--test", "rayon"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("1 passed"));
}

/// Text, exit codes, and what is said about images that cannot be read.
#[test]
fn people_and_shells_are_served() {
    let imagenet = imagenet();
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.png");
    std::fs::write(&broken, &std::fs::read(coffee()).unwrap()[..1000]).unwrap();
    let missing = folder.path().join("missing.jpg");
    let text = folder.path().join("text.jpg");
    std::fs::write(&text, "no image").unwrap();

    // What can be read is classified, and the exit code tells of the rest.
    let images = [broken.clone(), coffee(), missing.clone(), text.clone()];
    let output = imagenet.command(&["--top", "2"], &images).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let (stdout, stderr) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (stdout, stderr) = (stdout.unwrap(), stderr.unwrap());
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{stdout}");
    assert_eq!(lines[0], coffee().display().to_string());
    assert!(lines[1].ends_with("%  ████████████████      espresso"), "{stdout}");
    let errors: Vec<&str> = stderr.lines().collect();
    assert_eq!(errors.len(), 3, "{stderr}");
    for (error, path) in errors.iter().zip([&broken, &missing, &text]) {
        assert!(error.starts_with(&format!("error: {}: ", path.display())), "{error}");
    }
    assert!(errors[2].ends_with("neither a PNG nor a JPEG file, which alone are read"), "{stderr}");

    // Nothing is written over, and a PNG is called one.
    let kept = folder.path().join("kept.png");
    std::fs::write(&kept, "mine").unwrap();
    for (to, says) in
        [(&kept, "is there already"), (&folder.path().join("new.jpg"), "ends in .png")]
    {
        let mut prepare = Command::new(&imagenet.program);
        let output = prepare.arg("prepare").arg(coffee()).arg(to).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(says), "{said}");
    }
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "mine");

    for (options, images, message) in [
        (
            &["--prepared"][..],
            &[coffee()][..],
            "600x400 pixels: a prepared image has exactly 160x160",
        ),
        (&["--top", "0"], &[coffee()], "a whole number of at least 1 is allowed"),
        (&["--isa", "mmx"], &[coffee()], "instruction sets are"),
        (&["--frobnicate"], &[coffee()], "--frobnicate"),
        (&[], &[], "classify needs an image"),
    ] {
        let output = imagenet.command(options, images).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(output.stdout.is_empty(), "{options:?}");
        assert!(stderr.contains(message) && stderr.lines().count() == 1, "{stderr}");
    }
    let output = succeed(Command::new(&imagenet.program).arg("--help"));
    assert!(String::from_utf8(output.stdout).unwrap().contains("--prepared"));
}

/// `mbgen run` without any argument.
#[test]
fn run_says_what_is_on_a_photo() {
    imagenet();
    // What others can write to is not built in.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(crate::support::crates::folder(), private).unwrap();
    }
    let run = |arguments: &[&str]| {
        let mut command = mbgen();
        command.arg("run").args(arguments).env("MBGEN_CACHE", crate::support::crates::folder());
        command
    };
    let output = succeed(&mut run(&[]));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!((lines.len(), lines[0]), (10, "coffee.png"), "{stdout}");
    assert!(lines[1].contains("%  ███") && lines[1].ends_with("  espresso"), "{stdout}");
    assert!(lines[6].contains(" ms, median of "), "{stdout}");
    assert!(lines[9].contains("76,525,312 MACs, 1,332,105 parameters"), "{stdout}");

    // What the program warns of is heard, too.
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.jpg");
    std::fs::write(&cut, &std::fs::read(data("pillow/photo.jpg")).unwrap()[..1000]).unwrap();
    let output = succeed(run(&["--image"]).arg(&cut));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("warning: ") && said.contains("ends after 1000 bytes"), "{said}");

    let manifest = archs("../Cargo.toml");
    for (arguments, cargo, message) in [
        (&["--image", "missing.jpg"][..], None, "error: cannot read missing.jpg: "),
        (&["--image", manifest.to_str().unwrap()], None, "Cargo.toml: "),
        (&["nothing"], None, "nothing"),
        (&[], Some("no-cargo-here"), "cargo is not to be found"),
    ] {
        let mut command = run(arguments);
        command.envs(cargo.map(|cargo| ("CARGO", cargo)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}

/// A photo that a camera marked as turned is seen upright.
#[test]
fn orientation_is_honoured() {
    let imagenet = imagenet();
    let upright = data("trained/images/coffee_160.png");
    let (mut pixels, width) = photos::pixels(&upright);
    // Turned by 180 degrees, and marked so: entry 0x0112 of the EXIF directory is 3.
    pixels = photos::turned(&pixels);
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0";
    let folder = tempfile::tempdir().unwrap();
    let turned = folder.path().join("turned.png");
    photos::write(&turned, &pixels, width, Some(exif));
    let lines = imagenet.lines(&["--logits"], &[upright.clone(), turned.clone()]);
    assert_eq!(lines[0], lines[1]);
    let lines = imagenet.lines(&["--logits", "--prepared"], &[upright, turned]);
    assert_ne!(lines[0], lines[1]);
}

/// A spec with symmetric padding, for weights that are turned by 180 degrees.
fn turned_spec(name: &str) -> PathBuf {
    let text = EMBEDDED.iter().find(|arch| arch.name == name).unwrap().text;
    let network = load(name).unwrap().spec.name;
    let text = text.replace("padding: same", "padding: symmetric");
    let text = text.replace(&format!("name: {network}\n"), &format!("name: {network}_turned\n"));
    assert!(text.contains("padding: symmetric") && text.contains("_turned"));
    let unlabelled: String =
        text.split_inclusive('\n').filter(|line| !line.starts_with("labels:")).collect();
    let path = crate::support::crates::folder().join(format!("{name}-turned.yaml"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, unlabelled).unwrap();
    path
}

#[test]
fn all_trained_networks_say_what_pytorch_says() {
    let Some(shared) = shared() else { return };
    let images = shared.join("images");
    let photos = json(&images.join("images.json"));
    let turned_images = tempfile::tempdir().unwrap();
    for (arch, model, file) in [
        ("v2", "v2_1.0_224_imagenet1k", "v2_1.0_224_imagenet1k"),
        ("v1-0.5-160", "v1_0.5_160_imagenet1001", "v1_0.5_160_imagenet1001.tfsame"),
        ("v1-0.5-160", "v1_0.5_160_imagenet1001", "v1_0.5_160_imagenet1001.rot180"),
        ("v1-0.25-96-vww", "v1_0.25_96_vww", "v1_0.25_96_vww.tfsame"),
        ("v1-0.25-96-vww", "v1_0.25_96_vww", "v1_0.25_96_vww.rot180"),
    ] {
        let weights = shared.join(format!("weights/{file}.safetensors"));
        let expected = shared.join(format!("weights/expected/{model}.json"));
        let turned = file.ends_with("rot180");
        let (name, spec) = match turned {
            false => (load(arch).unwrap().spec.name, arch.into()),
            true => (format!("{arch}-turned"), turned_spec(arch)),
        };
        let network = Classify::new(&name, &spec, &weights);
        let checked = network.check_logits(&expected, |name| {
            let prepared = images.join("prepared").join(name);
            if !turned {
                return prepared;
            }
            let (pixels, width) = photos::pixels(&prepared);
            let path = turned_images.path().join(name);
            photos::write(&path, &photos::turned(&pixels), width, None);
            path
        });
        assert_eq!(checked, 8);
        if !turned {
            check_whole_photos(&network, &json(&expected), &images, &photos);
        }
    }
}

/// The likeliest class of whole photos, wherever it is listed with at least 0.5: for ImageNet one
/// that counts as right, otherwise the very one that is listed.
fn check_whole_photos(network: &Classify, expected: &Value, images: &Path, photos: &Value) {
    let mut checked = 0;
    for (prepared, listed) in expected["images"].as_object().unwrap() {
        let best = &listed["top5"][0];
        if best["prob"].as_f64().unwrap() < 0.5 {
            continue;
        }
        let name = prepared.rsplit_once('_').unwrap().0;
        let is_photo = |(file, _): &(&String, &Value)| file.rsplit_once('.').unwrap().0 == name;
        let (file, facts) = photos.as_object().unwrap().iter().find(is_photo).unwrap();
        let right = match listed["logits"].as_array().unwrap().len() {
            2 => vec![best["index"].clone()],
            n => facts[format!("imagenet_{n}_accept")].as_array().unwrap().clone(),
        };
        let found = Value::from(network.best(&images.join(file)));
        assert!(right.contains(&found), "{file}: class {found}, of {right:?}");
        checked += 1;
    }
    assert!(checked >= 6, "{checked}");
}
