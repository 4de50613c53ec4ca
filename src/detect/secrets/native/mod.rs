//! Checks that data cannot express. Each is bound to one name in [`Native`](crate::rules::Native).

pub mod connection_string;
pub mod private_key;
pub mod url_password;

use std::ops::Range;

use crate::model::{Confidence, Doubt};

/// What a native check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeMatch {
    /// The text to underline.
    pub primary: Range<usize>,
    /// The text that must not be shown.
    pub secret: Range<usize>,
    /// How sure the check is; `None` leaves it to the rule.
    pub confidence: Option<Confidence>,
    /// What speaks against it.
    pub doubts: Vec<Doubt>,
}
