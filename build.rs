//! Checks the rules and stores them in the binary, so that start-up parses no YAML.
#![allow(unreachable_pub, dead_code, reason = "the included files are public in the library, and it uses all of them")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The parts of the library that read rule files, under the paths they use for each other.
#[path = "src/model"]
mod model {
    pub mod fact;
    pub mod format;
    pub mod level;
    pub use fact::{Attribute, FactKind, ManifestKind};
    pub use format::Format;
    pub use level::{Confidence, Profile, Severity, Theme};
}
#[path = "src/rules"]
mod rules {
    pub mod error;
    pub mod fact;
    pub mod file;
    pub mod literals;
    pub mod native;
    pub mod rule;
    pub mod shared;
    pub mod tables;
    pub mod text;
    pub mod variant;
    /// Here the texts are written, and all are at hand.
    pub mod stored {
        pub static TEXTS: &[u8] = &[];
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = Vec::new();
    yaml_files(Path::new("rules"), &mut paths)?;
    paths.sort();

    let mut rules: Vec<rules::rule::Rule> = Vec::new();
    let mut shared = rules::shared::Shared::default();
    let mut problems = Vec::new();
    for path in &paths {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(path)?;
        if name.starts_with("rules/shared/") {
            problems.extend(shared.add(&name, &text).err());
            continue;
        }
        match rules::file::parse(&name, &text) {
            Ok(rule) if rules.iter().any(|other| other.id == rule.id) => {
                problems.push(rules::error::RuleError::new(&name, format!("the id `{}` is taken", rule.id)));
            }
            Ok(rule) => rules.push(rule),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        return Err(lines.join("\n").into());
    }
    let mut texts = Vec::new();
    for rule in &mut rules {
        rule.text.store(&mut texts)?;
    }
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(folder.join("rules.bin"), postcard::to_allocvec(&(rules, shared))?)?;
    fs::write(folder.join("texts.bin"), texts)?;
    Ok(())
}

/// Collects the YAML files below a folder, and tells cargo to look there for changes.
fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            yaml_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            println!("cargo::rerun-if-changed={}", path.display());
            found.push(path);
        }
    }
    Ok(())
}
