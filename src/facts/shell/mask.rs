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
    let mut rest = text;
    while let Some(at) = rest.find(open) {
        let (before, found) = rest.split_at(at);
        masked.push_str(before);
        let body = &found[open.len()..];
        let line = &body[..body.find('\n').unwrap_or(body.len())];
        let end = line.find(close).filter(|&end| open.len() > 2 || is_reference(&line[..end]));
        let length = end.map(|end| open.len() + end + close.len());
        match length {
            Some(length) => masked.extend(std::iter::repeat_n('x', length)),
            None => masked.push_str(open),
        }
        rest = &found[length.unwrap_or(open.len())..];
    }
    masked.push_str(rest);
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
    }
}
