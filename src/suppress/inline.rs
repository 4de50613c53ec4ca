//! Comments that silence a finding: `doorward: ignore[rule-id, other-id] the reason`.
//!
//! A comment counts on the line of the finding and on the line above. It names the rules and gives a reason; without either
//! it is no suppression, so that none is made by accident.

use crate::model::{Finding, LineIndex, SourceFile, Suppression};

const MARK: &str = "doorward: ignore[";

/// Marks the findings that a comment in `file` suppresses.
pub fn mark(file: &SourceFile<'_>, lines: &LineIndex, findings: &mut [Finding]) {
    if findings.is_empty() || memchr::memmem::find(file.text.as_bytes(), MARK.as_bytes()).is_none() {
        return;
    }
    for finding in findings {
        let line = lines.line(finding.primary.span.start);
        finding.suppressed = [line, line.saturating_sub(1)]
            .into_iter()
            .filter_map(|line| Some((line, parse(&file.text[lines.line_span(file.text, line).range()])?)))
            .find(|(_, comment)| comment.rules.iter().any(|rule| *rule == finding.rule.as_str()))
            .map(|(line, comment)| Suppression::Inline {
                line,
                reason: comment.reason.to_owned(),
            });
    }
}

/// A suppression comment, read.
#[derive(Debug, PartialEq, Eq)]
struct Comment<'a> {
    rules: Vec<&'a str>,
    reason: &'a str,
}

fn parse(line: &str) -> Option<Comment<'_>> {
    let (_, rest) = line.split_once(MARK)?;
    let (rules, reason) = rest.split_once(']')?;
    let reason = reason.trim().trim_end_matches("*/").trim_end_matches("-->").trim_end();
    let rules: Vec<_> = rules
        .split(',')
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
        .collect();
    (!rules.is_empty() && !reason.is_empty()).then_some(Comment { rules, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_reason_are_both_needed() {
        let comment = parse("x = 1 # doorward: ignore[a-rule, b-rule] made for the test").unwrap();
        assert_eq!(
            comment,
            Comment {
                rules: vec!["a-rule", "b-rule"],
                reason: "made for the test"
            }
        );
        assert_eq!(parse("/* doorward: ignore[a] why */").unwrap().reason, "why");
        assert_eq!(parse("# doorward: ignore[a]"), None);
        assert_eq!(parse("# doorward: ignore[] why"), None);
        assert_eq!(parse("# doorward: ignore why"), None);
    }
}
