//! No bytes but those that mbgen packed are a network's packed weights.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mbgen::block::Variant;
use mbgen::kernels::blob::{Header, checksum, checksum_of};
use mbgen::kernels::memory::f32s;
use mbgen::tasks::{Ingredients, Source};
use mbgen::weights::Selection;
use mbgen_fuzz::{begin_with, planned};

/// The file of the tiny network.
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let ingredients = Ingredients {
        source: Source::Seed(0),
        tensors: Selection::default(),
        labels: None,
        workspace: true,
    };
    let mut tree = planned(Variant::default()).tree(ingredients, |_| ()).unwrap();
    tree.files.remove("weights/tiny.bin").unwrap()
});

/// What a generated crate does with a file: whether it takes it.
fn taken(file: &[u8]) -> bool {
    let own: &Header = &HEADER;
    let header = match Header::expect(file, own.panel, own.layout, own.values as usize) {
        Ok(header) => header,
        Err(mismatch) => {
            assert!(!mismatch.to_string().is_empty());
            return false;
        }
    };
    let values = &file[Header::BYTES..];
    if let Some(floats) = f32s(values) {
        assert_eq!(checksum_of(floats), checksum(values));
    }
    checksum(values) == header.checksum
}

static HEADER: LazyLock<Header> = LazyLock::new(|| {
    let number = |at: usize| u64::from_le_bytes(*FILE[at..].first_chunk().unwrap());
    let header = Header {
        panel: (number(8) >> 32) as u32,
        layout: number(16),
        values: number(24),
        checksum: number(32),
    };
    assert_eq!(header.to_bytes(), FILE[..Header::BYTES]);
    header
});

fuzz_target!(
    init: {
        assert!(taken(&FILE));
        begin_with("blob", [&FILE[..], &FILE[..Header::BYTES], &[9, 0, 1]]);
    },
    |bytes: &[u8]| {
        // The checksum is no proof against forgery: what it does not see has four changes or more.
        if taken(bytes) {
            let changed = bytes.iter().zip(&*FILE).filter(|(a, b)| a != b).count();
            assert!(bytes == *FILE || changed > 4);
        }
        // The file with some bits flipped: where, low byte first, and which.
        let mut file = FILE.clone();
        for &[low, high, flips] in bytes.as_chunks().0.iter().take(2) {
            let at = usize::from(low) + 256 * usize::from(high);
            let len = file.len();
            file[at % len] ^= flips;
        }
        let cut = bytes.len().min(3);
        assert_eq!(taken(&file), file == *FILE);
        assert!(!taken(&file[..file.len() - 1 - cut]));
    }
);
