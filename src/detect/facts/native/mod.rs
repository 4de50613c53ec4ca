//! Checks of facts that data can't express. Each is bound to its name in a rule.

mod ended;
mod images;
mod source;
mod version;
mod vulnerable;

pub(super) use self::images::Images;

use super::index::RuleEntry;
use crate::facts::{Fact, Facts};
use crate::model::{Attribute, FactKind, Finding, Label, SourceFile};
use crate::rules::Native;

/// What a check looks at.
pub(super) struct Subject<'a> {
    pub(super) rule: &'a RuleEntry,
    pub(super) images: &'a Images,
    pub(super) file: &'a SourceFile<'a>,
    pub(super) facts: &'a Facts<'a>,
}

impl Subject<'_> {
    /// The images of the file that are pulled for one of these uses.
    fn pulled(&self, uses: &[&str]) -> impl Iterator<Item = &Fact<'_>> {
        let is_used = move |fact: &&Fact<'_>| fact.get(Attribute::Use).is_some_and(|used| uses.contains(&used));
        self.facts.facts.iter().filter(|fact| fact.kind == FactKind::Image).filter(is_used)
    }

    /// A finding at a fact; `text` says what was found out about it.
    fn finding(&self, fact: &Fact<'_>, text: &str) -> Finding {
        let unit = super::label(self.facts, fact.unit);
        let text = if unit.is_empty() { text.to_owned() } else { format!("{text}, in {unit}") };
        super::plain(self.rule, None, self.file, Label { span: fact.value_span.unwrap_or(fact.span), text })
    }
}

/// A check in code: appends its findings.
pub(super) type Check = fn(&Subject<'_>, &mut Vec<Finding>);

/// The check with this name, if it is one of facts.
pub(super) fn check(name: Native) -> Option<Check> {
    Some(match name {
        Native::BaseImageEol => ended::check,
        Native::BaseImageUntrustedRegistry => source::check_base,
        Native::ImageKnownVulnerable => vulnerable::check,
        Native::ImageUntrustedRegistry => source::check_run,
        Native::JenkinsOutdated => vulnerable::check_jenkins,
        _ => return None,
    })
}
