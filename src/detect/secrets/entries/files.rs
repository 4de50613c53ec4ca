//! Which entries look into a file, by patterns of its name and folders.
//!
//! There are hundreds of patterns, and each file's name is compared with few of them: those of the same name or extension, and, of
//! the rest, those with a fixed text that stands in the path.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::wildcard;

/// Patterns of files' names, each with the entries that it leads to.
#[derive(Debug, Default)]
pub(super) struct FilePatterns {
    /// Patterns whose last part is a whole name, by that name.
    by_name: HashMap<String, Vec<FilePattern>>,
    /// Patterns whose last part ends with a dot and an extension, by that extension.
    by_extension: HashMap<String, Vec<FilePattern>>,
    others: OpenPatterns,
}

/// Patterns whose ends are open. Comparing a path with each of them took a twelfth of a scan of many small files; one search for
/// a fixed text of each leaves hardly any to compare.
#[derive(Debug, Default)]
struct OpenPatterns {
    patterns: Vec<FilePattern>,
    /// Fixed texts, with the places in `patterns` of those of which each match holds one of their texts.
    texts: BTreeMap<String, Vec<usize>>,
    /// Places in `patterns` of those without a fixed text.
    without_text: Vec<usize>,
    /// Built when the first file is met: the search, and the patterns of each text it looks for.
    search: OnceLock<(AhoCorasick, Vec<Vec<usize>>)>,
}

#[derive(Debug)]
struct FilePattern {
    /// The name and the folders around it, from the inside out, in lower case.
    parts: Vec<String>,
    entries: Vec<usize>,
}

impl FilePatterns {
    /// Adds a pattern of the entry with this number.
    pub(super) fn add(&mut self, pattern: &str, entry: usize) {
        let parts: Vec<String> = pattern.to_ascii_lowercase().rsplit('/').map(str::to_owned).collect();
        let name = &parts[0];
        let is_plain = |text: &str| !text.contains(['*', '|']);
        let extension = name.rsplit_once('.').map(|(_, extension)| extension).filter(|extension| is_plain(extension));
        let patterns = match extension {
            _ if is_plain(name) => self.by_name.entry(name.clone()).or_default(),
            Some(extension) => self.by_extension.entry(extension.to_owned()).or_default(),
            None => {
                self.others.add(parts, entry);
                return;
            }
        };
        add(patterns, parts, entry);
    }

    /// The numbers of the entries with a pattern that a path fits, in their order.
    pub(super) fn find(&self, path: &str) -> Vec<usize> {
        let path = without_sample(path).to_ascii_lowercase();
        let parts: Vec<&str> = path.rsplit('/').collect();
        let extension = parts[0].rsplit_once('.').map_or("", |(_, extension)| extension);
        let near = [self.by_name.get(parts[0]), self.by_extension.get(extension)];
        let near = near.into_iter().flatten().flatten().chain(self.others.near(&path));
        let fitting = near.filter(|pattern| pattern.fits(&parts));
        let mut found: Vec<usize> = fitting.flat_map(|pattern| &pattern.entries).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Adds a pattern, or an entry to the pattern if it is there already. Returns the place of a pattern that is new.
fn add(patterns: &mut Vec<FilePattern>, parts: Vec<String>, entry: usize) -> Option<usize> {
    if let Some(pattern) = patterns.iter_mut().find(|pattern| pattern.parts == parts) {
        pattern.entries.push(entry);
        return None;
    }
    patterns.push(FilePattern { parts, entries: vec![entry] });
    Some(patterns.len() - 1)
}

impl OpenPatterns {
    fn add(&mut self, parts: Vec<String>, entry: usize) {
        let Some(index) = add(&mut self.patterns, parts, entry) else { return };
        let texts = self.patterns[index].texts();
        if texts.is_empty() {
            self.without_text.push(index);
        }
        for text in texts {
            self.texts.entry(text.to_owned()).or_default().push(index);
        }
    }

    /// The patterns that a path in lower case may fit. Some may come twice.
    fn near(&self, path: &str) -> impl Iterator<Item = &FilePattern> {
        let (search, patterns) = self.search.get_or_init(|| {
            let search = AhoCorasick::new(self.texts.keys()).expect("some hundred texts make a small automaton");
            (search, self.texts.values().cloned().collect())
        });
        let mut found = self.without_text.clone();
        for hit in search.find_overlapping_iter(path) {
            found.extend(&patterns[hit.pattern().as_usize()]);
        }
        found.into_iter().map(|index| &self.patterns[index])
    }
}

impl FilePattern {
    /// Texts of which every path that fits holds at least one: of the part where the shortest is longest. None when any name
    /// in any folder may fit.
    fn texts(&self) -> Vec<&str> {
        let longest = |alternative: &'_ str| alternative.split('*').map(str::len).max().unwrap_or(0);
        let shortest = |part: &String| part.split('|').map(longest).min().unwrap_or(0);
        let part = self.parts.iter().max_by_key(|part| shortest(part)).filter(|part| shortest(part) > 0);
        let alternatives = part.into_iter().flat_map(|part| part.split('|'));
        alternatives.filter_map(|alternative| alternative.split('*').max_by_key(|text| text.len())).collect()
    }

    fn fits(&self, parts: &[&str]) -> bool {
        self.parts.len() <= parts.len() && self.parts.iter().zip(parts).all(|(a, b)| wildcard::fits(a, b))
    }
}

/// A path without the ending that makes a sample of it: `.env.example`, `wp-config.php.bak`.
fn without_sample(path: &str) -> &str {
    let endings =
        [".example", ".sample", ".template", ".tmpl", ".tpl", ".dist", ".default", ".bak", ".orig", ".old", "~"];
    endings.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_by_name_extension_and_folder() {
        let patterns = [".env", "*.yml", "config/*.yml", "*mcp*.json", ".docker/config.json", "*tsig*", ".env.*"];
        let mut index = FilePatterns::default();
        patterns.iter().enumerate().for_each(|(entry, pattern)| index.add(pattern, entry));
        index.add("*.YML", 9);
        assert_eq!(index.find("a/.env"), [0]);
        assert_eq!(index.find("a/.ENV.prod"), [6]);
        assert_eq!(index.find(".env.example"), [0]);
        assert_eq!(index.find("config/x.yml"), [1, 2, 9]);
        assert_eq!(index.find("x.yml.bak"), [1, 9]);
        assert_eq!(index.find(".cursor/mcp.json"), [3]);
        assert_eq!(index.find("home/.docker/config.json"), [4]);
        assert_eq!(index.find("docker/config.json"), [0_usize; 0]);
        assert_eq!(index.find("my-tsig.yml"), [1, 5, 9]);
    }

    #[test]
    fn patterns_with_open_ends_are_found_by_any_part() {
        let patterns = ["*", "*/loot", "loot/*", "*a*|bc*", "x*/a|b|yz"];
        let mut index = FilePatterns::default();
        patterns.iter().enumerate().for_each(|(entry, pattern)| index.add(pattern, entry));
        assert_eq!(index.find("Loot/x"), [0, 2]);
        assert_eq!(index.find("y/LOOT"), [0, 1]);
        assert_eq!(index.find("bcd"), [0, 3]);
        assert_eq!(index.find("dbc"), [0]);
        assert_eq!(index.find("xx/yz"), [0, 4]);
        assert_eq!(index.find("xx/b"), [0, 4]);
    }
}
