//! Finds the credentials at a place, without going over all of them each time.

use crate::model::{Finding, Span};

/// The places of the credentials that were found in a file before its facts were looked at.
#[derive(Debug)]
pub(super) struct Credentials {
    /// With the finding's place in the list, by their starts.
    places: Vec<(Span, usize)>,
    /// For each of them the furthest end up to there.
    ends: Vec<u32>,
}

impl Credentials {
    pub(super) fn new(findings: &[Finding]) -> Self {
        Self::of(findings.iter().map(|finding| finding.primary.span))
    }

    fn of(spans: impl Iterator<Item = Span>) -> Self {
        let mut places: Vec<_> = spans.enumerate().map(|(at, span)| (span, at)).collect();
        places.sort_unstable();
        let ends = places.iter().scan(0, |end, (span, _)| {
            *end = span.end.max(*end);
            Some(*end)
        });
        Self { ends: ends.collect(), places }
    }

    /// The places in the list of those that share a byte with `place`.
    pub(super) fn at(&self, place: Span) -> impl Iterator<Item = usize> {
        let before = self.places.partition_point(|(span, _)| span.start < place.end);
        let near = self.places[..before].iter().zip(&self.ends[..before]).rev();
        let near = near.take_while(move |(_, end)| **end > place.start);
        near.filter(move |((span, _), _)| span.overlaps(place)).map(|((_, at), _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_at_a_place_are_found_as_by_looking_at_each() {
        let spans: Vec<Span> = (0..40).map(|at| Span::new(at * 7 % 50..at * 7 % 50 + at % 9)).collect();
        let credentials = Credentials::of(spans.iter().copied());
        for start in 0..60 {
            let place = Span::new(start..start + start % 5);
            let mut found: Vec<_> = credentials.at(place).collect();
            found.sort_unstable();
            let expected: Vec<_> = (0..spans.len()).filter(|&at| spans[at].overlaps(place)).collect();
            assert_eq!(found, expected, "{place:?}");
        }
    }
}
