//! Commands that run what lies in the folder that they work in, so that who wrote the folder's files decides what runs.

use std::ops::Range;

/// Programs that run what is in the folder that they work in: scripts, build files, plugins, configuration.
const RUNNERS: &[&str] = &[
    "npm",
    "yarn",
    "pnpm",
    "bun",
    "npx",
    "bunx",
    "bundle",
    "gem",
    "rake",
    "pip",
    "pip3",
    "poetry",
    "pdm",
    "tox",
    "nox",
    "uv",
    "pipenv",
    "pytest",
    "python",
    "python3",
    "node",
    "deno",
    "make",
    "cmake",
    "cargo",
    "mvn",
    "gradle",
    "ant",
    "sbt",
    "bazel",
    "bazelisk",
    "dotnet",
    "msbuild",
    "composer",
    "php",
    "phpstan",
    "phpunit",
    "mix",
    "rebar3",
    "stack",
    "cabal",
    "swift",
    "terraform",
    "tofu",
    "terragrunt",
    "tflint",
    "pre-commit",
    "eslint",
    "prettier",
    "stylelint",
    "rubocop",
    "mypy",
    "pylint",
    "golangci-lint",
    "goreleaser",
    "bash",
    "sh",
    "source",
    "docker-compose",
    "webpack",
    "vale",
    "checkov",
    "sonar-scanner",
    "jest",
    "vitest",
    "task",
    "just",
    "earthly",
    "ansible-playbook",
    "chef",
    "pulumi",
    "helmfile",
    "hugo",
    "jekyll",
    "mkdocs",
    "sphinx-build",
    "perl",
    "ruby",
    "pwsh",
    "powershell",
];
/// Further ones that do so with this word behind them.
const RUNNERS_WITH: &[(&str, &[&str])] = &[
    ("go", &["run", "generate", "test", "build", "install"]),
    ("docker", &["build", "compose", "buildx"]),
    ("helm", &["template"]),
];

/// The simple commands of a script, by their words, with their places.
pub(super) fn commands(text: &str) -> Vec<(Range<usize>, Vec<&str>)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_comment = line.trim_start().starts_with('#');
        for part in line.split(['|', ';', '&']).filter(|_| !is_comment) {
            let start = at + (part.as_ptr() as usize - line.as_ptr() as usize);
            let trimmed = part.trim();
            let start = start + part.len() - part.trim_start().len();
            let words: Vec<&str> = trimmed.split_whitespace().collect();
            if !words.is_empty() {
                found.push((start..start + trimmed.len(), words));
            }
        }
        at += line.len();
    }
    found
}

/// The words of a command from its program on.
pub(super) fn from_program<'w, 't>(words: &'w [&'t str]) -> &'w [&'t str] {
    let is_before = |word: &&str| {
        matches!(*word, "sudo" | "exec" | "env" | "time" | "then" | "do" | "else" | "if" | "!" | "-E")
            || word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            })
    };
    &words[words.iter().take_while(|word| is_before(word)).count()..]
}

/// Whether a command runs what lies in the folder.
pub(super) fn is_run_by(words: &[&str]) -> bool {
    let [program, rest @ ..] = from_program(words) else { return false };
    let is_path = (program.starts_with("./") || program.starts_with("scripts/")) && program.len() > 2;
    let second = rest.iter().find(|word| !word.starts_with('-'));
    let is_harmless =
        rest.first().is_some_and(|word| matches!(*word, "--version" | "-v" | "-V" | "version" | "config" | "--help"));
    // What is fetched from a registry by its name is not of the folder.
    let is_fetched = *program == "cargo"
        && matches!(second, Some(&"binstall" | &"install"))
        && !rest.iter().any(|word| word.starts_with("--path") || *word == ".");
    let has_word =
        RUNNERS_WITH.iter().any(|(name, next)| name == program && second.is_some_and(|word| next.contains(word)));
    is_path
        || has_word
        || RUNNERS.contains(program) && !is_harmless && !is_fetched
        || program.ends_with("gradlew")
        || program.ends_with("mvnw")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_run(line: &str) -> bool {
        commands(line).iter().any(|(_, words)| is_run_by(words))
    }

    #[test]
    fn commands_that_run_a_folder_are_known() {
        for line in [
            "npm install",
            "sudo make",
            "A=b ./scripts/x.sh",
            "curl x | bash",
            "go generate ./...",
            "chmod +x a && ./a",
            "if make; then",
            "cargo install --path .",
        ] {
            assert!(is_run(line), "{line}");
        }
        for line in [
            "echo \"pre-commit run\"",
            "# npm install",
            "go version",
            "ls",
            "npm --version",
            "git status",
            "cargo binstall -y x",
        ] {
            assert!(!is_run(line), "{line}");
        }
    }
}
