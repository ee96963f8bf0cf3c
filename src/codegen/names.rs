//! Names of packages and constants.

use std::collections::HashSet;

use crate::block::Variant;
use crate::spec::Spec;

/// Names that a package cannot have: Rust's keywords, names that Rust, cargo, the crate itself and
/// its package `photo` use, and names of devices on Windows.
const RESERVED: &str = " \
    abstract as async await become box break const continue crate do dyn else enum extern false \
    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self \
    static struct super trait true try type typeof union unsafe unsized use virtual where while yield \
    alloc core proc_macro std test build deps examples incremental \
    kernels image lexopt rayon \
    aux com1 com2 com3 com4 com5 com6 com7 com8 com9 con lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 \
    lpt9 nul prn ";

/// Longest name of a constant, so that every line with one fits the page.
const LONGEST: usize = 40;

/// The package's name: that of the spec, and what was asked for beside it.
///
/// A width multiplier becomes `_0_75`, a resolution `_160` or `_40x32`, a number of classes `_c10`.
pub fn package(spec: &Spec, variant: &Variant) -> String {
    let mut name = spec.name.to_ascii_lowercase().replace('-', "_");
    if let Some(width) = variant.width.filter(|&width| width != spec.width.multiplier) {
        name += &format!("_{width:?}").replace(['.', '-'], "_");
    }
    match variant.resolution.filter(|&size| size != (spec.input.height, spec.input.width)) {
        Some((h, w)) if h == w => name += &format!("_{h}"),
        Some((h, w)) => name += &format!("_{h}x{w}"),
        None => {}
    }
    if let Some(classes) = variant.classes.filter(|&classes| classes != spec.classes) {
        name += &format!("_c{classes}");
    }
    if RESERVED.split(' ').any(|reserved| reserved == name) {
        name += "_net";
    }
    name
}

/// Names of constants that are distinct in one scope.
pub struct Constants {
    taken: HashSet<String>,
    other: &'static str,
}

impl Constants {
    /// Names for a scope that has the constants `taken` already; names that would be too long become
    /// `other` and a number.
    pub fn new(taken: &[&str], other: &'static str) -> Self {
        Self { taken: taken.iter().map(|&name| name.to_owned()).collect(), other }
    }

    /// A constant called after a module path: `features.2.conv.0.0` gives `FEATURES_2_CONV_0_0`.
    pub fn name(&mut self, path: &str) -> String {
        let mut stem = path.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        stem = stem.trim_matches('_').to_owned();
        if stem.len() > LONGEST || !stem.starts_with(|c: char| c.is_ascii_uppercase()) {
            stem = self.other.to_owned();
        }
        let mut name = stem.clone();
        let mut n = 1;
        while !self.taken.insert(name.clone()) {
            n += 1;
            name = format!("{stem}_{n}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::load;

    #[test]
    fn packages_are_called_after_what_differs() {
        let spec = load("v2").unwrap().spec;
        let name =
            |width, resolution, classes| package(&spec, &Variant { width, resolution, classes });
        assert_eq!(name(None, None, None), "mobilenet_v2");
        assert_eq!(name(Some(1.0), Some((224, 224)), Some(1000)), "mobilenet_v2");
        assert_eq!(name(Some(0.75), Some((160, 160)), None), "mobilenet_v2_0_75_160");
        assert_eq!(name(None, Some((40, 32)), Some(10)), "mobilenet_v2_40x32_c10");
    }

    #[test]
    fn reserved_names_get_a_suffix() {
        let mut spec = load("v2").unwrap().spec;
        for (name, expected) in [
            ("impl", "impl_net"),
            ("Self", "self_net"),
            ("gen", "gen_net"),
            ("async", "async_net"),
            ("CON", "con_net"),
            ("lpt9", "lpt9_net"),
            ("image", "image_net"),
            ("implement", "implement"),
        ] {
            spec.name = name.into();
            assert_eq!(package(&spec, &Variant::default()), expected);
        }
    }

    #[test]
    fn constants_are_distinct() {
        let mut names = Constants::new(&["INPUT"], "LAYER");
        let long = "x".repeat(64);
        let made: Vec<_> =
            ["a.0.conv", "a_0.conv", "input", "_", &long].map(|path| names.name(path)).into();
        assert_eq!(made, ["A_0_CONV", "A_0_CONV_2", "INPUT_2", "LAYER", "LAYER_2"]);
    }
}
