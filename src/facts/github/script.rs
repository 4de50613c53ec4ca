//! What a script of a step does that its commands alone do not tell: which variables it passes on, what it writes for later steps,
//! whether it runs what was checked out.

use std::collections::HashMap;
use std::ops::Range;

use super::origin::Origin;
use super::scope::{Scope, Source};

/// A script as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script<'t> {
    /// Its text.
    pub text: &'t str,
    /// Where it begins in the file.
    pub start: usize,
}

/// What a script does with texts of others.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// What it puts into the environment of later steps: the place, and where it comes from.
    pub exported: Vec<(Range<usize>, Source)>,
    /// Variables with a value that is written out, for later steps: name, value and place.
    pub set: Vec<(String, String, Range<usize>)>,
    /// Variables that it runs as code: `eval "$TITLE"`.
    pub evaluated: Vec<(Range<usize>, Source)>,
    /// The worst that it puts out as outputs of the step.
    pub output: Option<Source>,
}

/// Values of the runner and of the shell that nobody else decides.
const OWN_VARIABLES: &[&str] = &[
    "HOME",
    "PWD",
    "RUNNER_TEMP",
    "RUNNER_OS",
    "GITHUB_WORKSPACE",
    "GITHUB_SHA",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "PATH",
    "GITHUB_PATH",
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
];

/// Reads a script line by line.
pub(super) fn effects(script: Script<'_>, scope: &Scope<'_, '_>) -> Effects {
    let mut effects = Effects::default();
    let mut known: HashMap<String, Source> = HashMap::new();
    for (place, line) in statements(script.text) {
        let source = worst(line, scope, &known);
        if let (Some(name), Some(source)) = (assigned(line), source.as_ref()) {
            known.insert(name.to_owned(), source.clone());
        }
        let place = script.start + place.start..script.start + place.end;
        if is_output(line) {
            effects.output = effects.output.take().into_iter().chain(source.clone()).max_by_key(|source| source.origin);
        }
        if is_export(line) {
            match source.or_else(|| is_dynamic(line).then(|| Source { origin: Origin::Unknown, path: String::new() })) {
                Some(source) => effects.exported.push((place, source)),
                None => effects.set.extend(literal(line).map(|(name, value)| (name, value, place))),
            }
        } else if runs_text(line)
            && let Some(source) = variables(line).find_map(|name| variable(name, scope, &known))
        {
            effects.evaluated.push((place, source));
        }
    }
    effects
}

/// The lines of a script without what surrounds them; a heredoc belongs to its line.
fn statements(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut found: Vec<(Range<usize>, &str)> = Vec::new();
    let mut until: Option<String> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let start = at + line.len() - line.trim_start().len();
        let place = start..start + trimmed.len();
        at += line.len();
        if let (Some(end), Some((open, whole))) = (&until, found.last_mut()) {
            if trimmed == end {
                until = None;
            }
            open.end = place.end.max(open.end);
            *whole = &text[open.clone()];
        } else if !trimmed.is_empty() && !trimmed.starts_with('#') {
            until = heredoc(trimmed);
            found.push((place, trimmed));
        }
    }
    found
}

/// The word that ends a heredoc that the line begins.
fn heredoc(line: &str) -> Option<String> {
    let (_, after) = line.split_once("<<")?;
    if after.starts_with('<') {
        return None;
    }
    let word: String = after
        .trim_start_matches(['-', ' ', '\'', '"', '\\'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// The variable that a line gives a value.
fn assigned(line: &str) -> Option<&str> {
    let line = ["export ", "local ", "readonly ", "declare ", "$env:", "set "]
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .unwrap_or(line);
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(name)
}

/// The names of the variables that a line reads.
fn variables(line: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let after_dollar = line.split('$').skip(1).filter_map(move |rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let rest = rest.strip_prefix("env:").unwrap_or(rest);
        let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    });
    let between_percent =
        line.split('%').skip(1).step_by(2).filter(move |name| name.len() > 1 && name.chars().all(is_name));
    after_dollar.chain(between_percent)
}

fn variable(name: &str, scope: &Scope<'_, '_>, known: &HashMap<String, Source>) -> Option<Source> {
    if let Some(source) = known.get(name) {
        return Some(source.clone());
    }
    let built_in = match name {
        "GITHUB_HEAD_REF" => "github.head_ref",
        "GITHUB_REF_NAME" | "GITHUB_REF" => "github.ref_name",
        _ => {
            return scope
                .variable(name)
                .and_then(|text| scope.source_of(text))
                .filter(|source| source.origin > Origin::Fixed);
        }
    };
    Some(scope.resolve(built_in))
}

/// The worst source of what a line holds.
fn worst(line: &str, scope: &Scope<'_, '_>, known: &HashMap<String, Source>) -> Option<Source> {
    let expressions = scope.source_of(line).filter(|source| source.origin > Origin::Fixed);
    let variables = variables(line).filter_map(|name| variable(name, scope, known));
    expressions.into_iter().chain(variables).max_by_key(|source| source.origin)
}

/// Whether a line writes into a file of the runner with this name.
fn writes_to(line: &str, name: &str) -> bool {
    line.contains(name)
        && [">", "tee ", "Out-File", "Add-Content", "Set-Content"].iter().any(|word| line.contains(word))
}

fn is_export(line: &str) -> bool {
    writes_to(line, "GITHUB_ENV")
        || writes_to(line, "GITHUB_PATH")
        || line.contains("::set-env ")
        || line.contains("::add-path::")
}

fn is_output(line: &str) -> bool {
    writes_to(line, "GITHUB_OUTPUT") || line.contains("::set-output ")
}

/// Whether what a line writes is known only when it runs.
fn is_dynamic(line: &str) -> bool {
    let mut is_in_quotes = false;
    let outside: String = line
        .split('\'')
        .filter(|_| {
            is_in_quotes = !is_in_quotes;
            is_in_quotes
        })
        .collect::<Vec<_>>()
        .join("''");
    let line = if line.contains("${{") { line } else { &outside };
    let names = variables(line).filter(|name| !OWN_VARIABLES.contains(name) && !name.starts_with('_'));
    let substitutes = |open: &str| {
        line.match_indices(open).any(|(at, _)| {
            let inside = line[at + open.len()..].trim_start();
            !["date", "pwd", "nproc", "mktemp", "git rev-parse", "dirname", "go env", "uname"]
                .iter()
                .any(|own| inside.starts_with(own))
        })
    };
    names.count() > 0 || substitutes("$(") && !line.contains("$((") || substitutes("`") && line.matches('`').count() > 1
}

/// `echo "NAME=value" >> $GITHUB_ENV`, where all of it is written out.
fn literal(line: &str) -> Option<(String, String)> {
    let (before, _) = line.split_once('>').or_else(|| line.split_once('|'))?;
    let text = before.trim().strip_prefix("echo ").or_else(|| before.trim().strip_prefix("Write-Output "))?;
    let text = text.trim().trim_start_matches("-n ").trim_matches(['"', '\'']);
    let (name, value) = text.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// Whether a line runs a text as code.
fn runs_text(line: &str) -> bool {
    let is_word = |word: &str| {
        line.match_indices(word).any(|(at, _)| {
            line[..at]
                .chars()
                .next_back()
                .is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '_' && c != '.')
        })
    };
    [
        "eval ",
        "bash -c ",
        "sh -c ",
        "Invoke-Expression ",
        "iex ",
        "python -c ",
        "python3 -c ",
        "node -e ",
        "perl -e ",
        "ruby -e ",
    ]
    .iter()
    .any(|word| is_word(word))
}

#[cfg(test)]
mod tests {
    use super::super::scope::names;
    use super::*;
    use crate::parse::yaml;

    fn told(environment: &str, text: &str) -> String {
        let tree = yaml::parse(environment);
        let environments = vec![names(&tree, tree.documents[0])];
        let scope = Scope { tree: &tree, environments, matrix: None, ..Scope::new(&tree) };
        let effects = effects(Script { text, start: 0 }, &scope);
        let tell = |(place, source): &(Range<usize>, Source)| format!("{} from {}", &text[place.clone()], source.path);
        let exported = effects.exported.iter().map(tell);
        let set = effects.set.iter().map(|(name, value, _)| format!("{name} is {value}"));
        let evaluated = effects.evaluated.iter().map(|found| format!("runs {}", tell(found)));
        let output = effects.output.iter().map(|source| format!("puts out {}", source.path));
        exported.chain(set).chain(evaluated).chain(output).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn texts_are_followed_through_variables() {
        let title = "TITLE: ${{ github.event.pull_request.title }}";
        assert_eq!(
            told(title, "m=$(echo \"$TITLE\" | sed s/x/y/)\necho \"$m\" >> $GITHUB_PATH\n"),
            "echo \"$m\" >> $GITHUB_PATH from github.event.pull_request.title"
        );
        assert_eq!(told(title, "echo \"t=$TITLE\" >> \"$GITHUB_OUTPUT\""), "puts out github.event.pull_request.title");
        assert_eq!(told(title, "eval \"$TITLE\""), "runs eval \"$TITLE\" from github.event.pull_request.title");
        assert_eq!(told(title, "echo \"$TITLE\""), "");
    }

    #[test]
    fn what_is_written_out_is_known() {
        assert_eq!(told("{}", "echo foo=bar >> $GITHUB_ENV"), "foo is bar");
        assert_eq!(told("{}", "printf \"A=b\\nC=d\\n\" >> \"$GITHUB_ENV\""), "");
        assert_eq!(told("{}", "echo \"foo=$(bar)\" >> $GITHUB_ENV"), "echo \"foo=$(bar)\" >> $GITHUB_ENV from ");
        assert_eq!(
            told("{}", "echo \"foo=$env:BAR\" >> $env:GITHUB_ENV"),
            "echo \"foo=$env:BAR\" >> $env:GITHUB_ENV from "
        );
        assert_eq!(
            told("{}", "echo LIBRARY=%LIBRARY% >> %GITHUB_ENV%"),
            "echo LIBRARY=%LIBRARY% >> %GITHUB_ENV% from "
        );
        assert_eq!(told("{}", "echo \"$HOME/.local/bin\" >> $GITHUB_PATH"), "");
    }

    #[test]
    fn a_heredoc_belongs_to_its_line() {
        let text = "cat >> $GITHUB_ENV <<EOF\nX=${{ github.head_ref }}\nEOF\nls\n";
        assert_eq!(told("{}", text), "cat >> $GITHUB_ENV <<EOF\nX=${{ github.head_ref }}\nEOF from github.head_ref");
    }
}
