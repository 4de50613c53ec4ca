//! Images of releases that get no more updates.

use super::Subject;
use super::images::{Product, Release, is_official};
use super::version::Version;
use crate::facts::Fact;
use crate::model::{Attribute, Finding};

/// Reports images whose release gets no more updates, and those built on a distribution of which that is true.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for image in subject.pulled(&["base", "run", "copy"]) {
        if let Some(text) = ended(subject, image) {
            findings.push(subject.finding(image, &text));
        }
    }
}

/// What to say of an image that gets no more updates.
fn ended(subject: &Subject<'_>, image: &Fact<'_>) -> Option<String> {
    let tag = image.get(Attribute::Tag).unwrap_or_default();
    let product = subject.images.product(image);
    if let Some(product) = product {
        if let Some(day) = &product.ended {
            return Some(format!("the last update of the image {} was on {day}", product.name));
        }
        if let Some(release) = release(product, tag).filter(|release| release.is_over) {
            return Some(said(product, release));
        }
    }
    if !is_official(image) {
        return None;
    }
    // `python:3.12-buster`
    let words: Vec<&str> = tag.split('-').collect();
    subject.images.distributions.iter().find_map(|&index| {
        let distribution = &subject.images.products[index];
        let prefix = distribution.name.to_ascii_lowercase();
        let is_named = |release: &&Release| {
            words.iter().any(|word| {
                let version = word.strip_prefix(prefix.as_str()).and_then(Version::parse);
                !release.codename.is_empty() && release.codename == *word
                    || version
                        .is_some_and(|version| release.version.as_ref().is_some_and(|release| version.is_of(release)))
            })
        };
        let release = distribution.releases.iter().filter(|release| release.is_over).find(is_named)?;
        Some(said(distribution, release))
    })
}

fn said(product: &Product, release: &Release) -> String {
    format!("the last update of {} {} was on {}", product.name, release.name, release.end)
}

/// The release that a tag names, by its number or its name.
fn release<'p>(product: &'p Product, tag: &str) -> Option<&'p Release> {
    let version = Version::of_tag(tag);
    let words = || tag.split('-');
    product.releases.iter().find(|release| {
        let has_number =
            version.as_ref().zip(release.version.as_ref()).is_some_and(|(version, release)| version.is_of(release));
        has_number || !release.codename.is_empty() && words().any(|word| word == release.codename)
    })
}
