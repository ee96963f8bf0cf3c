//! The lines of a comparison, told apart by every reader.

use serde_json::{Value, json};

use super::{LOOKS, browser, keep, page};

const SWEEP: [&str; 7] =
    ["compare", "v1", "v2", "--width", "0.25..1:0.25", "--resolution", "128,160,192,224"];

#[test]
fn a_sweep_names_every_spec_and_resolution() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = page(folder.path(), &SWEEP);
    for look in LOOKS {
        browser.open(&file, look);
        let of = |chart: &str, what: &str| {
            format!("[...document.querySelectorAll('[data-chart={chart}] {what}')]")
        };
        for chart in ["sweep-macs", "sweep-params", "sweep-peak", "sweep-front"] {
            let key = browser.eval(&(of(chart, ".key > span") + ".map(e => e.textContent)"));
            let named = json!(["v1", "v2", "resolution 128", "160", "192", "224"]);
            assert_eq!(key, named, "{chart} {look:?}");
        }
        // A line each, and as many strokes.
        let strokes = format!(
            "new Set({}.map(e => e.getAttribute('stroke'))).size",
            of("sweep-macs", "svg[aria-label] [aria-label=line] path")
        );
        assert_eq!(browser.eval(&strokes), 8, "{look:?}");
        for (chart, expected) in [
            ("sweep-macs", json!(["128", "128", "160", "160", "192", "192", "224", "224"])),
            ("sweep-params", json!(["128–224", "128–224"])),
            ("sweep-peak", json!(["128", "128", "160", "160", "192", "192", "224", "224"])),
        ] {
            let texts = of(chart, ".ends text");
            let said = browser.eval(&format!("{texts}.map(e => e.textContent).sort()"));
            assert_eq!(said, expected, "{chart} {look:?}");
            let overlaps = format!(
                "(() => {{ const b = {texts}.map(e => e.getBoundingClientRect()); \
                 return b.flatMap((p, i) => b.slice(i + 1).filter(q => p.left < q.right && \
                 q.left < p.right && p.top + 1.5 < q.bottom && q.top + 1.5 < p.bottom)).length }})()"
            );
            assert_eq!(browser.eval(&overlaps), 0, "{chart} {look:?}");
        }
        keep(&mut browser, "series", look);
    }
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

#[test]
fn a_long_sweep_labels_as_many_lines_as_fit() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let args = ["compare", "v2", "--width", "0.25..1:0.25", "--resolution", "96..320:8"];
    browser.open(&page(folder.path(), &args), LOOKS[0]);
    let places = "[...document.querySelectorAll('[data-chart=sweep-peak] .ends text')]\
                  .map(e => +e.getAttribute('y')).sort((a, b) => a - b)";
    let places: Vec<f64> = serde_json::from_value(browser.eval(places)).unwrap();
    assert!((8..29).contains(&places.len()), "{places:?}");
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 12.9), "{places:?}");
}

/// The colours of specs as the style has them: for light paper, for dark.
fn colors() -> [Vec<[f64; 3]>; 2] {
    let style = include_str!("../../templates/report/style/theme.css");
    let lines = style.lines().filter(|line| line.trim_start().starts_with("--series-"));
    let pairs: Vec<[[f64; 3]; 2]> = lines
        .map(|line| {
            let mut found = line.split('#').skip(1).map(|text| {
                let linear = |at: usize| {
                    let value =
                        f64::from(u8::from_str_radix(&text[at..at + 2], 16).unwrap()) / 255.0;
                    if value <= 0.04045 {
                        value / 12.92
                    } else {
                        ((value + 0.055) / 1.055).powf(2.4)
                    }
                };
                [0, 2, 4].map(linear)
            });
            [found.next().unwrap(), found.next().unwrap()]
        })
        .collect();
    [0, 1].map(|tone| pairs.iter().map(|pair| pair[tone]).collect())
}

fn times(matrix: [[f64; 3]; 3], [r, g, b]: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * r + row[1] * g + row[2] * b)
}

/// Björn Ottosson's OKLab, in which distances are as they are seen.
fn oklab(color: [f64; 3]) -> [f64; 3] {
    let cones = times(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        color,
    );
    times(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ],
        cones.map(|cone| cone.max(0.0).cbrt()),
    )
}

/// What a colour is to people who lack a kind of cone (Machado, Oliveira and Fernandes 2009).
const VISIONS: [(&str, [[f64; 3]; 3]); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ),
];

#[test]
fn colors_of_specs_differ_for_every_vision_and_stand_out_from_the_paper() {
    let luminance = |[r, g, b]: [f64; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b;
    // #fcfcfa and #131417.
    for (colors, paper) in colors().iter().zip([0.971, 0.007]) {
        assert_eq!(colors.len(), 5);
        for &color in colors {
            let mut pair = [luminance(color), paper];
            pair.sort_by(f64::total_cmp);
            assert!((pair[1] + 0.05) / (pair[0] + 0.05) >= 3.0, "contrast of {color:?}");
        }
        for (vision, matrix) in VISIONS {
            let seen: Vec<_> = colors.iter().map(|&color| oklab(times(matrix, color))).collect();
            for (i, a) in seen.iter().enumerate() {
                for (j, b) in seen.iter().enumerate().skip(i + 1) {
                    let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
                    assert!(apart.sqrt() >= 0.09, "{vision}: {} and {}", i + 1, j + 1);
                }
            }
        }
    }
}

#[test]
fn every_spec_of_many_has_its_own_symbol_and_colour() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let specs = ["v1", "v2", "residual", "v1-paper", "v1-0.5-160", "v1-0.25-96-vww"];
    let args = [&["compare"], &specs[..], &["--width", "0.5,1", "--resolution", "96,128"]].concat();
    browser.open(&page(folder.path(), &args), LOOKS[2]);
    let looks = "[...document.querySelectorAll('[data-chart=sweep-macs] .key svg g')]\
                 .map(mark => mark.outerHTML)";
    let Value::Array(mut looks) = browser.eval(looks) else { panic!("a list") };
    assert_eq!(looks.len(), specs.len());
    looks.sort_by_key(Value::to_string);
    looks.dedup();
    assert_eq!(looks.len(), specs.len(), "{looks:?}");
}
