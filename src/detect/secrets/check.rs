//! Checks of checksums and inner structures, by the names that rules use.

use data_encoding::{BASE32, BASE32_NOPAD, BASE64, BASE64_NOPAD, BASE64URL_NOPAD};
use sha2::{Digest, Sha256};

use crate::detect::date::day_of;
use crate::model::Doubt;
use crate::rules::Check;

/// What a check says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The structure holds; for a checksum, chance is out of the question.
    Valid,
    /// The structure holds as far as it goes, which proves little.
    Plausible,
    /// The structure does not hold.
    Doubtful(Doubt),
}

/// Runs a named check over a whole token.
pub fn run(check: Check, token: &str, now: i64) -> Verdict {
    match check {
        Check::Jwt => jwt(token, now),
        Check::AwsKeyId => plausible(aws_account(token).is_some()),
        Check::Base64 => plausible(decode_base64(token).is_some()),
        Check::Digit => plausible(token.bytes().any(|byte| byte.is_ascii_digit())),
        Check::BasicAuth => plausible(basic_password(token).is_some()),
        // Its expiry date stands beside the signature: see `sas_is_expired`.
        Check::AzureSas => Verdict::Plausible,
        sealed => match checksum(sealed, token) {
            Some((body, written)) if seal(sealed, body).is_some_and(|right| right.eq_ignore_ascii_case(written)) => {
                Verdict::Valid
            }
            _ => Verdict::Doubtful(Doubt::InvalidStructure),
        },
    }
}

fn plausible(holds: bool) -> Verdict {
    if holds { Verdict::Plausible } else { Verdict::Doubtful(Doubt::InvalidStructure) }
}

/// Splits a token into what the checksum covers and the checksum as written.
fn checksum(check: Check, token: &str) -> Option<(&str, &str)> {
    let width = match check {
        Check::Crc32Base62 | Check::Confluent => 6,
        Check::Crc32Base36 => 7,
        // The 8 characters stand before 8 more that nothing covers.
        Check::GithubFineGrained => {
            let end = token.len().checked_sub(8)?;
            let at = end.checked_sub(8)?;
            return Some((token.get(..at)?, token.get(at..end)?));
        }
        _ => 8,
    };
    token.split_at_checked(token.len().checked_sub(width)?)
}

/// The check characters that make a token valid which begins with `body`; `None` for checks that have none.
///
/// Sources: GitHub's blog of 2021-04-05 on token formats for `crc32-base62`, GitLab's design of routable tokens for
/// `crc32-base36`; the others were confirmed on published samples.
pub fn seal(check: Check, body: &str) -> Option<String> {
    // Where only the part after the prefix is covered, the prefix ends with the first underscore.
    let payload = body.split_once('_').map_or(body, |(_, payload)| payload);
    match check {
        Check::Crc32Base62 => Some(in_base(crc32fast::hash(payload.as_bytes()), 62, 6)),
        Check::Crc32Base36 => Some(in_base(crc32fast::hash(body.as_bytes()), 36, 7)),
        Check::Crc32Hex => Some(format!("{:08x}", crc32fast::hash(payload.trim_end_matches('_').as_bytes()))),
        Check::Crc32HexAll => Some(format!("{:08X}", crc32fast::hash(body.as_bytes()))),
        Check::Grafana => Some(format!("{:08x}", crc32fast::hash(body.trim_end_matches('_').as_bytes()).swap_bytes())),
        Check::Confluent => {
            let covered = body.get("cflt".len()..)?;
            Some(BASE64_NOPAD.encode(&crc32fast::hash(covered.as_bytes()).to_le_bytes()))
        }
        Check::GithubFineGrained => Some(BASE32.encode(&Sha256::digest(body.as_bytes()))[..8].to_owned()),
        Check::Jwt | Check::AwsKeyId | Check::Base64 | Check::BasicAuth | Check::Digit | Check::AzureSas => None,
    }
}

/// `value` in digits, upper then lower letters, padded with zeros to `width`.
fn in_base(mut value: u32, base: u32, width: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digits: &[u8] = if base == 36 { b"0123456789abcdefghijklmnopqrstuvwxyz" } else { DIGITS };
    let mut text = vec![b'0'; width];
    for place in text.iter_mut().rev() {
        *place = digits[(value % base) as usize];
        value /= base;
    }
    text.into_iter().map(char::from).collect()
}

/// Header and payload must be JSON objects; `now` in seconds since 1970 decides expiry (RFC 7519, section 4.1.4).
fn jwt(token: &str, now: i64) -> Verdict {
    let mut parts = token.split('.');
    let mut object = || -> Option<serde_json::Map<String, serde_json::Value>> {
        let bytes = BASE64URL_NOPAD.decode(parts.next()?.trim_end_matches('=').as_bytes()).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let (Some(header), Some(payload)) = (object(), object()) else {
        return Verdict::Doubtful(Doubt::InvalidStructure);
    };
    if !header.contains_key("alg") {
        return Verdict::Doubtful(Doubt::InvalidStructure);
    }
    let sample = payload.get("sub").and_then(|sub| sub.as_str()) == Some("1234567890")
        || payload.get("iss").and_then(|iss| iss.as_str()) == Some("supabase-demo");
    if sample {
        return Verdict::Doubtful(Doubt::KnownPublic);
    }
    match payload.get("exp").and_then(serde_json::Value::as_i64) {
        Some(expiry) if expiry < now => Verdict::Doubtful(Doubt::Expired),
        _ => Verdict::Valid,
    }
}

/// Whether the URL that ends with a shared access signature says that it expired (`se`, Azure's "Create a service SAS").
/// `now` is in seconds since 1970.
pub fn sas_is_expired(url: &str, now: i64) -> bool {
    const DAY: i64 = 24 * 60 * 60;
    let expiry = url.split(['?', '&', ';']).find_map(|part| part.strip_prefix("se=")).and_then(day_of);
    expiry.is_some_and(|day| (day + 1) * DAY < now)
}

/// The account number inside an AWS key id, or `None` when it holds none that can exist.
///
/// Ids made before 2019 (fifth character `I` or `J`) carry no account and are taken as they are.
fn aws_account(id: &str) -> Option<u64> {
    let body = id.get(4..20)?;
    if body.starts_with(['I', 'J']) {
        return Some(0);
    }
    let bytes = BASE32_NOPAD.decode(body.as_bytes()).ok()?;
    let number = bytes.iter().take(6).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let account = (number & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then_some(account)
}

/// Decodes standard or URL-safe base64, with or without padding.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = text.trim_end_matches('=').as_bytes();
    BASE64_NOPAD
        .decode(bytes)
        .or_else(|_| BASE64URL_NOPAD.decode(bytes))
        .or_else(|_| BASE64.decode(text.as_bytes()))
        .ok()
        .filter(|decoded| !decoded.is_empty())
}

/// The password of a value that decodes to `user:password`, if neither part is empty (RFC 7617).
pub fn basic_password(value: &str) -> Option<String> {
    let text = String::from_utf8(decode_base64(value)?).ok()?;
    let (user, password) = text.split_once(':')?;
    let is_text = !text.chars().any(char::is_control);
    (is_text && !user.is_empty() && !password.is_empty()).then(|| password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_access_signatures_expire() {
        let now = 1_700_000_000;
        assert!(sas_is_expired("https://x/y?sv=1&se=2023-01-04T18%3A15%3A00Z&sr=c", now));
        assert!(!sas_is_expired("?sv=1&se=2099-01-04", now));
        assert!(!sas_is_expired("?sv=1", now));
    }

    #[test]
    fn a_sealed_token_is_valid_and_a_changed_one_is_not() {
        let cases = [
            (Check::Crc32Base62, "ghp_", 30),
            (Check::Crc32Base36, "glpat-", 30),
            (Check::Crc32Hex, "cfut_", 40),
            (Check::Crc32HexAll, "ATATT3xFfGF0", 40),
            (Check::Confluent, "cflt", 54),
        ];
        for (check, prefix, length) in cases {
            let body = format!("{prefix}{}", "a1B2c3".repeat(length)[..length].to_owned());
            let token = format!("{body}{}", seal(check, &body).unwrap());
            assert_eq!(run(check, &token, 0), Verdict::Valid, "{token}");
            let changed = token.replacen("B2", "B3", 1);
            assert_eq!(run(check, &changed, 0), Verdict::Doubtful(Doubt::InvalidStructure), "{changed}");
        }
    }

    #[test]
    fn a_token_shorter_than_its_checksum_is_doubtful() {
        assert_eq!(run(Check::GithubFineGrained, "short", 0), Verdict::Doubtful(Doubt::InvalidStructure));
        assert_eq!(run(Check::Crc32Base62, "é", 0), Verdict::Doubtful(Doubt::InvalidStructure));
    }

    #[test]
    fn jwt_header_payload_and_expiry_are_read() {
        let part = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
        let token = |payload: &str| format!("{}.{}.sig", part(r#"{"alg":"HS256"}"#), part(payload));
        assert_eq!(run(Check::Jwt, &token(r#"{"sub":"me"}"#), 100), Verdict::Valid);
        assert_eq!(run(Check::Jwt, &token(r#"{"exp":99}"#), 100), Verdict::Doubtful(Doubt::Expired));
        assert_eq!(run(Check::Jwt, &token(r#"{"exp":101}"#), 100), Verdict::Valid);
        assert_eq!(run(Check::Jwt, &token(r#"{"sub":"1234567890"}"#), 100), Verdict::Doubtful(Doubt::KnownPublic));
        assert_eq!(run(Check::Jwt, "eyJ.eyJ.x", 100), Verdict::Doubtful(Doubt::InvalidStructure));
    }

    #[test]
    fn basic_credentials_need_both_parts() {
        let encode = |text: &str| BASE64.encode(text.as_bytes());
        assert_eq!(run(Check::BasicAuth, &encode("me:pw"), 0), Verdict::Plausible);
        assert_ne!(run(Check::BasicAuth, &encode("me:"), 0), Verdict::Plausible);
        assert_ne!(run(Check::BasicAuth, "authentication", 0), Verdict::Plausible);
    }
}
