//! Throughput of the passes over a text, one thread, in memory.
//!
//! `DOORWARD_BENCH_TREE` names a folder whose text files are measured; without it, this project's own sources are, repeated
//! to 16 MB. Hostile texts show that no single line makes the scan slow. `benches/compare.sh` measures whole runs beside
//! ripgrep.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, main as run_benches};
use doorward::detect::secrets::runs::Runs;
use doorward::examples::template::expand;
use doorward::input::Loader;
use doorward::input::walk::{WalkOptions, walk};
use doorward::model::Confidence;
use doorward::rules::{Matcher, RuleSet};
use doorward::scan::{Document, Scanner};

const SIZE: usize = 16 << 20;

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(&RuleSet::built_in(), Confidence::Medium, 0));

/// Paths and texts of the measured tree.
static CORPUS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let tree = std::env::var_os("DOORWARD_BENCH_TREE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), PathBuf::from);
    let mut files = walk(&[tree], &WalkOptions { respect_ignores: true, threads: 1 }).files;
    files.sort();
    let mut loader = Loader::new(SIZE as u64);
    let mut corpus: Vec<(String, String)> = Vec::new();
    let mut size = 0;
    for path in files.iter().cycle().take(20 * files.len().max(1000)) {
        if size >= SIZE {
            break;
        }
        if let Ok(loaded) = loader.load(path) {
            size += loaded.text.len();
            corpus.push((path.to_string_lossy().into_owned(), loaded.text.to_owned()));
        }
    }
    corpus
});

fn corpus_size() -> usize {
    CORPUS.iter().map(|(_, text)| text.len()).sum()
}

#[divan::bench(sample_count = 10)]
fn utf8_validation(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::new(corpus_size()))
        .bench(|| CORPUS.iter().filter(|(_, text)| str::from_utf8(text.as_bytes()).is_ok()).count());
}

#[divan::bench(sample_count = 10)]
fn token_runs(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::new(corpus_size()))
        .bench(|| CORPUS.iter().map(|(_, text)| Runs::new(text.as_bytes()).count()).sum::<usize>());
}

#[divan::bench(sample_count = 10)]
fn tokens(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::new(corpus_size()))
        .bench(|| CORPUS.iter().map(|(_, text)| SCANNER.secrets().count_token_places(text)).sum::<usize>());
}

#[divan::bench(sample_count = 10)]
fn words(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::new(corpus_size()))
        .bench(|| CORPUS.iter().map(|(_, text)| SCANNER.secrets().count_words(text)).sum::<usize>());
}

#[divan::bench(sample_count = 10)]
fn whole_scan(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::new(corpus_size())).bench(|| {
        for (path, text) in CORPUS.iter() {
            black_box(SCANNER.scan(&Document::new(path, text)));
        }
    });
}

/// The examples of all rules on facts, as paths and texts: small manifests of every kind.
static MANIFESTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let rules = RuleSet::built_in();
    let rules = rules.iter().filter(|rule| matches!(rule.matcher, Matcher::Facts(_)));
    let files = rules.flat_map(|rule| {
        let examples = &rule.text().examples;
        let examples = examples.bad.iter().chain(&examples.good);
        examples.filter_map(|example| Some((example.file.clone(), expand(&rule.id, &example.code).ok()?)))
    });
    files.collect()
});

/// Manifests of a few lines each, by bytes and by files.
#[divan::bench(sample_count = 10)]
fn manifests(bencher: Bencher<'_, '_>) {
    let size: usize = MANIFESTS.iter().map(|(_, text)| text.len()).sum();
    bencher.counter(BytesCount::new(size)).counter(ItemsCount::new(MANIFESTS.len())).bench(|| {
        for (path, text) in MANIFESTS.iter() {
            black_box(SCANNER.scan(&Document::new(path, text)));
        }
    });
}

/// Manifests of a megabyte in which each part bears on each other, were they compared.
#[divan::bench(sample_count = 5, args = [
    ("compose.yaml", "services:\n", "  s:\n    image: redis\n    ports: ['6379:6379']\n"),
    ("pods.yaml", "apiVersion: v1\nkind: List\nitems:\n", "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: redis}]}}\n"),
    ("Dockerfile", "FROM alpine\nRUN true", " && curl http://a/b | sh"),
    ("Jenkinsfile", "node { a", ".a"),
    (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n    - run: echo ", "${{ github.head_ref }}"),
    ("a.sh", "", "$("),
])]
fn hostile_manifest(bencher: Bencher<'_, '_>, (path, start, piece): (&str, &str, &str)) {
    let text = format!("{start}{}", piece.repeat((1 << 20) / piece.len()));
    bencher
        .counter(BytesCount::new(text.len()))
        .bench(|| SCANNER.scan(&Document::new(path, black_box(&text))).below_confidence);
}

/// Lines of one megabyte that would make a careless expression slow.
#[divan::bench(sample_count = 5, args = ["key", "=", "\"", "a1B2", "curl -u x ", "password=", "-----BEGIN PRIVATE KEY-----", "http://a:b", "eyJ", "token: \"", "Bearer "])]
fn hostile_line(bencher: Bencher<'_, '_>, piece: &str) {
    let line = piece.repeat((1 << 20) / piece.len());
    bencher
        .counter(BytesCount::new(line.len()))
        .bench(|| SCANNER.scan(&Document::new("line.txt", black_box(&line))).below_confidence);
}

fn main() {
    run_benches();
}
