//! Checks of facts that data can't express. Each is bound to its name in a rule.

use crate::facts::Facts;
use crate::model::{Finding, SourceFile};
use crate::rules::Native;

/// A check in code: appends its findings.
pub(super) type Check = fn(&SourceFile<'_>, &Facts<'_>, &mut Vec<Finding>);

/// The check with this name, if it is one of facts.
pub(super) fn check(_name: Native) -> Option<Check> {
    None
}
