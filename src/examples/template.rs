//! Expands the templates of examples, so that no token-shaped text is stored: `{{fill 36 A-Za-z0-9}}` and its kin.
//!
//! `rules/README.md` describes them. The same template in the same rule gives the same text on every machine.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use sha2::{Digest, Sha256};

use crate::detect::secrets::{check, runs};
use crate::rules::Check;
use crate::rules::rule::{JETBRAINS_WORD, WEBSPHERE_BYTE};

/// Longest text that one template makes.
const MAX_FILL: usize = 100_000;

/// Expands every template of `text`. `seed` makes fills differ between rules.
///
/// # Errors
///
/// A sentence about the first template of a known kind that is malformed. Braces around anything else are left as they are,
/// since files under test hold templates of their own.
pub fn expand(seed: &str, text: &str) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        result.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let Some(end) = closing(after) else {
            result.push_str("{{");
            rest = after;
            continue;
        };
        let inner = &after[..end];
        let (word, argument) = inner.split_once(' ').unwrap_or((inner, ""));
        match word {
            "fill" => result.push_str(&fill(seed, argument)?),
            "checksum" => {
                let body = token_before(&result);
                let sealed = check::seal(named_check(argument)?, body)
                    .ok_or_else(|| format!("nothing to seal before `{{{{{inner}}}}}`"))?;
                result.push_str(&sealed);
            }
            "text" => result.push_str(argument),
            "base64" => result.push_str(&BASE64.encode(argument.as_bytes())),
            "base64url" => result.push_str(&BASE64URL_NOPAD.encode(argument.as_bytes())),
            "base64-utf16" => {
                let bytes: Vec<u8> = argument.encode_utf16().flat_map(u16::to_le_bytes).collect();
                result.push_str(&BASE64.encode(&bytes));
            }
            "websphere" => {
                let bytes: Vec<u8> = argument.bytes().map(|byte| byte ^ WEBSPHERE_BYTE).collect();
                result.push_str(&format!("{{xor}}{}", BASE64.encode(&bytes)));
            }
            "jetbrains" => result.extend(argument.encode_utf16().map(|unit| format!("{:04x}", unit ^ JETBRAINS_WORD))),
            _ => {
                result.push_str("{{");
                rest = after;
                continue;
            }
        }
        rest = &after[end + 2..];
    }
    result.push_str(rest);
    Ok(result)
}

/// Where the closing braces stand: the last two of the first run of two or more.
fn closing(text: &str) -> Option<usize> {
    let at = text.find("}}")?;
    let run = text[at..].bytes().take_while(|&byte| byte == b'}').count();
    Some(at + run - 2)
}

/// The token characters at the end of `text`. A `=` counts only at the very end, as padding; before that it assigns.
fn token_before(text: &str) -> &str {
    let unpadded = text.trim_end_matches('=');
    let length = unpadded.bytes().rev().take_while(|&byte| runs::is_token_byte(byte)).count();
    &text[unpadded.len() - length..]
}

fn named_check(name: &str) -> Result<Check, String> {
    Check::deserialize(StrDeserializer::<ValueError>::new(name)).map_err(|error| error.to_string())
}

/// `36 A-Za-z0-9`, with an optional label after it.
fn fill(seed: &str, argument: &str) -> Result<String, String> {
    let mut words = argument.split(' ');
    let count = words.next().unwrap_or_default();
    let count: usize = count.parse().map_err(|_| format!("`{count}` is no count in `{{{{fill {argument}}}}}`"))?;
    let alphabet = alphabet(words.next().unwrap_or_default());
    if alphabet.is_empty() || count > MAX_FILL {
        return Err(format!(
            "`{{{{fill {argument}}}}}` needs a count of at most {MAX_FILL} and a class such as `A-Za-z0-9`"
        ));
    }
    let mut text = String::with_capacity(count);
    let mut block = 0_u32;
    while text.len() < count {
        let digest = Sha256::digest(format!("{seed}\0{argument}\0{block}").as_bytes());
        // The bias of the remainder does not matter for examples.
        text.extend(digest.iter().take(count - text.len()).map(|&byte| alphabet[usize::from(byte) % alphabet.len()]));
        block += 1;
    }
    Ok(text)
}

/// The characters of a class such as `A-Za-z0-9+/`; a `-` at an end is itself.
fn alphabet(class: &str) -> Vec<char> {
    let chars: Vec<char> = class.chars().filter(char::is_ascii_graphic).collect();
    let mut alphabet = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars.get(at + 1) == Some(&'-') && at + 2 < chars.len() {
            alphabet.extend(chars[at]..=chars[at + 2]);
            at += 3;
        } else {
            alphabet.push(chars[at]);
            at += 1;
        }
    }
    alphabet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_are_fixed_for_seed_and_label() {
        let fill = expand("rule", "{{fill 20 a-f0-9}}").unwrap();
        assert_eq!(fill.len(), 20);
        assert!(fill.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(expand("rule", "{{fill 20 a-f0-9}}").unwrap(), fill);
        assert_ne!(expand("other", "{{fill 20 a-f0-9}}").unwrap(), fill);
        assert_ne!(expand("rule", "{{fill 20 a-f0-9 second}}").unwrap(), fill);
        assert!(expand("rule", "{{fill 50 _-}}").unwrap().bytes().all(|b| matches!(b, b'_' | b'-')));
    }

    #[test]
    fn checksums_cover_the_word_before_them() {
        let token = expand("rule", "x ghp_{{fill 30 A-Za-z0-9}}{{checksum crc32-base62}}").unwrap();
        assert_eq!(check::run(Check::Crc32Base62, &token[2..], 0), check::Verdict::Valid);
    }

    #[test]
    fn text_is_encoded_other_braces_stay_and_mistakes_are_named() {
        assert_eq!(expand("r", "{{ .Values.x }} {{").unwrap(), "{{ .Values.x }} {{");
        assert_eq!(expand("r", "{{jetbrains hi}}").unwrap(), "dfc2dfc3");
        assert_eq!(expand("r", "{{websphere hi}} {{base64-utf16 hi}}").unwrap(), "{xor}NzY= aABpAA==");
        assert_eq!(expand("r", r#"{{base64 {"a":{"b":1}}}}"#).unwrap(), BASE64.encode(br#"{"a":{"b":1}}"#));
        insta::assert_snapshot!(expand("r", "{{fill x a-z}}").unwrap_err(), @"`x` is no count in `{{fill x a-z}}`");
        insta::assert_snapshot!(expand("r", "{{checksum crc33}}").unwrap_err(), @"unknown variant `crc33`, expected one of `crc32-base62`, `crc32-base36`, `crc32-hex`, `crc32-hex-all`, `github-fine-grained`, `grafana`, `confluent`, `jwt`, `aws-key-id`, `base64`, `basic-auth`, `digit`, `azure-sas`");
    }
}
