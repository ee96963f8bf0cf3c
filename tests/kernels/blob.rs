//! The header of a file of weights.

use mbgen::kernels::blob::{Header, Mismatch};

#[test]
fn every_bit_of_a_header_counts() {
    let header = Header { panel: 32, layout: 0x0123_4567_89AB_CDEF, values: 2, checksum: 5 };
    let mut file = [&header.to_bytes()[..], &[0; 8]].concat();
    let read = |file: &[u8]| Header::expect(file, 32, header.layout, 2);
    assert_eq!(read(&file), Ok(header));
    for bit in 0..8 * Header::BYTES {
        let (byte, mask) = (bit / 8, 1 << (bit % 8));
        file[byte] ^= mask;
        match read(&file) {
            // The values are held against it.
            Ok(found) => assert!((32..40).contains(&byte) && found != header, "bit {bit}"),
            Err(why) => {
                let expected = match byte {
                    0..8 => matches!(why, Mismatch::Magic),
                    8..12 => matches!(why, Mismatch::Version(_)),
                    40.. => why == Mismatch::Reserved && why.to_string().contains("40 to 63"),
                    _ => why == Mismatch::Layout,
                };
                assert!(expected, "bit {bit}: {why}");
            }
        }
        file[byte] ^= mask;
    }
}
