//! What texts of manifests have in common: variables with defaults, and words that switch something on or off.

/// What a text comes to where all its variables have defaults: `${PASSWORD:-admin}` is `admin`. `None` when a variable has none.
pub(super) fn with_defaults(text: &str) -> Option<String> {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        resolved.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(escaped) = after.strip_prefix('$') {
            resolved.push('$');
            rest = escaped;
            continue;
        }
        let Some(body) = after.strip_prefix('{') else {
            let is_variable = after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '('));
            if is_variable {
                return None;
            }
            resolved.push('$');
            rest = after;
            continue;
        };
        let (variable, after) = body.split_once('}')?;
        let at = variable.find(":-").map(|at| (at, 2)).or_else(|| variable.find('-').map(|at| (at, 1)));
        let (at, length) = at?;
        resolved.push_str(&variable[at + length..]);
        rest = after;
    }
    resolved.push_str(rest);
    Some(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_take_the_place_of_their_variables() {
        assert_eq!(with_defaults("plain").as_deref(), Some("plain"));
        assert_eq!(with_defaults("${A:-x}-${B-y}").as_deref(), Some("x-y"));
        assert_eq!(with_defaults("$$5").as_deref(), Some("$5"));
        assert_eq!(with_defaults("${A}"), None);
        assert_eq!(with_defaults("$A"), None);
        assert_eq!(with_defaults("${A:?must be set}"), None);
    }
}
