//! The fixed texts a pattern begins with, computed from the pattern so that no author can get them wrong.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind};

/// The words that a text is searched for, in any case, to find credential-like names; every such name holds one of them.
pub const NAME_STEMS: &[&str] = &["pass", "pwd", "secret", "token", "key", "auth", "cred", "jwt"];

/// Shortest literal the scanner can look for, in bytes.
pub const MIN_LITERAL: usize = 3;
/// Shortest text that is looked for near a value, in bytes.
const MIN_NEAR: usize = 2;
/// Longest literal kept; a longer one finds nothing more.
const MAX_LITERAL: usize = 12;
/// More beginnings than this make the scanner try the pattern too often.
const MAX_LITERALS: usize = 250;

/// Parses a pattern and refuses what the engine must not run: repetition without an upper bound.
///
/// # Errors
///
/// A sentence that says what is wrong with the pattern.
pub fn parse(pattern: &str) -> Result<Hir, String> {
    let hir = regex_syntax::Parser::new().parse(pattern).map_err(|error| {
        let reason = error.to_string();
        format!("bad pattern `{pattern}`: {}", reason.lines().last().unwrap_or_default().trim())
    })?;
    if has_unbounded_repetition(&hir) {
        return Err(format!("pattern `{pattern}` has a repetition without an upper bound; write `{{m,n}}`"));
    }
    Ok(hir)
}

/// The literals that every match of the pattern begins with.
///
/// # Errors
///
/// A sentence for the author when the pattern begins with nothing fixed.
pub fn beginnings(pattern: &str) -> Result<Vec<String>, String> {
    let hir = parse(pattern)?;
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_class(64).limit_total(4 * MAX_LITERALS).limit_repeat(MAX_LITERAL);
    let all = extractor.extract(&hir);
    // Of all cuts, the one with the fewest literals, and of those the longest: classes after the fixed part multiply them.
    let cut = |length: usize| {
        let mut cut = all.clone();
        cut.keep_first_bytes(length);
        cut.dedup();
        cut
    };
    let found = (MIN_LITERAL..=MAX_LITERAL)
        .map(cut)
        .min_by_key(|cut| (cut.len().unwrap_or(usize::MAX), usize::MAX - cut.min_literal_len().unwrap_or(0)))
        .unwrap_or_else(|| all.clone());
    let literals = found.literals().filter(|all| !all.is_empty() && all.len() <= MAX_LITERALS).and_then(|all| {
        all.iter()
            .map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok().filter(|text| text.len() >= MIN_LITERAL))
            .collect::<Option<Vec<_>>>()
    });
    literals.ok_or_else(|| {
        format!(
            "pattern `{pattern}` does not begin with at least {MIN_LITERAL} fixed characters; give `literals` and `lead`, or use `value` and `near`"
        )
    })
}

/// Texts of which every match of the pattern holds at least one, in lower case: what to look for before the pattern is tried.
///
/// # Errors
///
/// A sentence for the author when the pattern can match without any fixed text of two bytes or more.
pub fn required(pattern: &str) -> Result<Vec<String>, String> {
    let mut found =
        required_of(&parse(pattern)?).filter(|all| all.iter().all(|text| text.len() >= MIN_NEAR)).ok_or_else(|| {
            format!(
                "pattern `{pattern}` can match without a fixed text of {MIN_NEAR} characters; give each alternative one"
            )
        })?;
    found.iter_mut().for_each(|text| text.make_ascii_lowercase());
    found.sort();
    found.dedup();
    Ok(found)
}

/// The most telling texts of an expression: those whose shortest is longest.
fn required_of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![String::from_utf8(literal.0.to_vec()).ok()?]),
        HirKind::Capture(capture) => required_of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required_of(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(required_of).max_by_key(|all| shortest(all)),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(required_of).collect();
            all.map(|all| all.concat())
        }
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

fn shortest(texts: &[String]) -> usize {
    texts.iter().map(String::len).min().unwrap_or(0)
}

/// Shortest and longest match of a pattern in bytes.
///
/// # Errors
///
/// A sentence that says what is wrong with the pattern.
pub fn length(pattern: &str) -> Result<(usize, usize), String> {
    let properties = parse(pattern)?.properties().clone();
    Ok((properties.minimum_len().unwrap_or(0), properties.maximum_len().unwrap_or(usize::MAX)))
}

fn has_unbounded_repetition(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => repetition.max.is_none() || has_unbounded_repetition(&repetition.sub),
        HirKind::Capture(capture) => has_unbounded_repetition(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_unbounded_repetition),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}
