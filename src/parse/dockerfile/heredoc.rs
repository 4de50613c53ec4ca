//! Documents that follow an instruction: `RUN <<EOF`.

use std::collections::HashMap;
use std::ops::Range;

/// A document that follows an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it.
    pub name: String,
    /// Its lines, in the file.
    pub content: Range<usize>,
    /// Where the line ends that ends it.
    pub end: usize,
}

/// A mark in an instruction that announces a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub name: String,
    /// Whether tabs before the lines do not count.
    pub strips_tabs: bool,
}

/// The marks of a text, in order. `<<<` and what stands in quotes are none.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut quote) = (0, None);
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', None | Some(b'"')) => at += 1,
            (byte, Some(open)) if byte == open => quote = None,
            (byte @ (b'"' | b'\''), None) => quote = Some(byte),
            (b'<', None) if bytes[at..].starts_with(b"<<<") => at += 2,
            (b'<', None) if bytes[at..].starts_with(b"<<") => {
                let strips_tabs = bytes.get(at + 2) == Some(&b'-');
                let start = at + 2 + usize::from(strips_tabs);
                let (name, end) = name(text, start);
                if !name.is_empty() {
                    found.push(Mark { name, strips_tabs });
                }
                at = end.max(at + 1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The name at `start`, without quotes, and where it ends.
fn name(text: &str, start: usize) -> (String, usize) {
    let rest = text.get(start..).unwrap_or_default();
    if let Some(quote) = rest.chars().next().filter(|char| matches!(char, '"' | '\'')) {
        return match rest[1..].find(quote) {
            Some(length) => (rest[1..=length].to_owned(), start + length + 2),
            None => (String::new(), start + 1),
        };
    }
    let is_end = |char: char| char.is_whitespace() || ";&|<>()\"'`$".contains(char);
    let length = rest.find(is_end).unwrap_or(rest.len());
    (rest[..length].trim_start_matches('\\').to_owned(), start + length)
}

/// Where lines stand that can end a document, by their text. A mark whose name never follows is no mark, and is looked for only once.
#[derive(Debug)]
pub(super) struct Ends<'t> {
    exact: HashMap<&'t str, usize>,
    without_tabs: HashMap<&'t str, usize>,
}

impl<'t> Ends<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut ends = Self { exact: HashMap::new(), without_tabs: HashMap::new() };
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            ends.exact.insert(content, at);
            ends.without_tabs.insert(content.trim_start_matches('\t'), at);
            at += line.len();
        }
        ends
    }

    /// Whether a line that ends the document begins at `from` or later.
    pub(super) fn follows(&self, mark: &Mark, from: usize) -> bool {
        let lines = if mark.strips_tabs { &self.without_tabs } else { &self.exact };
        lines.get(mark.name.as_str()).is_some_and(|&at| at >= from)
    }
}

/// Reads a document that begins at `start`, and says where the next line begins. `None` where its end is missing.
pub(super) fn read(text: &str, start: usize, mark: &Mark) -> Option<(Heredoc, usize)> {
    let mut at = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let word = if mark.strips_tabs { content.trim_start_matches('\t') } else { content };
        if word == mark.name {
            return Some((
                Heredoc { name: mark.name.clone(), content: start..at, end: at + content.len() },
                at + line.len(),
            ));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_other_signs() {
        let names = |text: &str| marks(text).into_iter().map(|mark| mark.name).collect::<Vec<_>>();
        assert_eq!(names("cat <<EOF > x"), ["EOF"]);
        assert_eq!(names(r#"<<A <<-"B C" 3<<'D'"#), ["A", "B C", "D"]);
        assert_eq!(names("cat <<< x; echo '<<E'; echo \"<<E\""), Vec::<String>::new());
        assert_eq!(names("a <<"), Vec::<String>::new());
    }

    #[test]
    fn a_document_ends_at_its_name() {
        let text = "a\n\tEOF\nEOF \nEOF\r\nb";
        let mark = Mark { name: "EOF".to_owned(), strips_tabs: false };
        assert_eq!(read(text, 0, &mark).unwrap(), (Heredoc { name: "EOF".to_owned(), content: 0..12, end: 15 }, 17));
        let mark = Mark { strips_tabs: true, ..mark };
        assert_eq!(read(text, 0, &mark).unwrap().1, 7);
        assert_eq!(read("a\nb", 0, &mark), None);
    }
}
