//! Variables in texts, with their defaults: `node:${VERSION:-20}`.

use std::collections::HashMap;

/// Longest text that variables come to, and longest default; a longer one counts as open, since each can hold the one before twice.
const MAX_LENGTH: usize = 1 << 10;

/// Deepest nesting of defaults inside defaults.
const MAX_DEPTH: usize = 4;

/// Variables by name; `None` for one that only the builder's caller knows.
pub(super) type Variables = HashMap<String, Option<String>>;

/// What a text comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expanded {
    /// The text; variables that are open stand in it as `${NAME}`.
    pub text: String,
    /// Whether a variable was open.
    pub is_open: bool,
}

impl Expanded {
    /// The text, unless a variable was open.
    pub(super) fn closed(self) -> Option<String> {
        (!self.is_open).then_some(self.text)
    }
}

/// Puts in what is known of variables. `look_up` tells a variable's value; `None` where it is open or unknown.
pub(super) fn expand(text: &str, look_up: &dyn Fn(&str) -> Option<String>) -> Expanded {
    expand_within(text, look_up, MAX_DEPTH)
}

fn expand_within(text: &str, look_up: &dyn Fn(&str) -> Option<String>, depth: usize) -> Expanded {
    let mut expanded = Expanded { text: String::new(), is_open: false };
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let before = &rest[..at];
        if let Some(literal) = before.strip_suffix('\\') {
            expanded.text.push_str(literal);
            expanded.text.push('$');
            rest = &rest[at + 1..];
            continue;
        }
        expanded.text.push_str(before);
        let Some(variable) = variable(&rest[at + 1..]) else {
            expanded.text.push('$');
            rest = &rest[at + 1..];
            continue;
        };
        rest = &rest[at + 1 + variable.length..];
        match value(&variable, look_up, depth) {
            Some(value) => expanded.text.push_str(&value),
            None => {
                expanded.is_open = true;
                expanded.text.extend(["${", variable.name, "}"]);
            }
        }
        if expanded.text.len() > MAX_LENGTH {
            expanded.is_open = true;
            break;
        }
    }
    expanded.text.push_str(rest);
    expanded
}

/// A variable in a text, as it stands behind the `$`.
struct Variable<'t> {
    name: &'t str,
    /// What follows the name inside braces.
    operation: &'t str,
    length: usize,
}

fn variable(text: &str) -> Option<Variable<'_>> {
    let inner = text.strip_prefix('{').unwrap_or(text);
    let length = inner.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(inner.len());
    let name = &inner[..length];
    if name.is_empty() || name.starts_with(|char: char| char.is_ascii_digit()) {
        return None;
    }
    if inner.len() == text.len() {
        return Some(Variable { name, operation: "", length });
    }
    let mut depth = 1_usize;
    let close = inner.bytes().take(MAX_LENGTH).enumerate().find_map(|(at, byte)| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    Some(Variable { name, operation: &inner[length..close], length: close + 2 })
}

/// What a variable comes to; `None` where that is open.
fn value(variable: &Variable<'_>, look_up: &dyn Fn(&str) -> Option<String>, depth: usize) -> Option<String> {
    let known = look_up(variable.name);
    let operation = variable.operation;
    let word = |word: &str| expand_within(word, look_up, depth.checked_sub(1)?).closed();
    if operation.is_empty() {
        return known;
    }
    if let Some(default) = operation.strip_prefix(":-") {
        return known.filter(|value| !value.is_empty()).or_else(|| word(default));
    }
    if let Some(default) = operation.strip_prefix('-') {
        return known.or_else(|| word(default));
    }
    if let Some(other) = operation.strip_prefix(":+").or_else(|| operation.strip_prefix('+')) {
        return if known.is_some_and(|value| !value.is_empty()) { word(other) } else { None };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn come_to(text: &str) -> (String, bool) {
        let look_up = |name: &str| match name {
            "A" => Some("a".to_owned()),
            "EMPTY" => Some(String::new()),
            "LONG" => Some("x".repeat(600)),
            _ => None,
        };
        let Expanded { text, is_open } = expand(text, &look_up);
        (text, is_open)
    }

    #[test]
    fn variables_are_put_in_where_they_are_known() {
        for (text, comes_to) in [
            ("x:$A", "x:a"),
            ("${A}-1", "a-1"),
            ("${B:-b}", "b"),
            ("${B:-${A}}", "a"),
            ("${EMPTY:-b}${EMPTY-c}", "b"),
            ("${A:+:a}", ":a"),
            (r"\$A $ $1", "$A $ $1"),
            ("é${A", "é${A"),
        ] {
            assert_eq!(come_to(text), (comes_to.to_owned(), false), "{text}");
        }
    }

    #[test]
    fn what_is_open_stays() {
        for (text, comes_to) in [("$B:1", "${B}:1"), ("${B:?x}", "${B}"), ("${A##x}", "${A}"), ("${B:-$C}", "${B}")] {
            assert_eq!(come_to(text), (comes_to.to_owned(), true), "{text}");
        }
        assert!(come_to("$LONG$LONG$LONG").1);
        let nested = "${B:-".repeat(10_000);
        assert_eq!(come_to(&nested), (nested.clone(), false));
    }
}
