//! What the text of a value says about itself.

mod reference;
mod sequence;
mod shape;

pub use reference::{is_expression, is_password_hash, is_reference, is_regex};
pub use sequence::{is_masked, is_sequence};
pub use shape::Shape;

use std::collections::HashSet;

use aho_corasick::AhoCorasick;

use super::check;
use super::name::NameReader;
use crate::rules::Shared;

/// Reads values by the shared lists.
#[derive(Debug)]
pub struct ValueReader {
    placeholder_whole: HashSet<String>,
    placeholder_inside: AhoCorasick,
    placeholder_weak: AhoCorasick,
    placeholder_token: AhoCorasick,
    stems: AhoCorasick,
    common_passwords: HashSet<String>,
    letter_pairs: Vec<Vec<u8>>,
}

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
            placeholder_whole: shared.placeholders.whole.iter().map(|word| word.to_ascii_lowercase()).collect(),
            placeholder_inside: any_of(&shared.placeholders.inside),
            placeholder_weak: any_of(&shared.placeholders.inside_weak),
            placeholder_token: any_of(&shared.placeholders.inside_token),
            common_passwords: shared.common_passwords.words.iter().cloned().collect(),
            stems: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(NameReader::STEMS)
                .expect("a few words make a small automaton"),
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

    /// Whether the value is base64 of a text with such a word.
    pub fn encodes_placeholder(&self, value: &str) -> bool {
        let decoded = (value.len() >= 8).then(|| check::decode_base64(value)).flatten();
        decoded
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .is_some_and(|text| self.is_placeholder(&text) || self.holds_placeholder(&text))
    }

    /// Whether a password is one that samples use: a placeholder, one with a placeholder inside, or a plain sequence.
    pub fn is_stand_in(&self, password: &str) -> bool {
        self.is_placeholder(password)
            || self.holds_placeholder(password)
            || is_sequence(password)
            || self.is_credential_words(password)
    }

    /// Whether the value is made of words that only say what it is, with a number or not: `my_password`, `DB_SECRET_1`.
    pub fn is_credential_words(&self, value: &str) -> bool {
        let lower = value.to_ascii_lowercase();
        let is_plain = |word: &str| {
            word.bytes().all(|b| b.is_ascii_digit()) && word.len() < 5
                || matches!(
                    word,
                    "my" | "the"
                        | "your"
                        | "some"
                        | "any"
                        | "invalid"
                        | "wrong"
                        | "bad"
                        | "incorrect"
                        | "db"
                        | "app"
                        | "new"
                        | "old"
                        | "login"
                )
                || self.placeholder_whole.contains(word)
        };
        let mut words = lower.split(['_', '-', '.', ' ']).filter(|word| !word.is_empty());
        let names = |word: &str| self.names_credential(word);
        lower.contains(['_', '-'])
            && lower.split(['_', '-']).any(names)
            && words.all(|word| is_plain(word) || names(word))
    }

    /// Whether part of the value is a word that makes it less likely.
    pub fn holds_weak_placeholder(&self, value: &str) -> bool {
        self.placeholder_weak.is_match(value)
    }

    /// Whether part of a token of a known shape is a word that random text would not hold.
    pub fn token_holds_placeholder(&self, token: &str) -> bool {
        self.placeholder_token.is_match(token)
    }

    /// Whether a password is among the first that an attacker tries: a common word, with replaced letters, and digits or
    /// punctuation behind it, or only a count of digits.
    pub fn is_common_password(&self, password: &str) -> bool {
        const LONGEST: usize = 24;
        if password.is_empty() || password.len() > LONGEST || !password.is_ascii() {
            return false;
        }
        let is_decoration =
            |c: char| c.is_ascii_digit() || matches!(c, '!' | '@' | '#' | '$' | '%' | '*' | '.' | '_' | '-');
        if !password.chars().all(|c| c.is_ascii_alphanumeric() || is_decoration(c)) {
            return false;
        }
        let stem = password.trim_end_matches(is_decoration);
        if stem.is_empty() {
            let is_number = password.bytes().all(|byte| byte.is_ascii_digit());
            return is_number && ((3..5).contains(&password.len()) || is_sequence(password) && password.len() > 4);
        }
        let plain = |text: &str| -> String {
            text.chars()
                .map(|c| match c.to_ascii_lowercase() {
                    '0' => 'o',
                    '1' | '!' => 'i',
                    '3' => 'e',
                    '4' | '@' => 'a',
                    '5' | '$' => 's',
                    c => c,
                })
                .filter(char::is_ascii_alphanumeric)
                .collect()
        };
        [password, stem].into_iter().any(|text| {
            self.common_passwords.contains(&text.to_ascii_lowercase()) || self.common_passwords.contains(&plain(text))
        })
    }

    /// Whether the value itself holds a word for a credential, as a name would.
    pub fn names_credential(&self, value: &str) -> bool {
        self.stems.is_match(value)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn common_passwords_are_known_in_their_usual_forms() {
        let reader = ValueReader::new(RuleSet::built_in().shared());
        for password in ["admin", "root123", "P@ssw0rd!", "changeme", "Welcome1", "12345678", "qwerty12", "test_123"] {
            assert!(reader.is_common_password(password), "{password}");
        }
        for password in ["tuFrAxahuYe4", "kzwqe482", "correct horse", "48213", "x9", ""] {
            assert!(!reader.is_common_password(password), "{password}");
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
