//! What the matches of a pattern begin with, byte for byte, as far as that can be said without compiling it.
//!
//! Compiling a pattern takes a tenth of a millisecond and many kilobytes, and a fixed beginning such as `key` stands in much text
//! that is no credential. A look at the bytes after it tells nearly always, so few of a thousand patterns are ever compiled.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// How many bytes are described.
const DEPTH: usize = 32;

/// Which bytes may stand at each of the first places of a match. Every match is at least that long.
#[derive(Debug)]
pub(super) struct Opening {
    places: Vec<ByteSet>,
}

impl Opening {
    /// The opening of a pattern's matches.
    pub(super) fn of(hir: &Hir) -> Self {
        let Shape { mut places, lengths } = Shape::of(hir);
        places.truncate(lengths.trailing_zeros() as usize);
        Self { places }
    }

    /// Whether a match may begin a text.
    pub(super) fn fits(&self, text: &[u8]) -> bool {
        text.len() >= self.places.len() && self.places.iter().zip(text).all(|(set, &byte)| set.holds(byte))
    }
}

/// A set of bytes.
#[derive(Debug, Clone, Copy, Default)]
struct ByteSet([u64; 4]);

impl ByteSet {
    fn add(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    fn add_all(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(all, more)| *all |= more);
    }

    fn holds(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }
}

/// What the matches of an expression look like.
#[derive(Debug, Clone)]
struct Shape {
    /// The bytes of all matches that are long enough, place by place.
    places: Vec<ByteSet>,
    /// Which lengths matches have, as bits. The bit of [`DEPTH`] stands for longer ones too.
    lengths: u64,
}

/// The bits of these lengths.
fn lengths(least: usize, most: usize) -> u64 {
    let (least, most) = (least.min(DEPTH), most.min(DEPTH));
    (1 << (most + 1)) - (1 << least)
}

impl Shape {
    const EMPTY: Self = Self { places: Vec::new(), lengths: 1 };

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::EMPTY,
            HirKind::Literal(literal) => {
                let mut places = vec![ByteSet::default(); literal.0.len().min(DEPTH)];
                places.iter_mut().zip(&literal.0).for_each(|(set, &byte)| set.add(byte));
                Self { places, lengths: lengths(literal.0.len(), literal.0.len()) }
            }
            HirKind::Class(class) => Self::of_class(class),
            HirKind::Repetition(repetition) => Self::of_repetition(repetition),
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Concat(parts) => {
                let mut all = Self::EMPTY;
                for part in parts {
                    if all.is_full() {
                        break;
                    }
                    all = all.then(&Self::of(part));
                }
                all
            }
            HirKind::Alternation(parts) => {
                let mut all = Self { places: Vec::new(), lengths: 0 };
                parts.iter().for_each(|part| all.add(&Self::of(part)));
                all
            }
        }
    }

    fn of_class(class: &Class) -> Self {
        let mut first = ByteSet::default();
        let mut is_ascii = true;
        let mut add = |start: u32, end: u32| {
            (start..=end.min(0x7F)).for_each(|byte| first.add(byte as u8));
            is_ascii &= end <= 0x7F;
        };
        match class {
            Class::Unicode(class) => class.iter().for_each(|range| add(range.start().into(), range.end().into())),
            Class::Bytes(class) => class.iter().for_each(|range| add(range.start().into(), range.end().into())),
        }
        if is_ascii {
            return Self { places: vec![first], lengths: lengths(1, 1) };
        }
        // Other characters have two to four bytes; which, is not worth a closer look.
        let mut later = ByteSet::default();
        (0x80..=0xFF).for_each(|byte| later.add(byte));
        first.add_all(later);
        Self { places: vec![first, later, later, later], lengths: lengths(1, 4) }
    }

    fn of_repetition(Repetition { min, max, sub, .. }: &Repetition) -> Self {
        let bounded = |count: u32| usize::try_from(count).map_or(DEPTH, |count| count.min(DEPTH));
        let (min, max) = (bounded(*min), max.map_or(DEPTH, bounded));
        let one = Self::of(sub);
        if let ([set], 2) = (one.places.as_slice(), one.lengths) {
            return Self { places: vec![*set; max], lengths: lengths(min, max) };
        }
        let mut all = Self::EMPTY;
        for count in 0..max {
            if all.is_full() {
                break;
            }
            let more = all.then(&one);
            if count < min {
                all = more;
            } else {
                all.add(&more);
            }
        }
        all
    }

    /// Whether what follows would not be described any more.
    fn is_full(&self) -> bool {
        self.lengths.trailing_zeros() as usize >= DEPTH
    }

    /// One after another.
    fn then(&self, next: &Self) -> Self {
        let mut both = Self { places: self.places.clone(), lengths: self.lengths & 1 << DEPTH };
        for length in (0..DEPTH).filter(|length| self.lengths >> length & 1 != 0) {
            let moved = u128::from(next.lengths) << length;
            both.lengths |= moved as u64 & lengths(0, DEPTH - 1) | u64::from(moved >> DEPTH != 0) << DEPTH;
            let reach = DEPTH.min(length + next.places.len());
            both.places.resize(both.places.len().max(reach), ByteSet::default());
            both.places[length..reach].iter_mut().zip(&next.places).for_each(|(all, &more)| all.add_all(more));
        }
        both
    }

    /// One or the other.
    fn add(&mut self, other: &Self) {
        self.lengths |= other.lengths;
        self.places.resize(self.places.len().max(other.places.len()), ByteSet::default());
        self.places.iter_mut().zip(&other.places).for_each(|(all, &more)| all.add_all(more));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Opening::of(&regex_syntax::Parser::new().parse(pattern).unwrap()).fits(text.as_bytes())
    }

    #[test]
    fn what_cannot_match_is_told_by_its_first_bytes() {
        for (pattern, text) in [
            ("key-[a-f0-9]{8}", "key-0123abcd"),
            ("(?i:key)=[0-9]{2}", "KEY=12"),
            ("ab?c", "ac"),
            ("(ab){2,3}c", "ababc"),
            ("(ab|c){2}", "cab"),
            ("[^x]{2}y", "éay"),
            ("a*b", "b"),
            ("", ""),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("key-[a-f0-9]{8}", "key-0123abc"),
            ("key-[a-f0-9]{8}", "key-0123abcx"),
            ("(?i:key)=[0-9]{2}", "KEY=1x"),
            ("ab?c", "ax"),
            ("(ab){2,3}c", "abac"),
            ("(ab|c){2}", "xc"),
            ("a{40}", &"a".repeat(31)),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
