//! The command line of a service, as a list of words or as the text of a command.

use super::Service;
use crate::facts::argument::{self, Word};
use crate::facts::text::with_defaults;
use crate::facts::{Builder, UnitId, image, shell};
use crate::parse::{NodeId, Scalar};

/// Tells the command line of a service. `image` is the reference of its image.
pub(super) fn read(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId, image: &str) {
    let line = |key: &str| service.get(key).map_or_else(Vec::new, |node| line(service, node));
    let entrypoint = line("entrypoint");
    let is_own = !entrypoint.is_empty();
    let words: Vec<Word> = entrypoint.into_iter().chain(line("command")).collect();
    let of_image = image::ImageReference::parse(image).map_or("", |image| image.name);
    // Without an entry point of its own, an option of the form `name=value` is the image's as well.
    let may_be_program = words.first().is_some_and(|first| !first.text.contains(['=', '$']));
    let whole = if is_own { Some(words.clone()) } else { argument::with_program(of_image, &words) };
    match whole.filter(|_| is_own || may_be_program) {
        Some(words) => shell::read_words(builder, unit, &words),
        None => argument::add(builder, unit, of_image, &words),
    }
}

fn line(service: &Service<'_, '_>, node: NodeId) -> Vec<Word> {
    match service.tree.scalar(node) {
        Some(scalar) => words(scalar),
        None => service.tree.children(node).iter().filter_map(|&item| service.tree.scalar(item)).map(word).collect(),
    }
}

fn word(scalar: &Scalar<'_>) -> Word {
    Word { text: with_defaults(&scalar.text).unwrap_or_else(|| scalar.text.to_string()), place: scalar.span.range() }
}

/// The words of a command that is written as one text, with quotes as a shell reads them. Places are exact where the text stands in the
/// file as it is read, which folding and escapes change: each word is looked up there from the end of the one before.
fn words(scalar: &Scalar<'_>) -> Vec<Word> {
    let (start, end) = (scalar.span.start as usize, scalar.span.end as usize);
    let is_as_written = scalar.text.len() == end - start;
    let mut words = Vec::new();
    for (text, range) in split(&scalar.text) {
        let place = if is_as_written { start + range.start..start + range.end } else { start..end };
        words.push(Word { text: with_defaults(&text).unwrap_or(text), place });
    }
    words
}

/// Splits a command line at blanks outside quotes. Places are those of the words, with quotes around a whole word left out.
fn split(line: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut words = Vec::new();
    let (mut word, mut start, mut quote) = (String::new(), None, None);
    let mut chars = line.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match (quote, char) {
            (Some(open), _) if char == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(char);
                start = start.or(Some(at));
            }
            (None | Some('"'), '\\') => {
                start = start.or(Some(at));
                if let Some((_, escaped)) = chars.next()
                    && escaped != '\n'
                {
                    word.push(escaped);
                }
            }
            (None, _) if char.is_whitespace() => {
                if let Some(start) = start.take() {
                    words.push((std::mem::take(&mut word), unquoted(line, start..at)));
                }
            }
            _ => {
                start = start.or(Some(at));
                word.push(char);
            }
        }
    }
    if let Some(start) = start {
        words.push((word, unquoted(line, start..line.len())));
    }
    words
}

fn unquoted(line: &str, place: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let text = &line[place.clone()];
    let is_quoted = ['"', '\''].iter().any(|&quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote));
    if is_quoted { place.start + 1..place.end - 1 } else { place }
}
