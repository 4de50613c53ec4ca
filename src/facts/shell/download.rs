//! What commands fetch, where they put it, and whether they run it.

use std::ops::Range;

use super::options::Options;
use super::program::base_name;
use super::script::{Node, Role, Script, is_interpreter};
use crate::parse::shell::Word;

/// Programs that fetch from a URL.
const FETCHERS: &[&str] = &[
    "curl",
    "wget",
    "wget2",
    "aria2c",
    "fetch",
    "lwp-download",
    "http",
    "https",
    "irm",
    "iwr",
    "Invoke-WebRequest",
    "Invoke-RestMethod",
    "DownloadString",
    "DownloadFile",
    "New-Object",
];
/// Programs that get software from a URL in an argument.
const INSTALLERS: &[&str] = &[
    "add-apt-repository",
    "apt-add-repository",
    "apt",
    "apt-get",
    "apk",
    "dnf",
    "dnf-config-manager",
    "gem",
    "git",
    "helm",
    "microdnf",
    "npm",
    "pip",
    "pip3",
    "pnpm",
    "rpm",
    "svn",
    "tdnf",
    "yarn",
    "yum",
    "yum-config-manager",
    "zypper",
];
/// Options whose value is where software comes from. Those of other options with a value (headers, data, proxies) are not fetched.
const SOURCES: &[&str] = &[
    "--url",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--add-repo",
    "--registry",
    "-X",
    "--repository",
    "-s",
    "--source",
    "--index",
    "-Uri",
    "--repo",
];
/// Words that say that something is verified: programs, their options, and functions of languages.
const VERIFIERS: &[&str] = &[
    "sha1sum",
    "sha224sum",
    "sha256sum",
    "sha384sum",
    "sha512sum",
    "md5sum",
    "b2sum",
    "shasum",
    "gpg",
    "gpg2",
    "gpgv",
    "cosign",
    "minisign",
    "slsa-verifier",
    "rhash",
    "signify",
    "rpmkeys",
    "Get-FileHash",
    "sha256",
    "sha512",
    "Get-AuthenticodeSignature",
];
const SCHEMES: &[&str] =
    &["http://", "https://", "ftp://", "git://", "git+http://", "git+https://", "git+git://", "svn://"];
/// Most files that are remembered.
const MAX_FILES: usize = 256;

/// The files that the commands of a file fetched so far and did not verify, by name, with the program that did.
#[derive(Debug, Default)]
pub(in crate::facts) struct Downloads {
    files: Vec<(String, String)>,
}

impl Downloads {
    /// Takes note of a command: a file that it fetches, or that it verifies those before.
    pub(super) fn note(&mut self, node: &Node<'_>, target: Option<&str>) {
        if verifies(node) {
            self.files.clear();
        }
        if let Some(target) = target
            && self.files.len() < MAX_FILES
        {
            self.files.push((base_name(target).to_owned(), node.process.name.clone()));
        }
    }

    /// The program that fetched the file which a command runs.
    pub(super) fn run_by(&self, node: &Node<'_>) -> Option<&str> {
        if self.files.is_empty() {
            return None;
        }
        let name = node.process.name.as_str();
        let run = match name {
            "." | "source" => node.arguments().first(),
            _ if is_interpreter(name) && node.code_argument().is_none() => node.operands().next(),
            _ => node.command.words.get(node.process.at).filter(|word| word.text.contains('/')),
        };
        let run = base_name(run?.text.as_ref());
        self.files.iter().find(|(file, _)| file == run).map(|(_, program)| program.as_str())
    }
}

fn verifies(node: &Node<'_>) -> bool {
    let name = node.process.name.as_str();
    let by_option = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("--verify") || text.contains("hash_file") || text.contains("checksum") || text.contains("sha256")
    };
    VERIFIERS.contains(&name)
        || name == "openssl"
            && node.arguments().iter().any(|word| matches!(word.text.as_ref(), "dgst" | "-verify" | "cms" | "smime"))
        || by_option(name)
        || !FETCHERS.contains(&name) && node.arguments().iter().any(|word| by_option(&word.text))
}

/// Whether a command fetches something of another machine.
pub(super) fn fetches(node: &Node<'_>) -> bool {
    let name = node.process.name.as_str();
    let is_fetcher = FETCHERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let is_trusted = |word: &Word<'_>| is_local(&word.text) || names_commit(&word.text);
    is_fetcher && !node.arguments().iter().any(is_trusted) && !node.arguments().is_empty()
}

/// Whether a URL names its content: a commit, whose text nobody can change afterwards.
fn names_commit(url: &str) -> bool {
    let is_commit = |part: &str| part.len() == 40 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    url.contains("://") && url.split('/').any(is_commit)
}

/// The URLs of other machines that a command fetches from.
pub(super) fn sources<'n>(node: &'n Node<'_>) -> Vec<&'n str> {
    let name = node.process.name.as_str();
    if !FETCHERS.contains(&name) && !INSTALLERS.contains(&name) {
        return Vec::new();
    }
    let options = Options::of(name);
    let arguments = node.arguments();
    let source = |(at, word): (usize, &'n Word<'_>)| {
        let text = word.text.as_ref();
        let before = at.checked_sub(1).and_then(|at| arguments.get(at)).map_or("", |word| word.text.as_ref());
        let is_other = before.starts_with('-') && options.takes_next(before) && !SOURCES.contains(&before);
        let (flag, value) = text.split_once('=').filter(|(flag, _)| flag.starts_with('-')).unwrap_or(("", text));
        let is_source = !is_other && (flag.is_empty() || SOURCES.contains(&flag)) && is_external(value);
        is_source.then_some(value)
    };
    arguments.iter().enumerate().filter_map(source).collect()
}

/// The file that a command writes its download to.
pub(super) fn target(script: &Script<'_>, at: usize) -> Option<String> {
    let node = &script.nodes[at];
    let name = node.process.name.as_str();
    if !FETCHERS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let (flags, letter): (&[&str], char) = match name {
        "wget" | "wget2" => (&["--output-document"], 'O'),
        _ => (&["--output", "-OutFile", "-outfile", "--out"], 'o'),
    };
    let written = option_value(node.arguments(), flags, letter).map(str::to_owned);
    let redirected = node.command.redirections.iter().find(|to| matches!(to.operator, ">" | ">>" | ">|"));
    let redirected = redirected.map(|to| to.target.text.to_string());
    let teed = script.downstream(at);
    let teed = teed.into_iter().map(|node| &script.nodes[node]).find(|node| node.process.name == "tee");
    let teed = teed.and_then(|node| node.operands().next()).map(|word| word.text.to_string());
    let is_named_by_url = match name {
        "wget" | "wget2" | "aria2c" => written.is_none() && !has_option(node.arguments(), &["--spider"], '\0'),
        "curl" => has_option(node.arguments(), &["--remote-name", "--remote-name-all"], 'O'),
        _ => false,
    };
    let url = node.operands().map(|word| word.text.as_ref()).find(|text| text.contains('/'));
    let by_url =
        url.filter(|_| is_named_by_url).map(|url| base_name(url.split(['?', '#']).next().unwrap_or(url)).to_owned());
    let target = written.or(redirected).or(teed).or(by_url)?;
    let is_file = !matches!(target.as_str(), "" | "-" | "/dev/null" | "/dev/stdout" | "/dev/stderr");
    is_file.then_some(target)
}

/// The value of an option, written in any way.
fn option_value<'n>(arguments: &'n [Word<'_>], flags: &[&str], letter: char) -> Option<&'n str> {
    arguments.iter().enumerate().find_map(|(at, word)| {
        let text = word.text.as_ref();
        let next = || arguments.get(at + 1).map(|word| word.text.as_ref());
        if flags.contains(&text) {
            return next();
        }
        if let Some((flag, value)) = text.split_once('=')
            && flags.contains(&flag)
        {
            return Some(value);
        }
        let letters = text.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
        let (before, rest) = letters.split_once(letter)?;
        let is_cluster = before.len() < 8 && before.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_cluster {
            return None;
        }
        if rest.is_empty() { next() } else { Some(rest) }
    })
}

fn has_option(arguments: &[Word<'_>], flags: &[&str], letter: char) -> bool {
    let is_option = |text: &str| {
        let letters = text.strip_prefix('-').unwrap_or_default();
        let is_cluster = letters.bytes().all(|byte| byte.is_ascii_alphabetic());
        flags.contains(&text) || is_cluster && letters.contains(letter)
    };
    arguments.iter().any(|word| is_option(&word.text))
}

/// The command that fetched code which a command runs without that anything verified it.
pub(super) fn runs(script: &Script<'_>, at: usize) -> Option<usize> {
    let node = &script.nodes[at];
    let fetching = |found: usize| fetches(&script.nodes[found]).then_some(found);
    let within = |role: fn(Role, usize) -> bool, word: usize| {
        let inner = node.inner.iter().filter(move |(_, found)| role(*found, word)).map(|(inner, _)| *inner);
        inner.filter_map(fetching).next()
    };
    let is_word = |role: Role, word: usize| role == Role::Word(word);
    let is_file = |role: Role, word: usize| role == Role::File(word);
    let is_input = |role: Role, _: usize| role == Role::Input;
    if node.reads_code_from_input() {
        let piped = script.upstream(at).into_iter().find_map(fetching);
        if let Some(found) = piped.or_else(|| within(is_input, 0)) {
            return Some(found);
        }
    }
    if matches!(node.process.name.as_str(), "iex" | "Invoke-Expression") {
        let code = node
            .arguments()
            .iter()
            .any(|word| FETCHERS.iter().any(|known| word.text.trim_start_matches('.').eq_ignore_ascii_case(known)));
        return code.then_some(at);
    }
    if is_interpreter(&node.process.name) || matches!(node.process.name.as_str(), "." | "source") {
        let first = node.operands().next();
        let first = first.and_then(|first| node.command.words.iter().position(|word| word.place == first.place));
        let file = within(is_file, first.unwrap_or(node.process.arguments));
        let code = node.code_argument();
        return file.or_else(|| within(is_word, code?));
    }
    // `$(curl ...)` where a program stands runs what comes.
    let program = node.command.words.get(node.process.at)?;
    let is_whole = program.text.starts_with("$(") || program.text.starts_with('`');
    within(is_word, node.process.at).filter(|_| is_whole)
}

/// The place from the command that fetches to the one that runs, where they stand in one pipeline.
pub(super) fn place_of_run(script: &Script<'_>, fetched: usize, run: usize) -> Range<usize> {
    let (fetched, run) = (&script.nodes[fetched].command.place, &script.nodes[run].command.place);
    fetched.start.min(run.start)..run.end.max(fetched.end)
}

/// Whether a text is a URL of a machine that is not this one nor in its own network.
pub(super) fn is_external(text: &str) -> bool {
    let Some(scheme) = SCHEMES.iter().find(|scheme| text.len() > scheme.len() && text.starts_with(**scheme)) else {
        return false;
    };
    let host = host_of(&text[scheme.len()..]);
    let is_name = host.contains('.')
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    is_name && !is_local_host(host)
}

/// Whether a text is a URL of this machine or of its own network.
fn is_local(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    scheme == "file" || scheme.len() < 8 && is_local_host(host_of(rest))
}

fn host_of(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

fn is_local_host(host: &str) -> bool {
    const SUFFIXES: &[&str] =
        &[".local", ".internal", ".localhost", ".svc", ".lan", ".localdomain", ".test", ".home.arpa"];
    let octets: Vec<u8> = host.split('.').filter_map(|part| part.parse().ok()).collect();
    let is_private =
        matches!(octets[..], [127 | 10 | 0, _, _, _] | [192, 168, _, _] | [169, 254, _, _] | [172, 16..=31, _, _]);
    matches!(host, "localhost" | "[" | "0")
        || is_private
        || SUFFIXES.iter().any(|suffix| host.ends_with(suffix))
        || host.contains(".svc.")
}
