//! What a name says about the value assigned to it.

use std::collections::HashSet;

use crate::rules::shared::{NameWords, Names};

/// What kind of credential a name speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A password a person might type.
    Password,
    /// A secret shared between programs.
    Secret,
    /// A token.
    Token,
    /// A key with a word that tells what for.
    Key,
    /// A key, and nothing else is known.
    BareKey,
    /// Something around authentication.
    Auth,
}

/// A name, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameReading {
    /// What it speaks of.
    pub kind: NameKind,
    /// The credential word is the last that says anything: `db_password`, not `password_length`.
    pub is_head: bool,
    /// A later word makes the name speak about the credential: `password_length`.
    pub is_about: bool,
    /// A word says that the value is public or something else: `public_key`.
    pub is_harmless: bool,
    /// The name asks or commands: `show_password`.
    pub is_verb: bool,
    /// The name is in capitals, as constants and environment variables are.
    pub is_upper: bool,
    /// How many words the name has.
    pub words: usize,
}

/// Reads names by the lists of `rules/shared/names.yaml`.
#[derive(Debug)]
pub struct NameReader {
    kinds: Vec<(NameKind, Vec<String>, HashSet<String>)>,
    key_qualifier: HashSet<String>,
    about: HashSet<String>,
    harmless: HashSet<String>,
    verb: HashSet<String>,
    neutral: HashSet<String>,
}

impl NameReader {
    /// The words that a text is searched for; every name with a kind holds one of them in lower, upper or title case.
    pub const STEMS: &[&str] = &["pass", "pwd", "secret", "token", "key", "auth", "cred", "psw", "rootpw", "bindpw", "jwt", "bearer"];

    /// A reader by these lists.
    pub fn new(names: &Names) -> Self {
        let set = |words: &[String]| words.iter().cloned().collect::<HashSet<_>>();
        let kind = |kind, words: &NameWords| (kind, words.inside.clone(), set(&words.whole));
        Self {
            kinds: vec![
                kind(NameKind::Password, &names.password),
                kind(NameKind::Secret, &names.secret),
                kind(NameKind::Token, &names.token),
                kind(NameKind::Key, &names.key),
                kind(NameKind::Auth, &names.auth),
            ],
            key_qualifier: set(&names.key_qualifier),
            about: set(&names.about),
            harmless: set(&names.harmless),
            verb: set(&names.verb),
            neutral: set(&names.neutral),
        }
    }

    /// Reads a name; `None` when it speaks of no credential.
    pub fn read(&self, name: &str) -> Option<NameReading> {
        let words = split_words(name);
        let (index, kind) = (0..words.len()).rev().find_map(|index| Some((index, self.kind_of(&words, index)?)))?;
        let later = &words[index + 1..];
        let says_something = |word: &&String| !self.neutral.contains(*word) && !word.bytes().all(|b| b.is_ascii_digit());
        let is_head = !later.iter().any(|word| says_something(&word));
        let letters = name.bytes().filter(u8::is_ascii_alphabetic);
        Some(NameReading {
            kind,
            is_head,
            is_about: !is_head && later.iter().any(|word| self.about.contains(word)),
            is_harmless: words.iter().any(|word| self.harmless.contains(word)),
            is_verb: index > 0 && self.verb.contains(&words[0]),
            is_upper: letters.clone().count() > 0 && letters.clone().all(|b| b.is_ascii_uppercase()),
            words: words.len(),
        })
    }

    fn kind_of(&self, words: &[String], index: usize) -> Option<NameKind> {
        let word = words[index].as_str();
        // Two words that one kind writes as one: `pass_word`, `api_key`.
        for (kind, inside, whole) in &self.kinds {
            if whole.contains(word) || inside.iter().any(|part| word.contains(part.as_str())) {
                return Some(*kind);
            }
        }
        if word == "key" || word == "keys" {
            let qualified = words[..index].iter().any(|before| self.key_qualifier.contains(before));
            return Some(if qualified { NameKind::Key } else { NameKind::BareKey });
        }
        word.ends_with("key").then_some(NameKind::BareKey)
    }
}

/// Splits a name into lower-case words at punctuation and at changes of case, as in `HTTPServerKey` and `db_pass2`.
pub fn split_words(name: &str) -> Vec<String> {
    let bytes = name.as_bytes();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let previous = index.checked_sub(1).map_or(0, |at| bytes[at]);
        let next = bytes.get(index + 1).copied().unwrap_or(0);
        let starts_word = byte.is_ascii_uppercase()
            && (previous.is_ascii_lowercase()
                || previous.is_ascii_digit()
                || previous.is_ascii_uppercase() && next.is_ascii_lowercase());
        if starts_word && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(char::from(byte.to_ascii_lowercase()));
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn read(name: &str) -> Option<NameReading> {
        NameReader::new(&RuleSet::built_in().shared().names).read(name)
    }

    #[test]
    fn names_are_split_at_punctuation_and_case() {
        assert_eq!(split_words("HTTPServerKey"), ["http", "server", "key"]);
        assert_eq!(split_words("db-pass_2.Value"), ["db", "pass", "2", "value"]);
        assert_eq!(split_words("__"), [""; 0]);
    }

    #[test]
    fn kinds() {
        let kind = |name| read(name).map(|reading| reading.kind);
        assert_eq!(kind("dbpassword"), Some(NameKind::Password));
        assert_eq!(kind("DB_PASS"), Some(NameKind::Password));
        assert_eq!(kind("client_secret"), Some(NameKind::Secret));
        assert_eq!(kind("AuthToken"), Some(NameKind::Token));
        assert_eq!(kind("api_key"), Some(NameKind::Key));
        assert_eq!(kind("key"), Some(NameKind::BareKey));
        assert_eq!(kind("compass"), None);
        assert_eq!(kind("keyboard"), None);
        assert_eq!(kind("author"), None);
    }

    #[test]
    fn names_about_a_credential_differ_from_names_of_one() {
        assert!(read("db_password2").unwrap().is_head);
        assert!(read("password_length").unwrap().is_about);
        assert!(read("showPassword").unwrap().is_verb);
        assert!(read("public_key").unwrap().is_harmless);
        assert!(!read("password_old").unwrap().is_about);
    }
}
