//! In which quote of its line a place stands.

/// How far back on its line a quote is looked for, in bytes.
const MAX_LOOK_BACK: usize = 512;

/// Follows the quotes of a text from one place to the next, so that no byte is looked at twice.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    /// Where it stands.
    at: usize,
    open: Option<u8>,
}

impl Quotes {
    /// The quote in which the place stands, if one is open on its line. Places come from left to right.
    pub(super) fn around(&mut self, text: &[u8], at: usize) -> Option<u8> {
        if at - self.at > MAX_LOOK_BACK {
            *self = Self { at: at - MAX_LOOK_BACK, open: None };
        }
        let mut before = self.at.checked_sub(1).map_or(b' ', |before| text[before]);
        for &byte in &text[self.at..at] {
            let is_escaped = before == b'\\';
            match self.open {
                _ if byte == b'\n' => self.open = None,
                Some(quote) if byte == quote && !is_escaped => self.open = None,
                // An apostrophe inside a word opens nothing.
                None if matches!(byte, b'"' | b'`') || byte == b'\'' && !before.is_ascii_alphanumeric() => {
                    self.open = Some(byte);
                }
                _ => {}
            }
            before = byte;
        }
        self.at = at;
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_end_with_their_lines() {
        let text = b"a \"b 'c\" d 'e\nf `g";
        let mut quotes = Quotes::default();
        let places = [(0, None), (5, Some(b'"')), (9, None), (12, Some(b'\'')), (14, None), (17, Some(b'`'))];
        for (at, open) in places {
            assert_eq!(quotes.around(text, at), open, "{at}");
        }
    }
}
