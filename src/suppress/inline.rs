//! Comments that silence a finding: `doorward: ignore[rule-id, other-id] the reason`.
//!
//! A comment counts on the line of the finding and on the line above. It names the rules and gives a reason; without either
//! it is no suppression, so that none is made by accident.

use std::collections::HashMap;

use crate::model::{Finding, LineIndex, SourceFile, Span, Suppression};

const MARK: &str = "doorward: ignore[";

/// Marks the findings that a comment in `file` suppresses.
pub fn mark(file: &SourceFile<'_>, lines: &LineIndex, findings: &mut [Finding]) {
    if findings.is_empty() || memchr::memmem::find(file.text.as_bytes(), MARK.as_bytes()).is_none() {
        return;
    }
    // A line can be as large as the file and hold thousands of findings: each is read once.
    let mut comments: HashMap<u32, Vec<Comment<'_>>> = HashMap::new();
    for finding in findings {
        let found_on = lines.line(finding.primary.span.start);
        for line in [found_on, found_on.saturating_sub(1)] {
            let on_line =
                comments.entry(line).or_insert_with(|| parse_all(file.text, lines.line_span(file.text, line)));
            let names_rule = |comment: &&Comment<'_>| comment.rules.contains(&finding.rule.as_str());
            if finding.suppressed.is_none()
                && let Some(comment) = on_line.iter().find(names_rule)
            {
                finding.suppressed = Some(Suppression::Inline { line, reason: comment.reason });
            }
        }
    }
}

/// A suppression comment, read.
#[derive(Debug, PartialEq, Eq)]
struct Comment<'a> {
    rules: Vec<&'a str>,
    reason: Span,
}

/// The comments of a line; one that lacks rules or reason is none.
fn parse_all(text: &str, line: Span) -> Vec<Comment<'_>> {
    let mut comments = Vec::new();
    let mut rest = line.start as usize;
    while let Some(at) = text[rest..line.end as usize].find(MARK) {
        rest += at + MARK.len();
        let Some((rules, reason)) = text[rest..line.end as usize].split_once(']') else { break };
        let start = rest + rules.len() + 1 + (reason.len() - reason.trim_start().len());
        // The reason ends with the comment.
        let end = ["*/", "-->", MARK].iter().filter_map(|end| reason.find(end)).min().unwrap_or(reason.len());
        let reason = reason[..end].trim();
        let rules: Vec<_> = rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect();
        if !rules.is_empty() && !reason.is_empty() {
            comments.push(Comment { rules, reason: Span::new(start..start + reason.len()) });
        }
    }
    comments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Vec<(Vec<&str>, &str)> {
        let comments = parse_all(line, Span::new(0..line.len()));
        comments.into_iter().map(|comment| (comment.rules, &line[comment.reason.range()])).collect()
    }

    #[test]
    fn rules_and_reason_are_both_needed() {
        let comment = parse("x = 1 # doorward: ignore[a-rule, b-rule]  made for the test ");
        assert_eq!(comment, [(vec!["a-rule", "b-rule"], "made for the test")]);
        assert_eq!(parse("# doorward: ignore[a]"), []);
        assert_eq!(parse("# doorward: ignore[] why"), []);
        assert_eq!(parse("# doorward: ignore why"), []);
    }

    #[test]
    fn a_reason_ends_with_its_comment() {
        assert_eq!(parse("/* doorward: ignore[a] why */ code()"), [(vec!["a"], "why")]);
        assert_eq!(parse("doorward: ignore[a] one doorward: ignore[b] two"), [(vec!["a"], "one"), (vec!["b"], "two")]);
    }
}
