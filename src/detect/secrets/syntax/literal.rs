//! String literals: where their content lies, whether something is put into them, and literals joined into one.

use std::ops::Range;

use crate::parse::source::Node;

/// How many parts of a joined literal are read, and how many children of one are looked at.
const MAX_PARTS: usize = 256;

/// Whether a node is a string literal.
pub(super) fn is_literal(node: Node<'_>) -> bool {
    node.is_named()
        && matches!(
            node.kind(),
            "string"
                | "string_literal"
                | "interpreted_string_literal"
                | "raw_string_literal"
                | "encapsed_string"
                | "template_string"
                | "verbatim_string_literal"
                | "interpolated_string_expression"
                | "heredoc_body"
                | "heredoc"
                | "nowdoc"
                | "bare_string"
                | "character_literal"
        )
}

/// Whether a literal is filled in when the program runs: `f"a{b}"`, `` `a${b}` ``, `"a$b"`.
pub(super) fn has_holes(literal: Node<'_>) -> bool {
    let mut cursor = literal.walk();
    let is_hole = |node: Node<'_>| {
        node.is_named()
            && !node.kind().contains("content")
            && !node.kind().contains("fragment")
            && !matches!(
                node.kind(),
                "escape_sequence"
                    | "string_start"
                    | "string_end"
                    | "interpolation_start"
                    | "interpolation_quote"
                    | "heredoc_end"
                    | "heredoc_start"
                    | "heredoc_body"
                    | "nowdoc_body"
                    | "nowdoc_string"
                    | "string_literal_encoding"
            )
    };
    literal.children(&mut cursor).take(MAX_PARTS).any(is_hole)
}

/// The place of a literal's text, without prefix and quotes.
pub(super) fn content(text: &str, literal: Node<'_>) -> Range<usize> {
    // `rb"`, `br##"`, `$@"`
    const LONGEST_PREFIX: usize = 8;
    let (start, end) = (literal.start_byte(), literal.end_byte());
    let bytes = &text.as_bytes()[start..end];
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let Some(open) = bytes.iter().take(LONGEST_PREFIX).position(is_quote) else { return start..end };
    let quote = bytes[open];
    let run = bytes[open..].iter().take_while(|&&byte| byte == quote).count();
    let quotes = if run >= 3 && quote != b'`' { 3 } else { 1 };
    let close = bytes.iter().rposition(|&byte| byte == quote).unwrap_or(open);
    let last = (close + 1).saturating_sub(quotes);
    start + open + quotes..start + last.max(open + quotes).min(end - start)
}

/// Several literals joined by operators or by standing beside each other.
#[derive(Debug, Default)]
pub(super) struct Joined<'t> {
    /// The literals, in their order.
    pub(super) parts: Vec<Node<'t>>,
    /// Whether something other than literals is joined with them.
    pub(super) has_others: bool,
}

/// The parts of a concatenation.
pub(super) fn parts<'t>(text: &str, whole: Node<'t>) -> Joined<'t> {
    let mut joined = Joined::default();
    let mut open = vec![whole];
    while let Some(node) = open.pop() {
        if joined.parts.len() + open.len() > MAX_PARTS {
            joined.has_others = true;
            return joined;
        }
        if is_literal(node) {
            joined.has_others |= has_holes(node);
            joined.parts.push(node);
        } else if matches!(node.kind(), "concatenated_string" | "chained_string" | "parenthesized_expression")
            || joins(text, node)
        {
            let mut cursor = node.walk();
            let first = open.len();
            open.extend(node.named_children(&mut cursor).take(MAX_PARTS).filter(|child| !child.is_extra()));
            // The first part is the next to be read.
            open[first..].reverse();
        } else {
            joined.has_others = true;
        }
    }
    joined
}

/// Whether a node joins its two sides into one string.
pub(super) fn joins(text: &str, node: Node<'_>) -> bool {
    matches!(node.kind(), "concatenated_string" | "chained_string") || matches!(operator(text, node), "+" | ".")
}

/// The operator of a node with two sides, or nothing.
pub(super) fn operator<'x>(text: &'x str, node: Node<'_>) -> &'x str {
    let is_binary = matches!(node.kind(), "binary_expression" | "binary_operator" | "boolean_operator" | "binary");
    let operator = is_binary.then(|| node.child_by_field_name("operator")).flatten();
    operator.and_then(|operator| text.get(operator.byte_range())).unwrap_or_default()
}
