//! Lists the files to scan below the given paths.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};

/// What to walk.
#[derive(Clone, Debug)]
pub struct WalkOptions {
    /// Leave out what `.gitignore`, `.git/info/exclude` and `.ignore` name.
    pub respect_ignores: bool,
    /// Threads that list folders; 0 lets the walker choose.
    pub threads: usize,
}

/// The files found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files, in no particular order.
    pub files: Vec<PathBuf>,
    /// What could not be listed: a path, if one is known, and the reason.
    pub errors: Vec<(PathBuf, String)>,
}

/// Lists the files below `paths`; a path that is a file is listed whatever the ignore files say.
///
/// Hidden files are included, `.git` is not, and symbolic links are not followed, so that a loop or a link out of the tree
/// leads nowhere. A user's global ignore file is not read: the answer is the same on every machine.
pub fn walk(paths: &[PathBuf], options: &WalkOptions) -> Walk {
    let mut found = Walk::default();
    let mut folders = Vec::new();
    for path in paths {
        if path.is_dir() {
            folders.push(path);
        } else if path.is_file() {
            found.files.push(path.clone());
        } else {
            // A named pipe or a device could keep the scan waiting for ever.
            found.errors.push((path.clone(), "is no regular file".to_owned()));
        }
    }
    let Some((first, others)) = folders.split_first() else {
        return found;
    };
    let mut builder = WalkBuilder::new(first);
    others.iter().for_each(|other| {
        builder.add(other);
    });
    builder
        .hidden(false)
        .follow_links(false)
        .ignore(options.respect_ignores)
        .git_ignore(options.respect_ignores)
        .git_exclude(options.respect_ignores)
        .git_global(false)
        .parents(options.respect_ignores)
        .require_git(false)
        .threads(options.threads)
        .filter_entry(|entry| entry.file_name() != ".git");

    let result = Mutex::new(found);
    builder.build_parallel().run(|| {
        let mut batch = Batch { files: Vec::new(), errors: Vec::new(), result: &result };
        Box::new(move |entry| {
            batch.add(entry);
            WalkState::Continue
        })
    });
    result.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What one thread found, handed over when the thread ends.
struct Batch<'r> {
    files: Vec<PathBuf>,
    errors: Vec<(PathBuf, String)>,
    result: &'r Mutex<Walk>,
}

impl Batch<'_> {
    fn add(&mut self, entry: Result<DirEntry, ignore::Error>) {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => self.files.push(entry.into_path()),
            Ok(_) => {}
            Err(error) => self.errors.push(describe(&error)),
        }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut result = self.result.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        result.files.append(&mut self.files);
        result.errors.append(&mut self.errors);
    }
}

fn describe(error: &ignore::Error) -> (PathBuf, String) {
    match error {
        ignore::Error::WithPath { path, err } => (path.clone(), describe(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => describe(err),
        ignore::Error::Io(io) => (PathBuf::new(), plain_io_error(io)),
        other => (PathBuf::new(), other.to_string()),
    }
}

/// The sentence of an I/O error without the operating system's error number.
pub fn plain_io_error(error: &std::io::Error) -> String {
    let text = error.to_string();
    let plain = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = plain.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// A path as it is reported: `/` between components, without a leading `./`.
pub fn display_path(path: &Path) -> String {
    // Nearly all names are Unicode, which is checked much faster than it is repaired.
    let text = path.to_str().map_or_else(|| path.to_string_lossy(), Cow::Borrowed);
    let text =
        if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/").into() };
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(root: &Path, respect_ignores: bool) -> Vec<String> {
        let walk = walk(&[root.to_path_buf()], &WalkOptions { respect_ignores, threads: 2 });
        assert!(walk.errors.is_empty(), "{:?}", walk.errors);
        let mut names: Vec<_> = walk.files.iter().map(|path| display_path(path.strip_prefix(root).unwrap())).collect();
        names.sort();
        names
    }

    #[test]
    fn hidden_files_are_listed_and_git_and_ignored_ones_are_not() {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in [
            (".env", ""),
            (".gitignore", "*.log\n"),
            (".ignore", "skip/\n"),
            ("a.log", ""),
            ("skip/b", ""),
            (".git/config", ""),
            ("c/d.txt", ""),
        ] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert_eq!(names(root.path(), true), [".env", ".gitignore", ".ignore", "c/d.txt"]);
        assert_eq!(names(root.path(), false), [".env", ".gitignore", ".ignore", "a.log", "c/d.txt", "skip/b"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let root = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("loop")).unwrap();
        fs::write(root.path().join("a"), "").unwrap();
        assert_eq!(names(root.path(), true), ["a"]);
    }
}
