//! Weighs an assignment: a logistic regression over named features, whose weights are data
//! (`rules/shared/assignment-model.yaml`).

use std::collections::HashMap;

use crate::detect::secrets::assignment::{Assignment, Inside, Operator, Quote};
use crate::detect::secrets::name::{NameKind, NameReading, split_words};
use crate::detect::secrets::value::{Shape, ValueReader, is_sequence};
use crate::model::{FileKind, Format, Language, Role, SourceFile};
use crate::rules::shared::AssignmentModel;

/// The features of one assignment: names with their values, most of them 1.
pub type Features = Vec<(&'static str, f32)>;

/// The compiled model.
#[derive(Debug)]
pub struct Model {
    weights: HashMap<String, f32>,
    bias: f32,
    /// Log-odds from which confidence is medium.
    pub medium: f32,
    /// Log-odds from which confidence is high.
    pub high: f32,
}

impl Model {
    /// Compiles the model from its data.
    pub fn new(data: &AssignmentModel) -> Self {
        let weights = data.weights.iter().map(|weight| (weight.feature.clone(), weight.weight)).collect();
        Self { weights, bias: data.bias, medium: data.medium, high: data.high }
    }

    /// Log-odds that an assignment with these features is a credential.
    pub fn score(&self, features: &Features) -> f32 {
        self.bias + features.iter().map(|(name, value)| value * self.weights.get(*name).copied().unwrap_or(0.0)).sum::<f32>()
    }
}

/// Reads the features of an assignment.
pub fn features(file: &SourceFile<'_>, found: &Assignment, name: NameReading, reader: &ValueReader) -> Features {
    let mut features = Features::with_capacity(40);
    let value = &file.text[found.value.clone()];
    let shape = Shape::of(value);
    name_features(&mut features, name);
    place_features(&mut features, file, found);
    value_features(&mut features, &shape);
    word_features(&mut features, value, &shape, &file.text[found.name.clone()], reader);
    cross_features(&mut features, file, found, name, &shape);
    features
}

fn flag(features: &mut Features, name: &'static str, holds: bool) {
    if holds {
        features.push((name, 1.0));
    }
}

fn name_features(features: &mut Features, name: NameReading) {
    let kind = match name.kind {
        NameKind::Password => "name.password",
        NameKind::Secret => "name.secret",
        NameKind::Token => "name.token",
        NameKind::Key => "name.key",
        NameKind::BareKey => "name.bare_key",
        NameKind::Auth => "name.auth",
    };
    features.push((kind, 1.0));
    flag(features, "name.head", name.is_head);
    flag(features, "name.about", name.is_about);
    flag(features, "name.harmless", name.is_harmless);
    flag(features, "name.verb", name.is_verb);
    flag(features, "name.upper", name.is_upper);
    flag(features, "name.single", name.words == 1);
    flag(features, "name.long", name.words > 4);
}

fn place_features(features: &mut Features, file: &SourceFile<'_>, found: &Assignment) {
    features.push((
        match found.operator {
            Operator::Equals => "operator.equals",
            Operator::Colon => "operator.colon",
            Operator::Arrow => "operator.arrow",
            Operator::Compare => "operator.compare",
            Operator::Argument => "operator.argument",
            Operator::Element => "operator.element",
            Operator::Pair => "operator.pair",
            Operator::Space => "operator.space",
            Operator::Query => "operator.query",
        },
        1.0,
    ));
    flag(features, "quote.none", found.quote == Quote::None);
    flag(features, "quote.escaped", matches!(found.quote, Quote::Escaped(_)));
    flag(features, "quote.back", found.quote == Quote::Plain(b'`'));
    flag(features, "inside.text", found.inside == Inside::Text);
    flag(features, "inside.comment", found.inside == Inside::Comment);
    flag(features, "wrapped", found.wrapper.is_some());
    features.push((
        match file.kind {
            FileKind::Source(Language::Shell | Language::Batch | Language::PowerShell) => "file.shell",
            FileKind::Source(_) => "file.source",
            FileKind::Data(Format::Json) => "file.json",
            FileKind::Data(Format::Xml | Format::Html) => "file.markup",
            FileKind::Data(_) | FileKind::Dockerfile => "file.config",
            FileKind::Document => "file.document",
            FileKind::Text => "file.text",
        },
        1.0,
    ));
    let role = match file.role {
        Role::Ordinary => return,
        Role::Test => "role.test",
        Role::Example => "role.example",
        Role::Documentation => "role.documentation",
        Role::Lock => "role.lock",
        Role::Translation => "role.translation",
        Role::Generated => "role.generated",
    };
    features.push((role, 1.0));
}

fn value_features(features: &mut Features, shape: &Shape) {
    features.push((
        match shape.length {
            0..=3 => "length.0-3",
            4..=5 => "length.4-5",
            6..=7 => "length.6-7",
            8..=11 => "length.8-11",
            12..=19 => "length.12-19",
            20..=31 => "length.20-31",
            32..=64 => "length.32-64",
            _ => "length.65-",
        },
        1.0,
    ));
    let letters = shape.lower + shape.upper;
    flag(features, "value.digits_letters", shape.digits > 0 && letters > 0);
    flag(features, "value.three_classes", shape.digits > 0 && shape.lower > 0 && shape.upper > 0);
    flag(features, "value.only_lower", shape.lower == shape.length);
    flag(features, "value.only_upper", shape.upper == shape.length);
    flag(features, "value.only_letters", letters == shape.length);
    flag(features, "value.number", shape.is_number);
    flag(features, "value.symbols", shape.symbols > 0);
    flag(features, "value.many_symbols", shape.symbols * 4 > shape.length);
    flag(features, "value.hex", shape.is_hex);
    flag(features, "value.uuid", shape.is_uuid);
    flag(features, "value.base64", shape.is_base64);
    flag(features, "value.one_space", shape.spaces == 1);
    flag(features, "value.spaces", shape.spaces > 1);
    flag(features, "value.non_ascii", !shape.is_ascii);
    flag(features, "value.identifier", shape.is_identifier);
    flag(features, "value.dotted", shape.is_dotted);
    flag(features, "value.upper_snake", shape.is_upper_snake);
    flag(features, "value.path", shape.is_path);
    flag(features, "value.url", shape.is_url);
    flag(features, "value.address", shape.is_address);
    flag(features, "value.date_or_version", shape.is_date_or_version);
    flag(features, "value.brackets", shape.has_brackets);
    // Entropy against the most that a value of this length can have.
    let most = (shape.length.max(2) as f32).log2();
    features.push(("value.entropy_share", shape.entropy / most));
    features.push(("value.entropy", shape.entropy / 4.0));
    features.push(("value.digit_share", shape.digits as f32 / shape.length.max(1) as f32));
}

fn word_features(features: &mut Features, value: &str, shape: &Shape, name: &str, reader: &ValueReader) {
    let rarity = reader.rarity(value);
    flag(features, "value.too_short_for_rarity", rarity == 0.0);
    features.push(("value.rarity", if rarity == 0.0 { 0.0 } else { (rarity - 4.5).clamp(-1.5, 2.0) }));
    flag(features, "value.rare", rarity > 5.0);
    flag(features, "value.common", rarity > 0.0 && rarity < 4.2);
    flag(features, "value.placeholder", reader.is_placeholder(value));
    flag(features, "value.holds_placeholder", reader.holds_placeholder(value));
    flag(features, "value.sequence", is_sequence(value));
    let lower = value.to_ascii_lowercase();
    let names_credential = ["pass", "secret", "token", "key", "auth", "cred", "pwd"].iter().any(|word| lower.contains(word));
    flag(features, "value.names_credential", names_credential);
    let squash = |text: &str| -> String { text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect() };
    let (value_squashed, name_squashed) = (squash(value), squash(name));
    let repeats = value_squashed.len() >= 3 && (name_squashed.contains(&value_squashed) || value_squashed.contains(&name_squashed));
    flag(features, "value.repeats_name", repeats);
    // Several plain words joined: `client_credentials`, `refresh-token`, `passwordReset`.
    let is_plain = |word: std::ops::Range<usize>| word.len() > 2 && reader.rarity(&value[word]) < 5.0;
    let is_joined = shape.digits == 0 && shape.spaces == 0 && split_words(value).nth(1).is_some() && split_words(value).all(is_plain);
    flag(features, "value.joined_words", is_joined);
}

/// Pairs of features that mean something else together than apart.
fn cross_features(features: &mut Features, file: &SourceFile<'_>, found: &Assignment, name: NameReading, shape: &Shape) {
    let is_config = matches!(file.kind, FileKind::Data(_) | FileKind::Dockerfile);
    let is_password = name.kind == NameKind::Password;
    let mixed = shape.digits > 0 && shape.lower + shape.upper > 0;
    flag(features, "password+config", is_password && is_config && name.is_head);
    flag(features, "password+quoted_source", is_password && !is_config && found.quote != Quote::None);
    flag(features, "password+common_word", is_password && shape.spaces == 0 && shape.length >= 5 && !mixed);
    flag(features, "password+mixed", is_password && mixed);
    flag(features, "weak_name+unmixed", matches!(name.kind, NameKind::BareKey | NameKind::Auth) && !mixed);
    flag(features, "weak_name+short", matches!(name.kind, NameKind::BareKey | NameKind::Auth) && shape.length < 16);
    flag(features, "key+short", !is_password && shape.length < 12);
    flag(features, "key+unmixed", !is_password && !mixed);
    flag(features, "key+long_mixed", !is_password && mixed && shape.length >= 20 && shape.spaces == 0);
    flag(features, "bare+prose", found.quote == Quote::None && shape.spaces > 0);
    flag(features, "bare+source", found.quote == Quote::None && matches!(file.kind, FileKind::Source(_)));
    flag(features, "bare+document", found.quote == Quote::None && matches!(file.kind, FileKind::Document | FileKind::Text));
    flag(features, "head+key_quoted", name.is_head && !is_password && found.quote != Quote::None);
}
