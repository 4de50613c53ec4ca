//! Tries a rule's expression at a place, and judges what matched by its own text.

use super::candidate::{Candidate, Rank};
use super::index::Variant;
use super::{SecretsDetector, check, entropy, runs, value};
use crate::model::{Confidence, Doubt, SourceFile};
use crate::rules::Check;

impl SecretsDetector {
    /// Tries a variant whose fixed text stands at `at`, or, for a token, whose word begins there.
    pub(super) fn try_variant(&self, file: &SourceFile<'_>, index: usize, at: usize, candidates: &mut Vec<Candidate>) {
        let variant = &self.index.variants[index];
        let text = file.text;
        let first = text.floor_char_boundary(at.saturating_sub(variant.lead));
        for start in (first..=at).filter(|&start| text.is_char_boundary(start) && begins_word(text, start, variant, at))
        {
            let Some(found) = variant.pattern.match_at(text, start) else {
                continue;
            };
            // Fixed words lead to any text, also to one that only names the secret.
            let leads = !variant.is_token || found.secret != found.whole;
            let is_reference = leads && value::is_reference(&text[found.secret.clone()]);
            if found.whole.end <= at || is_reference {
                continue;
            }
            let mut candidate = Candidate::new(variant.rule, found.secret, variant.rank);
            candidate.confidence = self.index.rules[variant.rule].confidence;
            self.judge_token(file, variant, &mut candidate);
            candidates.push(candidate);
            return;
        }
    }

    /// Applies what a secret's check and its entropy say.
    pub(super) fn judge_check(&self, variant: &Variant, secret: &str, candidate: &mut Candidate) {
        match variant.check.map(|check| check::run(check, secret, self.now)) {
            Some(check::Verdict::Valid) => candidate.confidence = Confidence::High,
            Some(check::Verdict::Doubtful(doubt)) => candidate.doubts.push(doubt),
            Some(check::Verdict::Plausible) | None => {}
        }
        if variant.check == Some(Check::BasicAuth)
            && let Some(password) = check::basic_password(secret)
            && self.reader.is_stand_in(&password)
        {
            candidate.doubts.push(Doubt::Placeholder);
        }
        if variant.min_entropy.is_some_and(|least| entropy::shannon(secret.as_bytes()) < least) {
            candidate.doubts.push(Doubt::LowEntropy);
        }
    }

    /// Applies what a token's own text says: its check, its entropy, stand-ins.
    pub(super) fn judge_token(&self, file: &SourceFile<'_>, variant: &Variant, candidate: &mut Candidate) {
        let token = &file.text[candidate.secret.clone()];
        self.judge_check(variant, token, candidate);
        if variant.check == Some(Check::AzureSas)
            && check::sas_is_expired(url_before(file.text, candidate.secret.start), self.now)
        {
            candidate.doubts.push(Doubt::Expired);
        }
        // A template or an ellipsis goes on where the token stops: it is only the beginning of one.
        let after = &file.text[candidate.secret.end..];
        if ["{{", "${", "$(", "<", "..."].iter().any(|start| after.starts_with(start)) && !after.starts_with("</") {
            candidate.doubts.push(Doubt::Placeholder);
        }
        let is_stand_in = || variant.rank == Rank::Phrase && (self.reader.is_stand_in(token) || !token.is_ascii());
        if self.reader.token_holds_placeholder(token) || !variant.is_token && value::is_masked(token) || is_stand_in() {
            candidate.doubts.push(Doubt::Placeholder);
        }
        // The fixed beginning says nothing about the rest.
        let tail = token.char_indices().nth(8).map_or(token, |(at, _)| &token[at..]);
        if value::is_sequence(tail) && tail.len() >= 6 {
            candidate.doubts.push(Doubt::Sequence);
        }
    }
}

/// The part of a URL that stands before a place.
fn url_before(text: &str, at: usize) -> &str {
    const URL: usize = 600;
    let from = text.floor_char_boundary(at.saturating_sub(URL));
    text[from..at].rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<')).next().unwrap_or_default()
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
