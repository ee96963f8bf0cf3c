//! Generated crates on the networks that other inference engines were measured with.

use std::path::Path;
use std::process::Command;

use crate::support::crates::{build, folder, generate, succeed};
use crate::support::{largest_difference, numbers, shared};
use mbgen::kernels::isa::InstructionSet;

/// The values of a NumPy file, as f64, and its shape.
fn npy(path: &Path) -> (Vec<usize>, Vec<f64>) {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\0");
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..start]).unwrap();
    assert!(header.contains("'fortran_order': False"), "{header}");
    let shape = header.split(['(', ')']).nth(1).unwrap().split(',').map(str::trim);
    let shape = shape.filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
    let data = &bytes[start..];
    let values = if header.contains("'<f4'") {
        data.as_chunks().0.iter().map(|x| f64::from(f32::from_le_bytes(*x))).collect()
    } else {
        assert!(header.contains("'<f8'"), "{header}");
        data.as_chunks().0.iter().map(|x| f64::from_le_bytes(*x)).collect()
    };
    (shape, values)
}

#[test]
fn logits_are_those_of_other_engines() {
    let Some(models) = shared().map(|shared| shared.join("peers/models")) else { return };
    for (model, spec, width) in [("v1-0.25", "v1-paper", "0.25"), ("v2-0.5", "v2", "0.5")] {
        let weights = models.join(format!("{model}.safetensors"));
        let options = ["--width", width, "--weights", weights.to_str().unwrap()];
        let program = build(&generate(&format!("peer-{model}"), spec, &options));

        let (shape, image) = npy(&models.join(format!("{model}.in.npy")));
        let (c, positions) = (shape[1], shape[2] * shape[3]);
        let hwc = (0..image.len()).map(|i| image[i % c * positions + i / c] as f32);
        let input = folder().join(format!("{model}.f32"));
        std::fs::write(&input, hwc.flat_map(f32::to_le_bytes).collect::<Vec<u8>>()).unwrap();

        let (_, expected) = npy(&models.join(format!("{model}.ref.npy")));
        for isa in InstructionSet::available() {
            let mut command = Command::new(&program);
            let output = succeed(command.arg("logits").arg(&input).args(["--isa", isa.name()]));
            let logits = numbers(&serde_json::from_slice(&output.stdout).unwrap());
            let off = largest_difference(&logits, &expected);
            println!("{model} on {isa}: {off:.1e}");
            assert!(off < 1e-4, "{model} on {isa}: {off}");
        }
    }
}
