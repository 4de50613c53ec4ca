//! Reads a user's folder of rule files.

use std::path::{Path, PathBuf};

use crate::input::load::{Loader, Skip};
use crate::input::walk::{WalkOptions, display_path, plain_io_error, walk};

/// Largest rule file, in bytes.
const MAX_RULE_FILE: u64 = 1 << 20;

/// The YAML files below `folder` with their reported paths and texts, by path.
///
/// # Errors
///
/// A sentence about the first file or folder that cannot be read, or when there is no YAML file at all.
pub fn read(folder: &Path) -> Result<Vec<(String, String)>, String> {
    if !folder.exists() {
        return Err(format!("{}: no such file or folder", display_path(folder)));
    }
    let found = walk(&[folder.to_path_buf()], &WalkOptions { respect_ignores: false, threads: 1 });
    if let Some((path, reason)) = found.errors.first() {
        return Err(format!("{}: {reason}", display_path(path)));
    }
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let mut paths: Vec<PathBuf> = found.files.into_iter().filter(is_yaml).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: there is no YAML file in this folder", display_path(folder)));
    }
    let mut loader = Loader::new(MAX_RULE_FILE);
    let mut files = Vec::new();
    for path in paths {
        let name = display_path(&path);
        match loader.load(&path) {
            Ok(loaded) => files.push((name, loaded.text.to_owned())),
            Err(Skip::Binary | Skip::Archive(_)) => return Err(format!("{name}: is no text")),
            Err(Skip::TooLarge { size }) => return Err(format!("{name}: {size} bytes are too many for a rule file")),
            Err(Skip::Failed(error)) => return Err(format!("{name}: {}", plain_io_error(&error))),
        }
    }
    Ok(files)
}
