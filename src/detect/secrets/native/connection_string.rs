//! Passwords in connection strings: `Server=db1;User ID=app;Password=...` of ADO.NET, ODBC and OLE DB, parameters of JDBC's URLs, and
//! PostgreSQL's `host=db1 user=app password=...`.
//!
//! The generic reader of assignments sees `Password=value` and not the quotes, braces and neighbours that the form defines.

use std::ops::Range;

use super::NativeMatch;
use super::url_password::{STAND_INS, is_local};
use crate::detect::secrets::value::{self, ValueReader};
use crate::model::{Confidence, Doubt};

/// How far before the password's key, and after its value, the rest of the string is read, in bytes.
const MAX_AROUND: usize = 400;
/// Longest password, in bytes.
const MAX_PASSWORD: usize = 200;

/// Keys of which a connection string has at least one, in lower case.
const KEYS: &[&str] = &[
    "server",
    "data source",
    "datasource",
    "addr",
    "address",
    "network address",
    "host",
    "hostname",
    "hostaddr",
    "driver",
    "provider",
    "initial catalog",
    "database",
    "databasename",
    "dbname",
    "dsn",
    "uid",
    "user id",
    "userid",
    "user",
    "username",
    "url",
    "authtype",
];

/// Keys of PostgreSQL's form, whose blanks other tools have between their arguments too.
const POSTGRESQL_KEYS: &[&str] = &["host", "hostaddr", "dbname"];

/// The notations, by what divides their pairs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Semicolons,
    Jdbc,
    Blanks,
}

/// Reads the connection string whose password's key holds the byte at `hit`.
pub fn read(text: &str, hit: usize, reader: &ValueReader) -> Option<NativeMatch> {
    let bytes = text.as_bytes();
    let key = key(text, hit)?;
    let equals = key.end + blanks(bytes, key.end);
    if bytes.get(equals) != Some(&b'=') || bytes.get(equals + 1) == Some(&b'=') {
        return None;
    }
    let before = before(text, key.start);
    let form = form(&before, &text[key.clone()])?;
    let place = equals + 1 + if form == Form::Blanks { 0 } else { blanks(bytes, equals + 1) };
    let is_in_apostrophes = before.bytes().filter(|&byte| byte == b'\'').count() % 2 == 1;
    let (password, end) = password(text, place, form, is_in_apostrophes)?;
    let after = after(text, end, is_in_apostrophes);
    let around = [before.as_str(), &after];
    let holds = match form {
        Form::Jdbc => true,
        Form::Semicolons => around.iter().any(|part| has_key(part, ';', KEYS) || begins_with_key(part)),
        Form::Blanks => {
            let is_other = around.iter().any(|part| has_key(part, ' ', &["username"]));
            !is_other && around.iter().any(|part| has_key(part, ' ', POSTGRESQL_KEYS))
        }
    };
    if !holds {
        return None;
    }
    let is_braced = password.start > place && bytes[place] == b'{';
    let is_odbc = around.iter().any(|part| part.contains("driver="));
    let written = if is_braced && !is_odbc { place..end } else { password.clone() };
    let written = &text[written];
    if is_reference(written) {
        return None;
    }
    let written = &text[password.clone()];
    let is_stand_in = STAND_INS.contains(&written.to_ascii_lowercase().as_str())
        || reader.is_stand_in(written)
        || value::is_masked(written);
    let doubts = if is_stand_in { vec![Doubt::Placeholder] } else { Vec::new() };
    let is_local = around.iter().any(|part| host(part).is_some_and(is_local));
    let confidence = is_local.then_some(Confidence::Medium);
    Some(NativeMatch { primary: password.clone(), secret: password, confidence, doubts })
}

/// The word around `hit`, if it is the key of a password.
fn key(text: &str, hit: usize) -> Option<Range<usize>> {
    const LONGEST: usize = 40;
    let bytes = text.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let start = hit - bytes[hit.saturating_sub(LONGEST)..hit].iter().rev().take_while(|byte| is_word(byte)).count();
    let end = hit + bytes[hit..].iter().take(LONGEST).take_while(|byte| is_word(byte)).count();
    let word = text[start..end].to_ascii_lowercase();
    let is_key = word.ends_with("password") || matches!(word.as_str(), "pwd" | "pass" | "passwd");
    is_key.then_some(start..end)
}

/// The part of the string before the key, in lower case.
fn before(text: &str, key: usize) -> String {
    let start = text.floor_char_boundary(key.saturating_sub(MAX_AROUND));
    let stretch = &text[start..key];
    let begin = stretch.rfind(['\n', '\r', '"', '`', '<', '>']).map_or(0, |at| at + 1);
    stretch[begin..].to_ascii_lowercase()
}

/// The part of the string after the value, in lower case.
fn after(text: &str, end: usize, is_in_apostrophes: bool) -> String {
    let stretch = &text[end..text.floor_char_boundary((end + MAX_AROUND).min(text.len()))];
    let ends = |char| matches!(char, '\n' | '\r' | '"' | '`' | '<' | '>' | '\\') || char == '\'' && is_in_apostrophes;
    stretch[..stretch.find(ends).unwrap_or(stretch.len())].to_ascii_lowercase()
}

fn form(before: &str, key: &str) -> Option<Form> {
    if before.contains("jdbc:") {
        return before.ends_with(['?', '&', ';', ':']).then_some(Form::Jdbc);
    }
    // A key may have several words: `Jet OLEDB:Database Password`.
    let words = before.trim_end_matches(|char: char| char.is_ascii_alphanumeric() || matches!(char, ' ' | ':' | '_'));
    if words.ends_with(';') {
        return Some(Form::Semicolons);
    }
    let is_parameter = matches!(key, "password" | "sslpassword");
    if is_parameter && before.ends_with(' ') && !before.trim_end().ends_with([',', ';']) && before.contains('=') {
        return Some(Form::Blanks);
    }
    let starts = words.is_empty() || words.ends_with(['\'', '=']);
    (starts && before.len() - words.len() < 40).then_some(Form::Semicolons)
}

/// Whether a part of the string assigns one of these keys, with something that divides it from the password.
fn has_key(part: &str, divider: char, keys: &[&str]) -> bool {
    part.contains(divider)
        && part.split(divider).any(|pair| {
            // What the string is assigned to may stand before its first key: `url=host=db1`.
            let is_mark = |char: char| char.is_ascii_whitespace() || char == '\'';
            pair.rsplit('=').skip(1).any(|key| keys.contains(&key.trim_matches(is_mark)))
        })
}

/// Whether the string's first pair, which may follow a name and an apostrophe, has one of the keys: `x = 'Server=db1;`.
fn begins_with_key(part: &str) -> bool {
    let pair = part.split(';').next().unwrap_or_default();
    part.contains(';') && pair.rsplit('\'').any(|pair| pair.split('=').next().is_some_and(|key| KEYS.contains(&key)))
}

/// The password without its quotes or braces, and where the value ends.
fn password(text: &str, start: usize, form: Form, is_in_apostrophes: bool) -> Option<(Range<usize>, usize)> {
    let bytes = text.as_bytes();
    let close = match bytes.get(start)? {
        b'{' if form == Form::Semicolons => Some(b'}'),
        b'\'' if !is_in_apostrophes => Some(b'\''),
        _ => None,
    };
    let limit = bytes.len().min(start + MAX_PASSWORD);
    let mut at = start + usize::from(close.is_some());
    let first = at;
    while at < limit {
        let byte = bytes[at];
        match close {
            Some(close) if byte == close => {
                // A doubled mark stands for itself, but where PostgreSQL has a backslash for that.
                if bytes.get(at + 1) != Some(&close) || form == Form::Blanks {
                    return Some((first..at, at + 1)).filter(|_| at > first);
                }
                at += 1;
            }
            Some(_) if byte == b'\\' && form == Form::Blanks => at += 1,
            Some(_) if matches!(byte, b'\n' | b'\r') => return None,
            Some(_) => {}
            None if ends_bare(byte, form) || byte == b'\'' && is_in_apostrophes => break,
            None => {}
        }
        at += 1;
    }
    let is_whole = close.is_none() && at < start + MAX_PASSWORD && at > first && text.is_char_boundary(at);
    let password = first..at - usize::from(is_whole && form == Form::Semicolons && bytes[at - 1] == b' ');
    is_whole.then_some((password, at))
}

/// Whether a byte ends a password without quotes.
fn ends_bare(byte: u8, form: Form) -> bool {
    match byte {
        b'\n' | b'\r' | b'"' | b'`' | b'<' | b'>' | b'\\' | b';' => true,
        b'&' | b')' => form == Form::Jdbc,
        b' ' | b'\t' => form != Form::Semicolons,
        _ => false,
    }
}

/// Whether the value is filled in when the string is used.
fn is_reference(written: &str) -> bool {
    let is_word = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    value::is_reference(written)
        || written.starts_with('{') && !written.ends_with('}')
        || written.starts_with("&lt")
        || written.contains("{}")
        || written.contains("${")
        || written.strip_prefix(['@', ':', '?']).is_some_and(is_word)
        || written.contains('"')
}

/// The machine that a part of the string names.
fn host(part: &str) -> Option<&str> {
    let (_, rest) = ["server=", "data source=", "host=", "://"].into_iter().find_map(|key| part.split_once(key))?;
    let rest = rest.trim_start_matches("tcp:");
    Some(&rest[..rest.find([';', ',', ' ', ':', '/', '\\', '&', '?']).unwrap_or(rest.len())])
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    bytes[at.min(bytes.len())..].iter().take(4).take_while(|&&byte| byte == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn password(text: &str) -> Option<String> {
        let reader = ValueReader::new(RuleSet::built_in().shared());
        // Written whole, the texts of these tests would be findings in this file.
        let text = text.replace("PKEY", "PWD").replace("KEY", "Password").replace("key", "password");
        let text = text.as_str();
        let lower = text.to_ascii_lowercase();
        let hit = ["password", "pwd", "pass"].iter().find_map(|word| lower.find(word)).unwrap();
        let found = read(text, hit, &reader)?;
        let doubts = if found.doubts.is_empty() { "" } else { " (doubted)" };
        Some(format!("{}{doubts}", &text[found.primary]))
    }

    fn assert_password(text: &str, expected: &str) {
        assert_eq!(password(text).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn semicolons() {
        assert_password("\"Server=tcp:db1,1433;Initial Catalog=a;User ID=u;KEY=summer;Encrypt=True;\"", "summer");
        assert_password("x = 'Data Source=db1;User Id=sa;PKEY=summer'", "summer");
        assert_password("c=Driver={ODBC Driver 17};Server=db1;UID=svc;PKEY={a}}b;c9};", "a}}b;c9");
        assert_password("c=\"DRIVER={x};SERVER=db1;PKEY={hunter2}\"", "hunter2");
        assert_password("\"Server=db1;Uid=u;KEY = 'x;y''z9' ;\"", "x;y''z9");
        assert_password("\"Provider=Jet;Data Source=c:\\x.mdb;Jet OLEDB:Database KEY=winter\"", "winter");
        assert_password("\"KEY=summer;User ID=u;Data Source=db1\"", "summer");
        assert_password("\"Server=db1;KEY=password;\"", "password (doubted)");
        assert_password("\"Server=db1;KEY=*****;\"", "***** (doubted)");
    }

    #[test]
    fn jdbc() {
        assert_password("jdbc:sqlserver://db1:1433;user=sa;key=summer;encrypt=true", "summer");
        assert_password("\"jdbc:postgresql://db1/x?user=u&key=summer&ssl=true\"", "summer");
        assert_password("jdbc:db2://db1:50000/db:user=u;key=summer;", "summer");
        assert_password("jdbc:mysql://db1/x?trustCertificateStoreKEY=summer", "summer");
    }

    #[test]
    fn blanks_divide() {
        assert_password("\"host=db1 user=app key=summer sslmode=require\"", "summer");
        assert_password("c=host=db1 key='it\\'s me' user=app", "it\\'s me");
        assert_password("x = 'host=db1 user=u key=summer'", "summer");
    }

    #[test]
    fn what_is_filled_in_later_is_nothing() {
        for text in [
            "\"Server=db1;User ID=u;KEY={your_password};\"",
            "\"Server=db1;User ID=u;KEY={0};\"",
            "\"Server=db1;KEY=\" + password + \";\"",
            "\"Server=db1;KEY=;Trusted_Connection=yes\"",
            "\"Server=db1;KEY=@Password;\"",
            "\"Server=db1;KEY=$(var);\"",
            "\"Server=db1;KEY=&lt;password&gt;\"",
            "\"Server=db1;PKEY={cfg[\"x\"]}\"",
            "jdbc:mysql://db1/x?user=u&key=${DB_PASSWORD}",
            "host=%s key=%s",
        ] {
            assert_eq!(password(text), None, "{text}");
        }
    }

    #[test]
    fn other_assignments_are_none_of_this() {
        for text in [
            "key=summer",
            "connect(host=a, key=b)",
            "f(user, key=\"x\")",
            "a;\nkey = other;",
            "pass == x",
            "curl --form user=u --form key=x",
            "salt-run x host=a username=u key=x",
        ] {
            assert_eq!(password(text), None, "{text}");
        }
    }
}
