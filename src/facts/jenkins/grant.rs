//! Permissions of Jenkins, in one spelling: `Overall/Administer` for `hudson.model.Hudson.Administer` and `Jenkins.ADMINISTER`.

use std::ops::Range;

use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};

/// Groups of permissions by the class that declares them.
const GROUPS: &[(&str, &str)] = &[
    ("Hudson", "Overall"),
    ("Jenkins", "Overall"),
    ("Item", "Job"),
    ("Computer", "Agent"),
    ("View", "View"),
    ("Run", "Run"),
    ("SCM", "SCM"),
    ("CredentialsProvider", "Credentials"),
    ("Slave", "Agent"),
];

/// Adds what a permission gives somebody. `role` is that of the role strategy.
pub(super) fn add(
    builder: &mut Builder<'_>,
    unit: UnitId,
    permission: &str,
    subject: &str,
    role: Option<&str>,
    place: Range<usize>,
) {
    builder
        .fact(FactKind::Grant, unit, place)
        .with_some(Attribute::Role, role.map(str::to_owned))
        .with(Attribute::Subject, subject.to_owned())
        .with(Attribute::Verb, spelled(permission))
        .add();
}

/// Reads an entry of a matrix, `[GROUP:|USER:|EITHER:]permission:subject`, as permission and subject.
pub(super) fn entry(text: &str) -> Option<(&str, &str)> {
    let text = ["GROUP:", "USER:", "EITHER:"].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    let (permission, subject) = text.split_once(':')?;
    Some((permission.trim(), subject.trim())).filter(|(permission, _)| permission.contains(['/', '.']))
}

fn spelled(permission: &str) -> String {
    if permission.contains('/') {
        return permission.to_owned();
    }
    let mut parts = permission.rsplit('.');
    let (name, class) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let group = GROUPS.iter().find(|(known, _)| *known == class).map_or(class, |(_, group)| group);
    let is_constant = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let name = match name {
        "RUN_SCRIPTS" => "RunScripts".to_owned(),
        _ if is_constant => {
            name.char_indices().map(|(at, char)| if at == 0 { char } else { char.to_ascii_lowercase() }).collect()
        }
        _ => name.to_owned(),
    };
    format!("{group}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_spelled_alike() {
        assert_eq!(spelled("hudson.model.Hudson.Administer"), "Overall/Administer");
        assert_eq!(spelled("Jenkins.ADMINISTER"), "Overall/Administer");
        assert_eq!(spelled("Job/Build"), "Job/Build");
        assert_eq!(spelled("hudson.model.Item.Configure"), "Job/Configure");
        assert_eq!(entry("GROUP:Overall/Administer:authenticated"), Some(("Overall/Administer", "authenticated")));
        assert_eq!(entry("hudson.model.Hudson.Read:anonymous"), Some(("hudson.model.Hudson.Read", "anonymous")));
        assert_eq!(entry("Overall/Administer"), None);
    }
}
