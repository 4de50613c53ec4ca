//! Values that are no literals: references to a place where the value is kept, expressions, encrypted and hashed forms.

use std::ops::Range;

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
    "credentialsJSON:",
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

/// Whether a value only points at the place where the real one is kept, or is encrypted.
pub fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let bytes = value.as_bytes();
    // Every reference opens or closes with one of these, and nearly no value holds any.
    let may_refer = bytes.iter().any(|byte| matches!(byte, b'{' | b'(' | b'[' | b'%' | b'?'));
    if may_refer
        && REFERENCES.iter().any(|(open, close)| value.find(open).is_some_and(|at| value[at..].contains(close)))
    {
        return true;
    }
    // A template that the value's quotes cut short: `"{{ lookup("x") }}"`.
    if value.starts_with("{{") {
        return true;
    }
    let starts = |start: &&str| start.as_bytes().first() == bytes.first() && value.starts_with(*start);
    if is_sealed(value) || STORED_OR_ENCRYPTED.iter().any(starts) || LOOK_UPS.iter().any(starts) {
        return true;
    }
    let word = |range: Range<usize>| {
        let inner = bytes.get(range).unwrap_or_default();
        !inner.is_empty()
            && inner.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b':' | b' '))
    };
    let last = bytes.len().saturating_sub(1);
    match (bytes.first(), bytes.last()) {
        (Some(b'<'), Some(b'>')) => true,
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => {
            word(1..last) || last == 1 || value.starts_with("{file:")
        }
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

/// Whether a value is what Bitnami's controller seals: the length of an RSA block, 256 or 512, the block, and more, in base64.
fn is_sealed(value: &str) -> bool {
    const SHORTEST: usize = 350;
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    value.len() > SHORTEST
        && matches!(value.as_bytes(), [b'A', b'g' | b'Q', b'A'..=b'D', ..])
        && value.as_bytes().iter().all(is_base64)
}

/// Whether a value is a regular expression that describes values: `[a-z0-9]{32}`, `(?:ab|cd)`, `^.*$`.
pub fn is_regex(value: &str) -> bool {
    let may_be = value.bytes().any(|byte| matches!(byte, b'[' | b'(' | b'\\' | b'*' | b'+' | b']' | b')'));
    may_be
        && ["[A-Z", "[a-z", "[0-9", "[^", "(?:", "(?P", "(?i", ".*", ".+", "\\d", "\\w", "\\s", "\\S", "]{", "){"]
            .iter()
            .any(|part| value.contains(part))
}

/// Whether an unquoted value is an expression: a call, an index, an operator.
pub fn is_expression(value: &str) -> bool {
    let bytes = value.as_bytes();
    let call =
        value.find('(').is_some_and(|at| at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_'));
    let index =
        value.find('[').is_some_and(|at| at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_'));
    call || index
        || value.contains("=>")
        || value.contains("->")
        || value.starts_with(['&', '|', '>', '<', '=', '!', '*'])
}

/// Whether a value is the hash of a password rather than a password: crypt, bcrypt, Argon2, LDAP and framework forms.
pub fn is_password_hash(value: &str) -> bool {
    let crypt = [
        "$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$y$", "$7$", "$apr1$", "$argon2", "$P$", "$H$", "$S$",
        "$pbkdf2",
    ];
    let framework =
        ["pbkdf2:", "pbkdf2_", "scrypt:", "bcrypt$", "bcrypt:", "argon2$", "sha1:", "SCRAM-SHA-256$", "#jbcrypt:"];
    let ldap = value.strip_prefix('{').and_then(|rest| rest.split_once('}')).is_some_and(|(scheme, hash)| {
        hash.len() >= 16 && scheme.len() >= 3 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    ldap || crypt.iter().chain(&framework).any(|start| value.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "{file:~/.keys/x}",
        ] {
            assert!(is_reference(value), "{value}");
        }
        assert!(is_reference(&format!("AgB{}", "y3i4OJSW".repeat(90))));
        assert!(!is_reference(&format!("AgB{}", "y3i4OJSW".repeat(9))));
        for value in ["pa$$word", "$3cret!", "hunter2", "a%b", "{abc", "100%"] {
            assert!(!is_reference(value), "{value}");
        }
    }
}
