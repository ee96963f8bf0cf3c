//! Whatever is done to a spec, it is read or refused with a place: nothing panics, nothing hangs.

use mbgen::block;
use mbgen::spec::{Draft, EMBEDDED};

/// A small generator, so that a failure is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// Pieces that are likely to break something.
const PIECES: &[&str] = &[
    "",
    "0",
    "-1",
    "1.5",
    "2147483648",
    "1e400",
    ".nan",
    ".inf",
    "null",
    "~",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "- ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "? ",
    "| ",
    ">\n",
    "\"",
    "'",
    "é",
    "\u{feff}",
    "\u{0}",
    "\u{2028}",
    "日本",
    "---\n",
    "%YAML 1.2\n",
    "c: ",
    "rows: []",
    "linear",
    "conv_bn",
    "residual: {columns: [c, n, s], rows: [[1, 1, 9]]}",
    "99999999",
    "0x1F",
];

fn mutate(text: &mut String, random: &mut Random) {
    let mut at = || {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (a, b) = (at(), at());
    let (from, to) = (a.min(b), a.max(b));
    match random.below(6) {
        0 => text.insert_str(from, PIECES[random.below(PIECES.len())]),
        1 => {
            let piece = PIECES[random.below(PIECES.len())];
            let end =
                (from..=text.len()).filter(|&i| text.is_char_boundary(i)).nth(1 + random.below(6));
            text.replace_range(from..end.unwrap_or(text.len()), piece);
        }
        2 if to - from < 200 => text.replace_range(from..to, ""),
        3 if to - from < 200 => {
            let copy = text[from..to].to_owned();
            text.insert_str(to, &copy);
        }
        4 => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (i, j) = (random.below(lines.len()), random.below(lines.len()));
            if !lines.is_empty() {
                lines.swap(i, j);
            }
            *text = lines.concat();
        }
        // A number becomes another one.
        _ => {
            let digits: Vec<usize> =
                text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
            if !digits.is_empty() {
                let at = digits[random.below(digits.len())];
                text.replace_range(at..=at, PIECES[random.below(10)]);
            }
        }
    }
}

#[test]
fn mutated_specs_are_read_or_refused() {
    let mut random = Random(7);
    let (mut good, mut bad) = (0, 0);
    for round in 0..6000 {
        let mut text = EMBEDDED[round % EMBEDDED.len()].text.to_owned();
        for _ in 0..=random.below(4) {
            mutate(&mut text, &mut random);
        }
        let draft = Draft::read(&text, "mutant.yaml");
        let found = draft.spec().map(block::expand);
        let found = found.and_then(Result::err).unwrap_or_default();
        match draft.finish(found, None) {
            Ok(_) => good += 1,
            Err(error) => {
                let shown = error.to_string();
                assert!(shown.contains("--> mutant.yaml:"), "{text}\n{shown}");
                bad += 1;
            }
        }
    }
    assert!(good > 500 && bad > 500, "{good} good, {bad} bad: one-sided mutations test little");
}
