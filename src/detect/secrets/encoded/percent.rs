//! Percent-encoding, as URLs and forms have it (RFC 3986, section 2.1).

use std::ops::Range;

/// Longest stretch that is decoded at once, in bytes.
const MAX_STRETCH: usize = 4096;

/// A decoded stretch, with the place of each of its bytes.
pub(super) struct Decoded {
    pub(super) text: String,
    /// Where each byte of `text` came from, and at the end where the stretch ends.
    places: Vec<usize>,
}

impl Decoded {
    /// The place in the encoded text of a range of the decoded one.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.places[range.start]..self.places[range.end]
    }
}

/// Calls `visit` with each stretch of the text that holds an escape of a printable character, from left to right.
pub(super) fn stretches(text: &str, mut visit: impl FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for at in memchr::memchr_iter(b'%', bytes) {
        if at < done || escape(bytes, at).is_none_or(|byte| !byte.is_ascii_graphic()) {
            continue;
        }
        let before = bytes[at.saturating_sub(MAX_STRETCH / 4).max(done)..at].iter().rev();
        let start = at - before.take_while(|&&byte| may_stand(byte)).count();
        let after = bytes[at..].iter().take(MAX_STRETCH);
        done = at + after.take_while(|&&byte| may_stand(byte)).count();
        visit(start..done);
    }
}

/// Decodes a stretch; `None` when its bytes are no text.
pub(super) fn decode(text: &str, stretch: Range<usize>) -> Option<Decoded> {
    let bytes = text.as_bytes();
    let (mut decoded, mut places) = (Vec::with_capacity(stretch.len()), Vec::with_capacity(stretch.len() + 1));
    let mut at = stretch.start;
    while at < stretch.end {
        places.push(at);
        match escape(&bytes[..stretch.end], at) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    places.push(stretch.end);
    String::from_utf8(decoded).ok().map(|text| Decoded { text, places })
}

/// The byte that the escape at `at` stands for.
fn escape(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    match bytes.get(at..at + 3)? {
        [b'%', high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
        _ => None,
    }
}

/// Whether a byte may stand in a URL (RFC 3986, section 2).
fn may_stand(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        stretches(text, |stretch| {
            let decoded = decode(text, stretch).unwrap();
            let all = decoded.original(&(0..decoded.text.len()));
            found.push((text[all].to_owned(), decoded.text));
        });
        found
    }

    #[test]
    fn stretches_are_decoded_with_their_places() {
        let expected = [("a%3Db%26c".to_owned(), "a=b&c".to_owned())];
        assert_eq!(decoded("x a%3Db%26c y"), expected);
        assert_eq!(decoded("100% of %d and %s, %20"), [], "no escape of a printable character");
        let text = "%41b%42";
        let decoded = decode(text, 0..text.len()).unwrap();
        assert_eq!((decoded.text.as_str(), &text[decoded.original(&(1..3))]), ("AbB", "b%42"));
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decoded("%41%4").first().map(|(_, text)| text.as_str()), Some("A%4"));
        assert!(decode("%ff", 0..3).is_none());
    }
}
