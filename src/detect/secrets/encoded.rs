//! Text that stands encoded in a file, in base64 or hexadecimal, one encoding inside another.
//!
//! What is found in the decoded text is reported at the encoded one.

use data_encoding::HEXLOWER_PERMISSIVE;

use super::candidate::{Candidate, Rank};
use super::runs::Run;
use super::{SecretsDetector, check};
use crate::input::classify;
use crate::model::{FileKind, Role, SourceFile};

/// Shortest and longest run that is decoded, in bytes.
const MIN_ENCODED: usize = 24;
const MAX_ENCODED: usize = 64 << 10;
/// Encodings inside each other.
const MAX_DEPTH: usize = 3;
/// Longest decoded text in which an assignment counts. A longer one is a whole file that somebody embedded.
const MAX_ASSIGNING: usize = 4 << 10;

impl SecretsDetector {
    /// Searches the text that a run encodes, if it encodes text. `depth` counts the encodings around the run.
    pub(super) fn find_encoded(&self, file: &SourceFile<'_>, run: &Run, depth: usize, candidates: &mut Vec<Candidate>) {
        if depth >= MAX_DEPTH || !run.has_digit {
            return;
        }
        let Some(Decoded { text, encoding }) = decode(&file.text[run.range.clone()]) else { return };
        if classify::role_of(file) == Role::Lock {
            return;
        }
        let inner = SourceFile { text: &text, kind: FileKind::Text, ..file.clone() };
        let mut found = Vec::new();
        self.search(&inner, depth + 1, &mut found);
        let counts = |candidate: &Candidate| candidate.rank > Rank::Assigned || text.len() <= MAX_ASSIGNING;
        if let Some(best) = found.into_iter().filter(counts).max_by_key(Candidate::order) {
            candidates.push(Candidate { secret: run.range.clone(), hidden: run.range.clone(), note: encoding, ..best });
        }
    }
}

struct Decoded {
    text: String,
    /// What to say at the place.
    encoding: &'static str,
}

/// The text that a run encodes, if all of it decodes to text.
fn decode(run: &str) -> Option<Decoded> {
    if !(MIN_ENCODED..=MAX_ENCODED).contains(&run.len()) {
        return None;
    }
    let decoded = |bytes: Vec<u8>, encoding| {
        let text = String::from_utf8(bytes).ok()?;
        let is_text = text.chars().all(|char| !char.is_control() || matches!(char, '\n' | '\r' | '\t'));
        is_text.then_some(Decoded { text, encoding })
    };
    let bytes = run.as_bytes();
    // The first digit of each pair tells printable characters (2 to 7) and blanks (0) from most others.
    let pairs_are_text = || bytes.iter().step_by(2).all(|digit| matches!(digit, b'0' | b'2'..=b'7'));
    if pairs_are_text() && bytes.iter().all(u8::is_ascii_hexdigit) {
        return decoded(HEXLOWER_PERMISSIVE.decode(bytes).ok()?, "inside hexadecimal");
    }
    if !begins_as_text(bytes) {
        return None;
    }
    // The last group may be cut short by what follows the run.
    let whole = run.len() / 4 * 4;
    let bytes = check::decode_base64(run).or_else(|| check::decode_base64(&run[..whole]))?;
    decoded(bytes, "inside base64")
}

/// Whether the first twelve characters are base64 of printable characters. Most runs are no base64, and most base64 is no
/// text, so this decides nearly always, and allocates nothing.
fn begins_as_text(run: &[u8]) -> bool {
    let group = |group: &[u8]| {
        let bits = group.iter().try_fold(0_u32, |bits, &byte| Some(bits << 6 | sextet(byte)?));
        bits.is_some_and(|bits| {
            bits.to_be_bytes()[1..].iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
        })
    };
    run.chunks_exact(4).take(3).all(group)
}

/// The six bits of a base64 character, of either alphabet.
fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;

    use data_encoding::{BASE64, HEXLOWER};

    use super::*;
    use crate::model::{Encoding, Finding, Format, Origin};
    use crate::rules::{Check, RuleSet};

    /// Rule, label and whether the whole encoded text is underlined and hidden.
    fn detect(encoded: &str) -> Vec<(String, String, bool)> {
        let text = format!("data:\n  config: {encoded}\n");
        let file = SourceFile {
            path: "secret.yaml",
            kind: FileKind::Data(Format::Yaml),
            place: "secret.yaml",
            role: OnceCell::new(),
            text: &text,
            encoding: Encoding::Utf8 { bom: 0 },
            origin: Origin::Memory,
        };
        let mut findings = Vec::new();
        SecretsDetector::new(&RuleSet::built_in(), 0).detect(&file, &mut findings);
        let covers = |finding: &Finding| {
            let encoded = encoded.trim_end_matches('=');
            file.slice(finding.primary.span) == encoded && finding.hidden == [finding.primary.span]
        };
        findings.iter().map(|f| (f.rule.to_string(), f.primary.text.clone(), covers(f))).collect()
    }

    fn token() -> String {
        let body = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5");
        let checksum = check::seal(Check::Crc32Base62, &body).unwrap();
        body + &checksum
    }

    #[test]
    fn a_token_is_found_inside_base64_and_hexadecimal_and_both() {
        let base64 = |text: &str| BASE64.encode(text.as_bytes());
        let expected = |encoding: &str| vec![("github-pat-classic".to_owned(), format!("inside {encoding}"), true)];
        assert_eq!(detect(&base64(&token())), expected("base64"));
        assert_eq!(detect(&base64(&base64(&token()))), expected("base64"));
        assert_eq!(detect(&HEXLOWER.encode(token().as_bytes())), expected("hexadecimal"));
        assert_eq!(detect(&base64(&format!("{{\"auth\": \"{}\"}}", token()))), expected("base64"));
    }

    #[test]
    fn decoding_has_an_end() {
        let mut text = token();
        for _ in 0..4 {
            text = BASE64.encode(text.as_bytes());
        }
        assert!(detect(&text).iter().all(|(rule, ..)| rule != "github-pat-classic"));
    }

    #[test]
    fn what_is_no_text_is_left_alone() {
        assert!(decode("src/detect/secrets/encoded2/mod").is_none());
        assert!(decode(&BASE64.encode(&[0x1b; 40])).is_none());
        assert!(decode("d41d8cd98f00b204e9800998ecf8427e").is_none());
    }
}
