//! Prints the features of every assignment below some folders, one JSON object a line: what `training/fit.py` learns from.
//!
//! ```text
//! cargo run --release --example features -- FOLDER... > features.jsonl
//! ```
//!
//! No value is printed, only where it stands and what was measured of it.

use std::cell::OnceCell;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use doorward::detect::secrets::SecretsDetector;
use doorward::input::walk::{WalkOptions, display_path, walk};
use doorward::input::{Loader, classify};
use doorward::model::{LineIndex, Origin, SourceFile, Span};
use doorward::rules::RuleSet;

fn main() -> anyhow::Result<()> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let detector = SecretsDetector::new(&RuleSet::built_in(), 0);
    let mut files = walk(&folders, &WalkOptions { respect_ignores: false, threads: 0 }).files;
    files.sort();
    let mut loader = Loader::new(4 << 20);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in files {
        let name = display_path(&path);
        let Ok(loaded) = loader.load(&path) else { continue };
        let kind = classify::kind(&name, loaded.text);
        let file = SourceFile {
            path: &name,
            place: &name,
            kind,
            role: OnceCell::new(),
            text: loaded.text,
            encoding: loaded.encoding,
            origin: Origin::Worktree,
        };
        let lines = LineIndex::new(loaded.text);
        let mut rows = Vec::new();
        detector.assignments(&file, |found, features, score| {
            let position = lines.position(file.text, Span::new(found.value.clone()).start);
            let columns = file.text[found.value.clone()].chars().count();
            let features: serde_json::Map<_, _> =
                features.iter().map(|(feature, value)| (feature.name().to_owned(), (*value).into())).collect();
            rows.push(serde_json::json!({
                "path": name, "line": position.line, "start": position.column - 1, "length": columns, "score": score, "features": features,
            }));
        });
        for row in rows {
            writeln!(out, "{row}")?;
        }
    }
    Ok(out.flush()?)
}
