//! Images of versions with published holes.

use super::Subject;
use super::images::Range;
use super::version::Version;
use crate::facts::Fact;
use crate::model::{Attribute, FactKind, Finding};

/// The product that has a rule of its own.
const JENKINS: &str = "Jenkins";

/// Reports images with a published hole, but for Jenkins.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    report(subject, findings, |product| !product.starts_with(JENKINS));
}

/// Reports images of Jenkins with a published hole, and the version in a variable of its own image.
pub(super) fn check_jenkins(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    report(subject, findings, |product| product.starts_with(JENKINS));
    let Some((_, ranges)) = subject.images.vulnerable.iter().find(|(product, _)| product == JENKINS) else { return };
    for fact in subject.facts.facts.iter().filter(|fact| fact.kind == FactKind::Environment) {
        let is_version = fact.get(Attribute::Name) == Some("JENKINS_VERSION");
        if let Some(version) = fact.get(Attribute::Value).filter(|_| is_version)
            && let Some(range) = hole(ranges, version)
        {
            findings.push(subject.finding(fact, &said(JENKINS, range)));
        }
    }
}

fn report(subject: &Subject<'_>, findings: &mut Vec<Finding>, is_wanted: impl Fn(&str) -> bool) {
    for image in subject.pulled(&["base", "run", "copy"]) {
        let product = subject.images.vulnerable_product(image).filter(|(name, _)| is_wanted(name));
        if let Some((name, ranges)) = product
            && let Some(range) = hole_of(ranges, image)
        {
            findings.push(subject.finding(image, &said(name, range)));
        }
    }
}

fn said(product: &str, range: &Range) -> String {
    let advisory = &range.written.advisory;
    match range.written.fixed.as_str() {
        "" => format!("{product}, {advisory}"),
        fixed => format!("{product} before {fixed}, {advisory}"),
    }
}

/// The hole of an image. One that is given up has it in every version.
fn hole_of<'r>(ranges: &'r [Range], image: &Fact<'_>) -> Option<&'r Range> {
    hole(ranges, image.get(Attribute::Tag).unwrap_or_default())
}

fn hole<'r>(ranges: &'r [Range], tag: &str) -> Option<&'r Range> {
    let version = Version::of_tag(tag);
    ranges.iter().find(|range| {
        let has_variant = range.written.variant.is_empty() || tag.contains(&range.written.variant);
        if range.fixed.is_none() && range.last.is_none() {
            // The image was given up with it.
            return has_variant;
        }
        let Some(version) = &version else { return false };
        let has_numbers = range.written.numbers == 0 || range.written.numbers == version.len();
        let is_after = range.from.as_ref().is_none_or(|from| !version.is_older(from));
        let is_before = match (&range.fixed, &range.last) {
            (Some(fixed), _) => version.is_older(fixed),
            (None, Some(last)) => version.is_at_most(last),
            (None, None) => true,
        };
        has_variant && has_numbers && is_after && is_before
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tables::VulnerableRange;

    fn range(from: &str, fixed: &str, last: &str, numbers: usize) -> Range {
        let [from_version, fixed_version, last_version] = [from, fixed, last].map(Version::parse);
        let written = VulnerableRange { numbers, fixed: fixed.to_owned(), ..VulnerableRange::default() };
        Range { written, from: from_version, fixed: fixed_version, last: last_version }
    }

    #[test]
    fn versions_lie_between_the_first_and_the_one_that_mends_it() {
        let ranges = [range("8.0", "8.0.7", "", 0), range("8.1.0", "8.1.8", "", 0), range("9", "", "9.2", 0)];
        for (tag, has_hole) in [
            ("7.9", false),
            ("8.0.6-ubuntu", true),
            ("8.0.7", false),
            ("8", false),
            ("8.1.0", true),
            ("9.2.1", true),
            ("9.3", false),
            ("latest", false),
        ] {
            assert_eq!(hole(&ranges, tag).is_some(), has_hole, "{tag}");
        }
    }

    #[test]
    fn lines_of_releases_are_told_by_their_numbers() {
        let ranges = [range("", "2.442", "", 2), range("", "2.426.3", "", 3)];
        assert!(hole(&ranges, "2.441-jdk17").is_some());
        assert!(hole(&ranges, "2.426.3-lts").is_none());
        assert!(hole(&ranges, "2.426.2").is_some());
        assert!(hole(&ranges, "lts").is_none());
    }
}
