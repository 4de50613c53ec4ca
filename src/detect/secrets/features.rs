//! What the model weighs: properties of an assignment's name, value and place.

use std::ops::Range;

use super::assignment::{Assignment, Inside, Operator, Quote};
use super::name::{NameKind, NameReading, split_words};
use super::value::{Shape, ValueReader, is_password_hash, is_sequence};
use crate::input::classify;
use crate::model::{FileKind, Format, Language, Role, SourceFile};

/// Declares the features with the names that the model's data gives them, and with what people read.
macro_rules! features {
    ($($feature:ident = $name:literal, $phrase:literal;)+) => {
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

            /// What it is, in a few words.
            pub const fn phrase(self) -> &'static str {
                match self { $(Self::$feature => $phrase),+ }
            }
        }
    };
}

features! {
    NamePassword = "name.password", "the name is a password's";
    NameSecret = "name.secret", "the name is a secret's";
    NameToken = "name.token", "the name is a token's";
    NameKey = "name.key", "the name is a key's, and says for what";
    NameBareKey = "name.bare_key", "the name says just key";
    NameAuth = "name.auth", "the name speaks of authentication";
    NameHead = "name.head", "the name ends with the credential word";
    NameAbout = "name.about", "the name speaks about a credential";
    NameReference = "name.reference", "the name refers to a credential";
    NameHarmless = "name.harmless", "a word of the name says public, label or the like";
    NameVerb = "name.verb", "the name asks or commands";
    NameUpper = "name.upper", "the name is in capitals";
    NameSingle = "name.single", "the name is one word";
    NameLong = "name.long", "the name has many words";
    OperatorEquals = "operator.equals", "assigned with =";
    OperatorColon = "operator.colon", "assigned with :";
    OperatorArrow = "operator.arrow", "assigned with =>";
    OperatorCompare = "operator.compare", "compared with the name";
    OperatorArgument = "operator.argument", "passed as an argument";
    OperatorElement = "operator.element", "the text of an element";
    OperatorPair = "operator.pair", "a value beside its name";
    OperatorSpace = "operator.space", "after its name and a blank";
    OperatorQuery = "operator.query", "a parameter of a URL";
    OperatorFallback = "operator.fallback", "used where the name has no value";
    QuoteNone = "quote.none", "written without quotes";
    QuoteEscaped = "quote.escaped", "in escaped quotes";
    QuoteBack = "quote.back", "in backquotes";
    InsideText = "inside.text", "inside a string";
    InsideComment = "inside.comment", "inside a comment";
    Wrapped = "wrapped", "wrapped in a call";
    FileShell = "file.shell", "a script";
    FileSource = "file.source", "source code";
    FileJson = "file.json", "a JSON file";
    FileMarkup = "file.markup", "a markup file";
    FileConfig = "file.config", "a configuration file";
    FileDocument = "file.document", "a document";
    FileText = "file.text", "plain text";
    RoleTest = "role.test", "a test";
    RoleExample = "role.example", "an example";
    RoleDocumentation = "role.documentation", "documentation";
    RoleLock = "role.lock", "a lock file";
    RoleTranslation = "role.translation", "a translation";
    RoleGenerated = "role.generated", "generated code";
    Length03 = "length.0-3", "0 to 3 characters";
    Length45 = "length.4-5", "4 or 5 characters";
    Length67 = "length.6-7", "6 or 7 characters";
    Length811 = "length.8-11", "8 to 11 characters";
    Length1219 = "length.12-19", "12 to 19 characters";
    Length2031 = "length.20-31", "20 to 31 characters";
    Length3264 = "length.32-64", "32 to 64 characters";
    Length65 = "length.65-", "65 characters or more";
    ValueDigitsLetters = "value.digits_letters", "digits and letters";
    ValueThreeClasses = "value.three_classes", "digits, lower and upper case";
    ValueOnlyLower = "value.only_lower", "only lower case";
    ValueOnlyUpper = "value.only_upper", "only upper case";
    ValueOnlyLetters = "value.only_letters", "only letters";
    ValueNumber = "value.number", "a number";
    ValueSymbols = "value.symbols", "punctuation";
    ValueManySymbols = "value.many_symbols", "much punctuation";
    ValueHex = "value.hex", "hexadecimal";
    ValueUuid = "value.uuid", "a UUID";
    ValueBase64 = "value.base64", "looks like base64";
    ValueOneSpace = "value.one_space", "one blank";
    ValueSpaces = "value.spaces", "several blanks";
    ValueNonAscii = "value.non_ascii", "characters beyond ASCII";
    ValueIdentifier = "value.identifier", "an identifier";
    ValueDotted = "value.dotted", "parts joined by dots";
    ValueUpperSnake = "value.upper_snake", "a constant's name";
    ValuePath = "value.path", "a path";
    ValueUrl = "value.url", "a URL";
    ValueAddress = "value.address", "a host or an address";
    ValueDateOrVersion = "value.date_or_version", "a date or version";
    ValueBrackets = "value.brackets", "brackets";
    ValueEntropyShare = "value.entropy_share", "entropy for its length";
    ValueEntropy = "value.entropy", "entropy";
    ValueDigitShare = "value.digit_share", "share of digits";
    ValueTooShortForRarity = "value.too_short_for_rarity", "too few letters to compare with words";
    ValueRarity = "value.rarity", "letters that follow each other unlike words";
    ValueRare = "value.rare", "unlike words";
    ValueCommon = "value.common", "like words";
    ValuePlaceholder = "value.placeholder", "a stand-in";
    ValueHoldsPlaceholder = "value.holds_placeholder", "holds a stand-in";
    ValueSequence = "value.sequence", "a plain sequence";
    ValueCommonPassword = "value.common_password", "among the first passwords that are tried";
    ValueWordAndDigits = "value.word_and_digits", "a word with digits behind it";
    CommonPasswordTest = "common_password+test", "a common password in a test or in documentation";
    CommonPasswordConfig = "common_password+config", "a common password in configuration";
    ValueHash = "value.hash", "a password's hash";
    ValueNamesCredential = "value.names_credential", "holds a credential word itself";
    ValueRepeatsName = "value.repeats_name", "repeats the name";
    ValueJoinedWords = "value.joined_words", "words joined";
    PasswordConfig = "password+config", "a password in configuration";
    PasswordQuotedSource = "password+quoted_source", "a password in a string";
    PasswordCommonWord = "password+common_word", "a password without digits";
    PasswordMixed = "password+mixed", "a password with digits and letters";
    WeakNameUnmixed = "weak_name+unmixed", "a weak name, and letters or digits only";
    WeakNameShort = "weak_name+short", "a weak name, and a short value";
    KeyShort = "key+short", "too short for a key";
    KeyUnmixed = "key+unmixed", "a key of letters or digits only";
    KeyLongMixed = "key+long_mixed", "a key of letters and digits, long";
    BareProse = "bare+prose", "words without quotes";
    BareSource = "bare+source", "no quotes in source code";
    BareDocument = "bare+document", "no quotes in a document";
    BareWord = "bare+word", "one word after a colon";
    HeadKeyQuoted = "head+key_quoted", "a key in quotes";
    SyntaxAssigned = "syntax.assigned", "the value of a variable, field or constant";
    SyntaxEntry = "syntax.entry", "the value of an entry";
    SyntaxKeyword = "syntax.keyword", "passed under its name";
    SyntaxArgument = "syntax.argument", "passed by its position";
    SyntaxDefault = "syntax.default", "the default of a parameter";
    SyntaxReturned = "syntax.returned", "returned from a function";
    SyntaxCompared = "syntax.compared", "something is compared with it";
    SyntaxAnnotation = "syntax.annotation", "in an annotation";
    SyntaxIndex = "syntax.index", "a name that something is looked up by";
    SyntaxElement = "syntax.element", "an element of a list";
    SyntaxEnum = "syntax.enum", "the value of an enumeration's member";
    SyntaxType = "syntax.type", "part of a type";
    SyntaxAttribute = "syntax.attribute", "an attribute of markup in code";
    SyntaxImport = "syntax.import", "a module's name";
    SyntaxRegex = "syntax.regex", "a regular expression";
    SyntaxComment = "syntax.comment", "in a comment";
    SyntaxInside = "syntax.inside", "part of a longer string";
    SyntaxTest = "syntax.test", "what a test is called";
    SyntaxLabel = "syntax.label", "a label or what a text is translated by";
    SyntaxMessage = "syntax.message", "text of a message";
    SyntaxHeader = "syntax.header", "a header's name";
    SyntaxPart = "syntax.part", "joined with what is no literal";
    SyntaxTemplate = "syntax.template", "filled in when the program runs";
    SyntaxJoined = "syntax.joined", "written in several parts";
}

/// The features of one assignment with their values, most of them 1.
pub type Features = Vec<(Feature, f32)>;

/// Reads the features of an assignment. Those of the syntax are in `syntax.rs`.
pub fn read(
    file: &SourceFile<'_>,
    found: &Assignment,
    value: &str,
    name: NameReading,
    reader: &ValueReader,
) -> Features {
    let mut features = Features::with_capacity(40);
    let shape = Shape::of(value);
    name_features(&mut features, name);
    place_features(&mut features, file, found);
    value_features(&mut features, &shape);
    word_features(&mut features, value, &shape, &file.text[found.name.clone()], reader);
    cross_features(&mut features, file, found, name, &shape);
    common_password_features(&mut features, file);
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
            Operator::Fallback => Feature::OperatorFallback,
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
    let role = match classify::role_at(file, found.value.start) {
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
    flag(features, Feature::ValueCommonPassword, reader.is_common_password(value));
    let word = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_word = word.len() >= 3 && word.len() < value.len() && word.bytes().all(|b| b.is_ascii_lowercase());
    flag(features, Feature::ValueWordAndDigits, is_word && reader.rarity(word) < 4.5);
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

/// What a common password means depends on what it could open.
fn common_password_features(features: &mut Features, file: &SourceFile<'_>) {
    if !features.iter().any(|(feature, _)| *feature == Feature::ValueCommonPassword) {
        return;
    }
    let is_shown = matches!(classify::role_of(file), Role::Test | Role::Example | Role::Documentation);
    flag(features, Feature::CommonPasswordTest, is_shown);
    let is_config = matches!(file.kind, FileKind::Data(_) | FileKind::Dockerfile);
    flag(features, Feature::CommonPasswordConfig, is_config && !is_shown);
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
