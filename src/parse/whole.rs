//! Files that are one value. Written here, as there is nothing to borrow.

use super::{ConfigTree, Style, tree::Builder};

/// Reads the text without blanks and line ends around it as one scalar.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let start = text.len() - text.trim_ascii_start().len();
    let value = text.trim_ascii();
    let span = start..start + value.len();
    let mut builder = Builder::new();
    builder.scalar(value, Style::Bare, span.clone(), span);
    builder.finish(text.len())
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn blanks_and_line_ends_around_are_left_out() {
        insta::assert_snapshot!(dump("\n  two words\r\n\n", parse), @r#"Bare "two words" at "two words""#);
        insta::assert_snapshot!(dump(" \n", parse), @r#"Bare "" at """#);
    }

    #[test]
    fn any_text_is_read() {
        assert_any_text_is_read(&[" ", "\n", "é"], parse);
    }
}
