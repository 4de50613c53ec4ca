//! What a name says about the value assigned to it.

use std::collections::HashMap;
use std::ops::Range;

use crate::rules::literals;
use crate::rules::shared::Names;

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
    /// The last word makes the name refer to the credential or describe it: `secret_name`, `token_url`.
    pub is_reference: bool,
    /// A word says that the value is public or something else: `public_key`.
    pub is_harmless: bool,
    /// The name asks or commands: `show_password`.
    pub is_verb: bool,
    /// The name is in capitals, as constants and environment variables are.
    pub is_upper: bool,
    /// How many words the name has.
    pub words: usize,
}

/// What one word of a name can be, as bits.
type Meaning = u8;
const QUALIFIES_KEY: Meaning = 1;
const ABOUT: Meaning = 2;
const HARMLESS: Meaning = 4;
const VERB: Meaning = 8;
const NEUTRAL: Meaning = 16;
const REFERS: Meaning = 32;

/// Reads names by the lists of `rules/shared/names.yaml`.
#[derive(Debug)]
pub struct NameReader {
    /// Words that tell a kind wherever they stand, in the order in which they are tried.
    inside: Vec<(String, NameKind)>,
    /// Words that tell a kind only as a word of their own.
    whole: HashMap<String, NameKind>,
    meanings: HashMap<String, Meaning>,
}

impl NameReader {
    /// The words that a text is searched for, in any case; every name with a kind holds one of them.
    pub const STEMS: &[&str] = literals::NAME_STEMS;

    /// A reader by these lists.
    pub fn new(names: &Names) -> Self {
        let kinds = [
            (NameKind::Password, &names.password),
            (NameKind::Secret, &names.secret),
            (NameKind::Token, &names.token),
            (NameKind::Key, &names.key),
            (NameKind::Auth, &names.auth),
        ];
        let inside =
            kinds.iter().flat_map(|(kind, words)| words.inside.iter().map(|word| (word.clone(), *kind))).collect();
        let whole =
            kinds.iter().flat_map(|(kind, words)| words.whole.iter().map(|word| (word.clone(), *kind))).collect();
        let mut meanings: HashMap<String, Meaning> = HashMap::new();
        let lists = [
            (&names.key_qualifier, QUALIFIES_KEY),
            (&names.about, ABOUT),
            (&names.refers, REFERS),
            (&names.harmless, HARMLESS),
            (&names.verb, VERB),
            (&names.neutral, NEUTRAL),
        ];
        for (words, meaning) in lists {
            words.iter().for_each(|word| *meanings.entry(word.clone()).or_default() |= meaning);
        }
        Self { inside, whole, meanings }
    }

    /// Reads a name; `None` when it speaks of no credential.
    pub fn read(&self, name: &str) -> Option<NameReading> {
        let lower = name.to_ascii_lowercase();
        let words: Vec<&str> = split_words(name).map(|range| &lower[range]).collect();
        let meanings: Vec<Meaning> = words.iter().map(|word| self.meaning(word)).collect();
        let (index, kind) =
            (0..words.len()).rev().find_map(|index| Some((index, self.kind_of(&words, &meanings, index)?)))?;
        let later = &meanings[index + 1..];
        let is_head = later.iter().all(|meaning| meaning & NEUTRAL != 0);
        let letters = name.bytes().filter(u8::is_ascii_alphabetic);
        Some(NameReading {
            kind,
            is_head,
            is_about: !is_head && later.iter().any(|meaning| meaning & ABOUT != 0),
            is_reference: !is_head && later.last().is_some_and(|meaning| meaning & REFERS != 0),
            is_harmless: meanings.iter().any(|meaning| meaning & HARMLESS != 0),
            is_verb: index > 0 && meanings[0] & VERB != 0,
            is_upper: letters.clone().count() > 0 && letters.clone().all(|b| b.is_ascii_uppercase()),
            words: words.len(),
        })
    }

    fn meaning(&self, word: &str) -> Meaning {
        // A number at the end says as little as `value` does.
        let number = if word.bytes().all(|b| b.is_ascii_digit()) { NEUTRAL } else { 0 };
        self.meanings.get(word).copied().unwrap_or_default() | number
    }

    fn kind_of(&self, words: &[&str], meanings: &[Meaning], index: usize) -> Option<NameKind> {
        let word = words[index];
        if let Some(kind) = self.whole.get(word) {
            return Some(*kind);
        }
        if let Some((_, kind)) = self.inside.iter().find(|(part, _)| word.contains(part.as_str())) {
            return Some(*kind);
        }
        if word == "key" || word == "keys" {
            let is_qualified = meanings[..index].iter().any(|meaning| meaning & QUALIFIES_KEY != 0);
            return Some(if is_qualified { NameKind::Key } else { NameKind::BareKey });
        }
        word.ends_with("key").then_some(NameKind::BareKey)
    }
}

/// Splits a name into words at punctuation and at changes of case, as in `HTTPServerKey` and `db_pass2`.
pub fn split_words(name: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = name.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
            at += 1;
        }
        let start = at;
        while let Some(&byte) = bytes.get(at)
            && byte.is_ascii_alphanumeric()
            && (at == start || !begins_word(bytes, at))
        {
            at += 1;
        }
        (at > start).then_some(start..at)
    })
}

/// Whether the letter at `at`, which follows another letter or digit, begins a word by its case.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let (previous, byte) = (bytes[at - 1], bytes[at]);
    byte.is_ascii_uppercase()
        && (!previous.is_ascii_uppercase() || bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase))
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
        let split = |name: &'static str| split_words(name).map(|range| &name[range]).collect::<Vec<_>>();
        assert_eq!(split("HTTPServerKey"), ["HTTP", "Server", "Key"]);
        assert_eq!(split("db-pass_2.Value"), ["db", "pass", "2", "Value"]);
        assert_eq!(split("token2Value"), ["token2", "Value"]);
        assert_eq!(split("__"), [""; 0]);
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
        assert!(read("secretName").unwrap().is_reference);
        assert!(!read("secret_name_token").unwrap().is_reference);
    }
}
