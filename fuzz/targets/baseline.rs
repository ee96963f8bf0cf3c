//! A text is a baseline that networks can be held to, or is refused.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mbgen::analysis::sweep::Sweep;
use mbgen::gate::{Baseline, Increase};
use mbgen::machine::Description;
use mbgen::report::{Format, Style, compare};
use mbgen::tasks::{Asked, Compared};
use mbgen_fuzz::{begin_with, name, taken, tiny};

static MACHINE: LazyLock<Description> = LazyLock::new(Description::reference);

fn asked<'b>(baseline: Option<&'b Baseline>, increases: &[&str]) -> Asked<'b> {
    let sweep = Sweep { widths: vec![0.5, 1.0], ..Sweep::default() };
    let increases = increases.iter().map(|text| Increase::parse(text).unwrap()).collect();
    Asked { baseline, increases, planned: true, ..Asked::of(sweep, MACHINE.clone()) }
}

fuzz_target!(
    init: {
        let points = Compared::new(vec![tiny()], asked(None, &[])).unwrap().entries().unwrap();
        let schema = "mbgen.baseline/2".to_owned();
        let mut all = Baseline { schema, reasons: vec!["first".into()], points };
        let both = all.text();
        all.points.iter_mut().for_each(|point| (point.layers, point.steps) = (vec![], vec![]));
        begin_with("baseline", [both, all.text()]);
    },
    |text: &str| {
        let Some(baseline) = taken(Baseline::parse(text, name())) else { return };
        let written = baseline.text();
        let again = Baseline::parse(&written, name()).unwrap_or_else(|e| panic!("{e}\n{written}"));
        assert_eq!(again, baseline, "{written}");
        for increases in [&[][..], &["1%"], &["macs=5%", "time=1us"]] {
            let compared = Compared::new(vec![tiny()], asked(Some(&baseline), increases));
            let Some(compared) = taken(compared) else { continue };
            compared.failure();
            for format in Format::ALL {
                let style = Style { unicode: false, color: false, width: None };
                let shown =
                    compared.show(|all| compare::write(all, format, style, &mut Vec::new()));
                shown.unwrap();
            }
        }
    }
);
