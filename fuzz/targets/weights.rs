//! Bytes are the weights of a network, or are refused.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mbgen::block::Variant;
use mbgen::plan::pack;
use mbgen::tasks::{Planned, fit};
use mbgen::weights::{Selection, StateDict, attribution, fold, read_safetensors};
use mbgen_fuzz::formula::formula;
use mbgen_fuzz::{begin_with, name, planned, taken};

static PLANNED: LazyLock<Planned> = LazyLock::new(|| planned(Variant::default()));
static DICT: LazyLock<StateDict> = LazyLock::new(|| formula(&PLANNED.graph, (0.5, 1.5)));

/// A file of which this is the header, and whose data are as many zeros as the network has.
fn with_header(header: &[u8]) -> Vec<u8> {
    let zeros = DICT.iter().map(|(_, tensor)| size_of_val(&*tensor.data)).sum();
    let length = (header.len() as u64).to_le_bytes();
    [&length, header, &vec![0; zeros]].concat()
}

fn read(bytes: &[u8]) {
    attribution(bytes);
    let Some(dict) = taken(read_safetensors(bytes, name())) else { return };
    let again = read_safetensors(&dict.to_safetensors(), name()).unwrap();
    let bits = |dict: &StateDict| {
        let tensors = dict.iter().map(|(name, tensor)| {
            let values: Vec<u32> = tensor.data.iter().map(|x| x.to_bits()).collect();
            (name.to_owned(), tensor.shape.clone(), values)
        });
        tensors.collect::<Vec<_>>()
    };
    assert_eq!(bits(&again), bits(&dict));
    let skipped = vec!["aux".to_owned()];
    let prefix = Some("module.".to_owned());
    taken(Selection { prefix, skipped }.of(dict.clone(), name()));

    let graph = &PLANNED.graph;
    let fits = fit(&dict, graph).ok();
    let Some(folded) = taken(fold(&dict, graph, 1e-5, name())) else { return };
    assert!(fits);
    let packed = pack(&PLANNED.plan, graph, &folded).unwrap();
    assert!(packed.iter().all(|x| x.is_finite() && !x.is_subnormal()));
}

fuzz_target!(
    init: {
        let file = DICT.to_safetensors();
        let length = u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
        let header = &file[8..8 + length];
        let mut few = StateDict::new();
        for (name, tensor) in DICT.iter().filter(|(_, tensor)| tensor.data.len() < 9) {
            few.insert(name, tensor.clone());
        }
        let said = b"{\"__metadata__\":{\"license\":\"MIT\"}}";
        begin_with("weights", [header, said, &few.to_safetensors()]);
    },
    |bytes: &[u8]| {
        read(bytes);
        read(&with_header(bytes));
    }
);
