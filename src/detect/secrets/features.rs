//! What the model weighs: properties of an assignment's name, value and place.

use std::ops::Range;

use super::assignment::{Assignment, Inside, Operator, Quote};
use super::name::{NameKind, NameReading, split_words};
use super::value::{Shape, ValueReader, is_password_hash, is_sequence};
use crate::input::classify;
use crate::model::{FileKind, Format, Language, Role, SourceFile};

/// Declares the features with the names that the model's data gives them.
macro_rules! features {
    ($($feature:ident = $name:literal,)+) => {
        /// A property of an assignment that the model weighs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is named after what it is; the functions below say when it holds")]
        pub enum Feature { $($feature),+ }

        impl Feature {
            /// Every feature, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$feature),+];

            /// The name in `assignment-model.yaml`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$feature => $name),+ }
            }
        }
    };
}

features! {
    NamePassword = "name.password",
    NameSecret = "name.secret",
    NameToken = "name.token",
    NameKey = "name.key",
    NameBareKey = "name.bare_key",
    NameAuth = "name.auth",
    NameHead = "name.head",
    NameAbout = "name.about",
    NameReference = "name.reference",
    NameHarmless = "name.harmless",
    NameVerb = "name.verb",
    NameUpper = "name.upper",
    NameSingle = "name.single",
    NameLong = "name.long",
    OperatorEquals = "operator.equals",
    OperatorColon = "operator.colon",
    OperatorArrow = "operator.arrow",
    OperatorCompare = "operator.compare",
    OperatorArgument = "operator.argument",
    OperatorElement = "operator.element",
    OperatorPair = "operator.pair",
    OperatorSpace = "operator.space",
    OperatorQuery = "operator.query",
    QuoteNone = "quote.none",
    QuoteEscaped = "quote.escaped",
    QuoteBack = "quote.back",
    InsideText = "inside.text",
    InsideComment = "inside.comment",
    Wrapped = "wrapped",
    FileShell = "file.shell",
    FileSource = "file.source",
    FileJson = "file.json",
    FileMarkup = "file.markup",
    FileConfig = "file.config",
    FileDocument = "file.document",
    FileText = "file.text",
    RoleTest = "role.test",
    RoleExample = "role.example",
    RoleDocumentation = "role.documentation",
    RoleLock = "role.lock",
    RoleTranslation = "role.translation",
    RoleGenerated = "role.generated",
    Length03 = "length.0-3",
    Length45 = "length.4-5",
    Length67 = "length.6-7",
    Length811 = "length.8-11",
    Length1219 = "length.12-19",
    Length2031 = "length.20-31",
    Length3264 = "length.32-64",
    Length65 = "length.65-",
    ValueDigitsLetters = "value.digits_letters",
    ValueThreeClasses = "value.three_classes",
    ValueOnlyLower = "value.only_lower",
    ValueOnlyUpper = "value.only_upper",
    ValueOnlyLetters = "value.only_letters",
    ValueNumber = "value.number",
    ValueSymbols = "value.symbols",
    ValueManySymbols = "value.many_symbols",
    ValueHex = "value.hex",
    ValueUuid = "value.uuid",
    ValueBase64 = "value.base64",
    ValueOneSpace = "value.one_space",
    ValueSpaces = "value.spaces",
    ValueNonAscii = "value.non_ascii",
    ValueIdentifier = "value.identifier",
    ValueDotted = "value.dotted",
    ValueUpperSnake = "value.upper_snake",
    ValuePath = "value.path",
    ValueUrl = "value.url",
    ValueAddress = "value.address",
    ValueDateOrVersion = "value.date_or_version",
    ValueBrackets = "value.brackets",
    ValueEntropyShare = "value.entropy_share",
    ValueEntropy = "value.entropy",
    ValueDigitShare = "value.digit_share",
    ValueTooShortForRarity = "value.too_short_for_rarity",
    ValueRarity = "value.rarity",
    ValueRare = "value.rare",
    ValueCommon = "value.common",
    ValuePlaceholder = "value.placeholder",
    ValueHoldsPlaceholder = "value.holds_placeholder",
    ValueSequence = "value.sequence",
    ValueHash = "value.hash",
    ValueNamesCredential = "value.names_credential",
    ValueRepeatsName = "value.repeats_name",
    ValueJoinedWords = "value.joined_words",
    PasswordConfig = "password+config",
    PasswordQuotedSource = "password+quoted_source",
    PasswordCommonWord = "password+common_word",
    PasswordMixed = "password+mixed",
    WeakNameUnmixed = "weak_name+unmixed",
    WeakNameShort = "weak_name+short",
    KeyShort = "key+short",
    KeyUnmixed = "key+unmixed",
    KeyLongMixed = "key+long_mixed",
    BareProse = "bare+prose",
    BareSource = "bare+source",
    BareDocument = "bare+document",
    BareWord = "bare+word",
    HeadKeyQuoted = "head+key_quoted",
}

/// The features of one assignment with their values, most of them 1.
pub type Features = Vec<(Feature, f32)>;

/// Reads the features of an assignment.
pub fn read(file: &SourceFile<'_>, found: &Assignment, name: NameReading, reader: &ValueReader) -> Features {
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

fn flag(features: &mut Features, feature: Feature, holds: bool) {
    if holds {
        features.push((feature, 1.0));
    }
}

fn name_features(features: &mut Features, name: NameReading) {
    let kind = match name.kind {
        NameKind::Password => Feature::NamePassword,
        NameKind::Secret => Feature::NameSecret,
        NameKind::Token => Feature::NameToken,
        NameKind::Key => Feature::NameKey,
        NameKind::BareKey => Feature::NameBareKey,
        NameKind::Auth => Feature::NameAuth,
    };
    features.push((kind, 1.0));
    flag(features, Feature::NameHead, name.is_head);
    flag(features, Feature::NameAbout, name.is_about);
    flag(features, Feature::NameReference, name.is_reference);
    flag(features, Feature::NameHarmless, name.is_harmless);
    flag(features, Feature::NameVerb, name.is_verb);
    flag(features, Feature::NameUpper, name.is_upper);
    flag(features, Feature::NameSingle, name.words == 1);
    flag(features, Feature::NameLong, name.words > 4);
}

fn place_features(features: &mut Features, file: &SourceFile<'_>, found: &Assignment) {
    features.push((
        match found.operator {
            Operator::Equals => Feature::OperatorEquals,
            Operator::Colon => Feature::OperatorColon,
            Operator::Arrow => Feature::OperatorArrow,
            Operator::Compare => Feature::OperatorCompare,
            Operator::Argument => Feature::OperatorArgument,
            Operator::Element => Feature::OperatorElement,
            Operator::Pair => Feature::OperatorPair,
            Operator::Space => Feature::OperatorSpace,
            Operator::Query => Feature::OperatorQuery,
        },
        1.0,
    ));
    flag(features, Feature::QuoteNone, found.quote == Quote::None);
    flag(features, Feature::QuoteEscaped, matches!(found.quote, Quote::Escaped(_)));
    flag(features, Feature::QuoteBack, found.quote == Quote::Plain(b'`'));
    flag(features, Feature::InsideText, found.inside == Inside::Text);
    flag(features, Feature::InsideComment, found.inside == Inside::Comment);
    flag(features, Feature::Wrapped, found.wrapper.is_some());
    features.push((
        match file.kind {
            FileKind::Source(Language::Shell | Language::Batch | Language::PowerShell) => Feature::FileShell,
            FileKind::Source(_) => Feature::FileSource,
            FileKind::Data(Format::Json) => Feature::FileJson,
            FileKind::Data(Format::Xml | Format::Html) => Feature::FileMarkup,
            FileKind::Data(_) | FileKind::Dockerfile => Feature::FileConfig,
            FileKind::Document => Feature::FileDocument,
            FileKind::Text => Feature::FileText,
        },
        1.0,
    ));
    let role = match classify::role_of(file) {
        Role::Ordinary => return,
        Role::Test => Feature::RoleTest,
        Role::Example => Feature::RoleExample,
        Role::Documentation => Feature::RoleDocumentation,
        Role::Lock => Feature::RoleLock,
        Role::Translation => Feature::RoleTranslation,
        Role::Generated => Feature::RoleGenerated,
    };
    features.push((role, 1.0));
}

fn value_features(features: &mut Features, shape: &Shape) {
    features.push((
        match shape.length {
            0..=3 => Feature::Length03,
            4..=5 => Feature::Length45,
            6..=7 => Feature::Length67,
            8..=11 => Feature::Length811,
            12..=19 => Feature::Length1219,
            20..=31 => Feature::Length2031,
            32..=64 => Feature::Length3264,
            _ => Feature::Length65,
        },
        1.0,
    ));
    let letters = shape.lower + shape.upper;
    flag(features, Feature::ValueDigitsLetters, shape.digits > 0 && letters > 0);
    flag(features, Feature::ValueThreeClasses, shape.digits > 0 && shape.lower > 0 && shape.upper > 0);
    flag(features, Feature::ValueOnlyLower, shape.lower == shape.length);
    flag(features, Feature::ValueOnlyUpper, shape.upper == shape.length);
    flag(features, Feature::ValueOnlyLetters, letters == shape.length);
    flag(features, Feature::ValueNumber, shape.is_number);
    flag(features, Feature::ValueSymbols, shape.symbols > 0);
    flag(features, Feature::ValueManySymbols, shape.symbols * 4 > shape.length);
    flag(features, Feature::ValueHex, shape.is_hex);
    flag(features, Feature::ValueUuid, shape.is_uuid);
    flag(features, Feature::ValueBase64, shape.is_base64);
    flag(features, Feature::ValueOneSpace, shape.spaces == 1);
    flag(features, Feature::ValueSpaces, shape.spaces > 1);
    flag(features, Feature::ValueNonAscii, !shape.is_ascii);
    flag(features, Feature::ValueIdentifier, shape.is_identifier);
    flag(features, Feature::ValueDotted, shape.is_dotted);
    flag(features, Feature::ValueUpperSnake, shape.is_upper_snake);
    flag(features, Feature::ValuePath, shape.is_path);
    flag(features, Feature::ValueUrl, shape.is_url);
    flag(features, Feature::ValueAddress, shape.is_address);
    flag(features, Feature::ValueDateOrVersion, shape.is_date_or_version);
    flag(features, Feature::ValueBrackets, shape.has_brackets);
    // Entropy against the most that a value of this length can have.
    let most = (shape.length.max(2) as f32).log2();
    features.push((Feature::ValueEntropyShare, shape.entropy / most));
    features.push((Feature::ValueEntropy, shape.entropy / 4.0));
    features.push((Feature::ValueDigitShare, shape.digits as f32 / shape.length.max(1) as f32));
}

fn word_features(features: &mut Features, value: &str, shape: &Shape, name: &str, reader: &ValueReader) {
    let rarity = reader.rarity(value);
    flag(features, Feature::ValueTooShortForRarity, rarity == 0.0);
    features.push((Feature::ValueRarity, if rarity == 0.0 { 0.0 } else { (rarity - 4.5).clamp(-1.5, 2.0) }));
    flag(features, Feature::ValueRare, rarity > 5.0);
    flag(features, Feature::ValueCommon, rarity > 0.0 && rarity < 4.2);
    flag(features, Feature::ValuePlaceholder, reader.is_placeholder(value));
    flag(features, Feature::ValueHoldsPlaceholder, reader.holds_weak_placeholder(value));
    flag(features, Feature::ValueSequence, is_sequence(value));
    flag(features, Feature::ValueHash, is_password_hash(value));
    flag(features, Feature::ValueNamesCredential, reader.names_credential(value));
    let squash = |text: &str| -> String {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect()
    };
    let (value_squashed, name_squashed) = (squash(value), squash(name));
    let repeats = value_squashed.len() >= 3
        && (name_squashed.contains(&value_squashed) || value_squashed.contains(&name_squashed));
    flag(features, Feature::ValueRepeatsName, repeats);
    // Several plain words joined: `client_credentials`, `refresh-token`, `passwordReset`.
    let is_plain = |word: Range<usize>| word.len() > 2 && reader.rarity(&value[word]) < 5.0;
    let is_joined = shape.digits == 0
        && shape.spaces == 0
        && split_words(value).nth(1).is_some()
        && split_words(value).all(is_plain);
    flag(features, Feature::ValueJoinedWords, is_joined);
}

/// Pairs of features that mean something else together than apart.
fn cross_features(
    features: &mut Features,
    file: &SourceFile<'_>,
    found: &Assignment,
    name: NameReading,
    shape: &Shape,
) {
    let is_config = matches!(file.kind, FileKind::Data(_) | FileKind::Dockerfile);
    let is_password = name.kind == NameKind::Password;
    let mixed = shape.digits > 0 && shape.lower + shape.upper > 0;
    flag(features, Feature::PasswordConfig, is_password && is_config && name.is_head);
    flag(features, Feature::PasswordQuotedSource, is_password && !is_config && found.quote != Quote::None);
    flag(features, Feature::PasswordCommonWord, is_password && shape.spaces == 0 && shape.length >= 5 && !mixed);
    flag(features, Feature::PasswordMixed, is_password && mixed);
    flag(features, Feature::WeakNameUnmixed, matches!(name.kind, NameKind::BareKey | NameKind::Auth) && !mixed);
    flag(
        features,
        Feature::WeakNameShort,
        matches!(name.kind, NameKind::BareKey | NameKind::Auth) && shape.length < 16,
    );
    flag(features, Feature::KeyShort, !is_password && shape.length < 12);
    flag(features, Feature::KeyUnmixed, !is_password && !mixed);
    flag(features, Feature::KeyLongMixed, !is_password && mixed && shape.length >= 20 && shape.spaces == 0);
    flag(features, Feature::BareProse, found.quote == Quote::None && shape.spaces > 0);
    flag(features, Feature::BareSource, found.quote == Quote::None && matches!(file.kind, FileKind::Source(_)));
    // Prose after a colon: `the first pass: runs of ...`.
    let is_prose = !is_config || found.inside != Inside::Code;
    let is_word = found.quote == Quote::None && shape.digits == 0 && shape.symbols == 0;
    flag(features, Feature::BareWord, is_prose && is_word && found.operator == Operator::Colon);
    flag(
        features,
        Feature::BareDocument,
        found.quote == Quote::None && matches!(file.kind, FileKind::Document | FileKind::Text),
    );
    flag(features, Feature::HeadKeyQuoted, name.is_head && !is_password && found.quote != Quote::None);
}
