//! Arguments of a process: flags with their values.

use std::ops::Range;

use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};

/// A word of a command line, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The word, without quotes.
    pub text: String,
    /// Its place in the text that is read.
    pub place: Range<usize>,
}

/// Adds the arguments of one process. `words` are the command line without the program; the program is known by its base name, or
/// empty where only the image knows it.
///
/// `--flag=value` is a flag with a value, as is `--flag value` where the next word begins with no hyphen. A flag without a value tells
/// no value. A word that is no flag tells a value only.
pub(super) fn add(builder: &mut Builder<'_>, unit: UnitId, program: &str, words: &[Word]) {
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).filter(|next| !next.text.starts_with('-'));
        let is_flag = word.text.len() > 1 && word.text.starts_with('-');
        let (flag, value, end) = if !is_flag {
            (None, Some((word.text.clone(), word.place.clone())), word.place.end)
        } else if let Some((flag, value)) = split(&word.text) {
            let start = word.place.end.saturating_sub(value.len()).max(word.place.start);
            (Some(flag), Some((value.to_owned(), start..word.place.end)), word.place.end)
        } else {
            let value = next.map(|next| (next.text.clone(), next.place.clone()));
            let end = value.as_ref().map_or(word.place.end, |(_, place)| place.end);
            (Some(word.text.as_str()), value, end)
        };
        let mut fact = builder
            .fact(FactKind::Argument, unit, word.place.start..end)
            .with(Attribute::Program, program.to_owned())
            .with(Attribute::Text, word.text.clone())
            .with_some(Attribute::Flag, flag.map(str::to_owned));
        if let Some((text, place)) = value {
            fact = fact.with(Attribute::Value, text).value_at(place);
        }
        fact.add();
    }
}

/// Splits `--flag=value`, `-Dname=value` and `-agentlib:jdwp=...` at the sign between name and value.
fn split(text: &str) -> Option<(&str, &str)> {
    text.split_once('=')
}
