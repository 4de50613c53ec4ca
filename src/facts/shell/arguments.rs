//! Arguments of commands, as their programs read them.

use std::ops::Range;

use super::options::Options;
use crate::facts::{Builder, UnitId, argument};
use crate::model::{Attribute, FactKind};

/// Adds the arguments of a command. Where a program's options are known, `-fsSLk` is a fact as it stands and one for each letter, and
/// only options that take a value get one; else as [`argument::add`] does.
pub(super) fn add(builder: &mut Builder<'_>, unit: UnitId, program: &str, words: &[argument::Word]) {
    let options = Options::of(program);
    if !options.is_complete {
        argument::add(builder, unit, program, words);
        return;
    }
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1);
        at += 1;
        let mut fact = Draft { builder, unit, program, word };
        if word.text.len() < 2 || !word.text.starts_with('-') {
            fact.add(None, Some((&word.text, word.place.clone())));
        } else if let Some((flag, value)) = word.text.split_once('=').filter(|(flag, _)| flag.starts_with("--")) {
            let start = word.place.end.saturating_sub(value.len()).max(word.place.start);
            fact.add(Some(flag), Some((value, start..word.place.end)));
        } else {
            let value = next.filter(|_| options.takes_next(&word.text));
            at += usize::from(value.is_some());
            let value = value.map(|next| (next.text.as_str(), next.place.clone()));
            fact.add(Some(&word.text), value.clone());
            let is_cluster = word.text.len() > 2 && !word.text.starts_with("--");
            if is_cluster {
                fact.letters(options, value);
            }
        }
    }
}

struct Draft<'b, 't, 'w> {
    builder: &'b mut Builder<'t>,
    unit: UnitId,
    program: &'w str,
    word: &'w argument::Word,
}

impl Draft<'_, '_, '_> {
    fn add(&mut self, flag: Option<&str>, value: Option<(&str, Range<usize>)>) {
        let end = value.as_ref().map_or(self.word.place.end, |(_, place)| place.end.max(self.word.place.end));
        let mut fact = self
            .builder
            .fact(FactKind::Argument, self.unit, self.word.place.start..end)
            .with(Attribute::Program, self.program.to_owned())
            .with(Attribute::Text, self.word.text.clone())
            .with_some(Attribute::Flag, flag.map(str::to_owned));
        if let Some((text, place)) = value {
            fact = fact.with(Attribute::Value, text.to_owned()).value_at(place);
        }
        fact.add();
    }

    /// The letters of a cluster, up to the first that takes a value: the rest of the word, or the next.
    fn letters(&mut self, options: Options, next: Option<(&str, Range<usize>)>) {
        let letters = &self.word.text[1..];
        for (at, letter) in letters.char_indices().take_while(|(_, letter)| letter.is_ascii_alphanumeric()) {
            let flag = format!("-{letter}");
            if options.letter_takes_value(letter) {
                let rest = &letters[at + letter.len_utf8()..];
                let place =
                    self.word.place.end.saturating_sub(rest.len()).max(self.word.place.start)..self.word.place.end;
                self.add(Some(&flag), if rest.is_empty() { next } else { Some((rest, place)) });
                return;
            }
            self.add(Some(&flag), None);
        }
    }
}
