//! Which entries look into a file, by patterns of its name and folders.
//!
//! There are hundreds of patterns, and each file's name is compared with few of them: those of the same name or extension, and the
//! rest, whose ends are open.

use std::collections::HashMap;

use super::wildcard;

/// Patterns of files' names, each with the entries that it leads to.
#[derive(Debug, Default)]
pub(super) struct FilePatterns {
    /// Patterns whose last part is a whole name, by that name.
    by_name: HashMap<String, Vec<FilePattern>>,
    /// Patterns whose last part ends with a dot and an extension, by that extension.
    by_extension: HashMap<String, Vec<FilePattern>>,
    others: Vec<FilePattern>,
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
            None => &mut self.others,
        };
        match patterns.iter_mut().find(|pattern| pattern.parts == parts) {
            Some(pattern) => pattern.entries.push(entry),
            None => patterns.push(FilePattern { parts, entries: vec![entry] }),
        }
    }

    /// The numbers of the entries with a pattern that a path fits, in their order.
    pub(super) fn find(&self, path: &str) -> Vec<usize> {
        let path = without_sample(path).to_ascii_lowercase();
        let parts: Vec<&str> = path.rsplit('/').collect();
        let extension = parts[0].rsplit_once('.').map_or("", |(_, extension)| extension);
        let near = [self.by_name.get(parts[0]), self.by_extension.get(extension), Some(&self.others)];
        let fitting = near.into_iter().flatten().flatten().filter(|pattern| pattern.fits(&parts));
        let mut found: Vec<usize> = fitting.flat_map(|pattern| &pattern.entries).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl FilePattern {
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
}
