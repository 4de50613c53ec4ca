//! What is called by `call` rules, by the word that a call is found by.

use crate::rules::literals::NAME_STEMS;
use crate::rules::rule::{CallArgument, CallLanguage, CallPlace};

/// The `call` variants.
#[derive(Debug, Default)]
pub(in crate::detect::secrets) struct CallIndex {
    calls: Vec<CallEntry>,
    /// The words of callees that hold a stem, by their length: few words are compared with each that is met.
    words: Vec<Vec<Callee>>,
    /// The last words of callees that are found by the name in their argument, by their length.
    functions: Vec<Vec<Callee>>,
}

/// A `call` variant.
#[derive(Debug)]
pub(in crate::detect::secrets) struct CallEntry {
    /// Its number among all variants.
    pub(in crate::detect::secrets) variant: usize,
    names: Vec<String>,
    pub(super) argument: CallArgument,
    pub(super) named_by: Option<usize>,
    languages: Vec<CallLanguage>,
}

/// A callee, as it is found.
#[derive(Debug)]
pub(super) struct Callee {
    /// The word to compare, in lower case.
    word: String,
    /// The words after it.
    pub(super) rest: Vec<String>,
    /// Whether it is a name under which a tuple is passed.
    pub(super) is_tuple: bool,
    /// The number of its call.
    pub(super) call: usize,
}

impl CallIndex {
    /// Adds a variant. Returns the texts that it must be looked up by where a run of token characters begins.
    pub(in crate::detect::secrets) fn add<'r>(&mut self, variant: usize, place: &'r CallPlace) -> Vec<&'r str> {
        let call = self.calls.len();
        let mut tokens = Vec::new();
        for name in &place.names {
            let path = name.strip_suffix('=').unwrap_or(name);
            let words: Vec<String> = path.split('.').map(str::to_ascii_lowercase).collect();
            let at = words.iter().position(|word| NAME_STEMS.iter().any(|stem| word.contains(stem)));
            let callee = |at: usize| Callee {
                word: words[at].clone(),
                rest: words[at + 1..].to_vec(),
                is_tuple: name.ends_with('='),
                call,
            };
            match (place.named_by, at) {
                (Some(_), _) => push(&mut self.functions, callee(words.len() - 1)),
                (None, Some(at)) => push(&mut self.words, callee(at)),
                (None, None) => tokens.push(path),
            }
        }
        self.calls.push(CallEntry {
            variant,
            names: place.names.iter().map(|name| name.to_ascii_lowercase()).collect(),
            argument: place.argument.clone(),
            named_by: place.named_by,
            languages: place.languages.clone(),
        });
        tokens
    }

    /// The call with this number, in the order in which they were added.
    pub(super) fn call(&self, number: usize) -> &CallEntry {
        &self.calls[number]
    }

    /// How many calls there are.
    pub(in crate::detect::secrets) fn len(&self) -> usize {
        self.calls.len()
    }

    /// The callees that this word, which holds a stem, may be of.
    pub(super) fn by_word<'c>(&'c self, word: &'c str) -> impl Iterator<Item = &'c Callee> {
        by_length(&self.words, word)
    }

    /// The callees, found by the name in an argument, that end with this word.
    pub(super) fn by_function<'c>(&'c self, word: &'c str) -> impl Iterator<Item = &'c Callee> {
        by_length(&self.functions, word)
    }
}

fn push(lists: &mut Vec<Vec<Callee>>, callee: Callee) {
    let length = callee.word.len();
    if lists.len() <= length {
        lists.resize_with(length + 1, Vec::new);
    }
    lists[length].push(callee);
}

fn by_length<'c>(lists: &'c [Vec<Callee>], word: &'c str) -> impl Iterator<Item = &'c Callee> {
    let list = lists.get(word.len()).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter(move |callee| callee.word.eq_ignore_ascii_case(word))
}

impl CallEntry {
    /// Whether calls of this language are looked at.
    pub(super) fn may_stand_in(&self, language: Option<CallLanguage>) -> bool {
        language.is_some_and(|language| self.languages.is_empty() || self.languages.contains(&language))
    }

    /// Whether this is what is called, as written in a program: `new a.B<C>`, `$x->b`, `a::b`.
    pub(super) fn is_called(&self, callee: &str, is_tuple: bool) -> bool {
        let callee = plain(callee);
        self.names.iter().any(|name| {
            let path = name.strip_suffix('=').unwrap_or(name);
            let before = callee.strip_suffix(path).filter(|_| is_tuple == name.ends_with('='));
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    }
}

/// A callee in lower case, with dots between its words and nothing else.
fn plain(callee: &str) -> String {
    let mut plain = String::with_capacity(callee.len());
    let mut depth = 0_usize;
    let callee = callee.trim_end_matches(|c: char| c.is_whitespace() || c == '(');
    for char in callee.chars() {
        match char {
            '<' => depth += 1,
            '>' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            'A'..='Z' => plain.push(char.to_ascii_lowercase()),
            'a'..='z' | '0'..='9' | '_' | '$' => plain.push(char),
            // What stands before a blank is another word: `new X`, `await x`.
            c if c.is_whitespace() && !plain.ends_with('.') => plain.push(' '),
            c if c.is_whitespace() => {}
            _ if plain.ends_with(' ') => {
                plain.truncate(plain.trim_end().len());
                plain.push('.');
            }
            _ if !plain.ends_with('.') => plain.push('.'),
            _ => {}
        }
    }
    match plain.rfind(' ') {
        Some(at) => plain.split_off(at + 1),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callees_are_compared_by_their_words() {
        assert_eq!(plain("new System.Net.NetworkCredential"), "system.net.networkcredential");
        assert_eq!(plain("$this->db -> connect"), "$this.db.connect");
        assert_eq!(plain("a::b::<C>::new("), "a.b.new");
        assert_eq!(plain("return await jwt\n  .sign"), "jwt.sign");
        assert_eq!(plain("new Map<String, List<A>>"), "map");
    }
}
