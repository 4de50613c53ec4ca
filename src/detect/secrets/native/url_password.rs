//! Passwords in the authority part of URLs: `scheme://user:password@host` (RFC 3986, section 3.2.1).

use super::NativeMatch;
use crate::detect::secrets::value::{self, ValueReader};
use crate::model::{Confidence, Doubt};

/// The text that every URL has.
pub const WORD: &str = "://";

/// Longest scheme and longest authority read, in bytes.
const MAX_SCHEME: usize = 30;
const MAX_AUTHORITY: usize = 300;

/// Words that stand for the user's own in documentation; a password that is one of them is a placeholder.
pub(super) const STAND_INS: &[&str] = &[
    "pass",
    "password",
    "passwd",
    "pwd",
    "secret",
    "pw",
    "bar",
    "token",
    "mypass",
    "mypassword",
    "your_password",
    "p4ssword",
    "test",
    "user",
    "xxx",
    "credentials",
];

/// Reads the URL whose `://` stands at `hit`.
pub fn read(text: &str, hit: usize, reader: &ValueReader) -> Option<NativeMatch> {
    let bytes = text.as_bytes();
    let scheme = bytes[hit.saturating_sub(MAX_SCHEME)..hit]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        .count();
    if scheme < 2 {
        return None;
    }
    let start = hit + WORD.len();
    let mut colon = None;
    let mut at_sign = None;
    let end = bytes.len().min(start + MAX_AUTHORITY);
    for (at, &byte) in bytes[..end].iter().enumerate().skip(start) {
        match byte {
            b':' if colon.is_none() => colon = Some(at),
            // A password may hold an unescaped `@`; the last one before the host ends it.
            b'@' if colon.is_some() => at_sign = Some(at),
            b'@' => return None,
            b'/' | b'?' | b'#' | b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|'
            | b',' | b')' => break,
            _ => {}
        }
    }
    let (colon, at_sign) = (colon?, at_sign?);
    if colon + 1 >= at_sign {
        return None;
    }
    let (user, password) = (&text[start..colon], &text[colon + 1..at_sign]);
    let host_end = bytes[at_sign + 1..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'[' | b'$' | b'{' | 0x80..))
        .count();
    let host = &text[at_sign + 1..at_sign + 1 + host_end];
    if host.is_empty()
        || is_template(user)
        || is_template(password)
        || password.bytes().all(|b| b.is_ascii_digit()) && password.len() < 4
    {
        return None;
    }
    let lower = password.to_ascii_lowercase();
    let is_stand_in =
        STAND_INS.contains(&lower.as_str()) || lower == user.to_ascii_lowercase() || reader.is_stand_in(password);
    let is_sample_host = is_sample_host(host);
    let doubts = if is_stand_in || is_sample_host { vec![Doubt::Placeholder] } else { Vec::new() };
    // A word of letters may be a sample's; a random password has more than one kind of character.
    let is_word = password.bytes().all(|byte| byte.is_ascii_lowercase());
    let confidence = (host.split(':').next().is_some_and(is_local) || is_word).then_some(Confidence::Medium);
    Some(NativeMatch { primary: colon + 1..at_sign, secret: colon + 1..at_sign, confidence, doubts })
}

/// Whether a host is the machine itself, where a weak password opens little.
pub(super) fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "host.docker.internal" | "(local)" | "(localdb)" | ".")
}

/// Whether a host stands for the reader's own: `host`, `db.example.com`, `your-server`.
fn is_sample_host(host: &str) -> bool {
    const WHOLE: &[&str] = &[
        "host",
        "hostname",
        "server",
        "servername",
        "domain",
        "foo",
        "bar",
        "xxx",
        "address",
        "mydomain",
        "myhost",
        "myserver",
        "somehost",
        "remotehost",
        "hostport",
    ];
    let lower = host.to_ascii_lowercase();
    let first = lower.split(['.', ':']).next().unwrap_or_default();
    WHOLE.contains(&first) || lower.split('.').any(|label| label.starts_with("your") || label.starts_with("example"))
}

fn is_template(part: &str) -> bool {
    value::is_reference(part)
        || part.contains(['{', '}', '<', '>', '(', '[', '*'])
        || part.contains('$') && !part.ends_with('$')
        || part.contains("%s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn password(text: &str) -> Option<(String, Vec<Doubt>)> {
        let reader = ValueReader::new(RuleSet::built_in().shared());
        let found = read(text, text.find(WORD).unwrap(), &reader)?;
        Some((text[found.primary].to_owned(), found.doubts))
    }

    #[test]
    fn the_password_is_underlined() {
        for word in ["k9Zq3x", "k9@Zq3x"] {
            for (start, end) in
                [("postgres://app:", "@db.internal/app"), ("redis://:", "@cache:6379"), ("amqp://u:", "@mq")]
            {
                assert_eq!(password(&format!("{start}{word}{end}")), Some((word.to_owned(), vec![])));
            }
        }
    }

    #[test]
    fn urls_without_one_are_nothing() {
        for text in [
            "https://host:8080/p@q",
            "https://user@host/",
            "http://host/a:b@c",
            "s://${U}:${P}@h",
            "s://u:{pw}@h",
            "s://u:%s@h",
            "https://u:$TOKEN@h",
        ] {
            assert_eq!(password(text), None, "{text}");
        }
    }

    #[test]
    fn stand_ins_are_doubted() {
        assert_eq!(password("mysql://user:password@host/db"), Some(("password".to_owned(), vec![Doubt::Placeholder])));
        assert_eq!(password("mysql://root:root@db1/x"), Some(("root".to_owned(), vec![Doubt::Placeholder])));
    }
}
