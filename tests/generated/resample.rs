//! The resampler of package `photo` against Pillow.

#[path = "../../templates/crate/photo/src/resample.rs"]
mod shipped;

use self::shipped::{Axis, CUBIC, Picture, TRIANGLE};
use crate::support::photos::{Prepared, picture, prepared};

/// A case as `prepare.rs` computes it.
fn scaled(case: &Prepared, pixels: Vec<u8>) -> Vec<u8> {
    let ([width, height], side) = (case.photo, |key: &str| case.resize[key].as_u64());
    let shorter = |n: usize| Some(side("shorter")? as usize * n / width.min(height));
    let to = |key: &str, n: usize| shorter(n).or(side(key).map(|side| side as usize)).unwrap();
    let rows = Axis::centre(height, to("height", height), case.input[1]);
    let columns = Axis::centre(width, to("width", width), case.input[0]);
    let photo: Picture<3> = Picture { pixels, width, height };
    let input = match &*case.filter {
        "nearest" => photo.pick(&rows, &columns),
        "bicubic" => photo.mix(&rows, &columns, &CUBIC),
        _ => photo.mix(&rows, &columns, &TRIANGLE),
    };
    assert_eq!([input.width, input.height], case.input);
    input.pixels
}

#[test]
fn pictures_are_scaled_as_pillow_scales_them() {
    let cases: Vec<Prepared> = prepared().into_iter().filter(|case| case.channels == 3).collect();
    for case in &cases {
        let found = scaled(case, picture(case.photo[0], case.photo[1]));
        assert_eq!(found, case.pixels, "{:?} {} {}", case.photo, case.resize, case.filter);
    }
    assert!(cases.len() > 15);
}
