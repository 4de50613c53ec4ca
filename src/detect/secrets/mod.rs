//! Finds credentials.
//!
//! Two passes over the bytes, each far faster than a regular expression: [`runs`] of token characters, at whose word starts
//! the beginnings of tokens are looked up, and a search for a few [`anchors`] in the whole text: credential-like names,
//! phrases, key blocks and URLs. Expressions run only at the places found so, anchored and bounded. What they match becomes
//! a [`Candidate`], is judged, and the best of overlapping candidates stay.

pub mod anchors;
pub mod assignment;
pub mod candidate;
pub mod check;
pub mod entropy;
pub mod model;
pub mod name;
pub mod native;
pub mod pattern;
pub mod runs;
pub mod value;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::detect::secrets::anchors::{PrefixTable, WordSearch, has_word};
use crate::detect::secrets::assignment::{Assignment, Operator, Quote};
use crate::detect::secrets::candidate::{Candidate, Rank, strongest};
use crate::detect::secrets::model::{Feature, Features, Model};
use crate::detect::secrets::name::{NameKind, NameReader};
use crate::detect::secrets::native::{private_key, url_password};
use crate::detect::secrets::pattern::Pattern;
use crate::detect::secrets::value::ValueReader;
use crate::model::{Confidence, Doubt, Finding, RuleId, Severity, SourceFile};
use crate::rules::rule::Place;
use crate::rules::{Check, Matcher, Native, Rule, RuleSet, literals};

/// Detects credentials by the rules it was made from. Shared by all threads.
#[derive(Debug)]
pub struct SecretsDetector {
    rules: Vec<RuleEntry>,
    /// The rule that each native check reports under.
    natives: HashMap<Native, usize>,
    variants: Vec<Variant>,
    /// Variants of `value` rules.
    values: Vec<ValueVariant>,
    tokens: Vec<TokenTable>,
    words: WordSearch,
    /// The anchors that hold each word of `words`.
    anchors: Vec<Vec<AnchorAt>>,
    names: NameReader,
    reader: ValueReader,
    model: Model,
    known_public: HashSet<String>,
    /// Seconds since 1970, for expiry dates.
    now: i64,
}

#[derive(Debug)]
struct RuleEntry {
    id: RuleId,
    severity: Severity,
    confidence: Confidence,
}

#[derive(Debug)]
struct Variant {
    rule: usize,
    pattern: Pattern,
    check: Option<Check>,
    min_entropy: Option<f32>,
    lead: usize,
    rank: Rank,
    /// Its anchors are looked up where a word begins.
    is_token: bool,
}

/// The fixed texts of tokens that stand equally far after the beginning of a word.
#[derive(Debug)]
struct TokenTable {
    offset: usize,
    /// Length of the shortest of these tokens, in bytes.
    min_len: usize,
    literals: PrefixTable,
}

#[derive(Debug)]
struct ValueVariant {
    variant: Variant,
    near: Pattern,
    length: (usize, usize),
}

/// A fixed text, and what to do where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Anchor {
    /// The text, in lower case.
    text: String,
    action: Action,
}

/// What a word in the text leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// Read an assignment.
    Name,
    /// Read a private key block.
    Key,
    /// Read a URL.
    Url,
    /// Try a variant.
    Phrase(usize),
}

/// An anchor that holds a word which is searched for.
#[derive(Debug)]
struct AnchorAt {
    anchor: Anchor,
    /// Where in the anchor the word stands.
    offset: usize,
}

impl SecretsDetector {
    /// Compiles the secret rules of a set. `now` is in seconds since 1970 and decides whether a token expired.
    pub fn new(set: &RuleSet, now: i64) -> Self {
        let mut rules: Vec<RuleEntry> = Vec::new();
        let mut natives = HashMap::new();
        let mut variants = Vec::new();
        let mut values = Vec::new();
        let mut tokens: BTreeMap<usize, (usize, Vec<(&str, usize)>)> = BTreeMap::new();
        let mut anchors: Vec<Anchor> = Vec::new();
        let mut add_anchor = |text: &str, action| {
            anchors.push(Anchor {
                text: text.to_ascii_lowercase(),
                action,
            })
        };
        for rule in set.iter() {
            let index = rules.len();
            rules.push(RuleEntry::new(rule));
            let shapes = match &rule.matcher {
                Matcher::Secret(shapes) => shapes,
                Matcher::Native(native) => {
                    natives.insert(*native, index);
                    continue;
                }
            };
            for shape in shapes {
                let (min_len, max_len) = literals::length(&shape.pattern).unwrap_or((0, usize::MAX));
                let (lead, rank) = match &shape.place {
                    Place::Token(anchor) | Place::Phrase(anchor) if shape.is_broad => (anchor.lead, Rank::Broad),
                    Place::Token(anchor) => (anchor.lead, Rank::Token),
                    Place::Phrase(anchor) => (anchor.lead, Rank::Phrase),
                    Place::Value { .. } => (0, Rank::Value),
                };
                let pattern = match shape.place {
                    Place::Value { .. } => Pattern::whole(&shape.pattern),
                    Place::Token(_) | Place::Phrase(_) => Pattern::word(&shape.pattern, max_len),
                };
                let is_token = matches!(shape.place, Place::Token(_));
                let variant = Variant {
                    rule: index,
                    pattern,
                    check: shape.check,
                    min_entropy: shape.min_entropy,
                    lead,
                    rank,
                    is_token,
                };
                match &shape.place {
                    Place::Token(anchor) => {
                        let entries = anchor.literals.iter().map(|literal| (literal.as_str(), variants.len()));
                        let (shortest, literals) = tokens.entry(anchor.offset).or_insert((usize::MAX, Vec::new()));
                        // Part of a token may lie before its literal, and part outside of the run.
                        *shortest = (*shortest).min(if anchor.offset > 0 {
                            min_len
                        } else {
                            literals::MIN_LITERAL
                        });
                        literals.extend(entries);
                        variants.push(variant);
                    }
                    Place::Phrase(anchor) => {
                        anchor
                            .literals
                            .iter()
                            .for_each(|text| add_anchor(text, Action::Phrase(variants.len())));
                        variants.push(variant);
                    }
                    Place::Value { near, length } => {
                        let near = Pattern::anywhere(near);
                        values.push(ValueVariant {
                            variant,
                            near,
                            length: *length,
                        });
                    }
                }
            }
        }
        let has = |native| natives.contains_key(&native);
        let keys = [
            Native::PemPrivateKey,
            Native::EncryptedPrivateKey,
            Native::PgpPrivateKey,
            Native::PuttyPrivateKey,
        ];
        if keys.into_iter().any(has) {
            private_key::WORDS.iter().for_each(|word| add_anchor(word, Action::Key));
        }
        if has(Native::UrlPassword) {
            add_anchor(url_password::WORD, Action::Url);
        }
        if has(Native::AssignedPassword) || has(Native::AssignedKey) || !values.is_empty() {
            NameReader::STEMS.iter().for_each(|stem| add_anchor(stem, Action::Name));
        }
        let (words, anchors) = group_by_word(anchors);
        let shared = set.shared();
        Self {
            rules,
            natives,
            variants,
            values,
            tokens: tokens
                .into_iter()
                .map(|(offset, (min_len, literals))| TokenTable {
                    offset,
                    min_len,
                    literals: PrefixTable::new(literals.into_iter()),
                })
                .collect(),
            words: WordSearch::new(&words),
            anchors,
            names: NameReader::new(&shared.names),
            reader: ValueReader::new(shared),
            model: Model::new(&shared.assignment_model),
            known_public: shared
                .known_public
                .values
                .iter()
                .map(|value| value.sha256.clone())
                .collect(),
            now,
        }
    }

    /// Appends the file's findings, in the order of their places.
    pub fn detect(&self, file: &SourceFile<'_>, findings: &mut Vec<Finding>) {
        let mut candidates = Vec::new();
        self.find_tokens(file, &mut candidates);
        self.find_words(file, &mut candidates);
        findings.extend(
            strongest(candidates)
                .into_iter()
                .map(|candidate| self.finding(file, candidate)),
        );
    }

    /// Calls `visit` with each assignment and its features: what the model is trained on.
    pub fn assignments(&self, file: &SourceFile<'_>, mut visit: impl FnMut(&Assignment, &Features, f32)) {
        self.each_name(file, |found, name| {
            let features = model::features(file, &found, name, &self.reader);
            visit(&found, &features, self.model.score(&features));
        });
    }

    /// How many places the first pass looks up, for benchmarks.
    pub fn count_token_places(&self, text: &str) -> usize {
        let mut places = 0;
        self.each_token_place(text, |_, _| places += 1);
        places
    }

    /// How many words the second pass finds, for benchmarks.
    pub fn count_words(&self, text: &str) -> usize {
        let mut words = 0;
        self.words.find(text.as_bytes(), |_, _| words += 1);
        words
    }

    fn find_tokens(&self, file: &SourceFile<'_>, candidates: &mut Vec<Candidate>) {
        self.each_token_place(file.text, |variant, start| {
            self.try_variant(file, variant, start, candidates)
        });
    }

    fn each_token_place(&self, text: &str, mut visit: impl FnMut(usize, usize)) {
        let bytes = text.as_bytes();
        for run in runs::Runs::new(bytes) {
            let end = run.range.end;
            runs::word_starts(bytes, &run, |start| {
                for table in self.tokens.iter().filter(|table| start + table.min_len <= end) {
                    table
                        .literals
                        .lookup(bytes, start + table.offset, |variant| visit(variant, start));
                }
            });
        }
    }

    fn find_words(&self, file: &SourceFile<'_>, candidates: &mut Vec<Candidate>) {
        let (mut name_done, mut key_done) = (0, 0);
        self.each_anchor(file.text, |action, at| match action {
            Action::Name if at >= name_done => self.try_assignment(file, at, &mut name_done, candidates),
            Action::Key if at >= key_done => self.try_key(file, at, &mut key_done, candidates),
            Action::Name | Action::Key => {}
            Action::Url => self.try_url(file, at, candidates),
            Action::Phrase(index) => self.try_variant(file, index, at, candidates),
        });
    }

    fn each_anchor(&self, text: &str, mut visit: impl FnMut(Action, usize)) {
        let bytes = text.as_bytes();
        self.words.find(bytes, |word, at| {
            for AnchorAt { anchor, offset } in &self.anchors[word] {
                if let Some(start) = at.checked_sub(*offset)
                    && has_word(bytes, start, &anchor.text)
                {
                    visit(anchor.action, start);
                }
            }
        });
    }

    fn each_name(&self, file: &SourceFile<'_>, mut visit: impl FnMut(Assignment, name::NameReading)) {
        let mut done = 0;
        self.each_anchor(file.text, |action, at| {
            if action == Action::Name
                && at >= done
                && let Some((found, name)) = self.read_assignment(file, at, &mut done)
            {
                visit(found, name);
            }
        });
    }

    fn try_variant(&self, file: &SourceFile<'_>, index: usize, at: usize, candidates: &mut Vec<Candidate>) {
        let variant = &self.variants[index];
        let text = file.text;
        let first = text.floor_char_boundary(at.saturating_sub(variant.lead));
        for start in (first..=at).filter(|&start| text.is_char_boundary(start) && begins_word(text, start, variant, at))
        {
            let Some(found) = variant.pattern.match_at(text, start) else {
                continue;
            };
            if found.whole.end <= at {
                continue;
            }
            let mut candidate = Candidate::new(variant.rule, found.secret, variant.rank);
            candidate.confidence = self.rules[variant.rule].confidence;
            self.judge_token(file, variant, &mut candidate);
            candidates.push(candidate);
            return;
        }
    }

    /// Applies what a token's own text says: its check, its entropy, stand-ins.
    fn judge_token(&self, file: &SourceFile<'_>, variant: &Variant, candidate: &mut Candidate) {
        let token = &file.text[candidate.secret.clone()];
        match variant.check.map(|check| check::run(check, token, self.now)) {
            Some(check::Verdict::Valid) => candidate.confidence = Confidence::High,
            Some(check::Verdict::Doubtful(doubt)) => candidate.doubts.push(doubt),
            Some(check::Verdict::Plausible) | None => {}
        }
        if variant.check == Some(Check::BasicAuth)
            && let Some(password) = check::basic_password(token)
            && (self.reader.is_placeholder(&password)
                || self.reader.holds_placeholder(&password)
                || value::is_sequence(&password))
        {
            candidate.doubts.push(Doubt::Placeholder);
        }
        if variant
            .min_entropy
            .is_some_and(|least| entropy::shannon(token.as_bytes()) < least)
        {
            candidate.doubts.push(Doubt::LowEntropy);
        }
        if self.reader.token_holds_placeholder(token) {
            candidate.doubts.push(Doubt::Placeholder);
        }
        // The fixed beginning says nothing about the rest.
        let tail = token.char_indices().nth(8).map_or(token, |(at, _)| &token[at..]);
        if value::is_sequence(tail) && tail.len() >= 6 {
            candidate.doubts.push(Doubt::Sequence);
        }
    }

    fn try_key(&self, file: &SourceFile<'_>, at: usize, done: &mut usize, candidates: &mut Vec<Candidate>) {
        let Some(block) = private_key::read(file.text, at) else {
            return;
        };
        *done = block.found.secret.end;
        self.push_native(block.native, Rank::Block, block.found, candidates);
    }

    fn try_url(&self, file: &SourceFile<'_>, at: usize, candidates: &mut Vec<Candidate>) {
        if let Some(found) = url_password::read(file.text, at, &self.reader) {
            self.push_native(Native::UrlPassword, Rank::Phrase, found, candidates);
        }
    }

    fn push_native(&self, native: Native, rank: Rank, found: native::NativeMatch, candidates: &mut Vec<Candidate>) {
        let Some(&rule) = self.natives.get(&native) else { return };
        let mut candidate = Candidate::new(rule, found.primary, rank);
        candidate.confidence = found.confidence.unwrap_or(self.rules[rule].confidence);
        candidate.hidden = found.secret;
        candidate.doubts = found.doubts;
        candidates.push(candidate);
    }

    fn read_assignment(
        &self,
        file: &SourceFile<'_>,
        at: usize,
        done: &mut usize,
    ) -> Option<(Assignment, name::NameReading)> {
        let found = assignment::read(file.text, at, file.kind)?;
        let value = &file.text[found.value.clone()];
        let is_bare = found.quote == Quote::None;
        // One word without quotes holds no other assignment; in a quoted text, or after a blank, one may follow.
        *done = if is_bare && !value.contains(' ') {
            found.value.end
        } else {
            found.name.end
        };
        if value.len() > assignment::MAX_VALUE {
            return None;
        }
        let name = self.names.read(&file.text[found.name.clone()])?;
        let is_literal = !value::is_reference(value) && !(is_bare && value::is_expression(value));
        // `test.pass("...")` passes a test; `.password("...")` sets a password.
        let is_call_of_pass = found.operator == Operator::Argument && &file.text[found.name.clone()] == "pass";
        let is_looked_up = found
            .wrapper
            .as_ref()
            .is_some_and(|wrapper| is_look_up(&file.text[wrapper.clone()]));
        let is_literal = is_literal && !is_looked_up && !is_call_of_pass && !is_badge(file.text, &found);
        is_literal.then_some((found, name))
    }

    fn try_assignment(&self, file: &SourceFile<'_>, at: usize, done: &mut usize, candidates: &mut Vec<Candidate>) {
        let Some((found, name)) = self.read_assignment(file, at, done) else {
            return;
        };
        self.try_values(file, &found, candidates);
        let native = if name.kind == NameKind::Password {
            Native::AssignedPassword
        } else {
            Native::AssignedKey
        };
        let Some(&rule) = self.natives.get(&native) else { return };
        let features = model::features(file, &found, name, &self.reader);
        let score = self.model.score(&features);
        let mut candidate = Candidate::new(rule, found.value, Rank::Assigned);
        candidate.is_weighed = true;
        candidate.confidence = if score >= self.model.high {
            Confidence::High
        } else {
            Confidence::Medium
        };
        if score < self.model.medium {
            let is_stand_in = features
                .iter()
                .any(|(feature, _)| matches!(feature, Feature::ValuePlaceholder | Feature::ValueHoldsPlaceholder));
            candidate.doubts.push(if is_stand_in {
                Doubt::Placeholder
            } else {
                Doubt::Unlikely
            });
        }
        candidates.push(candidate);
    }

    /// Tries the rules that know a value by its shape together with a word near it.
    fn try_values(&self, file: &SourceFile<'_>, found: &Assignment, candidates: &mut Vec<Candidate>) {
        const NEAR: usize = 40;
        let value = &file.text[found.value.clone()];
        let from = file
            .text
            .floor_char_boundary(found.value.start.saturating_sub(NEAR).min(found.name.start));
        let context = &file.text[from..found.value.start];
        let context = context.rsplit(['\n', '\r']).next().unwrap_or(context);
        let fits = |entry: &&ValueVariant| (entry.length.0..=entry.length.1).contains(&value.len());
        for ValueVariant { variant, near, .. } in self.values.iter().filter(fits) {
            if !near.is_match(context) && !near.is_match(&file.text[found.name.clone()]) {
                continue;
            }
            let Some(matched) = variant.pattern.match_start(value) else {
                continue;
            };
            let secret = found.value.start + matched.secret.start..found.value.start + matched.secret.end;
            let mut candidate = Candidate::new(variant.rule, secret, variant.rank);
            candidate.confidence = self.rules[variant.rule].confidence;
            self.judge_token(file, variant, &mut candidate);
            candidates.push(candidate);
        }
    }

    fn finding(&self, file: &SourceFile<'_>, mut candidate: Candidate) -> Finding {
        let rule = &self.rules[candidate.rule];
        // Hashing is not free, and what is doubted already needs no further doubt.
        if candidate.doubts.is_empty() && self.is_known_public(&file.text[candidate.hidden.clone()]) {
            candidate.doubts.push(Doubt::KnownPublic);
        }
        candidate.into_finding(file, rule.id.clone(), rule.severity)
    }

    fn is_known_public(&self, value: &str) -> bool {
        use sha2::{Digest, Sha256};
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(value.as_bytes()));
        self.known_public.contains(&digest)
    }
}

impl RuleEntry {
    fn new(rule: &Rule) -> Self {
        Self {
            id: RuleId::new(&rule.id),
            severity: rule.severity,
            confidence: rule.confidence,
        }
    }
}

/// Chooses the words to search for: an anchor that holds another anchor is found by that one, which is searched for anyway.
/// The shortest words come first, so that the names' stems share the first and fastest groups.
fn group_by_word(mut anchors: Vec<Anchor>) -> (Vec<String>, Vec<Vec<AnchorAt>>) {
    anchors.sort_by(|a, b| {
        (a.action != Action::Name, a.text.len(), &a.text).cmp(&(b.action != Action::Name, b.text.len(), &b.text))
    });
    let mut words: Vec<String> = Vec::new();
    let mut groups: Vec<Vec<AnchorAt>> = Vec::new();
    for anchor in anchors {
        let held = words
            .iter()
            .enumerate()
            .find_map(|(index, word)| Some((index, anchor.text.find(word.as_str())?)));
        let (index, offset) = held.unwrap_or_else(|| {
            words.push(anchor.text.clone());
            groups.push(Vec::new());
            (words.len() - 1, 0)
        });
        groups[index].push(AnchorAt { anchor, offset });
    }
    (words, groups)
}

/// Whether a match may begin at `start`. Where the anchor itself stands, the search made sure; before it, a word must begin.
fn begins_word(text: &str, start: usize, variant: &Variant, anchor: usize) -> bool {
    if start == anchor && variant.is_token {
        return true;
    }
    !start
        .checked_sub(1)
        .is_some_and(|at| runs::is_alphanumeric(text.as_bytes()[at]) && runs::is_alphanumeric(text.as_bytes()[start]))
}

/// Whether the value is the token of a badge's link, which is public by design and shows a picture.
fn is_badge(text: &str, found: &Assignment) -> bool {
    const LINK: usize = 60;
    let before = &text.as_bytes()[found.name.start.saturating_sub(LINK)..found.name.start];
    found.operator == Operator::Query && memchr::memmem::find(before, b"badge").is_some()
}

/// Whether a function that wraps a string looks something up by that string, so that the string is a name.
fn is_look_up(callee: &str) -> bool {
    let lower = callee.to_ascii_lowercase();
    let last = lower.rsplit(['.', ':', '>']).next().unwrap_or(&lower);
    [
        "env",
        "get",
        "fetch",
        "find",
        "load",
        "read",
        "lookup",
        "query",
        "param",
        "select",
        "require",
        "import",
        "config",
        "setting",
        "prompt",
        "input",
        "open",
        "translate",
        "gettext",
        "message",
        "label",
        "print",
        "format",
        "log",
        "error",
        "exec",
        "regex",
        "match",
        "test",
        "hash",
        "expect",
        "describe",
        "option",
        "field",
        "element",
        "by",
        "resolve",
        "join",
        "file",
        "path",
    ]
    .iter()
    .any(|verb| last.starts_with(verb) || last.ends_with(verb))
        || matches!(last, "t" | "_" | "__" | "i18n" | "tr" | "$t" | "$")
}
