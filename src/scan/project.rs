//! Joins what files say of each other: a Service in one file leads to the Deployment in another.
//!
//! The scan of a file gives small records beside its findings. Joined, they tell which files are reached from others, and those are
//! scanned once more with that knowledge. So the scan of a file stays a pure function, and memory follows manifests, not the tree.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::RelatedPlace;
use crate::excerpt::Quoter;
use crate::facts::Facts;
use crate::facts::exposure::{self, Arrival, Door, Exposure, Workload};
use crate::model::{Finding, LineIndex, SourceFile};

/// What a file says of others, and what others may say of it.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The path of the file, as reported.
    pub path: String,
    /// The ways that begin in the file, and the words that open each from outside.
    pub exposures: Vec<(Exposure, Option<Arc<RelatedPlace>>)>,
    /// What can be reached in the file.
    pub workloads: Vec<Workload>,
}

impl Links {
    /// What the facts of a file say, if anything. The places are quoted while the text is at hand, without the secrets of `findings`.
    pub(super) fn of(file: &SourceFile<'_>, facts: &Facts<'_>, findings: &[Finding]) -> Option<Self> {
        if facts.exposures.is_empty() && facts.workloads.is_empty() {
            return None;
        }
        let lines = LineIndex::new(file.text);
        // Most files open nothing to the outside.
        let quoter = OnceCell::new();
        let quote = |exposure: &Exposure| RelatedPlace {
            path: Some(file.path.to_owned()),
            label: "leads here from outside".to_owned(),
            start: lines.position(file.text, exposure.place.start),
            end: lines.position(file.text, exposure.place.end),
            excerpt: quoter.get_or_init(|| Quoter::new(file, &lines, findings, |_| true)).quote(exposure.place),
        };
        let exposures = facts.exposures.iter().map(|exposure| {
            let opens = exposure.door != Door::Cluster;
            (exposure.clone(), opens.then(|| Arc::new(quote(exposure))))
        });
        Some(Self { path: file.path.to_owned(), exposures: exposures.collect(), workloads: facts.workloads.clone() })
    }
}

/// Something in another file that bears on a file.
#[derive(Clone, Debug)]
pub struct Visit {
    /// What arrives, and where.
    pub arrival: Arrival,
    /// The words in the other file.
    pub place: Arc<RelatedPlace>,
}

/// What reaches files from other files, by the file's place in `files`. Files are joined where
/// one lies in the folder of the other or below it: what lies apart is applied apart, though it may use the same names.
pub fn visits(files: &[&Links]) -> BTreeMap<usize, Vec<Visit>> {
    let (mut exposures, mut places, mut workloads) = (Vec::new(), Vec::new(), Vec::new());
    for (file, links) in files.iter().enumerate() {
        exposures.extend(links.exposures.iter().map(|(exposure, _)| Exposure { file, ..exposure.clone() }));
        places.extend(links.exposures.iter().map(|(exposure, place)| ((file, exposure.place), place.clone())));
        workloads.extend(links.workloads.iter().map(|workload| Workload { file, ..workload.clone() }));
    }
    let places: BTreeMap<_, _> = places.into_iter().collect();
    let mut visits: BTreeMap<usize, Vec<Visit>> = BTreeMap::new();
    let mut told: HashSet<(usize, Arrival)> = HashSet::new();
    exposure::join(&exposures, &workloads, |reached| {
        let (from, to) = (reached.exposure.file, reached.workload.file);
        // What meets in one file was joined when that was scanned.
        if from == to || !are_neighbours(&files[from].path, &files[to].path) {
            return;
        }
        if let Some(Some(place)) = places.get(&(from, reached.exposure.place)) {
            let arrival = reached.arrival();
            // What another way says as well adds nothing, and a folder can hold thousands of ways to one workload.
            if told.insert((to, arrival.clone())) {
                visits.entry(to).or_default().push(Visit { arrival, place: Arc::clone(place) });
            }
        }
    });
    visits
}

/// Whether one of two files lies in the folder of the other or below it.
fn are_neighbours(one: &str, other: &str) -> bool {
    let folder = |path: &'_ str| path.rfind('/').map_or(0, |end| end + 1);
    other.starts_with(&one[..folder(one)]) || one.starts_with(&other[..folder(other)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_folder_and_below_are_neighbours() {
        assert!(are_neighbours("a/x.yaml", "a/y.yaml"));
        assert!(are_neighbours("a/x.yaml", "a/b/y.yaml"));
        assert!(are_neighbours("x.yaml", "a/y.yaml"));
        assert!(!are_neighbours("a/x.yaml", "b/y.yaml"));
        assert!(!are_neighbours("a/x.yaml", "ab/y.yaml"));
    }
}
