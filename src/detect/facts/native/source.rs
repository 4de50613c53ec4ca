//! Images from registries and namespaces that nobody should trust.

use super::Subject;
use crate::facts::Fact;
use crate::model::{Attribute, Finding};
use crate::rules::tables::ImageSources;

/// Shortest name of which a look-alike can be told.
const MIN_LENGTH: usize = 6;

/// Reports base images, and those that files are copied from.
pub(super) fn check_base(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    report(subject, &["base", "copy", "build"], findings);
}

/// Reports images that are run.
pub(super) fn check_run(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    report(subject, &["run", "action"], findings);
}

fn report(subject: &Subject<'_>, uses: &[&str], findings: &mut Vec<Finding>) {
    for image in subject.pulled(uses) {
        if let Some(text) = distrust(&subject.images.sources, image) {
            findings.push(subject.finding(image, &text));
        }
    }
}

/// Why an image's source is not to be trusted, if so.
fn distrust(sources: &ImageSources, image: &Fact<'_>) -> Option<String> {
    let registry = image.get(Attribute::Registry)?.to_ascii_lowercase();
    let repository = image.get(Attribute::Repository).unwrap_or_default();
    let full = format!("{registry}/{repository}");
    let known = sources.distrusted.iter().find(|known| match known.source.strip_prefix('.') {
        Some(_) => registry.ends_with(&known.source),
        None => full.strip_prefix(&known.source).is_some_and(|rest| rest.starts_with('/')),
    });
    if let Some(known) = known {
        return Some(format!("{} {}", known.source.trim_start_matches('.'), known.why));
    }
    let host = registry.split(':').next().unwrap_or_default();
    if registry != "docker.io" {
        return imitated(&sources.registries, &sources.not_alike, host)
            .map(|real| format!("{host} only looks like {real}"));
    }
    let namespace = repository.split_once('/')?.0;
    imitated(&sources.namespaces, &sources.not_alike, namespace)
        .map(|real| format!("{namespace} only looks like {real}"))
}

/// The known name that another one can be mistaken for.
fn imitated<'s>(known: &'s [String], not_alike: &[String], name: &str) -> Option<&'s str> {
    let is_known = |list: &[String]| list.iter().any(|known| known == name);
    if is_known(known) || is_known(not_alike) {
        return None;
    }
    known.iter().map(String::as_str).find(|known| known.len() >= MIN_LENGTH && is_slip(known, name))
}

/// Whether a name is another with one letter replaced, left out, doubled, or changed with its neighbour.
fn is_slip(known: &str, name: &str) -> bool {
    let (known, name) = (known.as_bytes(), name.as_bytes());
    let start = known.iter().zip(name).take_while(|(a, b)| a == b).count();
    let (rest, other) = (&known[start..], &name[start..]);
    if name.len() == known.len() {
        let is_replaced = !rest.is_empty() && rest[1..] == other[1..];
        let is_turned = rest.len() > 1 && rest[0] == other[1] && rest[1] == other[0] && rest[2..] == other[2..];
        is_replaced || is_turned
    } else if name.len() + 1 == known.len() {
        rest.get(1..) == Some(other)
    } else {
        // A letter more makes another word, but the same letter twice is easily overlooked.
        name.len() == known.len() + 1 && other.get(1..) == Some(rest) && start > 0 && other[0] == name[start - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_names() {
        for name in ["ghrc.io", "ghcr.lo", "ghr.io", "ghccr.io"] {
            assert!(is_slip("ghcr.io", name), "{name}");
        }
        for name in ["ghcr.io", "ghcr.com", "quay.io", "xghcr.io", ""] {
            assert!(!is_slip("ghcr.io", name), "{name}");
        }
    }

    #[test]
    fn what_is_known_imitates_nothing() {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let known = list(&["docker.io", "grafana"]);
        assert_eq!(imitated(&known, &[], "dokcer.io"), Some("docker.io"));
        assert_eq!(imitated(&known, &[], "docker.io"), None);
        assert_eq!(imitated(&known, &list(&["grafena"]), "grafena"), None);
        assert_eq!(imitated(&known, &[], "grafanalabs"), None);
    }
}
