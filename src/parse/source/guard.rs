//! Texts that grammars are kept from. Their own lexers save their state into a buffer of 1024 bytes, and two of them don't
//! watch its end closely: a text made for it ends the whole program.

use super::Grammar;

/// Whether the grammar can be given the text.
pub(super) fn is_safe(grammar: Grammar, text: &str) -> bool {
    match grammar {
        Grammar::Python => !has_deep_lines(text.as_bytes()),
        Grammar::Ruby => !has_many_literals(text.as_bytes()),
        _ => true,
    }
}

/// Whether a line is indented so far that more levels of indentation can be open than Python's lexer saves: two bytes each.
fn has_deep_lines(text: &[u8]) -> bool {
    const DEEPEST: usize = 300;
    // Shorter lines can't reach it, even with tabs, and most files have no longer blanks anywhere.
    let deep = |line: &[u8]| {
        let columns = line.iter().take_while(|byte| byte.is_ascii_whitespace());
        columns.map(|&byte| if byte == b'\t' { 8 } else { 1 }).sum::<usize>() > DEEPEST
    };
    text.split(|&byte| byte == b'\n').any(deep)
}

/// Whether more strings can be open inside each other, and more here-documents on one line, than Ruby's lexer saves: five
/// bytes for a string, four and its word for a here-document.
fn has_many_literals(text: &[u8]) -> bool {
    const INTERPOLATIONS: usize = 100;
    const LINE_OF_HEREDOCS: usize = 200;
    let heredocs = memchr::memmem::find_iter(text, b"<<");
    let is_long = |at: usize| {
        let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
        end - start > LINE_OF_HEREDOCS
    };
    memchr::memmem::find_iter(text, b"#{").nth(INTERPOLATIONS).is_some() || heredocs.take(1000).any(is_long)
}
