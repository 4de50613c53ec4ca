//! What a file is and what it is there for, from its path and, where that says nothing, its first bytes.

use crate::model::{FileKind, Format, Language, Role, SourceFile};

/// The kind of a file.
///
/// `path` uses `/`; `text` may be just the beginning of the content.
pub fn kind(path: &str, text: &str) -> FileKind {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let named = by_name(&name).filter(|&kind| kind != FileKind::Dockerfile || is_dockerfile(&name, text));
    named.or_else(|| by_extension(&name)).or_else(|| by_content(text)).unwrap_or(FileKind::Text)
}

/// Whether a file that is called one is a Dockerfile: `dockerfile.py` is one only where it begins like one.
fn is_dockerfile(name: &str, text: &str) -> bool {
    if !matches!(by_extension(name), Some(FileKind::Source(_) | FileKind::Document)) {
        return true;
    }
    let mut lines = text.lines().map(str::trim_start);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("FROM ") || line.starts_with("ARG "))
}

fn by_name(name: &str) -> Option<FileKind> {
    let is_env = name == ".env"
        || name.starts_with(".env.")
        || name.ends_with(".env")
        || matches!(name, ".envrc" | ".flaskenv" | ".dev.vars" | ".renviron");
    if is_env {
        return Some(FileKind::Data(Format::Dotenv));
    }
    // `Dockerfile`, `Dockerfile.prod`, `Dockerfile-prod`, `web.dockerfile`
    let is_docker = |part: &str| matches!(part, "dockerfile" | "containerfile");
    if name.split(['.', '-', '_']).next().is_some_and(is_docker) || name.rsplit('.').next().is_some_and(is_docker) {
        return Some(FileKind::Dockerfile);
    }
    // Samples keep the kind of what they are a sample of: `settings.py.example`.
    let sample = [".example", ".sample", ".template", ".tmpl", ".tpl", ".dist", ".default", ".bak", ".orig", ".old"];
    if let Some(stem) = sample.iter().find_map(|suffix| name.strip_suffix(suffix)) {
        return by_name(stem).or_else(|| by_extension(stem));
    }
    Some(match name {
        "jenkinsfile" => FileKind::Source(Language::Groovy),
        "makefile" | "gnumakefile" | ".bashrc" | ".bash_profile" | ".profile" | ".zshrc" | ".zprofile" | ".zshenv"
        | ".bash_aliases" | ".bash_history" | ".zsh_history" | "pkgbuild" => FileKind::Source(Language::Shell),
        "gemfile" | "rakefile" | "vagrantfile" | "podfile" | "fastfile" | "appfile" | "matchfile" => {
            FileKind::Source(Language::Ruby)
        }
        "pipfile" | "cargo.lock" | "poetry.lock" => FileKind::Data(Format::Toml),
        ".npmrc" | ".pypirc" | ".gitconfig" | ".my.cnf" | ".s3cfg" | ".boto" | ".editorconfig" | ".credentials"
        | "credentials" => FileKind::Data(Format::Ini),
        ".babelrc" | ".eslintrc" | ".prettierrc" | ".dockercfg" | ".ftpconfig" => FileKind::Data(Format::Json),
        "readme" | "changelog" | "contributing" | "install" => FileKind::Document,
        _ => return None,
    })
}

fn by_extension(name: &str) -> Option<FileKind> {
    use FileKind::{Data, Document, Source};
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension {
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" | "m" | "mm" | "ino" => Source(Language::C),
        "clj" | "cljs" | "cljc" | "edn" => Source(Language::Clojure),
        "cs" | "fs" | "vb" | "cshtml" | "razor" => Source(Language::CSharp),
        "dart" => Source(Language::Dart),
        "ex" | "exs" => Source(Language::Elixir),
        "go" => Source(Language::Go),
        "groovy" | "gradle" | "jenkinsfile" => Source(Language::Groovy),
        "java" => Source(Language::Java),
        "js" | "jsx" | "mjs" | "cjs" | "vue" | "svelte" => Source(Language::JavaScript),
        "kt" | "kts" => Source(Language::Kotlin),
        "lua" => Source(Language::Lua),
        "pl" | "pm" | "t" => Source(Language::Perl),
        "php" | "php3" | "php4" | "php5" | "phtml" | "inc" => Source(Language::Php),
        "ps1" | "psm1" | "psd1" => Source(Language::PowerShell),
        "py" | "pyi" | "pyw" => Source(Language::Python),
        "r" => Source(Language::R),
        "rb" | "erb" | "rake" | "gemspec" => Source(Language::Ruby),
        "rs" => Source(Language::Rust),
        "scala" | "sbt" => Source(Language::Scala),
        "sh" | "bash" | "zsh" | "ksh" | "fish" | "mk" | "envrc" => Source(Language::Shell),
        "sql" | "ddl" | "psql" => Source(Language::Sql),
        "swift" => Source(Language::Swift),
        "ts" | "tsx" | "mts" | "cts" => Source(Language::TypeScript),
        "bat" | "cmd" => Source(Language::Batch),
        "tf" | "tfvars" | "hcl" | "nomad" => Data(Format::Hcl),
        "html" | "htm" | "xhtml" | "jsp" | "ftl" | "twig" | "mustache" | "hbs" => Data(Format::Html),
        "ini" | "cfg" | "conf" | "cnf" | "config" | "service" | "inf" | "desktop" | "reg" | "rdp" | "pypirc" => {
            Data(Format::Ini)
        }
        "json" | "json5" | "jsonc" | "jsonl" | "ndjson" | "ipynb" | "har" | "tfstate" | "webmanifest" | "geojson" => {
            Data(Format::Json)
        }
        "properties" | "props" => Data(Format::Properties),
        "toml" => Data(Format::Toml),
        "xml" | "xsd" | "xsl" | "xslt" | "wsdl" | "plist" | "resx" | "csproj" | "vbproj" | "pom" | "storyboard"
        | "xib" | "svg" | "iml" => Data(Format::Xml),
        "yaml" | "yml" | "eyaml" => Data(Format::Yaml),
        "md" | "markdown" | "mdx" | "rst" | "adoc" | "asciidoc" | "tex" | "org" | "textile" => Document,
        _ => return None,
    })
}

fn by_content(text: &str) -> Option<FileKind> {
    let first_line = text.lines().next().unwrap_or_default();
    if let Some(interpreter) = first_line.strip_prefix("#!") {
        let language = [
            ("python", Language::Python),
            ("node", Language::JavaScript),
            ("ruby", Language::Ruby),
            ("perl", Language::Perl),
            ("php", Language::Php),
            ("pwsh", Language::PowerShell),
            ("sh", Language::Shell),
        ];
        return language
            .iter()
            .find(|(word, _)| interpreter.contains(word))
            .map(|(_, language)| FileKind::Source(*language));
    }
    let start = text.trim_start();
    if start.starts_with("<?xml") {
        return Some(FileKind::Data(Format::Xml));
    }
    if start.starts_with("<?php") {
        return Some(FileKind::Source(Language::Php));
    }
    let json = start.strip_prefix('{').or_else(|| start.strip_prefix('[')).map(str::trim_start);
    if json.is_some_and(|rest| rest.starts_with(['"', '{'])) {
        return Some(FileKind::Data(Format::Json));
    }
    (first_line == "---" || first_line.starts_with("%YAML")).then_some(FileKind::Data(Format::Yaml))
}

/// What a loaded file is there for, found out once.
pub fn role_of(file: &SourceFile<'_>) -> Role {
    *file.role.get_or_init(|| role(file.place, file.kind, file.text))
}

/// What the part of a file at a byte offset is there for: a Rust file holds its own tests, after everything else.
pub fn role_at(file: &SourceFile<'_>, offset: usize) -> Role {
    let role = role_of(file);
    let may_hold_tests = role == Role::Ordinary && file.kind == FileKind::Source(Language::Rust);
    if may_hold_tests && opens_test_module(&file.text[..offset]) { Role::Test } else { role }
}

/// Whether a Rust text opens a module that is compiled for tests only.
fn opens_test_module(text: &str) -> bool {
    /// Attributes that are looked at, from the end.
    const MOST: usize = 50;
    let attributes = memchr::memmem::rfind_iter(text.as_bytes(), b"#[cfg(").take(MOST);
    attributes.map(|at| &text[at..]).any(|rest| {
        let Some((condition, after)) = rest.split_once(")]") else { return false };
        let names_test = condition.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "test");
        // Other attributes may stand between.
        let item = after.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#["));
        names_test
            && item.is_some_and(|item| {
                item.starts_with("mod ") || item.starts_with("pub mod ") || item.starts_with("pub(crate) mod ")
            })
    })
}

/// What a file is there for. `path` uses `/`; `text` is the whole content.
fn role(path: &str, kind: FileKind, text: &str) -> Role {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let in_folder = |test: fn(&str) -> bool| folders.split('/').any(test);
    if is_lock(name) {
        Role::Lock
    } else if in_folder(is_translation_folder) || is_translation_file(name) {
        Role::Translation
    } else if is_generated_file(name) || is_minified(kind, text) {
        Role::Generated
    } else if in_folder(is_test_folder) || is_test_file(name) {
        Role::Test
    } else if in_folder(is_example_folder) || is_example_file(name) {
        Role::Example
    } else if kind == FileKind::Document || in_folder(|folder| matches!(folder, "doc" | "docs" | "documentation")) {
        Role::Documentation
    } else {
        Role::Ordinary
    }
}

fn is_example_folder(folder: &str) -> bool {
    let singular = folder.strip_suffix('s').unwrap_or(folder);
    matches!(singular, "example" | "sample" | "template" | "demo" | "tutorial")
}

/// `.env.example`, `settings.sample.py`, `example_config.yml`
fn is_example_file(name: &str) -> bool {
    let is_example =
        |part: &str| matches!(part, "example" | "sample" | "template" | "dist" | "tmpl" | "tpl" | "skel" | "default");
    name.split('.').skip(1).any(is_example)
        || name.split(['.', '-', '_']).any(|word| matches!(word, "example" | "examples" | "sample" | "samples"))
}

/// Whether a person did not write the file: minified, bundled, mapped, generated, recorded.
fn is_generated_file(name: &str) -> bool {
    name.contains(".min.") || name.contains(".bundle.") || has_any_extension(name, &["map", "pb.go", "snap"])
}

fn is_lock(name: &str) -> bool {
    name.ends_with(".lock")
        || name.ends_with(".sum")
        || name.ends_with(".lockfile")
        || matches!(
            name,
            "package-lock.json"
                | "npm-shrinkwrap.json"
                | "pnpm-lock.yaml"
                | "composer.lock"
                | "packages.lock.json"
                | "package.resolved"
                | "verification-metadata.xml"
                | ".terraform.lock.hcl"
                | "conda-lock.yml"
                | "brewfile.lock.json"
                | "yarn.lock"
                | "deno.lock"
        )
}

fn has_any_extension(name: &str, extensions: &[&str]) -> bool {
    extensions.iter().any(|extension| name.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.')))
}

fn is_translation_folder(folder: &str) -> bool {
    matches!(
        folder,
        "locale"
            | "locales"
            | "i18n"
            | "lang"
            | "langs"
            | "languages"
            | "translations"
            | "translation"
            | "l10n"
            | "_locales"
    ) || folder.ends_with(".lproj")
}

/// `en.json`, `pt_BR.yml`, `messages_de.properties`, and the formats that translators use.
fn is_translation_file(name: &str) -> bool {
    if has_any_extension(name, &["po", "pot", "xlf", "xliff", "resx", "strings", "arb", "ftl"]) {
        return true;
    }
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    if !matches!(extension, "json" | "yml" | "yaml" | "properties" | "js" | "ts" | "php") {
        return false;
    }
    let is_code = |text: &str| {
        let mut parts = text.split(['-', '_']);
        let language = parts.next().unwrap_or_default();
        let region_fits = parts
            .next()
            .is_none_or(|region| (2..=4).contains(&region.len()) && region.bytes().all(|b| b.is_ascii_alphabetic()));
        language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase()) && region_fits && parts.next().is_none()
    };
    if stem == "messages"
        || stem.starts_with("messages_")
        || stem.starts_with("strings_")
        || stem.starts_with("translation")
    {
        return true;
    }
    // Two letters alone are often something else in source code.
    matches!(extension, "json" | "yml" | "yaml") && is_code(stem) && !matches!(stem, "ci" | "cd" | "db" | "qa" | "pr")
}

fn is_test_folder(folder: &str) -> bool {
    let is_test = |word: &str| {
        matches!(
            word,
            "test"
                | "tests"
                | "testing"
                | "unittest"
                | "unittests"
                | "testdata"
                | "spec"
                | "specs"
                | "fixture"
                | "fixtures"
                | "mock"
                | "mocks"
                | "stubs"
                | "cassettes"
                | "vcr"
                | "e2e"
                | "cypress"
                | "molecule"
                | "bench"
                | "benches"
                | "benchmarks"
        )
    };
    folder == "__snapshots__" || folder.split(['-', '_', '.']).any(is_test)
}

fn is_test_file(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut words = stem.split(['_', '-', '.']);
    let (first, last) = (words.next(), words.next_back());
    let is_test = |word: &str| matches!(word, "test" | "tests" | "spec" | "e2e");
    last.is_some_and(is_test)
        || first == Some("test")
        || matches!(stem, "conftest" | "tests")
        || has_any_extension(name, &["java", "kt", "cs", "scala", "php", "swift"])
            && (stem.ends_with("test") || stem.ends_with("tests"))
}

/// Whether the lines are too long for a person to have written them.
fn is_minified(kind: FileKind, text: &str) -> bool {
    const LONG: usize = 10_000;
    let is_code =
        matches!(kind, FileKind::Source(Language::JavaScript | Language::TypeScript) | FileKind::Data(Format::Html));
    is_code && text.len() > LONG && memchr::memchr_iter(b'\n', text.as_bytes()).count() * 500 < text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_before_content() {
        assert_eq!(kind("a/.env.local", ""), FileKind::Data(Format::Dotenv));
        assert_eq!(kind("Dockerfile.prod", ""), FileKind::Dockerfile);
        assert_eq!(kind("Dockerfile-prod", ""), FileKind::Dockerfile);
        assert_eq!(kind("Dockerfile.go", "# build\nFROM golang\n"), FileKind::Dockerfile);
        assert_eq!(kind("dockerfile.py", "import re\n"), FileKind::Source(Language::Python));
        assert_eq!(kind("dockerfile_parser.py", "import re\n"), FileKind::Source(Language::Python));
        assert_eq!(kind("settings.py.example", ""), FileKind::Source(Language::Python));
        assert_eq!(kind("x.YML", ""), FileKind::Data(Format::Yaml));
        assert_eq!(kind("Jenkinsfile", ""), FileKind::Source(Language::Groovy));
    }

    #[test]
    fn content_decides_where_the_name_says_nothing() {
        assert_eq!(kind("run", "#!/usr/bin/env python3\n"), FileKind::Source(Language::Python));
        assert_eq!(kind("run", "#!/bin/bash\n"), FileKind::Source(Language::Shell));
        assert_eq!(kind("x", "{ \"a\": 1 }"), FileKind::Data(Format::Json));
        assert_eq!(kind("x", "hello"), FileKind::Text);
    }

    #[test]
    fn roles() {
        let role_of = |path: &str| role(path, kind(path, ""), "");
        assert_eq!(role_of("src/main.rs"), Role::Ordinary);
        assert_eq!(role_of("tests/main.rs"), Role::Test);
        assert_eq!(role_of("pkg/server_test.go"), Role::Test);
        assert_eq!(role_of("src/latest.rs"), Role::Ordinary);
        assert_eq!(role_of("src/contest.java"), Role::Test, "known: a word that ends in `test`");
        assert_eq!(role_of("locales/de.json"), Role::Translation);
        assert_eq!(role_of("assets/pt_BR.json"), Role::Translation);
        assert_eq!(role_of("yarn.lock"), Role::Lock);
        assert_eq!(role_of(".env.example"), Role::Example);
        assert_eq!(role_of("docs/setup.md"), Role::Documentation);
        assert_eq!(role_of("app.min.js"), Role::Generated);
    }
}
