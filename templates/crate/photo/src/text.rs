//! Text of others, made harmless for a terminal.

/// Whether a character acts instead of being seen: controls, separators of lines, marks and
/// overrides of the direction of text, and what has no width.
pub fn acts(c: char) -> bool {
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

/// One line in which every character is seen.
pub fn visible(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}
