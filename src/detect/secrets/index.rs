//! The rules of a set, compiled into what the two passes search for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::anchors::{Action, Anchor, AnchorSearch};
use super::calls::CallIndex;
use super::candidate::Rank;
use super::commands;
use super::commands::CommandIndex;
use super::entries::EntryIndex;
use super::name::NameReader;
use super::native::{private_key, url_password};
use super::near::NearIndex;
use super::pattern::Pattern;
use super::prefixes::{PrefixTable, three_and_four};
use super::runs::{self, Run};
use crate::model::{Confidence, RuleId, Severity};
use crate::rules::rule::{CommandPlace, Place, SecretVariant};
use crate::rules::{Check, Matcher, Native, Rule, RuleSet, literals};

/// The compiled rules. Other modules refer to rules and variants by their places in these lists.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) rules: Vec<RuleEntry>,
    /// The rule that each native check reports under.
    pub(super) natives: HashMap<Native, usize>,
    /// Variants that are tried at a token's or phrase's fixed text.
    pub(super) variants: Vec<Variant>,
    /// Variants of `value` rules.
    pub(super) values: NearIndex,
    /// Variants of `entry` rules.
    pub(super) entries: EntryIndex,
    /// Variants of `call` rules.
    pub(super) calls: CallIndex,
    /// Those with short tokens first.
    tokens: Vec<TokenTable>,
    /// The anchors of the second pass.
    pub(super) anchors: AnchorSearch,
    /// Variants of `command` rules.
    pub(super) commands: CommandIndex,
}

#[derive(Debug)]
pub(super) struct RuleEntry {
    pub(super) id: RuleId,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) companion: Option<CompanionEntry>,
}

/// The other part of a credential of two parts.
#[derive(Debug)]
pub(super) struct CompanionEntry {
    pub(super) pattern: Pattern,
    pub(super) lines: u32,
    pub(super) label: String,
    pub(super) rules: Vec<RuleId>,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) rule: usize,
    /// Shared by variants with the same one.
    pub(super) pattern: Arc<Pattern>,
    pub(super) check: Option<Check>,
    pub(super) min_entropy: Option<f32>,
    pub(super) lead: usize,
    pub(super) rank: Rank,
    /// Its anchors are looked up where a word begins.
    pub(super) is_token: bool,
    /// The number of its call, where it is looked up by a callee.
    pub(super) call: Option<usize>,
}

/// The fixed texts of tokens that stand equally far after the beginning of a word.
#[derive(Debug)]
pub(super) struct TokenTable {
    pub(super) offset: usize,
    /// Length of the shortest of these tokens, in bytes.
    pub(super) min_len: usize,
    pub(super) literals: PrefixTable<false>,
}

#[derive(Debug)]
pub(super) struct ValueVariant {
    pub(super) variant: Variant,
    pub(super) near: Pattern,
    pub(super) length: (usize, usize),
}

impl Index {
    /// Compiles the secret rules of a set.
    pub(super) fn new(set: &RuleSet) -> Self {
        let mut builder = Builder::default();
        set.iter().for_each(|rule| builder.add(rule));
        builder.finish()
    }

    /// Calls `visit` with each variant that may match where a word begins in a run, and with where the word begins.
    pub(super) fn each_token_place(&self, text: &str, run: &Run, mut visit: impl FnMut(usize, usize)) {
        let (bytes, end) = (text.as_bytes(), run.range.end);
        // Few runs are long enough for more than the first table.
        for table in self.tokens.iter().take_while(|table| table.min_len <= run.range.len()) {
            runs::word_starts(bytes, run, |start| {
                if start + table.min_len <= end {
                    let at = start + table.offset;
                    table.literals.lookup(bytes, at, three_and_four(bytes, at), |variant| visit(variant, start));
                }
            });
        }
    }
}

/// Collects what the index is made of, rule by rule.
#[derive(Default)]
struct Builder<'r> {
    rules: Vec<RuleEntry>,
    natives: HashMap<Native, usize>,
    variants: Vec<Variant>,
    /// Patterns of whole values, by their text. Hundreds of variants take any value.
    whole: HashMap<&'r str, Arc<Pattern>>,
    values: NearIndex,
    entries: EntryIndex,
    calls: CallIndex,
    /// By offset.
    tokens: BTreeMap<usize, TokenLiterals<'r>>,
    anchors: Vec<Anchor>,
    commands: Vec<(Variant, &'r CommandPlace)>,
}

struct TokenLiterals<'r> {
    min_len: usize,
    /// Each with the variant it belongs to.
    literals: Vec<(&'r str, usize)>,
}

impl<'r> Builder<'r> {
    fn add(&mut self, rule: &'r Rule) {
        let index = self.rules.len();
        self.rules.push(RuleEntry::new(rule));
        match &rule.matcher {
            Matcher::Facts(_) => {}
            Matcher::Secret(shapes) => shapes.iter().for_each(|shape| self.add_shape(index, shape)),
            Matcher::Native(native) => {
                self.natives.insert(*native, index);
            }
        }
    }

    fn add_shape(&mut self, rule: usize, shape: &'r SecretVariant) {
        let (min_len, max_len) = shape.length;
        let variant = |pattern, lead, rank| {
            let is_token = matches!(shape.place, Place::Token(_));
            let rank = if shape.is_broad { Rank::Broad } else { rank };
            Variant {
                rule,
                pattern,
                check: shape.check,
                min_entropy: shape.min_entropy,
                lead,
                rank,
                is_token,
                call: None,
            }
        };
        let number = self.variants.len();
        let word = || Arc::new(Pattern::word(&shape.pattern, max_len));
        let mut whole = || {
            let pattern = self.whole.entry(&shape.pattern);
            Arc::clone(pattern.or_insert_with(|| Arc::new(Pattern::whole(&shape.pattern))))
        };
        match &shape.place {
            Place::Token(anchor) => {
                // Part of a token may lie before its literal, and part outside of the run.
                let min_len = if anchor.offset > 0 { min_len } else { literals::MIN_LITERAL };
                let table = self.tokens.entry(anchor.offset).or_insert(TokenLiterals { min_len, literals: Vec::new() });
                table.min_len = table.min_len.min(min_len);
                table.literals.extend(anchor.literals.iter().map(|literal| (literal.as_str(), number)));
                self.variants.push(variant(word(), anchor.lead, Rank::Token));
            }
            Place::Phrase(anchor) => {
                anchor.literals.iter().for_each(|text| self.add_anchor(text, Action::Phrase(number)));
                self.variants.push(variant(word(), anchor.lead, Rank::Phrase));
            }
            Place::Entry(place) => {
                self.entries.add(variant(whole(), 0, Rank::Entry), place);
            }
            Place::Command(place) => {
                self.commands.push((variant(whole(), 0, Rank::Phrase), place));
            }
            Place::Call(place) => {
                let call = self.calls.len();
                let tokens = self.calls.add(number, place);
                let table = self
                    .tokens
                    .entry(0)
                    .or_insert(TokenLiterals { min_len: literals::MIN_LITERAL, literals: Vec::new() });
                table.literals.extend(tokens.into_iter().map(|name| (name, number)));
                let variant = variant(whole(), 0, Rank::Call);
                self.variants.push(Variant { call: Some(call), ..variant });
            }
            Place::Value { near, texts } => {
                let variant = variant(whole(), 0, Rank::Value);
                self.values.add(ValueVariant { variant, near: Pattern::anywhere(near), length: shape.length }, texts);
            }
        }
    }

    fn add_anchor(&mut self, text: &str, action: Action) {
        self.anchors.push(Anchor::new(text, action));
    }

    fn finish(mut self) -> Index {
        let has = |native| self.natives.contains_key(&native);
        let keys = [Native::PemPrivateKey, Native::EncryptedPrivateKey, Native::PgpPrivateKey, Native::PuttyPrivateKey];
        let (has_keys, has_urls) = (keys.into_iter().any(has), has(Native::UrlPassword));
        let natives = [Native::AssignedPassword, Native::AssignedKey, Native::ComparedCredential];
        let has_names = natives.into_iter().any(has) || !self.values.is_empty() || self.calls.len() > 0;
        if has_keys {
            private_key::WORDS.iter().for_each(|word| self.add_anchor(word, Action::Key));
        }
        commands::SIGNS.iter().for_each(|sign| self.add_anchor(sign, Action::Commands));
        if has_urls {
            self.add_anchor(url_password::WORD, Action::Url);
        }
        if has_names {
            NameReader::STEMS.iter().for_each(|stem| self.add_anchor(stem, Action::Name));
        }
        let keyed = |(text, index): (&'r str, usize)| {
            let [short, long] = three_and_four(text.as_bytes(), 0);
            (if text.len() <= literals::MIN_LITERAL { short } else { long }, text, index)
        };
        let table = |(offset, TokenLiterals { min_len, literals })| TokenTable {
            offset,
            min_len,
            literals: PrefixTable::new(literals.into_iter().map(keyed)),
        };
        let mut tokens: Vec<TokenTable> = self.tokens.into_iter().map(table).collect();
        tokens.sort_by_key(|table| table.min_len);
        Index {
            rules: self.rules,
            natives: self.natives,
            variants: self.variants,
            values: self.values,
            entries: self.entries,
            calls: self.calls,
            tokens,
            anchors: AnchorSearch::new(self.anchors),
            commands: CommandIndex::new(self.commands),
        }
    }
}

impl RuleEntry {
    fn new(rule: &Rule) -> Self {
        let companion = rule.companion.as_ref().map(|companion| CompanionEntry {
            pattern: Pattern::within(&companion.pattern),
            lines: companion.lines,
            label: companion.label.clone(),
            rules: companion.rules.iter().map(|id| RuleId::new(id)).collect(),
        });
        Self { id: RuleId::new(&rule.id), severity: rule.severity, confidence: rule.confidence, companion }
    }
}
