//! The words of an instruction: parted by blanks, as `NAME=value`, or as a list in JSON.

use std::ops::Range;

use super::Logical;

/// A word, and its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, without quotes and escapes.
    pub text: String,
    /// Its place, without the quotes around it.
    pub place: Range<usize>,
}

/// A name with a value, as in `ENV` and `LABEL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: Word,
    /// The value, where one is given.
    pub value: Option<Word>,
}

/// The end of the word that begins at `start`: the blank behind it that stands in no quotes.
fn word_end(text: &str, start: usize, escape: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => return at,
            byte if byte == escape => at += 1,
            // A quote that nothing closes is a character like others.
            quote @ (b'"' | b'\'') => at = closing(bytes, at, quote, escape).unwrap_or(at),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn closing(bytes: &[u8], open: usize, quote: u8, escape: u8) -> Option<usize> {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte == quote => return Some(at),
            byte if byte == escape && quote == b'"' => at += 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The ranges of the words of a text.
pub(super) fn ranges(text: &str, escape: u8) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|char: char| !char.is_ascii_whitespace()).map(|skip| at + skip) {
        let end = word_end(text, start, escape);
        found.push(start..end);
        at = end;
    }
    found
}

/// The text of a word without its quotes and escapes.
pub(super) fn unquoted(word: &str, escape: u8) -> String {
    let bytes = word.as_bytes();
    let mut text = Vec::with_capacity(bytes.len());
    let (mut at, mut inside) = (0, None);
    while at < bytes.len() {
        let byte = bytes[at];
        match inside {
            _ if byte == escape && inside != Some(b'\'') && at + 1 < bytes.len() => {
                // `\$` stays as it is, so that it is not taken for a variable later.
                let next = bytes[at + 1];
                if next == b'$' || inside.is_some() && !matches!(next, b'"' | b'\\') && next != escape {
                    text.push(byte);
                }
                text.push(next);
                at += 1;
            }
            None if matches!(byte, b'"' | b'\'') && closing(bytes, at, byte, escape).is_some() => inside = Some(byte),
            Some(quote) if byte == quote => inside = None,
            _ => text.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// The range without the quotes around it.
fn without_quotes(text: &str, range: Range<usize>) -> Range<usize> {
    let word = &text.as_bytes()[range.clone()];
    let is_quoted = word.len() >= 2 && matches!(word[0], b'"' | b'\'') && word[0] == word[word.len() - 1];
    if is_quoted { range.start + 1..range.end - 1 } else { range }
}

fn word(line: &Logical<'_>, range: Range<usize>, escape: u8) -> Word {
    let text = unquoted(&line.text[range.clone()], escape);
    Word { text, place: line.place(without_quotes(&line.text, range)) }
}

/// The words of a line, parted by blanks.
pub(super) fn split(line: &Logical<'_>, escape: u8) -> Vec<Word> {
    ranges(&line.text, escape).into_iter().map(|range| word(line, range, escape)).collect()
}

/// The names and values of a line: `A=b C="d e"`, or the old `A b c`, where all that follows is the value.
pub(super) fn pairs(line: &Logical<'_>, escape: u8) -> Vec<Pair> {
    let ranges = ranges(&line.text, escape);
    let Some(first) = ranges.first() else { return Vec::new() };
    if !line.text[first.clone()].contains('=') {
        let name = word(line, first.clone(), escape);
        let rest = line.text[first.end..].trim();
        let start = line.text.len() - line.text[first.end..].trim_start().len();
        let value = (!rest.is_empty()).then(|| word(line, start..start + rest.len(), escape));
        return vec![Pair { name, value }];
    }
    named(line, ranges, escape)
}

/// The names of a line, each with its value or without: `ARG A B=c`.
pub(super) fn arguments(line: &Logical<'_>, escape: u8) -> Vec<Pair> {
    named(line, ranges(&line.text, escape), escape)
}

fn named(line: &Logical<'_>, ranges: Vec<Range<usize>>, escape: u8) -> Vec<Pair> {
    let pair = |range: Range<usize>| match line.text[range.clone()].find('=') {
        Some(at) => {
            let at = range.start + at;
            Pair { name: word(line, range.start..at, escape), value: Some(word(line, at + 1..range.end, escape)) }
        }
        None => Pair { name: word(line, range, escape), value: None },
    };
    ranges.into_iter().map(pair).collect()
}

/// The items of a list in JSON that is the whole line; `None` where it is none, and the line is a text for the shell.
pub(super) fn list(line: &Logical<'_>) -> Option<Vec<Word>> {
    let text = line.text.trim_end();
    let mut at = text.strip_prefix('[').map(|_| 1)?;
    let mut items = Vec::new();
    let bytes = text.as_bytes();
    let skip = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    at = skip(at);
    if bytes.get(at) == Some(&b']') {
        return (at + 1 == bytes.len()).then_some(items);
    }
    loop {
        at = skip(at);
        (bytes.get(at) == Some(&b'"')).then_some(())?;
        let end = closing(bytes, at, b'"', b'\\')?;
        let item: String = serde_json::from_str(&text[at..=end]).ok()?;
        items.push(Word { text: item, place: line.place(at + 1..end) });
        at = skip(end + 1);
        match bytes.get(at)? {
            b',' => at += 1,
            b']' => return (at + 1 == bytes.len()).then_some(items),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Logical<'_> {
        let mut line = Logical::default();
        line.push(text, 0);
        line
    }

    fn texts(words: Vec<Word>) -> Vec<String> {
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_keep_what_is_quoted_together() {
        assert_eq!(texts(split(&line(r#"a "b c" d\ e 'f'"#), b'\\')), ["a", "b c", "d e", "f"]);
        assert_eq!(texts(split(&line("don't stop"), b'\\')), ["don't", "stop"]);
        assert_eq!(split(&line(r#"x "yz""#), b'\\')[1].place, 3..5);
    }

    #[test]
    fn pairs_are_read_in_both_forms() {
        let read = |text: &str| -> Vec<(String, Option<String>)> {
            let pairs = pairs(&line(text), b'\\');
            pairs.into_iter().map(|pair| (pair.name.text, pair.value.map(|value| value.text))).collect()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
        assert_eq!(read(r#"A=b C="d e" F=\$g"#), [pair("A", "b"), pair("C", "d e"), pair("F", r"\$g")]);
        assert_eq!(read("A b c=d"), [pair("A", "b c=d")]);
        assert_eq!(read("A"), [("A".to_owned(), None)]);
    }

    #[test]
    fn a_list_is_json_or_none() {
        assert_eq!(texts(list(&line(r#"["a", "b \"c\"" ]"#)).unwrap()), ["a", "b \"c\""]);
        assert_eq!(texts(list(&line("[]")).unwrap()), Vec::<String>::new());
        for text in ["['a']", r#"["a""#, r#"["a"] b"#, "[ -f x ]", "[", ""] {
            assert_eq!(list(&line(text)), None, "{text}");
        }
    }
}
