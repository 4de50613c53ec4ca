//! Assignments of simple values in programs that serve as configuration: Python, PHP, JavaScript, Ruby.
//!
//! [`code`](crate::parse::code) reads strings only; here switches matter as much. A line is an assignment when it begins with a
//! name and goes on with `=`, `:` or `=>`.

use std::ops::Range;

use super::Part;
use crate::facts::Builder;
use crate::model::{Attribute, FactKind};

/// Longest line that is looked at; a longer one was written by no person.
const MAX_LINE: usize = 1000;

/// Reads the assignments of a program.
pub(super) fn read<'t>(builder: &mut Builder<'t>, part: Part<'t>) {
    let mut at = 0;
    for line in part.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((name, value)) = assignment(line).filter(|_| line.len() <= MAX_LINE) else { continue };
        let (name, value) = (start + name.start..start + name.end, start + value.start..start + value.end);
        let Some(key) = key(&part.text[name.clone()]) else { continue };
        let written = &part.text[value.clone()];
        let literal = literal(written);
        let inner = match literal {
            Some(text) if text.len() < written.len() => value.start + 1..value.start + 1 + text.len(),
            _ => value.clone(),
        };
        builder
            .fact(FactKind::Setting, part.unit, name.start..value.end)
            .value_at(inner)
            .with(Attribute::Product, part.product)
            .with(Attribute::Key, key)
            .with_some(Attribute::Value, literal)
            .add();
    }
}

/// The places of the name and of the value on a line, if it assigns one.
fn assignment(line: &str) -> Option<(Range<usize>, Range<usize>)> {
    let start = line.len() - line.trim_start().len();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '[' | ']' | '\'' | '"');
    let name_end = start + line[start..].find(|c: char| !is_name(c)).unwrap_or(line.len() - start);
    let rest = line[name_end..].trim_start();
    let after = rest.strip_prefix("=>").or_else(|| rest.strip_prefix('=')).or_else(|| rest.strip_prefix(':'))?;
    if name_end == start || after.starts_with('=') || line[start..name_end].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let value_start = line.len() - after.trim_start().len();
    let value = &line[value_start..];
    let length = match value.chars().next()? {
        quote @ ('\'' | '"') => value[1..].find(quote).map_or(value.trim_end().len(), |at| at + 2),
        _ => value.find([';', ',', '#']).map_or(value.trim_end().len(), |at| value[..at].trim_end().len()),
    };
    Some((start..name_end, value_start..value_start + length))
}

/// The keys of a name, joined by dots: `$cfg['Servers'][$i]['AllowNoPassword']` is `Servers.AllowNoPassword`.
fn key(name: &str) -> Option<String> {
    let parts = name.split(['.', '[', ']', '\'', '"']).filter(|part| !part.is_empty() && !part.starts_with('$'));
    let mut parts: Vec<&str> = parts.collect();
    // The object that Jupyter's settings hang on, and the collections of GitLab's.
    if parts.len() > 1 && matches!(parts[0], "c" | "module" | "exports") {
        parts.remove(0);
    }
    (!parts.is_empty()).then(|| parts.join("."))
}

/// The value of a literal: a string, a number or a word such as `True`.
fn literal(value: &str) -> Option<&str> {
    let quoted = ['\'', '"'].iter().find_map(|&quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let is_plain = matches!(value, "True" | "False" | "None" | "true" | "false" | "null")
        || value.starts_with(|c: char| c.is_ascii_digit()) && is_word(value);
    quoted.or_else(|| is_plain.then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, Option<&str>)> {
        let (name, value) = assignment(line)?;
        Some((key(&line[name])?, literal(&line[value])))
    }

    #[test]
    fn assignments_have_keys_and_literals() {
        let read = |line| read(line).map(|(key, value)| format!("{key}={}", value.unwrap_or("?")));
        for (line, wanted) in [
            ("c.NotebookApp.token = ''  # none\n", "NotebookApp.token="),
            ("AUTH_ROLE_PUBLIC = \"Admin\"\n", "AUTH_ROLE_PUBLIC=Admin"),
            ("    c.ServerApp.disable_check_xsrf = True\n", "ServerApp.disable_check_xsrf=True"),
            ("$cfg['Servers'][$i]['AllowNoPassword'] = true;\n", "Servers.AllowNoPassword=true"),
            ("  adminAuth: {\n", "adminAuth=?"),
            ("SECRET = os.environ['X']\n", "SECRET=?"),
            ("  uiPort: 1880,\n", "uiPort=1880"),
        ] {
            assert_eq!(read(line).as_deref(), Some(wanted), "{line}");
        }
        for line in ["// adminAuth: {\n", "if x == 1:\n", "# a = 1\n", "\n", "= 1\n", "x\n"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
