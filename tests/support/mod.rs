//! What the integration tests share: folders made for one test, and runs of the real program in them.
#![allow(dead_code, reason = "each test file uses a part of this")]

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use doorward::examples::template;
use tempfile::TempDir;

/// A run that takes longer hangs. The slowest test needs a few seconds in an unoptimised build on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A GitHub token with a valid checksum, critical.
pub(crate) const TOKEN: &str = "ghp_{{fill 30 A-Za-z0-9}}{{checksum crc32-base62}}";
/// A password, high.
pub(crate) const PASSWORD: &str = "{{fill 10 a-z}}{{fill 4 0-9}}";

/// The text with its templates expanded as everywhere in these tests.
pub(crate) fn expand(text: &str) -> String {
    template::expand("test", text).expect("the templates of the tests are well formed")
}

/// A folder that lives as long as its test.
pub(crate) struct Tree {
    root: TempDir,
}

impl Tree {
    /// A folder with these files, whose texts are expanded.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { root: tempfile::tempdir().expect("a temporary folder can be made") };
        for (name, text) in files {
            tree.write(name, expand(text));
        }
        tree
    }

    /// Writes a file as it is.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("the file lies in the folder")).expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    /// Runs the program in the folder.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Run {
        let output = self.command().args(arguments).output().expect("the program can be started");
        Run::new(output)
    }

    /// The program, to be run in the folder, in an environment that says nothing about colours.
    pub(crate) fn command(&self) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::new(program());
        command.current_dir(self.path()).timeout(TIMEOUT);
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
            command.env_remove(variable);
        }
        command.env("TERM", "xterm-256color");
        command
    }
}

/// The path of the built program.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_doorward"))
}

/// What a run said. Displayed for snapshots, without the time it took.
pub(crate) struct Run {
    /// The exit code; none when the run hung and was ended, or crashed.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// A run from its output, which must be UTF-8.
    pub(crate) fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// The one JSON document on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("standard output is one JSON document")
    }

    /// The findings of the JSON document.
    pub(crate) fn findings(&self) -> Vec<serde_json::Value> {
        self.json()["findings"].as_array().expect("`findings` is a list").clone()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        write!(f, "exit code {code}")?;
        for (name, text) in [("stdout", self.stdout.clone()), ("stderr", without_time(&self.stderr))] {
            if !text.is_empty() {
                write!(f, "\n--- {name} ---\n{}", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}

/// Puts `[time]` for the duration in the summary line.
pub(crate) fn without_time(stderr: &str) -> String {
    let lines = stderr.lines().map(|line| match line.split_once("; scanned ") {
        Some((before, after)) => {
            let (scanned, rest) = after.rsplit_once(" in ").expect("the summary tells the time");
            let rest = rest.split_once(" (").map_or_else(String::new, |(_, aside)| format!(" ({aside}"));
            format!("{before}; scanned {scanned} in [time]{rest}")
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
