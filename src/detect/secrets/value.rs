//! What the text of a value says about itself.

use std::collections::HashSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::detect::secrets::entropy;
use crate::rules::Shared;

/// Reads values by the shared lists.
#[derive(Debug)]
pub struct ValueReader {
    placeholder_whole: HashSet<String>,
    placeholder_inside: AhoCorasick,
    placeholder_token: AhoCorasick,
    letter_pairs: Vec<Vec<u8>>,
}

/// The texts that open and close a reference to a value kept elsewhere.
const REFERENCES: &[(&str, &str)] = &[
    ("${", "}"),
    ("$(", ")"),
    ("{{", "}}"),
    ("{%", "%}"),
    ("<%", "%>"),
    ("<?", "?>"),
    ("#{", "}"),
    ("%{", "}"),
    ("%(", ")"),
    ("$[", "]"),
    ("[[", "]]"),
    ("((", "))"),
];

/// Beginnings of values that name a place in a secret store, or that are encrypted.
const STORED_OR_ENCRYPTED: &[&str] = &[
    "op://",
    "vault:",
    "ref+",
    "sm://",
    "gcp-sm://",
    "awssm://",
    "ssm://",
    "keyring:",
    "env:",
    "file:",
    "bao://",
    "doppler://",
    "infisical://",
    "secret://",
    "arn:",
    "ENC(",
    "ENC[",
    "{cipher}",
    "encrypted:",
    "$ANSIBLE_VAULT",
    "!vault",
    "!secret",
    "!env",
    "!Ref",
    "!Sub",
    "!GetAtt",
    "AQICAH",
    "AQECAH",
    "U2FsdGVkX1",
    "secure:",
    "@Microsoft.KeyVault",
    "classpath:",
    "kms:",
    "akv://",
    "%env(",
    "credhub:",
    "YWdlLWVuY3J5cHRpb24",
    "vaultkv",
    "projects/",
];

/// Look-ups that can stand where a literal is expected.
const LOOK_UPS: &[&str] = &[
    "process.env",
    "os.environ",
    "os.getenv",
    "getenv",
    "System.getenv",
    "ENV[",
    "ENV.fetch",
    "import.meta.env",
    "Deno.env",
    "Bun.env",
    "secrets.",
    "vars.",
    "var.",
    "local.",
    "data.",
    "module.",
    "self.",
    "config.",
    "settings.",
    "environ",
    "Environment.",
    "env.",
    "env(",
];

impl ValueReader {
    /// A reader by these lists.
    ///
    /// # Panics
    ///
    /// When the lists are so long that no automaton can be built, which takes megabytes.
    pub fn new(shared: &Shared) -> Self {
        let any_of = |words: &[String]| {
            let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words);
            automaton.expect("a few words make a small automaton")
        };
        Self {
            placeholder_whole: shared
                .placeholders
                .whole
                .iter()
                .map(|word| word.to_ascii_lowercase())
                .collect(),
            placeholder_inside: any_of(&shared.placeholders.inside),
            placeholder_token: any_of(&shared.placeholders.inside_token),
            letter_pairs: shared
                .letter_pairs
                .rows
                .iter()
                .map(|row| row.bytes().map(|digit| digit - b'0').collect())
                .collect(),
        }
    }

    /// Whether the whole value, in any case, is a word that stands for "a value goes here".
    pub fn is_placeholder(&self, value: &str) -> bool {
        self.placeholder_whole.contains(&value.to_ascii_lowercase())
    }

    /// Whether part of the value is such a word.
    pub fn holds_placeholder(&self, value: &str) -> bool {
        self.placeholder_inside.is_match(value)
    }

    /// Whether part of a token of a known shape is a word that random text would not hold.
    pub fn token_holds_placeholder(&self, token: &str) -> bool {
        self.placeholder_token.is_match(token)
    }

    /// How unlike words the letters of the value follow each other: the mean, over pairs of letters, of the binary
    /// logarithm of the pair's odds. About 3 for words, above 5 for random letters; 0 with fewer than 3 pairs.
    pub fn rarity(&self, value: &str) -> f32 {
        let (mut sum, mut pairs) = (0_u32, 0_u32);
        for pair in value.as_bytes().windows(2) {
            if let [a, b] = pair
                && a.is_ascii_alphabetic()
                && b.is_ascii_alphabetic()
            {
                let index = |byte: &u8| usize::from(byte.to_ascii_lowercase() - b'a');
                sum += u32::from(self.letter_pairs[index(a)][index(b)]);
                pairs += 1;
            }
        }
        if pairs < 3 { 0.0 } else { sum as f32 / pairs as f32 }
    }
}

/// Whether a value only points at the place where the real one is kept, or is encrypted.
pub fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let bytes = value.as_bytes();
    if REFERENCES
        .iter()
        .any(|(open, close)| value.find(open).is_some_and(|at| value[at..].contains(close)))
    {
        return true;
    }
    if STORED_OR_ENCRYPTED.iter().any(|start| value.starts_with(start))
        || LOOK_UPS.iter().any(|start| value.starts_with(start))
    {
        return true;
    }
    let word = |range: Range<usize>| {
        let inner = bytes.get(range).unwrap_or_default();
        !inner.is_empty()
            && inner
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b':' | b' '))
    };
    let last = bytes.len().saturating_sub(1);
    match (bytes.first(), bytes.last()) {
        (Some(b'<'), Some(b'>')) => true,
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => word(1..last) || last == 1,
        (Some(b'%'), Some(b'%')) | (Some(b'@'), Some(b'@')) => word(1..last),
        (Some(b'_'), Some(b'_')) => value.starts_with("__") && value.ends_with("__"),
        (Some(b'$'), _) => {
            let name = bytes[1..].strip_prefix(b"env:").unwrap_or(&bytes[1..]);
            let name = name.strip_prefix(b"$").unwrap_or(name);
            !name.is_empty()
                && !name[0].is_ascii_digit()
                && name
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'>' | b'[' | b']' | b'\''))
                || name.len() == 1
        }
        (Some(b'%'), _) => bytes.len() <= 3,
        _ => false,
    }
}

/// Whether an unquoted value is an expression: a call, an index, an operator.
pub fn is_expression(value: &str) -> bool {
    let bytes = value.as_bytes();
    let call = value
        .find('(')
        .is_some_and(|at| at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_'));
    let index = value
        .find('[')
        .is_some_and(|at| at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_'));
    call || index
        || value.contains("=>")
        || value.contains("->")
        || value.starts_with(['&', '|', '>', '<', '=', '!', '*'])
}

/// A value that one character or a plain sequence makes up: `xxxxxxxx`, `12345678`, `abcdefgh`.
pub fn is_sequence(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() < 3 {
        return true;
    }
    let mut steps = bytes.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0]));
    let first = steps.next().unwrap_or(0);
    let uniform = first.abs() <= 1 && steps.all(|step| step == first);
    uniform
        || is_counted_hex(bytes)
        || longest_count(bytes) >= 8.max(bytes.len() / 4)
        || distinct(bytes) <= 2
        || bytes.len() >= 16 && distinct(bytes) <= 4
        || is_repetition(bytes)
}

/// Length of the longest part in which each byte is one more than the one before: `abcdefgh`, `12345678`.
fn longest_count(bytes: &[u8]) -> usize {
    let mut longest = 0;
    let mut current = 1;
    for pair in bytes.windows(2) {
        current = if pair[1] == pair[0].wrapping_add(1) {
            current + 1
        } else {
            1
        };
        longest = longest.max(current);
    }
    longest
}

/// Whether a value is the hash of a password rather than a password: crypt, bcrypt, Argon2, LDAP and framework forms.
pub fn is_password_hash(value: &str) -> bool {
    let crypt = [
        "$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$y$", "$7$", "$apr1$", "$argon2", "$P$", "$H$", "$S$",
        "$pbkdf2",
    ];
    let framework = [
        "pbkdf2:",
        "pbkdf2_",
        "scrypt:",
        "bcrypt$",
        "bcrypt:",
        "argon2$",
        "sha1:",
        "SCRAM-SHA-256$",
        "#jbcrypt:",
    ];
    let ldap = value
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'))
        .is_some_and(|(scheme, hash)| {
            hash.len() >= 16 && scheme.len() >= 3 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    ldap || crypt.iter().chain(&framework).any(|start| value.starts_with(start))
}

/// Whether hexadecimal digits write bytes that are counted up or down, as test vectors do: `000102030405`.
fn is_counted_hex(bytes: &[u8]) -> bool {
    let Ok(decoded) = data_encoding::HEXLOWER_PERMISSIVE.decode(bytes) else {
        return false;
    };
    let mut steps = decoded.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    let first = steps.next();
    decoded.len() >= 6 && steps.filter(|step| Some(*step) == first).count() * 10 >= decoded.len() * 8
}

/// Whether one short piece, repeated at least three times, makes up the whole.
fn is_repetition(bytes: &[u8]) -> bool {
    (1..=8.min(bytes.len() / 3)).any(|period| bytes.iter().skip(period).zip(bytes).all(|(a, b)| a == b))
}

fn distinct(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    bytes.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|&&seen| seen).count()
}

/// Counts and shapes of a value's characters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "each field is the property it is named after")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent properties, read one by one by the model"
)]
pub struct Shape {
    pub length: usize,
    pub digits: usize,
    pub lower: usize,
    pub upper: usize,
    pub symbols: usize,
    pub spaces: usize,
    pub is_ascii: bool,
    pub entropy: f32,
    pub is_hex: bool,
    pub is_uuid: bool,
    pub is_base64: bool,
    pub is_identifier: bool,
    pub is_dotted: bool,
    pub is_upper_snake: bool,
    pub is_path: bool,
    pub is_url: bool,
    pub is_address: bool,
    pub is_number: bool,
    pub is_date_or_version: bool,
    pub has_brackets: bool,
}

impl Shape {
    /// Measures a value.
    pub fn of(value: &str) -> Self {
        let bytes = value.as_bytes();
        let count = |test: fn(&u8) -> bool| bytes.iter().filter(|byte| test(byte)).count();
        let (digits, lower, upper) = (
            count(u8::is_ascii_digit),
            count(u8::is_ascii_lowercase),
            count(u8::is_ascii_uppercase),
        );
        let spaces = bytes.iter().filter(|&&byte| byte == b' ').count();
        let is_ascii = value.is_ascii();
        let length = value.chars().count();
        let letters = lower + upper;
        let all = |extra: &[u8]| bytes.iter().all(|b| b.is_ascii_alphanumeric() || extra.contains(b));
        let starts_alphabetic = bytes.first().is_some_and(u8::is_ascii_alphabetic);
        Self {
            length,
            digits,
            lower,
            upper,
            symbols: bytes.len() - digits - letters - spaces,
            spaces,
            is_ascii,
            entropy: entropy::shannon(bytes),
            is_hex: length >= 16 && digits > 0 && bytes.iter().all(u8::is_ascii_hexdigit) && (lower == 0 || upper == 0),
            is_uuid: is_uuid(bytes),
            is_base64: length >= 16 && length.is_multiple_of(4) && digits > 0 && lower > 0 && upper > 0 && all(b"+/="),
            is_identifier: digits <= 2 && starts_alphabetic && letters >= 3 && all(b"_-."),
            is_dotted: starts_alphabetic && value.contains('.') && all(b"_-.") && !value.ends_with('.'),
            is_upper_snake: upper > 3 && lower == 0 && value.contains('_') && all(b"_"),
            is_path: is_path(value),
            is_url: value.contains("://"),
            is_address: is_address(value),
            is_number: letters == 0 && digits > 0,
            is_date_or_version: digits > 0
                && letters <= 2
                && bytes.iter().any(|b| matches!(b, b'.' | b'-' | b':' | b'/')),
            has_brackets: bytes
                .iter()
                .any(|b| matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>')),
        }
    }
}

/// Whether the text is 8-4-4-4-12 hexadecimal digits.
pub fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_path(value: &str) -> bool {
    let anchored = ["/", "./", "../", "~/", "C:\\", "\\\\"]
        .iter()
        .any(|start| value.starts_with(start));
    let file = [
        ".pem", ".key", ".json", ".crt", ".p12", ".jks", ".txt", ".yml", ".yaml", ".html", ".js", ".css", ".png",
        ".py", ".php",
    ];
    anchored && !value.ends_with('=') || file.iter().any(|end| value.ends_with(end))
}

/// An e-mail address or a host name.
fn is_address(value: &str) -> bool {
    let host = |text: &str| {
        text.rsplit_once('.').is_some_and(|(rest, top)| {
            !rest.is_empty() && (2..=6).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_lowercase())
        }) && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'))
    };
    match value.split_once('@') {
        Some((user, domain)) => !user.is_empty() && !user.contains(' ') && host(domain),
        None => host(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn references_point_elsewhere() {
        for value in [
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "{{ .Values.password }}",
            "<your-key>",
            "%DB_PASS%",
            "#{pw}",
            "$(Password)",
            "process.env.TOKEN",
            "os.environ['X']",
            "op://vault/item",
            "ENC[AES256_GCM,data:x]",
            "arn:aws:x",
            "$env:TOKEN",
            "%s",
            "prefix-${X}",
        ] {
            assert!(is_reference(value), "{value}");
        }
        for value in ["pa$$word", "$3cret!", "hunter2", "a%b", "{abc", "100%"] {
            assert!(!is_reference(value), "{value}");
        }
    }

    #[test]
    fn sequences() {
        for value in [
            "xxxxxxxx",
            "12345678",
            "abcdefg",
            "abcabcabc",
            "aaaabbbb",
            "7654321",
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
        ] {
            assert!(is_sequence(value), "{value}");
        }
        for value in ["hunter2", "s3cret", "a1b2c3d4", "password"] {
            assert!(!is_sequence(value), "{value}");
        }
    }

    #[test]
    fn words_are_common_and_random_letters_rare() {
        let reader = ValueReader::new(RuleSet::built_in().shared());
        for word in ["password", "administrator", "refreshToken", "welcome1"] {
            assert!(reader.rarity(word) < 4.3, "{word} {}", reader.rarity(word));
        }
        for random in ["qpizpdqtwofr", "xlbshicq", "zkvqjwxr"] {
            assert!(reader.rarity(random) > 5.0, "{random} {}", reader.rarity(random));
        }
    }
}
