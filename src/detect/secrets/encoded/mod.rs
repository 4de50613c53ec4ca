//! Text that stands encoded in a file: in base64, hexadecimal, percent-encoding, and compressed inside of base64, one encoding
//! inside another.
//!
//! What is found in the decoded text is reported at the encoded one.

mod budget;
mod percent;

use std::io::Read;

use data_encoding::HEXLOWER_PERMISSIVE;
use flate2::read::GzDecoder;

pub(super) use self::budget::Budget;
use super::candidate::{Candidate, Rank};
use super::runs::Run;
use super::{SecretsDetector, check};
use crate::input::classify;
use crate::model::{Role, SourceFile};

/// Shortest and longest run that is decoded, in bytes. What is compressed is often longer.
const MIN_ENCODED: usize = 24;
const MAX_ENCODED: usize = 64 << 10;
const MAX_COMPRESSED: usize = 1 << 20;
/// Encodings inside each other.
const MAX_DEPTH: usize = 3;
/// Longest decoded text in which an assignment counts. A longer one is a whole file that somebody embedded.
const MAX_ASSIGNING: usize = 4 << 10;
/// How base64 of a gzip stream begins: two magic bytes and the method, of which there is one (RFC 1952, section 2.3.1).
const GZIP: &str = "H4sI";

impl SecretsDetector {
    /// Searches the text that a run encodes, if it encodes text.
    pub(super) fn find_encoded(
        &self,
        file: &SourceFile<'_>,
        run: &Run,
        budget: &mut Budget,
        candidates: &mut Vec<Candidate>,
    ) {
        if !run.has_digit || run.range.len() < MIN_ENCODED || budget.depth() >= MAX_DEPTH {
            return;
        }
        let encoded = &file.text[run.range.clone()];
        let Some(Decoded { text, encoding }) =
            Notation::of(encoded).and_then(|notation| decode(encoded, notation, budget))
        else {
            return;
        };
        if classify::role_of(file) == Role::Lock {
            return;
        }
        let name = name_before(&file.text[..run.range.start]);
        let inner = SourceFile { text: &text, path: name, kind: classify::kind(name, &text), ..file.clone() };
        let mut found = Vec::new();
        budget.deeper(|budget| self.search(&inner, budget, &mut found));
        if !name.is_empty() {
            self.find_entries(&inner, &mut found);
        }
        let counts = |candidate: &Candidate| candidate.rank > Rank::Assigned || text.len() <= MAX_ASSIGNING;
        if let Some(best) = found.into_iter().filter(counts).max_by_key(Candidate::order) {
            candidates.push(Candidate { secret: run.range.clone(), hidden: run.range.clone(), note: encoding, ..best });
        }
    }

    /// Searches the stretches of a text that are percent-encoded. What is found there is reported at its own place.
    pub(super) fn find_percent_encoded(
        &self,
        file: &SourceFile<'_>,
        budget: &mut Budget,
        candidates: &mut Vec<Candidate>,
    ) {
        if budget.depth() >= MAX_DEPTH {
            return;
        }
        percent::stretches(file.text, |stretch| {
            let Some(decoded) = percent::decode(file.text, stretch) else { return };
            if !budget.take(decoded.text.len()) {
                return;
            }
            let inner = SourceFile { text: &decoded.text, ..file.clone() };
            let mut found = Vec::new();
            budget.deeper(|budget| self.search(&inner, budget, &mut found));
            for mut candidate in found {
                candidate.secret = decoded.original(&candidate.secret);
                candidate.hidden = decoded.original(&candidate.hidden);
                candidate.note = if candidate.note.is_empty() { "percent-encoded" } else { candidate.note };
                candidates.push(candidate);
            }
        });
    }
}

/// The name of a file that is embedded under its name, as in `config.yaml: ...` of a Kubernetes Secret; empty when it has none.
fn name_before(text: &str) -> &str {
    const LONGEST: usize = 80;
    let line = &text[text.floor_char_boundary(text.len().saturating_sub(LONGEST))..];
    let line = line.rsplit('\n').next().unwrap_or(line).trim_end_matches([' ', '"', '\'']);
    let Some(line) = line.strip_suffix(':') else { return "" };
    let line = line.trim_end_matches(['"', '\'']);
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
    let name = &line[line.trim_end_matches(is_name).len()..];
    if name.contains('.') { name } else { "" }
}

struct Decoded {
    text: String,
    /// What to say at the place.
    encoding: &'static str,
}

/// How a run may be encoded.
#[derive(Clone, Copy)]
enum Notation {
    Hexadecimal,
    Gzip,
    Base64,
}

impl Notation {
    /// What the run begins as. Hardly any run is encoded text, and few characters tell so.
    #[inline]
    fn of(run: &str) -> Option<Self> {
        let bytes = run.as_bytes();
        // The first digit of each pair tells printable characters (2 to 7) and blanks (0) from most others.
        let pairs_are_text = bytes.iter().step_by(2).all(|digit| matches!(digit, b'0' | b'2'..=b'7'));
        if pairs_are_text && bytes.iter().all(u8::is_ascii_hexdigit) {
            return Some(Self::Hexadecimal);
        }
        if run.starts_with(GZIP) {
            return Some(Self::Gzip);
        }
        begins_as_text(bytes).then_some(Self::Base64)
    }
}

/// The text that a run encodes, if all of it decodes to text.
fn decode(run: &str, notation: Notation, budget: &mut Budget) -> Option<Decoded> {
    let longest = if matches!(notation, Notation::Gzip) { MAX_COMPRESSED } else { MAX_ENCODED };
    if run.len() > longest {
        return None;
    }
    let (bytes, encoding) = match notation {
        Notation::Hexadecimal => (HEXLOWER_PERMISSIVE.decode(run.as_bytes()).ok()?, "inside hexadecimal"),
        Notation::Gzip => (unzip(&base64(run)?)?, "inside gzip and base64"),
        Notation::Base64 => (base64(run)?, "inside base64"),
    };
    let text = String::from_utf8(bytes).ok().filter(|text| budget.take(text.len()))?;
    let is_text = text.chars().all(|char| !char.is_control() || matches!(char, '\n' | '\r' | '\t'));
    is_text.then_some(Decoded { text, encoding })
}

/// What a run encodes in base64. The last group may be cut short by what follows the run.
fn base64(run: &str) -> Option<Vec<u8>> {
    let whole = run.len() / 4 * 4;
    check::decode_base64(run).or_else(|| check::decode_base64(&run[..whole]))
}

/// What a gzip stream holds, to a length that no configuration has. A stream whose end is cut off gives what came before.
fn unzip(stream: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let result = GzDecoder::new(stream).take(budget::MAX_UNZIPPED).read_to_end(&mut bytes);
    (result.is_ok() || !bytes.is_empty()).then_some(bytes)
}

/// Whether the first twelve characters are base64 of printable characters. Most runs are no base64, and most base64 is no
/// text, so this decides nearly always, and allocates nothing.
fn begins_as_text(run: &[u8]) -> bool {
    let group = |group: &[u8; 4]| {
        let sextets = group.map(|byte| u32::from(SEXTETS[usize::from(byte)]));
        let bits = sextets.iter().fold(0, |bits, sextet| bits << 6 | sextet);
        let is_base64 = sextets.iter().all(|&sextet| sextet < 64);
        is_base64 && bits.to_be_bytes()[1..].iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
    };
    run.as_chunks().0.iter().take(3).all(group)
}

/// The six bits of each base64 character, of either alphabet; 64 for other bytes.
static SEXTETS: [u8; 256] = {
    let mut table = [64; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => 64,
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;

    use data_encoding::{BASE64, HEXLOWER};

    use super::*;
    use crate::model::{Encoding, FileKind, Finding, Format, Origin};
    use crate::rules::{Check, RuleSet};

    /// Rule, label and whether the whole encoded text is underlined and hidden.
    fn detect(encoded: &str) -> Vec<(String, String, bool)> {
        let text = format!("data:\n  config: {encoded}\n");
        let covers = |finding: &Finding| {
            let encoded = encoded.trim_end_matches('=');
            text[finding.primary.span.range()] == *encoded && finding.hidden == [finding.primary.span]
        };
        find(&text).iter().map(|f| (f.rule.to_string(), f.primary.text.clone(), covers(f))).collect()
    }

    fn find(text: &str) -> Vec<Finding> {
        let file = SourceFile {
            path: "secret.yaml",
            kind: FileKind::Data(Format::Yaml),
            place: "secret.yaml",
            role: OnceCell::new(),
            text,
            encoding: Encoding::Utf8 { bom: 0 },
            origin: Origin::Memory,
        };
        let mut findings = Vec::new();
        SecretsDetector::new(&RuleSet::built_in(), 0).detect(&file, &mut findings);
        findings
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
    fn an_embedded_file_is_read_by_its_name() {
        let encoded = BASE64.encode(b"database:\n  user: shop\n  password: harvest22x\n");
        let text = format!("data:\n  settings.yaml: {encoded}\n");
        let found: Vec<_> = find(&text).iter().map(|f| (f.rule.to_string(), f.confidence.to_string())).collect();
        assert_eq!(found, [("generic-password".to_owned(), "medium".to_owned())]);
        assert_eq!(name_before("a\n  \"x/conf.yaml\": \""), "conf.yaml");
        assert_eq!(name_before("a: "), "");
        assert_eq!(name_before("conf.yaml = "), "");
    }

    #[test]
    fn a_token_is_found_inside_gzip() {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(format!("key: {}\n", token()).as_bytes()).unwrap();
        let once = BASE64.encode(&encoder.finish().unwrap());
        let twice = BASE64.encode(once.as_bytes());
        let found = |text: &str| detect(text).into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>();
        assert_eq!(found(&once), ["github-pat-classic"]);
        assert_eq!(found(&twice), ["github-pat-classic"], "as Helm stores its releases");
    }

    #[test]
    fn a_token_is_found_in_percent_encoding_at_its_own_place() {
        let token = token();
        let encoded = token.replace('_', "%5F").replace('a', "%61");
        let text = format!("GET /cb?next=%2Fa%3Ftoken%3D{encoded}%26x HTTP");
        let findings = find(&text);
        assert_eq!(findings.len(), 1);
        let span = findings[0].primary.span.range();
        assert_eq!((findings[0].rule.as_str(), &text[span]), ("github-pat-classic", encoded.as_str()));
        assert_eq!(findings[0].primary.text, "percent-encoded");
    }

    #[test]
    fn decoding_has_an_end() {
        let mut text = token();
        for _ in 0..4 {
            text = BASE64.encode(text.as_bytes());
        }
        assert!(detect(&text).iter().all(|(rule, ..)| rule != "github-pat-classic"));
    }

    fn decode_alone(run: &str) -> Option<Decoded> {
        decode(run, Notation::of(run)?, &mut Budget::new(0))
    }

    #[test]
    fn what_is_no_text_is_left_alone() {
        assert!(decode_alone("src/detect/secrets/encoded2/mod").is_none());
        assert!(decode_alone(&BASE64.encode(&[0x1b; 40])).is_none());
        assert!(decode_alone("d41d8cd98f00b204e9800998ecf8427e").is_none());
    }
}
