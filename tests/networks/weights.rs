//! Weight files: what is read, what is refused, and how that is said.

use std::path::Path;

use crate::support::formula::formula;
use crate::support::networks;
use half::{bf16, f16};
use mbgen::graph::LayerGraph;
use mbgen::weights::{Folded, Selection, StateDict, Tensor, fold, load, read_safetensors};
use serde_json::json;

const EPS: f64 = 1e-5;

/// A dense, a depthwise and a pointwise convolution, pool and classifier: 17 tensors.
fn graph() -> LayerGraph {
    let stages = "{body: [conv_bn: {c: 8, s: 2}, conv_dsc: {c: 16}]}";
    networks::parsed(&networks::spec([3, 8, 8], 5, 1.0, stages))
}

fn dict() -> StateDict {
    formula(&graph(), (0.5, 1.5))
}

/// A safetensors file with the tensors given as name, element type, shape and bytes.
fn file(tensors: &[(&str, &str, &[usize], &[u8])]) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, dtype, shape, bytes) in tensors {
        let start = data.len();
        data.extend_from_slice(bytes);
        let entry = json!({"dtype": dtype, "shape": shape, "data_offsets": [start, data.len()]});
        header.insert((*name).to_owned(), entry);
    }
    with_header(&serde_json::to_string(&header).unwrap(), &data)
}

fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// What is wrong with the bytes of a file.
fn unreadable(bytes: &[u8]) -> String {
    let error = read_safetensors(bytes, Path::new("w.safetensors")).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    error.to_string().strip_prefix("w.safetensors: ").unwrap().to_owned()
}

/// What is wrong with a state dict after `change`, having gone through a file.
fn refused(change: impl FnOnce(&mut StateDict)) -> String {
    let mut dict = dict();
    change(&mut dict);
    let origin = Path::new("w.safetensors");
    let dict = read_safetensors(&dict.to_safetensors(), origin).unwrap();
    let error = fold(&dict, &graph(), EPS, origin).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    error.to_string().strip_prefix("w.safetensors: ").unwrap().to_owned()
}

fn set(dict: &mut StateDict, name: &str, offset: usize, value: f32) {
    let mut tensor = dict.remove(name).unwrap();
    tensor.data[offset] = value;
    dict.insert(name, tensor);
}

fn tensor(shape: &[usize]) -> Tensor {
    Tensor { shape: shape.to_vec(), data: vec![0.5; shape.iter().product()] }
}

#[test]
fn missing_extra_and_misshapen_tensors_are_named_with_shapes() {
    assert_eq!(
        refused(|dict| drop(dict.remove("body.1.3.weight"))),
        "`body.1.3.weight` of shape [16, 8, 1, 1] is missing"
    );
    assert_eq!(
        refused(|dict| drop(dict.insert("aux.weight", tensor(&[2, 3])))),
        "`aux.weight` of shape [2, 3] is no tensor of the network; --skip-tensors aux.weight leaves \
         it out"
    );
    assert_eq!(
        refused(|dict| drop(dict.insert("fc.weight", tensor(&[1000, 16])))),
        "`fc.weight` has shape [1000, 16], the network needs [5, 16]"
    );
}

#[test]
fn a_near_miss_is_suggested() {
    let message = refused(|dict| {
        let tensor = dict.remove("body.0.0.weight").unwrap();
        dict.insert("body.0.0.weights", tensor);
    });
    assert_eq!(
        message,
        "2 problems\n  \
         `body.0.0.weight` of shape [8, 3, 3, 3] is missing; there is `body.0.0.weights` of shape \
         [8, 3, 3, 3]\n  \
         `body.0.0.weights` of shape [8, 3, 3, 3] is no tensor of the network"
    );
}

#[test]
fn many_problems_are_told_at_once_and_counted() {
    let message = refused(|dict| {
        for (name, tensor) in std::mem::take(dict).iter().take(16) {
            dict.insert(format!("{name}s"), tensor.clone());
            dict.insert(name.replace("body.0", "body.O"), tensor.clone());
        }
    });
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines.len(), 12, "{message}");
    assert!(lines[0].ends_with(" problems") && lines[11].starts_with("  and "), "{message}");
    assert!(lines[1].contains("is missing; there is `body."), "{message}");
}

/// The network's tensors, each name changed.
fn renamed(rename: impl Fn(&str) -> String) -> StateDict {
    let mut changed = StateDict::new();
    for (name, tensor) in dict().iter() {
        changed.insert(rename(name), tensor.clone());
    }
    changed
}

/// What `fold` makes of a state dict that has been through a file.
fn folded(dict: &StateDict) -> Result<Folded, String> {
    let origin = Path::new("w.safetensors");
    let dict = read_safetensors(&dict.to_safetensors(), origin).unwrap();
    fold(&dict, &graph(), EPS, origin).map_err(|error| error.to_string())
}

#[test]
fn names_below_a_prefix_load_and_are_told_with_it() {
    let plain = folded(&dict()).unwrap();
    for prefix in ["module.", "_orig_mod.", "model.", "_orig_mod.module.", "a.b.c.d."] {
        let below = renamed(|name| format!("{prefix}{name}"));
        assert_eq!(folded(&below).unwrap(), plain, "{prefix}");
        let mut wrong = below.clone();
        wrong.insert(format!("{prefix}fc.weight"), tensor(&[7, 16]));
        wrong.remove(&format!("{prefix}body.0.1.bias"));
        wrong.insert("criterion.weight", tensor(&[2]));
        let message = folded(&wrong).unwrap_err();
        let expected = format!(
            "w.safetensors: 3 problems\n  `{prefix}body.0.1.bias` of shape [8] is missing\n  \
             `{prefix}fc.weight` has shape [7, 16], the network needs [5, 16]\n  \
             `criterion.weight` of shape [2] is no tensor of the network"
        );
        assert_eq!(message, expected);
    }
}

#[test]
fn one_of_two_networks_in_a_file_is_chosen() {
    let mut both = renamed(|name| format!("model.{name}"));
    for (name, tensor) in renamed(|name| format!("ema.{name}")).iter() {
        let halves = tensor.data.iter().map(|x| x / 2.0).collect();
        both.insert(name, Tensor { shape: tensor.shape.clone(), data: halves });
    }
    let message = folded(&both).unwrap_err();
    assert!(message.contains("tensors such as `model.body"), "{message}");
    let origin = Path::new("w");
    let taken =
        |selection: Selection| fold(&selection.of(both.clone(), origin)?, &graph(), EPS, origin);
    let below = Selection { prefix: Some("model.".into()), ..Selection::default() };
    assert_eq!(taken(below).unwrap(), folded(&dict()).unwrap());
    let without = Selection { skipped: vec!["ema".into()], ..Selection::default() };
    assert_eq!(taken(without).unwrap(), folded(&dict()).unwrap());
    let wrong = Selection { prefix: Some("net.".into()), skipped: vec!["mode".into()] };
    assert_eq!(
        taken(wrong).unwrap_err().to_string(),
        "w: 2 problems\n  no tensor has `mode` in its name\n  \
         no tensor's name begins with `net.`; the first is `ema.body.0.0.weight`"
    );
}

#[test]
fn a_file_of_another_program_shows_names_of_both() {
    let message = folded(&renamed(|name| name.replace("body.0.0", "conv_stem").replace('.', "_")));
    assert_eq!(
        message.unwrap_err(),
        "w.safetensors: none of the network's 17 tensors is there, such as `body.0.0.weight` \
         [8, 3, 3, 3], `body.1.0.weight` [8, 1, 3, 3], `body.1.3.weight` [16, 8, 1, 1]; among the \
         file's 17 are `body_1_0_weight` [8, 1, 3, 3], `body_1_3_weight` [16, 8, 1, 1], \
         `conv_stem_weight` [8, 3, 3, 3]"
    );
    assert!(
        folded(&StateDict::new())
            .unwrap_err()
            .ends_with("the file has no tensors; the network has 17")
    );
}

/// As `thop` leaves them in every module: F64 counters, and others of types that are not read.
#[test]
fn counters_of_tools_are_told_in_a_line_and_can_be_skipped() {
    let mut file = dict();
    for module in ["body.0.0", "body.0.1", "body.1.0", "fc"] {
        file.insert(format!("{module}.total_ops"), tensor(&[1]));
    }
    assert_eq!(
        folded(&file).unwrap_err(),
        "w.safetensors: 4 tensors such as `body.0.0.total_ops` are none of the network; \
         --skip-tensors total_ops leaves them out"
    );
    let skipped = Selection { skipped: vec!["total_ops".into()], ..Selection::default() };
    assert_eq!(skipped.of(file, Path::new("w")).unwrap(), dict());
}

#[test]
fn values_that_cannot_be_used_are_refused_by_name() {
    assert_eq!(
        refused(|dict| set(dict, "body.1.0.weight", 13, f32::NAN)),
        "`body.1.0.weight` is NaN at [1, 0, 1, 1]; weights must be finite f32"
    );
    assert_eq!(
        refused(|dict| set(dict, "body.1.4.running_mean", 3, f32::INFINITY)),
        "`body.1.4.running_mean` is inf at [3]; weights must be finite f32"
    );
    assert_eq!(
        refused(|dict| set(dict, "body.0.1.running_var", 2, -0.25)),
        "`body.0.1.running_var` is -0.25 at [2]; plus eps 0.00001 it must be positive"
    );
    let message = refused(|dict| {
        set(dict, "body.0.0.weight", 0, 3e38);
        set(dict, "body.0.1.weight", 0, 1e3);
        set(dict, "body.0.1.running_var", 0, 1.0);
    });
    assert!(message.starts_with("`body.0.0.weight` is 2.99"), "{message}");
    assert!(message.contains("e41 at [0, 0, 0, 0] with its batch normalisation"), "{message}");
}

#[test]
fn damaged_files_say_what_is_wrong() {
    let whole = dict().to_safetensors();
    for length in 0..whole.len() {
        let message = unreadable(&whole[..length]);
        let expected = if length < 8 { "hold no header" } else { "truncated" };
        assert!(message.contains(expected), "{length} bytes: {message}");
    }
    assert_eq!(unreadable(&[&whole[..], b"12345"].concat()), "more bytes follow the last tensor");
    assert!(unreadable(b"PK\x03\x04 and so on").contains("torch.save"));
    assert!(unreadable(b"version https://git-lfs.github.com/spec/v1").contains("git lfs pull"));
    for header in [
        "",
        "[]",
        "{\"a\": 1}",
        "{\"a\": {\"dtype\": \"F31\", \"shape\": [], \"data_offsets\": [0, 4]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [-1], \"data_offsets\": [0, 4]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 0]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [1099511627776, 1099511627776],
          \"data_offsets\": [0, 4]}}",
        &"[".repeat(100_000),
        &format!("{{\"a\": {{\"dtype\": \"{}\"}}}}", "x".repeat(100_000)),
    ] {
        let message = unreadable(&with_header(header, &[0; 4]));
        assert!(message.starts_with("the safetensors header is wrong: "), "{message}");
        assert!(message.len() < 300, "{message}");
    }
    // Sizes near 2^64 must not wrap around to the size of the file.
    let size = usize::MAX / 16 * 2;
    let entry = |i: usize| json!({"dtype": "U8", "shape": [size], "data_offsets": [i * size, (i + 1) * size]});
    let header: serde_json::Map<_, _> = (0..8).map(|i| (i.to_string(), entry(i))).collect();
    let message = unreadable(&with_header(&serde_json::to_string(&header).unwrap(), &[0; 4]));
    assert!(message.starts_with("truncated: "), "{message}");
}

#[test]
fn no_changed_byte_of_a_header_gets_through() {
    let (whole, graph, origin) = (dict().to_safetensors(), graph(), Path::new("w"));
    let header = 8 + u64::from_le_bytes(*whole.first_chunk().unwrap()) as usize;
    let mut bytes = whole.clone();
    for i in 0..header {
        for flip in [0x01, 0x04, 0x10, 0x80] {
            bytes[i] = whole[i] ^ flip;
            let read = read_safetensors(&bytes, origin);
            let folded = read.and_then(|dict| fold(&dict, &graph, EPS, origin));
            assert!(folded.is_err(), "byte {i} ^ {flip:#x}");
        }
        bytes[i] = whole[i];
    }
}

#[test]
fn other_element_types_are_refused_where_they_are_needed() {
    let bytes = |name: &'static str| {
        let mut tensors = vec![(name, "I8", &[8usize][..], &[0u8; 8][..])];
        let bias: Vec<u8> = [0.5f64; 8].iter().flat_map(|x| x.to_le_bytes()).collect();
        tensors.push(("body.0.1.bias", "F64", &[8], &bias));
        file(&tensors)
    };
    let origin = Path::new("w");
    let refused = |name| {
        let read = read_safetensors(&bytes(name), origin).unwrap();
        assert_eq!(read.len(), 1);
        fold(&read, &graph(), EPS, origin).unwrap_err().to_string()
    };
    let needed = refused("body.0.1.weight");
    assert!(
        needed.contains("\n  `body.0.1.weight` is I8; F64, F32, F16 and BF16 are read\n"),
        "{needed}"
    );
    assert!(!refused("scales").contains("are read"), "{}", refused("scales"));
}

#[test]
fn double_precision_is_rounded_once() {
    let values = [0.1f64, -1.0 / 3.0, 1e-60, 3.402_823_5e38];
    let doubles: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let dict = read_safetensors(&file(&[("a", "F64", &[4], &doubles)]), Path::new("w")).unwrap();
    assert_eq!(dict.get("a").unwrap().data, values.map(|x| x as f32));
}

#[test]
fn half_precision_is_read_exactly_and_counters_are_skipped() {
    let all: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
    let bytes = file(&[
        ("a", "F16", &[256, 256], &all),
        ("b.num_batches_tracked", "I64", &[], &[7; 8]),
        ("b", "BF16", &[256, 256], &all),
    ]);
    let dict = read_safetensors(&bytes, Path::new("w")).unwrap();
    assert_eq!(dict.len(), 2);
    let same = |name: &str, value: fn(u16) -> f32| {
        let Tensor { shape, data } = dict.get(name).unwrap();
        assert_eq!((&shape[..], data.len()), (&[256, 256][..], 65_536));
        for (bits, read) in (0..=u16::MAX).zip(data) {
            let expected = value(bits);
            let equal = read.to_bits() == expected.to_bits() || read.is_nan() && expected.is_nan();
            assert!(equal, "{name} {bits:#06x}: {read} for {expected}");
        }
    };
    same("a", |bits| f16::from_bits(bits).to_f32());
    same("b", |bits| bf16::from_bits(bits).to_f32());
}

#[test]
fn a_written_file_reads_back_equal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    std::fs::write(&path, dict().to_safetensors()).unwrap();
    assert_eq!(load(&path).unwrap(), dict());
    assert!(safetensors::SafeTensors::deserialize(&dict().to_safetensors()).is_ok());
    let message = load(&folder.path().join("none")).unwrap_err().to_string();
    assert!(message.starts_with("cannot read "), "{message}");
}
