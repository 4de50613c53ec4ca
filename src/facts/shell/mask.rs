//! Hides what is put into a script before a shell sees it.

use std::borrow::Cow;

use memchr::memmem;

use crate::model::ManifestKind;

/// The same text with the expressions of a pipeline replaced by letters, so that none of their signs are read as shell.
pub(super) fn expressions(text: &str, kind: ManifestKind) -> Cow<'_, str> {
    let marks: &[(&str, &str)] = match kind {
        ManifestKind::Circleci => &[("<<", ">>"), ("${{", "}}")],
        ManifestKind::GitlabCi => &[("$[[", "]]"), ("${{", "}}")],
        _ => &[("${{", "}}")],
    };
    let mut masked = Cow::Borrowed(text);
    for (open, close) in marks {
        if memmem::find(text.as_bytes(), open.as_bytes()).is_some() {
            masked = Cow::Owned(mask(&masked, open, close));
        }
    }
    if kind == ManifestKind::AzurePipelines && memmem::find(text.as_bytes(), b"$(").is_some() {
        masked = Cow::Owned(mask(&masked, "$(", ")"));
    }
    masked
}

/// Replaces what stands between `open` and `close` on one line. `<< x >>` and `$(x)` must hold a name, since shell knows both signs.
fn mask(text: &str, open: &str, close: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    // The ends of the line and of what is open are looked for once: a line can be as long as the file.
    let (mut done, mut line_end, mut closed) = (0, 0, 0);
    while let Some(at) = text[done..].find(open).map(|at| done + at) {
        masked.push_str(&text[done..at]);
        let body = at + open.len();
        let next = |sign: &str| text[body..].find(sign).map_or(text.len(), |at| body + at);
        if line_end < body {
            line_end = next("\n");
        }
        if closed < body {
            closed = next(close);
        }
        let is_whole = closed < line_end && (open.len() > 2 || is_reference(&text[body..closed]));
        done = if is_whole { closed + close.len() } else { body };
        if is_whole {
            masked.extend(std::iter::repeat_n('x', done - at));
        } else {
            masked.push_str(open);
        }
    }
    masked.push_str(&text[done..]);
    masked
}

/// Whether a text is a dotted name and nothing else.
fn is_reference(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_hidden_at_the_same_length() {
        let masked = expressions("echo ${{ a || b }} $(date)", ManifestKind::GithubActions);
        assert_eq!(masked, "echo xxxxxxxxxxxxx $(date)");
        assert_eq!(expressions("<< parameters.x >> cat <<EOF", ManifestKind::Circleci), "xxxxxxxxxxxxxxxxxx cat <<EOF");
        assert_eq!(expressions("$(Build.Id) $(cat x)", ManifestKind::AzurePipelines), "xxxxxxxxxxx $(cat x)");
        assert_eq!(expressions("${{ never", ManifestKind::GithubActions), "${{ never");
        assert_eq!(expressions("${{ a\n}} ${{ b }}${{c}}", ManifestKind::GithubActions), "${{ a\n}} xxxxxxxxxxxxxx");
    }
}
