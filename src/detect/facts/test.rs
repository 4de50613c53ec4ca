//! Tests of what facts tell.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use regex_automata::meta::Regex;

use crate::detect::secrets::value::ValueReader;
use crate::rules::ValueTest;

/// A test, ready to be run.
#[derive(Debug)]
pub(super) enum Test {
    True,
    False,
    Text(String),
    Any(Vec<Test>),
    /// An expression, compiled at its first use; few runs need many.
    Matches(String, OnceLock<Option<Regex>>),
    Not(Box<Test>),
    Present(bool),
    Below(f64),
    Above(f64),
    VersionBelow(String),
    ShorterThan(usize),
    Weak(bool, Arc<ValueReader>),
}

impl Test {
    pub(super) fn new(written: &ValueTest, values: &Arc<ValueReader>) -> Self {
        match written {
            ValueTest::True => Self::True,
            ValueTest::False => Self::False,
            ValueTest::Text(text) => Self::Text(text.clone()),
            ValueTest::Any(tests) => Self::Any(tests.iter().map(|test| Self::new(test, values)).collect()),
            ValueTest::Matches(pattern) => Self::Matches(pattern.clone(), OnceLock::new()),
            ValueTest::Not(test) => Self::Not(Box::new(Self::new(test, values))),
            ValueTest::Present(is_present) => Self::Present(*is_present),
            ValueTest::Below(number) => Self::Below(*number),
            ValueTest::Above(number) => Self::Above(*number),
            ValueTest::VersionBelow(version) => Self::VersionBelow(version.clone()),
            ValueTest::ShorterThan(length) => Self::ShorterThan(*length),
            ValueTest::Weak(is_weak) => Self::Weak(*is_weak, Arc::clone(values)),
        }
    }

    /// Whether it holds of an attribute with these values; `is_flag` where no value means that something is switched on.
    pub(super) fn holds<'v>(&self, mut values: impl Iterator<Item = &'v str> + Clone, is_flag: bool) -> bool {
        match self {
            Self::True if is_flag && values.clone().next().is_none() => true,
            Self::Any(tests) => tests.iter().any(|test| test.holds(values.clone(), is_flag)),
            Self::Not(test) => !test.holds(values, is_flag),
            Self::Present(is_present) => *is_present == values.next().is_some(),
            _ => values.any(|value| self.holds_of(value.trim())),
        }
    }

    /// How long it takes, beside others: what is cheap and fails spares the rest.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Present(_) => 0,
            Self::Text(text) if !text.contains('*') => 1,
            Self::True | Self::False | Self::Below(_) | Self::Above(_) | Self::ShorterThan(_) => 2,
            Self::Text(_) | Self::VersionBelow(_) => 5,
            Self::Any(tests) => tests.iter().map(Self::cost).sum(),
            Self::Not(test) => test.cost(),
            Self::Matches(..) | Self::Weak(..) => 100,
        }
    }

    fn holds_of(&self, value: &str) -> bool {
        match self {
            Self::True => is_one_of(value, &["true", "yes", "on", "1", "y", "t", "enabled"]),
            Self::False => is_one_of(value, &["false", "no", "off", "0", "n", "f", "disabled"]),
            Self::Text(text) => is_like(text.as_bytes(), value.as_bytes()),
            Self::Matches(pattern, compiled) => {
                compiled.get_or_init(|| Regex::new(pattern).ok()).as_ref().is_some_and(|regex| regex.is_match(value))
            }
            Self::Below(number) => value.parse::<f64>().is_ok_and(|value| value < *number),
            Self::Above(number) => value.parse::<f64>().is_ok_and(|value| value > *number),
            Self::VersionBelow(version) => is_older(value, version),
            Self::ShorterThan(length) => value.chars().count() < *length,
            Self::Weak(is_weak, values) => (value.is_empty() || values.is_common_password(value)) == *is_weak,
            Self::Any(_) | Self::Not(_) | Self::Present(_) => false,
        }
    }

    /// The texts of which the value must be one, where the test says so.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Text(text) if !text.contains('*') => Some(vec![text]),
            Self::Any(tests) => {
                let texts: Option<Vec<_>> = tests.iter().map(Self::texts).collect();
                texts.map(|texts| texts.into_iter().flatten().collect())
            }
            _ => None,
        }
    }
}

fn is_one_of(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Whether `value` is `pattern` in any case, each `*` standing for any bytes.
fn is_like(pattern: &[u8], value: &[u8]) -> bool {
    // What stands behind the last star tells most values apart.
    let end = pattern.iter().rev().take_while(|&&byte| byte != b'*').count();
    if value.len() < end || !pattern[pattern.len() - end..].eq_ignore_ascii_case(&value[value.len() - end..]) {
        return false;
    }
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < value.len() {
        if at < pattern.len() && pattern[at] == b'*' {
            star = Some((at, from));
            at += 1;
        } else if at < pattern.len() && pattern[at].eq_ignore_ascii_case(&value[from]) {
            at += 1;
            from += 1;
        } else if let Some((star_at, taken)) = star {
            star = Some((star_at, taken + 1));
            (at, from) = (star_at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// Whether a version is older than another, compared number by number. What begins with no number is not compared.
pub(super) fn is_older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let text = text.trim_start_matches(['v', 'V']);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        text[..end].split('.').map_while(|part| part.parse().ok()).collect()
    };
    let (version, than) = (numbers(version), numbers(than));
    if version.is_empty() {
        return false;
    }
    // `7` may be any 7.x: it is older only where the numbers that it gives say so.
    let shared = version.len().min(than.len());
    version[..shared].cmp(&than[..shared]) == Ordering::Less
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, value) in
            [("a*c", "abbc"), ("*", ""), ("a", "A"), ("*:2375", "tcp://x:2375"), ("a*b*c", "a1b2bc")]
        {
            assert!(is_like(pattern.as_bytes(), value.as_bytes()), "{pattern} {value}");
        }
        for (pattern, value) in [("a*c", "abb"), ("", "x"), ("ab", "a")] {
            assert!(!is_like(pattern.as_bytes(), value.as_bytes()), "{pattern} {value}");
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(is_older("2.9", "2.10.1"));
        assert!(is_older("v1.4-alpine", "1.10"));
        assert!(!is_older("2", "2.10.1"), "it may be any");
        assert!(!is_older("2.426.3-lts", "2.426.3"));
        assert!(!is_older("latest", "2.0"));
    }

    #[test]
    fn what_attackers_try_first_is_weak() {
        let values = Arc::new(ValueReader::new(crate::rules::RuleSet::built_in().shared()));
        let weak = Test::new(&ValueTest::Weak(true), &values);
        assert!(["", "admin", "Passw0rd", "123456"].into_iter().all(|value| weak.holds([value].into_iter(), false)));
        assert!(!weak.holds(["kzwqe482uTf"].into_iter(), false) && !weak.holds([].into_iter(), false));
    }

    #[test]
    fn a_bare_flag_is_on() {
        assert!(Test::True.holds([].into_iter(), true));
        assert!(!Test::True.holds([].into_iter(), false));
        assert!(Test::Not(Box::new(Test::False)).holds([].into_iter(), true));
    }
}
