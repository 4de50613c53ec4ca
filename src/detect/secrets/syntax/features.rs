//! What the model weighs of the syntax.

use super::{Role, SyntaxContext};
use crate::detect::secrets::features::{Feature, Features};

/// Adds the features of a context.
pub(in crate::detect::secrets) fn add(features: &mut Features, context: &SyntaxContext) {
    let role = context.role.map(|role| match role {
        Role::Assigned => Feature::SyntaxAssigned,
        Role::Entry => Feature::SyntaxEntry,
        Role::Keyword => Feature::SyntaxKeyword,
        Role::Argument => Feature::SyntaxArgument,
        Role::Default => Feature::SyntaxDefault,
        Role::Returned => Feature::SyntaxReturned,
        Role::Compared => Feature::SyntaxCompared,
        Role::Annotation => Feature::SyntaxAnnotation,
        Role::Index => Feature::SyntaxIndex,
        Role::Element => Feature::SyntaxElement,
        Role::Enum => Feature::SyntaxEnum,
        Role::Type => Feature::SyntaxType,
        Role::Attribute => Feature::SyntaxAttribute,
        Role::Import => Feature::SyntaxImport,
        Role::Regex => Feature::SyntaxRegex,
        Role::Comment => Feature::SyntaxComment,
        Role::Inside => Feature::SyntaxInside,
        Role::Test => Feature::SyntaxTest,
        Role::Label => Feature::SyntaxLabel,
        Role::Message => Feature::SyntaxMessage,
        Role::Header => Feature::SyntaxHeader,
    });
    let flags = [
        (Feature::SyntaxPart, context.is_part),
        (Feature::SyntaxTemplate, context.has_holes),
        (Feature::SyntaxJoined, context.joined.is_some()),
    ];
    let flags = flags.into_iter().filter(|(_, holds)| *holds).map(|(feature, _)| feature);
    features.extend(role.into_iter().chain(flags).map(|feature| (feature, 1.0)));
}
