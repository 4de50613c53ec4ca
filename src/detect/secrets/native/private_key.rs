//! Private key blocks: PEM (RFC 7468), OpenSSH, PGP armour and PuTTY files, also with escaped line ends and inside strings.

use super::NativeMatch;
use crate::detect::secrets::{check, value};
use crate::model::Doubt;
use crate::rules::Native;

/// The words that every key block has in its header.
pub const WORDS: &[&str] = &["PRIVATE KEY", "PuTTY-User-Key-File-"];

/// Longest header line, in bytes.
const MAX_HEADER: usize = 80;
/// Longest block read, in bytes: a 16,384 bit RSA key takes 13 KB.
const MAX_BLOCK: usize = 40_000;
/// Fewest base64 characters of a body: an Ed25519 key in PKCS#8 has 64.
const MIN_BODY: usize = 60;

/// A key block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBlock {
    /// Header and body.
    pub found: NativeMatch,
    /// The check to report under.
    pub native: Native,
}

/// Reads the key block whose header holds the word at `hit`.
pub fn read(text: &str, hit: usize) -> Option<KeyBlock> {
    let rest = &text[hit..];
    if rest.starts_with(WORDS[1]) {
        putty(text, hit)
    } else if rest.starts_with(WORDS[0]) {
        armoured(text, hit)
    } else {
        None
    }
}

fn armoured(text: &str, hit: usize) -> Option<KeyBlock> {
    let bytes = text.as_bytes();
    let floor = hit.saturating_sub(MAX_HEADER);
    let dashes = memchr::memmem::rfind(&bytes[floor..hit], b"BEGIN ")? + floor;
    let start = dashes - bytes[floor..dashes].iter().rev().take_while(|&&byte| byte == b'-' || byte == b' ').count();
    let start = start + bytes[start..dashes].iter().take_while(|&&byte| byte == b' ').count();
    if dashes - start < 4 || bytes[dashes..hit].contains(&b'\n') {
        return None;
    }
    let mut header_end = hit + "PRIVATE KEY".len();
    if bytes[header_end..].starts_with(b" BLOCK") {
        header_end += " BLOCK".len();
    }
    let closing = bytes[header_end..].iter().take(6).take_while(|&&byte| byte == b'-' || byte == b' ').count();
    if closing < 4 {
        return None;
    }
    header_end += closing;

    let limit = text.floor_char_boundary(header_end.saturating_add(MAX_BLOCK));
    let rest = &text[header_end..limit];
    // No line of a body begins with dashes. Without a footer the block may be cut; what follows counts if it looks like one.
    let body_end = memchr::memmem::find(rest.as_bytes(), b"---").unwrap_or(rest.len());
    let body = Body::read(&rest[..body_end]);
    if body.base64.len() < MIN_BODY {
        return None;
    }
    let header = &text[start..header_end];
    let is_pgp = header.contains("PGP");
    let is_encrypted = header.contains("ENCRYPTED") || body.is_encrypted || has_ssh_cipher(&body.base64);
    let mut doubts = Vec::new();
    if body.is_placeholder || !is_pgp && !body.is_key() {
        doubts.push(if body.is_placeholder { Doubt::Placeholder } else { Doubt::InvalidStructure });
    }
    let secret = header_end..header_end + body.end;
    let native = match (is_pgp, is_encrypted) {
        (true, _) => Native::PgpPrivateKey,
        (false, true) => Native::EncryptedPrivateKey,
        (false, false) => Native::PemPrivateKey,
    };
    Some(KeyBlock { found: NativeMatch { primary: start..header_end, secret, confidence: None, doubts }, native })
}

fn putty(text: &str, hit: usize) -> Option<KeyBlock> {
    let limit = text.floor_char_boundary(hit.saturating_add(MAX_BLOCK));
    let block = &text[hit..limit];
    let header_end = hit + block.find(['\n', '\r']).unwrap_or(block.len()).min(MAX_HEADER);
    let at = block.find("Private-Lines:")?;
    let body_start = at + block[at..].find('\n')? + 1;
    let body_len = block[body_start..].find("Private-MAC").unwrap_or(block.len() - body_start);
    let body = Body::read(&block[body_start..body_start + body_len]);
    if body.base64.len() < 20 {
        return None;
    }
    let doubts = if body.is_placeholder { vec![Doubt::Placeholder] } else { Vec::new() };
    let secret = hit + body_start..hit + body_start + body_len;
    let native =
        if block[..at].contains("Encryption: none") { Native::PuttyPrivateKey } else { Native::EncryptedPrivateKey };
    Some(KeyBlock { found: NativeMatch { primary: hit..header_end, secret, confidence: None, doubts }, native })
}

/// The text between header and footer, with line ends, escapes, quotes and concatenation taken out.
struct Body {
    base64: String,
    /// Where in the text the last base64 character ended.
    end: usize,
    is_encrypted: bool,
    is_placeholder: bool,
}

impl Body {
    fn read(text: &str) -> Self {
        let mut base64 = String::new();
        let mut end = 0;
        let mut odd = 0;
        let bytes = text.as_bytes();
        let mut at = 0;
        // Header lines such as `Proc-Type: 4,ENCRYPTED` or `Version: ...` come before an empty line.
        let is_encrypted = text.get(..400).unwrap_or(text).contains("ENCRYPTED");
        if let Some(last_header) = ["DEK-Info:", "Version:", "Comment:"].iter().filter_map(|key| text.rfind(key)).max()
        {
            at = last_header + text[last_header..].find(['\n', '\\']).unwrap_or(0);
        }
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r' | b't' | b'\\')) => at += 1,
                byte if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') => {
                    base64.push(char::from(byte));
                    end = at + 1;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b',' | b';' | b'.' | b'|' | b'#' | b'*' => {}
                _ => odd += 1,
            }
            at += 1;
            // What follows a block that was cut is not part of it.
            if odd > 8 {
                break;
            }
        }
        // `+` joins string literals line by line: as a base64 character it would stand alone.
        if text.contains("\" +") || text.contains("' +") {
            base64.retain(|c| c != '+');
        }
        let is_placeholder = value::is_reference(text.trim())
            || text.contains("${")
            || text.contains("{{")
            || text.contains("...")
            || base64.len() < 2 * MIN_BODY && base64.to_ascii_lowercase().contains("example")
            || value::is_sequence(base64.get(..40).unwrap_or(&base64))
            || odd > 8;
        Self { base64, end, is_encrypted, is_placeholder }
    }

    /// Whether the decoded body begins as a DER sequence or an OpenSSH key does.
    fn is_key(&self) -> bool {
        let head = &self.base64[..self.base64.len().min(40) / 4 * 4];
        check::decode_base64(head)
            .is_some_and(|bytes| bytes.starts_with(&[0x30]) || bytes.starts_with(b"openssh-key-v1"))
    }
}

/// Whether an OpenSSH body names a cipher other than `none` (PROTOCOL.key of OpenSSH).
fn has_ssh_cipher(base64: &str) -> bool {
    let head = &base64[..base64.len().min(60) / 4 * 4];
    check::decode_base64(head).is_some_and(|bytes| {
        bytes
            .strip_prefix(b"openssh-key-v1\0")
            .is_some_and(|rest| !rest.starts_with(&[0, 0, 0, 4, b'n', b'o', b'n', b'e']))
    })
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    fn body(first: &[u8]) -> String {
        let mut bytes = first.to_vec();
        bytes.extend((0_u8..90).map(|i| i.wrapping_mul(151) ^ 0x5a));
        BASE64.encode(&bytes)
    }

    fn block(label: &str, body: &str, line_end: &str) -> String {
        let dashes = "-----";
        format!("{dashes}BEGIN {label}{dashes}{line_end}{body}{line_end}{dashes}END {label}{dashes}{line_end}")
    }

    fn read_block(text: &str) -> Option<KeyBlock> {
        read(text, text.find("PRIVATE KEY").unwrap())
    }

    #[test]
    fn plain_and_escaped_blocks() {
        let der = body(&[0x30, 0x82, 1, 0]);
        for text in [block("RSA PRIVATE KEY", &der, "\n"), format!("key = \"{}\"", block("PRIVATE KEY", &der, "\\n"))] {
            let found = read_block(&text).unwrap();
            assert_eq!(found.native, Native::PemPrivateKey);
            assert_eq!(found.found.doubts, []);
            assert!(text[found.found.primary].ends_with("PRIVATE KEY-----"));
            assert!(text[found.found.secret].contains(&der));
        }
    }

    #[test]
    fn encrypted_blocks() {
        let der = body(&[0x30, 0x82, 1, 0]);
        assert_eq!(
            read_block(&block("ENCRYPTED PRIVATE KEY", &der, "\n")).unwrap().native,
            Native::EncryptedPrivateKey
        );
        let headers = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{der}");
        assert_eq!(read_block(&block("RSA PRIVATE KEY", &headers, "\n")).unwrap().native, Native::EncryptedPrivateKey);
        let ssh = body(b"openssh-key-v1\0\0\0\0\x0aaes256-ctr");
        assert_eq!(read_block(&block("OPENSSH PRIVATE KEY", &ssh, "\n")).unwrap().native, Native::EncryptedPrivateKey);
        let open = body(b"openssh-key-v1\0\0\0\0\x04none");
        assert_eq!(read_block(&block("OPENSSH PRIVATE KEY", &open, "\n")).unwrap().native, Native::PemPrivateKey);
    }

    #[test]
    fn headers_without_a_key_are_nothing() {
        for text in [
            "if line == \"-----BEGIN RSA PRIVATE KEY-----\" {",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "a PRIVATE KEY",
        ] {
            assert_eq!(read_block(text), None, "{text}");
        }
    }

    #[test]
    fn a_body_that_is_no_key_is_doubted() {
        let text = block("PRIVATE KEY", &body(b"not a key at all"), "\n");
        assert_eq!(read_block(&text).unwrap().found.doubts, [Doubt::InvalidStructure]);
    }
}
