//! Conventions that no compiler checks: layers, sizes of files, wording of rules. ARCHITECTURE.md and
//! rules/README.md tell them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use doorward::rules::{Matcher, RuleSet, file};

/// The modules in their order: each may use itself and those before it.
const LAYERS: &[&str] = &[
    "model", "config", "rules", "input", "parse", "facts", "suppress", "detect", "excerpt", "scan", "examples",
    "report", "app", "cli",
];
/// The module beside the layers, and who may use it.
const EXIT: (&str, &[&str]) = ("exit", &["exit", "app", "cli"]);
/// Longest file without its tests, in lines.
const MAX_LINES: usize = 400;

/// A Rust file: its path below the repository, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The first folder or file below `src`: the layer.
    fn module(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
    }

    /// The lines before the tests, with their numbers.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
    }

    /// The lines before the tests that are no comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `folder` with this extension, by path.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder exists") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "{folder} holds .{extension} files");
    files
}

fn name_of(path: &Path) -> String {
    let below = path.strip_prefix(root()).expect("the file lies in the repository");
    below.to_str().expect("names are UTF-8").replace('\\', "/")
}

fn sources(folder: &str) -> Vec<Source> {
    let read =
        |path: PathBuf| Source { path: name_of(&path), text: fs::read_to_string(&path).expect("sources are UTF-8") };
    files(folder, "rs").into_iter().map(read).collect()
}

/// The identifiers right behind each `crate::` of a line, also inside braces: `use crate::{model, rules::Rule}`.
fn used_modules(line: &str) -> Vec<&str> {
    let mut used = Vec::new();
    for (at, text) in line.match_indices("crate::") {
        let rest = &line[at + text.len()..];
        let is_part = |char: char| char.is_alphanumeric() || char == '_';
        let word = |text: &'_ str| text.find(|char| !is_part(char)).unwrap_or(text.len());
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut is_start = true;
                for (at, char) in group.char_indices() {
                    match char {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => is_start = true,
                        _ if is_start && is_part(char) => {
                            used.push(&group[at..at + word(&group[at..])]);
                            is_start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => used.push(&rest[..word(rest)]),
        }
    }
    used
}

#[test]
fn uses_are_read_in_every_form() {
    assert_eq!(used_modules("use crate::model::Span;"), ["model"]);
    assert_eq!(used_modules("    f(&crate::rules::Rule::new(), crate::exit::X)"), ["rules", "exit"]);
    assert_eq!(used_modules("use crate::{model::{Span, Label}, rules, report::text};"), ["model", "rules", "report"]);
    assert_eq!(used_modules("use super::model;"), Vec::<&str>::new());
}

#[test]
fn each_layer_uses_only_those_before_it() {
    let place = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let mut faults = Vec::new();
    let mut uses = 0;
    for source in sources("src") {
        let module = source.module();
        if matches!(module, "lib" | "main") {
            continue;
        }
        if place(module).is_none() && module != EXIT.0 {
            faults.push(format!("{}: `{module}` is no layer", source.path));
        }
        for (number, line) in source.code() {
            for used in used_modules(line) {
                uses += 1;
                let is_allowed = if used == EXIT.0 {
                    EXIT.1.contains(&module)
                } else {
                    place(used).is_some_and(|used| place(module).is_some_and(|module| used <= module))
                };
                if !is_allowed {
                    faults.push(format!("{}:{number}: `{module}` may not use `{used}`", source.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(uses > 50, "only {uses} uses were read");
}

#[test]
fn the_documents_tell_the_same_layers() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let architecture = read("ARCHITECTURE.md");
    assert!(architecture.contains(&LAYERS.join(" -> ")), "ARCHITECTURE.md lists the layers");
    let library: String = read("src/lib.rs").lines().filter_map(|line| line.strip_prefix("//!")).collect();
    assert!(library.contains(&LAYERS.join(", ")), "src/lib.rs lists the layers");
}

#[test]
fn no_group_of_imports_spans_lines() {
    // The test of the layers reads line by line.
    for source in sources("src") {
        for (number, line) in source.code() {
            let is_open = line.contains("crate::{") && line.matches('{').count() != line.matches('}').count();
            assert!(!is_open, "{}:{number}: write one `use` for each module", source.path);
        }
    }
}

#[test]
fn files_are_short() {
    let long: Vec<_> = sources("src")
        .iter()
        .map(|source| (source.lines().count(), source.path.clone()))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "longer than {MAX_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn every_file_says_what_it_owns() {
    for source in ["src", "tests", "benches", "examples"].into_iter().flat_map(sources) {
        let first = source.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! "), "{}: begins with `{first}`", source.path);
    }
}

#[test]
fn only_the_ends_touch_the_file_system() {
    for source in sources("src") {
        if matches!(source.module(), "input" | "app" | "cli") {
            continue;
        }
        for (number, line) in source.code() {
            let touches = line.contains("fs::")
                || line.contains("File::open")
                || line.contains("std::net")
                || line.contains("process::Command");
            assert!(!touches, "{}:{number}: {line}", source.path);
        }
    }
}

#[test]
fn nothing_is_printed_but_by_the_command_line() {
    for source in sources("src") {
        for (number, line) in source.code() {
            let prints = ["print!", "println!", "dbg!"].iter().any(|name| line.contains(name));
            assert!(!prints, "{}:{number}: {line}", source.path);
            let writes = line.contains("stdout()") || line.contains("stderr()");
            assert!(!writes || source.module() == "cli", "{}:{number}: {line}", source.path);
        }
    }
}

#[test]
fn nothing_is_left_unfinished() {
    let marks =
        [["TO", "DO"], ["FIX", "ME"], ["XX", "X:"], ["unimpl", "emented!"], ["to", "do!"]].map(|parts| parts.concat());
    let mut texts: Vec<_> =
        ["src", "tests", "benches", "examples"].into_iter().flat_map(|folder| files(folder, "rs")).collect();
    texts.extend(files("rules", "yaml"));
    texts.push(root().join("build.rs"));
    let mut faults = Vec::new();
    for path in texts {
        let text = fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            // `TODOIST` is a product.
            let is_word =
                |at: usize, mark: &str| !line[at + mark.len()..].starts_with(|c: char| c.is_ascii_uppercase());
            if marks.iter().any(|mark| line.match_indices(mark.as_str()).any(|(at, mark)| is_word(at, mark))) {
                faults.push(format!("{}:{}: {line}", name_of(&path), index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_rule_lies_in_its_place() {
    let built_in = RuleSet::built_in();
    let mut rules = 0;
    for path in files("rules", "yaml") {
        let name = name_of(&path);
        let (category, file_name) = match name.split('/').collect::<Vec<_>>()[..] {
            ["rules", "shared", _] => continue,
            ["rules", "secrets", category, file_name] => (category, file_name),
            ["rules", folder, file_name] if folder != "secrets" => (folder, file_name),
            _ => panic!("{name}: a rule lies in rules/secrets/<category>/ or rules/<folder>/"),
        };
        let rule = file::parse(&name, &fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(format!("{}.yaml", rule.id), file_name);
        assert!(built_in.get(&rule.id).is_some(), "{name} is built in");
        assert!(
            category.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{name}"
        );
        rules += 1;
    }
    assert_eq!(rules, built_in.len(), "the build embeds every rule and nothing else");
}

#[test]
fn rules_are_worded_alike() {
    let mut faults = Vec::new();
    for rule in RuleSet::built_in().iter() {
        let mut check = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("{}: {what}", rule.id));
            }
        };
        let is_line = |text: &str| !text.contains('\n') && text.trim() == text && !text.contains("  ");
        let first_word = rule.text().message.split(' ').next().unwrap_or_default();
        let is_proper_name = rule.text().title.split([' ', '-']).any(|word| word == first_word);
        check(
            is_line(&rule.text().message) && !rule.text().message.ends_with('.'),
            "the message is one line without a full stop",
        );
        check(
            rule.text().message.starts_with(|char: char| char.is_lowercase()) || is_proper_name,
            "the message begins in lower case",
        );
        check(
            is_line(&rule.text().title) && !rule.text().title.ends_with('.'),
            "the title is one line without a full stop",
        );
        check(is_line(&rule.text().why) && rule.text().why.ends_with('.'), "`why` is one line of whole sentences");
        check(is_line(&rule.text().fix) && rule.text().fix.ends_with('.'), "`fix` is one line of whole sentences");
        check(rule.text().references.iter().all(|link| link.starts_with("https://")), "references are https links");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_native_check_serves_exactly_one_rule() {
    let schema: serde_json::Value = serde_json::from_str(&doorward::rules::schema()).unwrap();
    let names =
        schema["$defs"]["Native"]["oneOf"].as_array().unwrap().iter().map(|name| name["const"].as_str().unwrap());
    let mut users: BTreeMap<&str, Vec<String>> = names.map(|name| (name, Vec::new())).collect();
    assert!(!users.is_empty());
    for rule in RuleSet::built_in().iter() {
        if let Matcher::Native(native) = rule.matcher {
            let name = serde_json::to_value(native).unwrap();
            users.get_mut(name.as_str().unwrap()).expect("the schema lists every name").push(rule.id.clone());
        }
    }
    let wrong: Vec<_> = users.iter().filter(|(_, rules)| rules.len() != 1).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
