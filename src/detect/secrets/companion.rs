//! Joins the two parts of a credential: the id that says whose it is belongs to the finding of the secret.

use std::ops::Range;

use super::SecretsDetector;
use super::candidate::Candidate;
use super::index::CompanionEntry;
use crate::model::{Confidence, Doubt, SourceFile};

impl SecretsDetector {
    /// Gives each secret the place of its companion, if one stands near, and takes back what was found there by itself.
    pub(super) fn join_companions(&self, file: &SourceFile<'_>, candidates: &mut Vec<Candidate>) {
        let mut joined: Vec<(Range<usize>, usize)> = Vec::new();
        for (index, candidate) in candidates.iter_mut().enumerate() {
            let Some(companion) = &self.index.rules[candidate.rule].companion else { continue };
            let Some(place) = nearest(file.text, &candidate.secret, companion) else { continue };
            // With both parts at hand the shape is no accident.
            if candidate.doubts.iter().all(|&doubt| matches!(doubt, Doubt::Role | Doubt::Prose)) {
                candidate.confidence = Confidence::High;
            }
            candidate.companion = Some(place.clone());
            joined.push((place, index));
        }
        if joined.is_empty() {
            return;
        }
        let owners: Vec<(Range<usize>, usize)> =
            joined.iter().map(|(place, index)| (place.clone(), candidates[*index].rule)).collect();
        candidates.retain(|candidate| {
            let id = &self.index.rules[candidate.rule].id;
            !owners.iter().any(|(place, rule)| {
                let companion = self.index.rules[*rule].companion.as_ref();
                overlap(place, &candidate.secret) && companion.is_some_and(|companion| companion.rules.contains(id))
            })
        });
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The place nearest to the secret that looks like its companion, within as many lines as that can be away.
fn nearest(text: &str, secret: &Range<usize>, companion: &CompanionEntry) -> Option<Range<usize>> {
    /// Furthest that is looked, in bytes: lines can be long.
    const REACH: usize = 2000;
    let lines = companion.lines as usize;
    let floor = text.floor_char_boundary(secret.start.saturating_sub(REACH));
    let ceiling = text.ceil_char_boundary(secret.end.saturating_add(REACH).min(text.len()));
    let start =
        memchr::memrchr_iter(b'\n', &text.as_bytes()[floor..secret.start]).nth(lines).map_or(floor, |at| floor + at);
    let end = memchr::memchr_iter(b'\n', &text.as_bytes()[secret.end..ceiling])
        .nth(lines)
        .map_or(ceiling, |at| secret.end + at);
    let window = &text[start..end];
    let mut best: Option<Range<usize>> = None;
    let mut from = 0;
    while let Some(found) = companion.pattern.find_from(window, from) {
        let place = start + found.secret.start..start + found.secret.end;
        let distance = |place: &Range<usize>| secret.start.abs_diff(place.start);
        if !overlap(&place, secret) && best.as_ref().is_none_or(|best| distance(&place) < distance(best)) {
            best = Some(place);
        }
        from = found.whole.end.max(from + 1);
        if from > window.len() || !window.is_char_boundary(from) {
            break;
        }
    }
    best
}
