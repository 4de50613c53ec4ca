//! Patterns of names: `*` stands for any text, `|` separates alternatives, case does not matter.

/// Whether a name fits a pattern.
pub(in super::super) fn fits(pattern: &str, name: &str) -> bool {
    pattern.split('|').any(|alternative| fits_one(alternative.as_bytes(), name.as_bytes()))
}

/// Greedy matching with one step back, as there is one kind of wildcard: linear for each `*`.
fn fits_one(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut in_name) = (0, 0);
    // After the last `*`, and where the text it stands for ends by now.
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, in_name));
            at += 1;
        } else if pattern.get(at).is_some_and(|byte| byte.eq_ignore_ascii_case(&name[in_name])) {
            (at, in_name) = (at + 1, in_name + 1);
        } else if let Some((after, end)) = star {
            (at, in_name) = (after, end + 1);
            star = Some((after, end + 1));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_and_alternatives() {
        for (pattern, name) in
            [("*.xml", "a.b.XML"), ("a|b", "b"), ("*", ""), ("x*y*z", "x--y-yz"), ("", ""), ("a**", "a")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.xml", "a.xmlx"), ("a|b", "ab"), ("x*y", "xyz"), ("", "a"), ("ab", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
