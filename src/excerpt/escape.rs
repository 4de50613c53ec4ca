//! Makes text from files and file names safe for a terminal.

use std::fmt::Write as _;

/// Whether a character can move the cursor, change colours, reorder text or hide: controls, separators that terminals
/// take for line ends, bidirectional overrides and isolates (Unicode UAX 9), and characters without width.
pub fn is_dangerous(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Appends a character, escaped as in Rust (`\u{1b}`) if it is dangerous.
pub fn push(text: &mut String, char: char) {
    if is_dangerous(char) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\\u{{{:x}}}", u32::from(char));
    } else {
        text.push(char);
    }
}

/// Appends a text with every dangerous character escaped. Printable ASCII, which nearly all text is, is copied as it stands.
pub fn push_all(text: &mut String, mut rest: &str) {
    loop {
        let plain = rest.bytes().take_while(|byte| matches!(byte, b' '..=b'~')).count();
        text.push_str(&rest[..plain]);
        let mut others = rest[plain..].chars();
        let Some(char) = others.next() else { return };
        push(text, char);
        rest = others.as_str();
    }
}

/// The text with every dangerous character escaped.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    push_all(&mut safe, text);
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dangerous_characters_change() {
        assert_eq!(escaped("grün/日本 a.txt"), "grün/日本 a.txt");
        assert_eq!(escaped("a\nb\u{9b}c\u{2066}"), "a\\u{a}b\\u{9b}c\\u{2066}");
    }
}
