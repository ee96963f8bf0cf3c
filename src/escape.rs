//! Text from outside, made harmless for the place it goes to.
//!
//! Names, paths, citations and labels come from files that a stranger may have written. [`visible`]
//! is for every place: it leaves nothing that a terminal obeys, that breaks a line, or that shows
//! text in another order than it has. The other functions add what their language needs, and begin
//! with it.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

/// Whether a character acts instead of being seen: controls (C0, DEL, C1), separators of lines and
/// paragraphs, marks and overrides of the direction of text, and what has no width.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

/// One line in which every character is seen: what acts is written as Rust does, `\n` or `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            c if acts(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Lines in which every character is seen.
pub fn visible_lines(text: &str) -> String {
    let lines: Vec<Cow<str>> = text.split('\n').map(visible).collect();
    lines.join("\n")
}

/// A value inside a sentence: its first `most` characters, each of them seen.
pub fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", visible(&text[..end])),
        None => visible(text).into_owned(),
    }
}

/// A path, on one line.
pub fn path(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// A field of comma-separated values (RFC 4180). A text that a spreadsheet would take for a formula gets an
/// apostrophe before it, as such programs write one themselves.
pub fn csv(field: &str) -> String {
    let mut field = visible(field);
    if field.starts_with(['=', '+', '-', '@']) && field.parse::<f64>().is_err() {
        field.to_mut().insert(0, '\'');
    }
    if field.contains([',', '"']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.into_owned()
    }
}

/// What ends a word for GitHub and is not seen.
const ACTS_NOT: &str = "<!---->";

/// Words in GitHub's markdown, in a cell of a table too: shown as they are.
pub fn markdown(text: &str) -> String {
    let text = visible(text.trim());
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '<' => out += "&lt;",
            '&' => out += "&amp;",
            // Inside a word it means nothing.
            '_' if letter(before) && letter(rest.clone().next()) => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            '#' | '>' | '+' | '-' | '=' if before.is_none() => out.extend(['\\', c]),
            // GitHub makes people, issues and formulas of these, and addresses of `www.` and `://`; a comment
            // after them leaves what is seen.
            '@' | '#' | '$' => {
                out.push(c);
                out += ACTS_NOT;
            }
            ':' if rest.as_str().starts_with("//") => out.extend([":", ACTS_NOT]),
            '.' if ends_with_www(&out) => out.extend([ACTS_NOT, "."]),
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    text.len() >= 3 && text.as_bytes()[text.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// Words in a documentation comment of Rust or in a README, web addresses as links.
pub fn prose(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let end = word.trim_end_matches(['.', ',', ';', ':', ')']).len();
        let (address, rest) = word.split_at(end);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#=&%+@,;".contains(c);
        let scheme = address.starts_with("https://") || address.starts_with("http://");
        if scheme && address.chars().all(plain) {
            format!("<{address}>{}", markdown(rest))
        } else {
            markdown(word)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Text or the value of an attribute in HTML, XML and SVG.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}

/// JSON inside a `script` element of HTML, which it cannot end.
pub fn json_in_html(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// A string of Graphviz's DOT, in quotes, with these lines.
pub fn dot(lines: &[&str]) -> String {
    let lines = lines.iter().map(|line| visible(line).replace('\\', "\\\\").replace('"', "\\\""));
    format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n"))
}

/// A label of Mermaid, in quotes, with these lines.
pub fn mermaid(lines: &[&str]) -> String {
    let lines = lines.iter().map(|line| {
        let mut out = String::with_capacity(line.len());
        for c in visible(line).chars() {
            // `#` begins a character's code, and what is left would be markdown or HTML.
            match c {
                '#' | '"' | '<' | '>' | '&' | '`' | '\\' => _ = write!(out, "#{};", u32::from(c)),
                c => out.push(c),
            }
        }
        out
    });
    format!("\"{}\"", lines.collect::<Vec<_>>().join("<br>"))
}

/// A double-quoted scalar of YAML, or a basic string of TOML: it reads back as it was.
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if acts(c) => _ = write!(out, "\\U{:08x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A title that sets the terminal's, a broken line, an override of direction, and markup.
    const HOSTILE: &str = "a\u{1b}]0;b\u{7}\r\n\u{9b}c\u{202e}d<b>|`x`";

    #[test]
    fn what_acts_is_seen() {
        assert_eq!(visible("MobileNet, 2018: é α 3×3"), "MobileNet, 2018: é α 3×3");
        assert_eq!(visible(HOSTILE), "a\\u{1b}]0;b\\u{7}\\r\\n\\u{9b}c\\u{202e}d<b>|`x`");
        assert_eq!(visible_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }

    #[test]
    fn no_place_gets_what_acts() {
        let places = [
            csv(HOSTILE),
            markdown(HOSTILE),
            prose(HOSTILE),
            html(HOSTILE),
            dot(&[HOSTILE]),
            mermaid(&[HOSTILE]),
            quoted(HOSTILE),
        ];
        for text in places {
            assert!(!text.contains(acts), "{text:?}");
        }
    }

    #[test]
    fn markdown_shows_text_as_it_is() {
        assert_eq!(
            markdown("a|b <b>*x*</b> `y` [z](u) a_b _c_"),
            "a\\|b &lt;b>\\*x\\*&lt;/b> \\`y\\` \\[z\\](u) a_b \\_c\\_"
        );
        assert_eq!(markdown("# not a heading - 1 x 2"), "\\# not a heading - 1 x 2");
        assert_eq!(
            markdown("@a #1 $x$ www.b.example http://c"),
            "@<!---->a #<!---->1 $<!---->x$<!----> www<!---->.b.example http:<!---->//c"
        );
        assert_eq!(prose("```\nfn main() {}"), "\\`\\`\\` fn main() {}");
        assert_eq!(
            prose("Sandler et al. 2018, https://arxiv.org/abs/1801.04381, Table 2"),
            "Sandler et al. 2018, <https://arxiv.org/abs/1801.04381>, Table 2"
        );
    }

    #[test]
    fn quotes_end_nothing() {
        assert_eq!(html("\"><script>'"), "&quot;&gt;&lt;script&gt;&#39;");
        assert_eq!(json_in_html("\"</script>\""), "\"\\u003c/script>\"");
        assert_eq!(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv("=1+1,\""), "\"'=1+1,\"\"\"");
        assert_eq!(
            ["@a", "+a", "-a", "-1.5", "a=b"].map(csv),
            ["'@a", "'+a", "'-a", "-1.5", "a=b"]
        );
        assert_eq!(dot(&["a\"\\", "b"]), "\"a\\\"\\\\\\nb\"");
        assert_eq!(mermaid(&["a\"#", "<b"]), "\"a#34;#35;<br>#60;b\"");
        assert_eq!(quoted("a \"b\" \\ c\nd"), "\"a \\\"b\\\" \\\\ c\\U0000000ad\"");
    }
}
