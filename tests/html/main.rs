//! Pages as a browser shows them.
//!
//! Needs Chromium (Debian's package `chromium`, or the program that `CHROMIUM` names). Without one
//! the tests say so and pass, unless `MBGEN_REQUIRE_CHROMIUM` is set. `MBGEN_PICTURES=DIR` keeps what
//! the browser showed.

mod browser;
mod comparisons;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

use browser::{Browser, Look};
use sha2::{Digest, Sha256};

const LOOKS: [Look; 4] = [
    Look { width: 360, dark: false },
    Look { width: 360, dark: true },
    Look { width: 1280, dark: false },
    Look { width: 1280, dark: true },
];

/// A page as the command writes it.
fn page(folder: &Path, args: &[&str]) -> PathBuf {
    let file = folder.join(args.join("-").replace('/', "_") + ".html");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mbgen"));
    let output = command.args(args).args(["--format", "html", "-o"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    file
}

fn browser() -> Option<Browser> {
    let found = browser::find();
    if found.is_none() {
        let required = std::env::var_os("MBGEN_REQUIRE_CHROMIUM").is_some();
        assert!(!required, "Chromium is required, but there is none");
        eprintln!("SKIPPED: no Chromium on this machine; install Debian's package chromium");
    }
    found.map(|program| Browser::start(&program))
}

/// Keeps a picture, where pictures are asked for.
fn keep(browser: &mut Browser, name: &str, look: Look) {
    if let Some(folder) = std::env::var_os("MBGEN_PICTURES") {
        let tone = if look.dark { "dark" } else { "light" };
        let file = PathBuf::from(folder).join(format!("{name}-{}-{tone}.png", look.width));
        std::fs::write(file, browser.picture()).unwrap();
    }
}

/// Every chart has marks, nothing is wider than the page, and nobody complains.
#[track_caller]
fn is_sound(browser: &mut Browser, what: &str, charts: usize) {
    assert!(browser.complaints.is_empty(), "{what}: {:#?}", browser.complaints);
    let drawn = "[...document.querySelectorAll('.chart')].filter(chart => \
                 chart.querySelectorAll('svg[aria-label] .bars > *').length > 1).length";
    assert_eq!(browser.eval(drawn), charts, "{what}: charts with marks");
    let mounts = browser.eval("document.querySelectorAll('[data-chart]').length");
    assert_eq!(mounts, charts, "{what}: charts");
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.eval(overflow), 0, "{what}: page is wider than the screen");
    let outside = "[...document.querySelectorAll('.chart svg text, h1, h2, dd, p, figcaption')]\
                   .filter(e => { const r = e.getBoundingClientRect(); \
                   return r.width > 0 && (r.left < -0.5 || r.right > innerWidth + 0.5); })\
                   .map(e => e.textContent)";
    assert_eq!(browser.eval(outside), serde_json::json!([]), "{what}: text outside the screen");
}

#[test]
fn pages_are_sound_at_every_width_and_in_both_tones() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, args, charts) in [
        ("v2", &["analyze", "v2", "--relu6"][..], 14),
        ("v1", &["analyze", "v1", "--by", "stage"], 10),
        ("residual", &["analyze", "residual", "--width", "0.5"], 11),
        ("torchinfo", &["analyze", "v2", "--as", "torchinfo"], 0),
        (
            "sweep",
            &["compare", "v2", "--width", "0.35,0.5,0.75,1.0", "--resolution", "96,160,224"],
            4,
        ),
        ("compare", &["compare", "v1", "v2", "residual"], 4),
        ("aligned", &["compare", "v1", "v1-paper", "--by", "block"], 4),
    ] {
        let file = page(folder.path(), args);
        for look in LOOKS {
            browser.open(&file, look);
            is_sound(&mut browser, &format!("{name} {look:?}"), charts);
            keep(&mut browser, name, look);
        }
    }
}

#[test]
fn tables_sort_and_filter() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&page(folder.path(), &["analyze", "v2"]), LOOKS[2]);
    let heading = |name: &str| {
        format!(
            "[...document.querySelectorAll('#rows th button')]\
             .find(b => b.textContent === '{name}').click()"
        )
    };
    let names = "[...document.querySelectorAll('#rows tbody tr')].filter(r => !r.hidden)\
                 .slice(0, 3).map(r => r.cells[0].textContent)";
    let report = ["features.0.0", "features.1.conv.0.0", "features.1.conv.1"];
    assert_eq!(browser.eval(names), serde_json::json!(report));
    for (name, expected) in [
        ("MACs", ["features.18.0", "features.2.conv.0.0", "features.17.conv.2"]),
        ("MACs", ["features.3.add", "features.5.add", "features.6.add"]),
        ("MACs", report),
        ("live", ["features.2.conv.1.0", "features.2.conv.0.0", "features.3.conv.1.0"]),
        ("layer", ["classifier.1", "features.0.0", "features.1.conv.0.0"]),
    ] {
        browser.eval(&heading(name));
        assert_eq!(browser.eval(names), serde_json::json!(expected), "{name}");
    }
    assert_eq!(browser.eval("document.querySelector('#rows th[aria-sort]').textContent"), "layer");

    browser.eval(
        "{ const search = document.querySelector('[type=search]'); search.value = 'dw 3x3'; \
         search.dispatchEvent(new Event('input')); }",
    );
    assert_eq!(
        browser.eval("document.querySelector('.tools output').textContent"),
        "17 of 64 rows"
    );
    let shown = "document.querySelectorAll('#rows thead th').length - \
                 [...document.querySelectorAll('#rows thead th')].filter(h => !h.offsetWidth).length";
    assert_eq!(browser.eval(shown), 10);
    browser.eval("document.querySelector('.all').click()");
    assert!(browser.eval(shown).as_u64() > Some(20));
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

#[test]
fn readers_choose_the_tone_and_charts_answer_the_pointer() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&page(folder.path(), &["analyze", "v1"]), LOOKS[2]);
    let paper = "getComputedStyle(document.documentElement).backgroundColor";
    let light = browser.eval(paper);
    browser.eval("document.querySelector('#theme [value=dark]').click()");
    let dark = browser.eval(paper);
    assert_ne!(light, dark);
    browser.eval("document.querySelector('#theme [value=light]').click()");
    assert_eq!(browser.eval(paper), light);

    let tip = "{ const svg = document.querySelector('[data-chart=memory] svg'); \
               const r = svg.getBoundingClientRect(); \
               const at = {clientX: r.left + 120, clientY: r.top + 120, bubbles: true, pointerType: 'mouse'}; \
               svg.dispatchEvent(new PointerEvent('pointerenter', at)); \
               svg.dispatchEvent(new PointerEvent('pointermove', at)); }";
    browser.eval(tip);
    browser.settle();
    let said =
        browser.eval("document.querySelector('[data-chart=memory] [aria-label=tip]').textContent");
    assert!(said.as_str().unwrap().contains("runs"), "{said}");
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

#[test]
fn a_hostile_file_name_stays_text() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("<script>alert(1)<!--&amp;.yaml");
    let v1 = include_str!("../../archs/v1.yaml");
    let lines = v1.lines().filter(|line| !line.starts_with("labels:"));
    std::fs::write(&spec, lines.collect::<Vec<_>>().join("\n")).unwrap();
    let file = folder.path().join("page.html");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mbgen"));
    let output = command.arg("analyze").arg(&spec).args(["--format", "html", "-o"]).arg(&file);
    assert!(output.status().unwrap().success());
    browser.open(&file, LOOKS[2]);
    let facts = browser.eval("document.querySelector('.facts').textContent");
    assert!(facts.as_str().unwrap().contains("<script>alert(1)<!--&amp;.yaml"), "{facts}");
    is_sound(&mut browser, "markup in a name", 10);
}

#[test]
fn the_chart_library_is_the_one_that_was_checked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/report/vendor/plot");
    let library = std::fs::read(folder.join("plot.min.js")).unwrap();
    let sum: String = Sha256::digest(&library).iter().map(|byte| format!("{byte:02x}")).collect();
    let noted = std::fs::read_to_string(folder.join("plot.min.js.sha256")).unwrap();
    assert_eq!(noted.split_whitespace().next(), Some(sum.as_str()));
}
