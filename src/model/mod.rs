//! The vocabulary that every stage shares: spans, levels, files and findings. It knows no format, no rule and no I/O.

pub mod fact;
pub mod file;
pub mod finding;
pub mod format;
pub mod level;
pub mod lines;
pub mod secret;
pub mod span;

pub use fact::{Attribute, FactKind, ManifestKind};
pub use file::{Encoding, FileKind, Language, Origin, Role, SourceFile};
pub use finding::{Doubt, Edit, Evidence, Finding, Label, RuleId, Suppression};
pub use format::Format;
pub use level::{Confidence, Profile, Severity, Theme};
pub use lines::{LineIndex, Locator, Position};
pub use secret::Secret;
pub use span::Span;
