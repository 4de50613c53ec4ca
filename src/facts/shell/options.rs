//! What is known of the options of programs: which of them take a value.

use std::ops::Range;

use crate::parse::shell::Word;

/// The options that take a value, of programs whose other options take none: letters, and long options.
const OPTIONS: &[(&[&str], &str, &[&str])] = &[
    (
        &["curl"],
        "AbcCdDeEFHKmoPQrtTuUwxXyYz",
        &[
            "--cacert",
            "--capath",
            "--cert",
            "--config",
            "--connect-timeout",
            "--cookie",
            "--cookie-jar",
            "--data",
            "--data-ascii",
            "--data-binary",
            "--data-raw",
            "--data-urlencode",
            "--form",
            "--form-string",
            "--header",
            "--interface",
            "--json",
            "--key",
            "--limit-rate",
            "--max-time",
            "--noproxy",
            "--oauth2-bearer",
            "--output",
            "--output-dir",
            "--proto",
            "--proxy",
            "--range",
            "--referer",
            "--request",
            "--resolve",
            "--retry",
            "--retry-delay",
            "--retry-max-time",
            "--unix-socket",
            "--upload-file",
            "--url",
            "--user",
            "--user-agent",
            "--write-out",
        ],
    ),
    (
        &["wget"],
        "aABDeiIloOPQRtTUwX",
        &[
            "--body-data",
            "--body-file",
            "--ca-certificate",
            "--certificate",
            "--directory-prefix",
            "--execute",
            "--header",
            "--http-password",
            "--http-user",
            "--input-file",
            "--method",
            "--output-document",
            "--output-file",
            "--password",
            "--post-data",
            "--post-file",
            "--timeout",
            "--tries",
            "--user",
            "--user-agent",
            "--waitretry",
        ],
    ),
    (&["apt", "apt-get", "aptitude"], "oct", &["--option", "--config-file", "--target-release", "--default-release"]),
    (
        &["apk"],
        "Xtp",
        &["--repository", "--virtual", "--root", "--keys-dir", "--repositories-file", "--arch", "--cache-dir"],
    ),
    (
        &["yum", "dnf", "dnf5", "microdnf", "tdnf", "yum-config-manager", "dnf-config-manager"],
        "cxdeR",
        &[
            "--config",
            "--enablerepo",
            "--disablerepo",
            "--installroot",
            "--releasever",
            "--setopt",
            "--exclude",
            "--repo",
            "--add-repo",
        ],
    ),
    (&["zypper"], "rRtp", &["--repo", "--root", "--from", "--type", "--plus-repo"]),
    (&["rpm"], "", &["--root", "--dbpath", "--define", "--prefix", "--import"]),
    (
        &["pip", "pip2", "pip3", "pipx"],
        "rcitdfeb",
        &[
            "--requirement",
            "--constraint",
            "--index-url",
            "--extra-index-url",
            "--trusted-host",
            "--target",
            "--find-links",
            "--prefix",
            "--root",
            "--timeout",
            "--default-timeout",
            "--retries",
            "--proxy",
            "--cert",
            "--cache-dir",
            "--log",
            "--python",
            "--platform",
            "--only-binary",
            "--no-binary",
            "--progress-bar",
            "--python-version",
            "--implementation",
            "--abi",
            "--src",
            "--editable",
            "--upgrade-strategy",
            "--config-settings",
            "--index",
            "--spec",
            "--pip-args",
            "--suffix",
        ],
    ),
    (
        &["npm", "npx", "yarn", "pnpm", "bun"],
        "Cwp",
        &[
            "--prefix",
            "--registry",
            "--cache",
            "--cache-folder",
            "--cwd",
            "--dir",
            "--filter",
            "--workspace",
            "--loglevel",
            "--omit",
            "--only",
            "--include",
            "--tag",
            "--userconfig",
            "--globalconfig",
            "--modules-folder",
            "--network-timeout",
            "--fetch-timeout",
            "--fetch-retries",
            "--package",
            "--location",
        ],
    ),
    (
        &["gem"],
        "vinsP",
        &["--version", "--install-dir", "--bindir", "--source", "--trust-policy", "--platform", "--clear-sources"],
    ),
    (&["chmod", "chown"], "", &["--reference"]),
    (
        &["useradd", "usermod", "adduser"],
        "bcdefgGkKpsuUZ",
        &["--password", "--home", "--shell", "--uid", "--gid", "--groups", "--comment", "--ingroup", "--gecos"],
    ),
    (&["sh", "bash", "dash", "ash", "zsh", "ksh"], "oO", &["--rcfile", "--init-file"]),
    (&["tar"], "fCTXI", &["--file", "--directory", "--exclude", "--files-from"]),
];
/// The options that take a value before the subcommand, of programs that have options of all kinds behind it.
const GLOBAL_OPTIONS: &[(&[&str], &[&str])] = &[
    (
        &["docker", "podman", "nerdctl"],
        &["--config", "-c", "--context", "-H", "--host", "-l", "--log-level", "--root", "--url"],
    ),
    (
        &["kubectl", "oc"],
        &["-n", "--namespace", "--context", "--kubeconfig", "--cluster", "-s", "--server", "--user", "--token"],
    ),
    (&["helm"], &["-n", "--namespace", "--kube-context", "--kubeconfig"]),
    (&["git"], &["-C", "-c", "--git-dir", "--work-tree"]),
    (
        &["cargo"],
        &[
            "--version",
            "--vers",
            "--git",
            "--branch",
            "--tag",
            "--rev",
            "--path",
            "--root",
            "--registry",
            "--index",
            "-F",
            "--features",
            "--target",
            "--profile",
            "-j",
            "--jobs",
            "--bin",
            "--manifest-path",
            "--color",
            "--config",
            "-Z",
        ],
    ),
    (&["go"], &["-ldflags", "-tags", "-o", "-mod", "-modfile", "-p", "-gcflags", "-C"]),
    (&["ssh"], &["-o", "-i", "-p", "-l", "-F", "-L", "-R", "-D", "-b", "-c", "-m", "-W", "-J"]),
    (
        &["uv"],
        &[
            "-r",
            "-c",
            "-i",
            "-e",
            "--python",
            "-p",
            "--index-url",
            "--extra-index-url",
            "--index",
            "--target",
            "--directory",
            "--project",
        ],
    ),
];

/// What is known of a program's options.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    /// Whether every option that takes a value is known.
    pub(super) is_complete: bool,
    letters: &'static str,
    long: &'static [&'static str],
}

impl Options {
    /// The options of a program.
    pub(super) fn of(program: &str) -> Self {
        let known = OPTIONS.iter().find(|(programs, ..)| programs.iter().any(|known| is_version_of(program, known)));
        if let Some((_, letters, long)) = known {
            return Self { is_complete: true, letters, long };
        }
        let known = GLOBAL_OPTIONS.iter().find(|(programs, _)| programs.contains(&program));
        Self { is_complete: false, letters: "", long: known.map_or(&[], |(_, long)| long) }
    }

    /// Whether an option takes the next word as its value.
    pub(super) fn takes_next(self, flag: &str) -> bool {
        if flag.starts_with("--") || !self.is_complete {
            return self.long.contains(&flag);
        }
        // In a cluster, the first letter with a value takes the rest of the word, or the next when none is left.
        let letters = flag.trim_start_matches('-');
        letters.find(|letter| self.letters.contains(letter)).is_some_and(|at| at + 1 == letters.len())
    }

    /// Whether a letter of a cluster takes a value.
    pub(super) fn letter_takes_value(self, letter: char) -> bool {
        self.letters.contains(letter)
    }
}

/// `pip3.11` is a version of `pip3`.
fn is_version_of(program: &str, known: &str) -> bool {
    program == known || program.strip_prefix(known).is_some_and(|rest| rest.starts_with('.') && rest.len() < 4)
}

/// The words of a command that are neither options nor their values, as places among `words`.
pub(super) fn operands(program: &str, words: &[Word<'_>], arguments: Range<usize>) -> Vec<usize> {
    let options = Options::of(program);
    let mut found = Vec::new();
    let mut at = arguments.start;
    while at < arguments.end.min(words.len()) {
        let text = words[at].text.as_ref();
        if text.len() > 1 && text.starts_with('-') {
            at += usize::from(!text.contains('=') && options.takes_next(text));
        } else if !text.is_empty() {
            found.push(at);
        }
        at += 1;
    }
    found
}
