//! Counts and shapes of a value's characters.

use crate::detect::secrets::entropy;

/// Counts and shapes of a value's characters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "each field is the property it is named after")]
#[expect(clippy::struct_excessive_bools, reason = "independent properties, read one by one by the model")]
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
        let (digits, lower, upper) =
            (count(u8::is_ascii_digit), count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
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
            has_brackets: bytes.iter().any(|b| matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>')),
        }
    }
}

/// Whether the text is 8-4-4-4-12 hexadecimal digits.
fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_path(value: &str) -> bool {
    let anchored = ["/", "./", "../", "~/", "C:\\", "\\\\"].iter().any(|start| value.starts_with(start));
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
        }) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'))
    };
    match value.split_once('@') {
        Some((user, domain)) => !user.is_empty() && !user.contains(' ') && host(domain),
        None => host(value),
    }
}
