//! A rule as the program uses it: checked, and serialised into the binary at build time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Confidence, Format, Profile, Severity, Theme};
use crate::rules::fact::FactVariant;
use crate::rules::native::Native;
use crate::rules::text::{LazyText, RuleText};

/// A checked rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Kebab-case name, the same as the file's; never reused for something else.
    pub id: String,
    /// Other names under which it can be selected and ignored, as other lists of checks call it.
    pub aliases: Vec<String>,
    /// Which runs it belongs to.
    pub profile: Profile,
    /// Which rule of conduct it enforces.
    pub theme: Theme,
    /// How bad a true finding is.
    pub severity: Severity,
    /// How sure a finding is before doubts.
    pub confidence: Confidence,
    /// How it is found.
    pub matcher: Matcher,
    /// The other part of a credential of two parts.
    pub companion: Option<Companion>,
    /// What people read of it.
    pub text: LazyText,
}

impl Rule {
    /// Its id and its other names.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        std::iter::once(&self.id).chain(&self.aliases).map(String::as_str)
    }

    /// What people read of the rule. For a rule that comes with the program it is decoded now.
    pub fn text(&self) -> &RuleText {
        self.text.get()
    }
}

/// How a rule's findings are found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Matcher {
    /// Any of several shapes of credential.
    Secret(Vec<SecretVariant>),
    /// Any of several things that a manifest says.
    Facts(Vec<FactVariant>),
    /// A check in code, for what data cannot express.
    Native(Native),
}

/// The part of a credential that says whose it is, beside the part that is secret: both are one finding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Companion {
    /// What the part looks like, with a group `secret` around it where the expression matches more.
    pub pattern: String,
    /// How far away it can stand, in lines.
    pub lines: u32,
    /// What to say at its place.
    pub label: String,
    /// Rules whose findings at its place are part of this one.
    pub rules: Vec<String>,
}

/// One shape of credential.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecretVariant {
    /// The regular expression of the token, phrase or value.
    pub pattern: String,
    /// Shortest and longest match, in bytes.
    pub length: (usize, usize),
    /// Where the pattern is tried.
    pub place: Place,
    /// A check of a checksum or inner structure.
    pub check: Option<Check>,
    /// Shannon entropy in bits a character under which confidence falls.
    pub min_entropy: Option<f32>,
    /// Many kinds of credential share the shape, so that any other rule for the place says more.
    pub is_broad: bool,
}

/// Where a pattern is tried.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Place {
    /// Where one of the literals begins a word inside a run of token characters.
    Token(Anchor),
    /// Where one of the literals stands, anywhere in the text.
    Phrase(Anchor),
    /// Over a whole value assigned to a credential-like name, with `near` in the name or shortly before the value.
    Value {
        /// A regular expression, matched in any case.
        near: String,
        /// Texts in lower case of which every match of `near` holds at least one.
        texts: Vec<String>,
    },
    /// Over the value of an entry of a configuration file.
    Entry(EntryPlace),
    /// Over an argument of a shell command.
    Command(CommandPlace),
    /// Over a literal among the arguments of a call in source code.
    Call(CallPlace),
}

/// An argument of certain calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallPlace {
    /// What is called: a function, method or class, with as much before it as must be there. One that ends with `=` is a name
    /// under which a tuple or list is passed.
    pub names: Vec<String>,
    /// Which argument.
    pub argument: CallArgument,
    /// The number, from 1, of the argument that must be a credential-like name in quotes.
    pub named_by: Option<usize>,
    /// The languages to look in; all that have a grammar, when empty.
    pub languages: Vec<CallLanguage>,
}

/// Which argument of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallArgument {
    /// The one with this number, from 1, counted without named ones.
    Position(usize),
    /// The last one that has no name.
    Last,
    /// The one that is passed under this name.
    Named(String),
}

/// A language whose calls can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is the language's name; build.rs includes this file without the lint")]
pub enum CallLanguage {
    CSharp,
    Go,
    Java,
    JavaScript,
    Php,
    Python,
    Ruby,
    Rust,
    TypeScript,
}

/// An argument of certain shell commands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CommandPlace {
    /// The commands: a program's name and perhaps further words, one blank between; `rules/README.md` tells the notation.
    pub names: Vec<String>,
    /// Which argument.
    pub argument: Argument,
}

/// Which argument of a command.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Argument {
    /// The value of one of these options.
    Option {
        /// The options, with their hyphens or slash.
        names: Vec<String>,
        /// How the value follows a short option.
        binding: Binding,
    },
    /// The argument with this number, from 1, counted without options.
    Position(usize),
    /// What `echo` pipes into it, or a here-string.
    Input,
}

/// How the value follows an option of one letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    /// `-pVALUE` or `-p VALUE`.
    #[default]
    Either,
    /// `-pVALUE` only: `-p` alone asks.
    Attached,
    /// `-p VALUE` only.
    Separate,
}

/// An entry of certain configuration files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EntryPlace {
    /// The keys that lead to the entry, from the document down; `rules/README.md` tells the notation of each.
    pub path: Vec<String>,
    /// Patterns of the files' names.
    pub files: Vec<String>,
    /// How the files are written, where their names do not tell.
    pub format: Option<Format>,
    /// Texts of which the file must hold at least one; none are asked for when empty.
    pub containing: Vec<String>,
    /// What must be true of other entries.
    pub conditions: Vec<Condition>,
    /// How the value is encoded.
    pub decoding: Option<Decoding>,
}

/// What must be true of an entry beside the one that holds the secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Condition {
    /// The way to it from the mapping that holds the secret's entry; `..` leads outwards.
    pub path: Vec<String>,
    /// What its whole value must match.
    pub pattern: String,
    /// Whether it must match, or must not.
    pub holds: bool,
}

/// An encoding that hides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decoding {
    /// Base64, with or without padding.
    Base64,
    /// Base64 of UTF-16 text, as Windows' answer files have it.
    Base64Utf16,
    /// `{xor}` and base64 of the text, each byte combined with `_`, as IBM's application servers store passwords.
    Websphere,
    /// Four hexadecimal digits a character, each combined with 0xDFAA, as the JetBrains programs store passwords.
    Jetbrains,
}

/// What [`Decoding::Websphere`] combines each byte with.
pub const WEBSPHERE_BYTE: u8 = b'_';

/// What [`Decoding::Jetbrains`] combines each UTF-16 unit with.
pub const JETBRAINS_WORD: u16 = 0xDFAA;

/// The fixed texts a pattern is tried at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Anchor {
    /// The texts, case-sensitive, each at least three bytes.
    pub literals: Vec<String>,
    /// How many bytes of the match can stand before the literal.
    pub lead: usize,
    /// How many bytes after the beginning of a word the literal stands, for tokens.
    pub offset: usize,
}

/// A named check of a checksum or inner structure; `rules/README.md` says what each one computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "each is described in rules/README.md; build.rs includes this file without the lint")]
pub enum Check {
    #[serde(rename = "crc32-base62")]
    Crc32Base62,
    #[serde(rename = "crc32-base36")]
    Crc32Base36,
    #[serde(rename = "crc32-hex")]
    Crc32Hex,
    #[serde(rename = "crc32-hex-all")]
    Crc32HexAll,
    #[serde(rename = "github-fine-grained")]
    GithubFineGrained,
    #[serde(rename = "grafana")]
    Grafana,
    #[serde(rename = "confluent")]
    Confluent,
    #[serde(rename = "jwt")]
    Jwt,
    #[serde(rename = "aws-key-id")]
    AwsKeyId,
    #[serde(rename = "base64")]
    Base64,
    #[serde(rename = "basic-auth")]
    BasicAuth,
    #[serde(rename = "digit")]
    Digit,
    #[serde(rename = "azure-sas")]
    AzureSas,
}
