//! Packages that commands install.

mod managers;

use self::managers::{CONSTRAINTS, MANAGERS, Manager, Version};
use crate::facts::argument::Word;
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};

/// The family of package managers that a program belongs to.
pub(super) fn manager_of(program: &str) -> Option<&'static str> {
    manager(program).next().map(|manager| manager.name)
}

fn manager(program: &str) -> impl Iterator<Item = &'static Manager> {
    let plain = program.split('.').next().unwrap_or(program);
    MANAGERS.iter().filter(move |manager| manager.programs.contains(&plain))
}

/// Adds the packages that a command installs. `words` are its arguments.
pub(super) fn add(builder: &mut Builder<'_>, unit: UnitId, program: &str, words: &[Word]) {
    for manager in manager(program) {
        if let Some(start) = behind_subcommand(manager, words) {
            // Options can stand before the subcommand as well.
            let before = words[..start].iter().filter(|word| word.text.starts_with('-'));
            let words: Vec<&Word> = before.chain(&words[start..]).collect();
            packages(builder, unit, manager, &words);
            return;
        }
    }
}

/// Where the words behind the subcommand that installs begin.
fn behind_subcommand(manager: &Manager, words: &[Word]) -> Option<usize> {
    let mut plain = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.text.as_str();
        if text.starts_with('-') {
            at += usize::from(manager.values.contains(&text) || manager.files.contains(&text));
            continue;
        }
        plain.push(text);
        if manager.install.iter().any(|install| install.split(' ').eq(plain.iter().copied())) {
            return Some(at);
        }
        if plain.len() > 1 {
            return None;
        }
    }
    None
}

fn packages(builder: &mut Builder<'_>, unit: UnitId, manager: &Manager, words: &[&Word]) {
    let mut found: Vec<(&Word, Option<String>)> = Vec::new();
    let mut option_value = None;
    let mut version = None;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let (flag, inline) =
            word.text.split_once('=').map_or((word.text.as_str(), None), |(flag, value)| (flag, Some(value)));
        if !word.text.starts_with('-') || word.text == "-" {
            found.push((word, version.take()));
            continue;
        }
        let next = || words.get(at).map(|next| next.text.clone());
        if CONSTRAINTS.contains(&flag) && manager.files.contains(&flag) {
            return;
        }
        if inline.is_none() && manager.files.contains(&flag) {
            at += 1;
            continue;
        }
        if manager.versions.contains(&flag) {
            let given = inline.map(str::to_owned).or_else(next);
            at += usize::from(inline.is_none());
            match found.last_mut() {
                Some((_, version)) => *version = given,
                None => version = given,
            }
        } else if inline.is_none() && manager.values.contains(&flag) {
            option_value = words.get(at);
            at += 1;
        }
    }
    // `apt-get install -t python` has forgotten the release, not the package.
    if found.is_empty()
        && manager.name == "apt"
        && let Some(word) = option_value
    {
        found.push((word, None));
    }
    for (word, given) in found {
        package(builder, unit, manager, word, given);
    }
}

fn package(builder: &mut Builder<'_>, unit: UnitId, manager: &Manager, word: &Word, given: Option<String>) {
    let text = word.text.as_str();
    if is_local(manager, text) {
        return;
    }
    let (name, version) = if text.contains("://") { located(text) } else { split(manager.version, text) };
    let version = given.or_else(|| version.map(str::to_owned));
    builder
        .fact(FactKind::Package, unit, word.place.clone())
        .with(Attribute::Manager, manager.name)
        .with(Attribute::Name, name.to_owned())
        .with_some(Attribute::Version, version)
        .add();
}

/// Whether a word is a file, a folder or something else that no registry is asked for.
fn is_local(manager: &Manager, text: &str) -> bool {
    const ARCHIVES: &[&str] = &[".deb", ".rpm", ".apk", ".whl", ".gem", ".tgz", ".tar.gz", ".zip", ".txt"];
    let is_path = text.starts_with(['.', '/', '~', '$', '`', '@', '-', '*', '"']) || text.starts_with("file:");
    // A scope of npm begins with an @ as well, and a name given in a variable is known to nobody.
    let is_scoped = manager.name == "npm" && text.starts_with('@') && text.contains('/');
    let is_archive = ARCHIVES.iter().any(|extension| text.ends_with(extension));
    let is_in_module = manager.name == "go" && !text.split('/').next().is_some_and(|host| host.contains('.'));
    let is_place_of_npm =
        manager.name == "npm" && (text.contains("://") || text.contains("git@") || text.starts_with("github:"));
    text.is_empty() || is_path && !is_scoped || is_archive || is_in_module || is_place_of_npm
}

/// A package by its URL: `git+https://host/repository@version#egg=name`. Only a commit can't be moved.
fn located(text: &str) -> (&str, Option<&str>) {
    let place = text.split('#').next().unwrap_or(text);
    let path = place.rfind('/').unwrap_or(0);
    let Some((_, version)) = place[path..].rsplit_once('@') else { return (place, None) };
    let is_commit = version.len() >= 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = &place[..place.len() - version.len() - 1];
    (name, Some(version).filter(|_| is_commit))
}

fn split(how: Version, text: &str) -> (&str, Option<&str>) {
    match how {
        Version::Signs(signs) => {
            let found = signs.iter().filter_map(|sign| Some((text.find(sign)?, sign.len())));
            let Some((at, length)) = found.min_by_key(|&(at, length)| (at, std::cmp::Reverse(length))) else {
                return (text, None);
            };
            (&text[..at], Some(text[at + length..].trim_start_matches(['=', '~', '>', '<'])))
        }
        Version::At => match text.rfind('@').filter(|&at| at > 0) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        },
        Version::Hyphen => {
            let is_version = |rest: &str| {
                let first = rest.split('-').next().unwrap_or(rest);
                let is_number = first.starts_with(|c: char| c.is_ascii_digit())
                    && (first.contains(['.', ':', '*']) || rest == first);
                is_number || rest.starts_with('$')
            };
            let at = text.match_indices('-').map(|(at, _)| at).find(|&at| is_version(&text[at + 1..]));
            at.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])))
        }
        Version::Option => (text, None),
    }
}

#[cfg(test)]
mod tests;
