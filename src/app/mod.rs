//! Runs a scan: rules and files in, a report out. The one place where the stages meet.

pub mod fix;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow, bail};
use rayon::prelude::*;

use crate::config::{Options, Selector};
use crate::exit::ExitCode;
use crate::input::archive::{self, Content, Format};
use crate::input::walk::{WalkOptions, display_path, plain_io_error, walk};
use crate::input::{Loaded, Loader, Skip, rule_files};
use crate::model::{Origin, Severity};
use crate::report::{Linked, Report, Skipped};
use crate::rules::{Rule, RuleSet};
use crate::scan::{Document, FileReport, Links, Scanner, project};

/// More threads than this would only cost memory.
const MAX_THREADS: usize = 256;

/// Told about progress from several threads at once.
pub trait Progress: Sync {
    /// So many files will be scanned.
    fn total(&self, files: u64);
    /// One more file is done.
    fn advance(&self);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn total(&self, _: u64) {}
    fn advance(&self) {}
}

/// All rules of a run: those built in and the user's. Those deselected are among them, since what they find is still masked.
///
/// # Errors
///
/// When a rule file is invalid or a selector names no rule.
pub fn load_rules(options: &Options) -> Result<RuleSet> {
    let mut rules = RuleSet::built_in();
    for folder in &options.rules {
        for (path, text) in rule_files::read(folder).map_err(|problem| anyhow!(problem))? {
            rules.add(&path, &text)?;
        }
    }
    for selector in options.select.iter().chain(&options.ignore) {
        if let Selector::Rule(id) = selector
            && rules.named(id).is_none()
        {
            bail!(unknown_rule(&rules, id));
        }
    }
    if !rules.iter().any(|rule| options.selects(&rule.names(), rule.theme)) {
        bail!("no rule is left: --select and --ignore leave nothing to check");
    }
    Ok(rules)
}

/// The sentence for a rule id that does not exist.
pub fn unknown_rule(rules: &RuleSet, id: &str) -> String {
    let hint = rules
        .nearest(id)
        .map_or_else(|| "`doorward rules` lists them all".to_owned(), |near| format!("did you mean `{near}`?"));
    format!("there is no rule or theme `{}`; {hint}", crate::excerpt::escape::escaped(id))
}

/// Scans what the options name.
///
/// # Errors
///
/// When a given path does not exist or the threads cannot be started. A file that cannot be scanned is no error: it is in
/// the report's coverage.
pub fn scan(options: &Options, rules: &RuleSet, progress: &dyn Progress) -> Result<Report> {
    for path in &options.paths {
        path.symlink_metadata().map_err(|error| anyhow!("{}: {}", shown(path), plain_io_error(&error)))?;
    }
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs().cast_signed());
    let threads = options.threads.min(MAX_THREADS);
    let scanner = Scanner::new(rules, options.min_confidence, now)
        .select(rules, |rule| options.selects(&rule.names(), rule.theme));
    // A rule that is asked for by its name runs in every profile.
    let asked = |rule: &Rule| {
        options
            .select
            .iter()
            .any(|selector| matches!(selector, Selector::Rule(_)) && selector.matches(rule.names(), rule.theme))
    };
    let scanner =
        scanner.profile(rules, |rule, own| options.profile.is_none_or(|profile| own == profile) || asked(rule));
    let scanner = if options.explain { scanner.explain() } else { scanner };
    let mut found = walk(&options.paths, &WalkOptions { respect_ignores: options.respect_ignores, threads });
    if options.paths.len() > 1 {
        // Overlapping paths name a file twice, perhaps as `a` and as `./a`.
        let name = |path: &PathBuf| path.strip_prefix(".").unwrap_or(path).as_os_str().as_encoded_bytes().to_vec();
        found.files.sort_by_cached_key(name);
        found.files.dedup_by(|a, b| name(a) == name(b));
    }
    progress.total(found.files.len() as u64);

    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("the threads could not be started")?;
    let mut report = pool.install(|| {
        found
            .files
            .par_iter()
            .map_init(
                || Loader::new(options.max_file_size),
                |loader, path| {
                    let report = scan_file(&scanner, loader, options, path);
                    progress.advance();
                    report
                },
            )
            .reduce(Report::default, merge)
    });
    pool.install(|| join_files(&mut report, &scanner, options));
    let errors = found.errors.into_iter().map(|(path, reason)| Skipped { path: display_path(&path), reason });
    report.coverage.skipped.extend(errors);
    report.coverage.skipped.sort();
    // The walk lists files in any order. Names that are no Unicode can be reported alike: then their own bytes decide.
    report.files.sort_by(|a, b| (&a.path, a.file.as_os_str()).cmp(&(&b.path, b.file.as_os_str())));
    Ok(report)
}

fn shown(path: &Path) -> String {
    crate::excerpt::escape::escaped(&display_path(path))
}

/// The part of an absolute path that lies below the root it was found under. Where a checkout lies must not matter: nothing
/// is a test because somebody unpacked it in `/tmp/test`.
fn below<'p>(roots: &[PathBuf], path: &'p Path) -> Option<&'p Path> {
    let parts = roots.iter().filter(|root| root.is_absolute()).filter_map(|root| path.strip_prefix(root).ok());
    parts.min_by_key(|part| part.as_os_str().len()).filter(|part| !part.as_os_str().is_empty())
}

fn scan_file(scanner: &Scanner, loader: &mut Loader, options: &Options, path: &Path) -> Report {
    let mut report = Report::default();
    let name = display_path(path);
    let skip = |reason: String| Skipped { path: name.clone(), reason };
    match loader.load(path) {
        Ok(loaded) => {
            let place = below(&options.paths, path).map(display_path);
            scan_text(&mut report, scanner, path, (&name, place.as_deref().unwrap_or(&name)), &loaded);
        }
        Err(Skip::Archive(format)) if options.archives => {
            scan_archive(&mut report, scanner, loader, path, format);
        }
        Err(skip @ (Skip::Binary | Skip::Archive(_))) => {
            report.coverage.binary = 1;
            let is_closed = matches!(skip, Skip::Archive(_)) && options.paths.iter().any(|named| named == path);
            report.coverage.closed_archives = u64::from(is_closed);
        }
        Err(Skip::TooLarge { size }) => {
            let size = humansize::format_size(size, humansize::BINARY.decimal_places(1));
            report.coverage.skipped.push(skip(format!("{size} is more than --max-file-size")));
        }
        Err(Skip::Failed(error)) => report.coverage.skipped.push(skip(plain_io_error(&error))),
    }
    report
}

/// Scans what is in an archive. Its members are reported as `archive!member`.
fn scan_archive(report: &mut Report, scanner: &Scanner, loader: &mut Loader, path: &Path, format: Format) {
    let archive = display_path(path);
    archive::read(path, format, loader, &mut |member| {
        let name = if member.name.is_empty() { archive.clone() } else { format!("{archive}!{}", member.name) };
        match member.content {
            Content::Text(loaded) => scan_text(report, scanner, path, (&name, member.place), &loaded),
            Content::Binary => report.coverage.binary += 1,
            Content::Unreadable(problem) => {
                report.coverage.skipped.push(Skipped { path: name, reason: problem.to_string() });
            }
        }
    });
}

/// Scans a text under the name it is reported by and the name that tells what it is.
fn scan_text(report: &mut Report, scanner: &Scanner, file: &Path, (name, place): (&str, &str), loaded: &Loaded<'_>) {
    report.coverage.files += 1;
    report.coverage.bytes += loaded.size;
    let document =
        Document { place, encoding: loaded.encoding, origin: Origin::Worktree, ..Document::new(name, loaded.text) };
    add(report, file, scanner.scan(&document));
}

/// Scans once more the files that others say something of, now that all are read.
fn join_files(report: &mut Report, scanner: &Scanner, options: &Options) {
    // In the order of paths, so that nothing depends on which thread was first.
    report.links.sort_by(|one, other| one.links.path.cmp(&other.links.path));
    let linked = std::mem::take(&mut report.links);
    let links: Vec<&Links> = linked.iter().map(|linked| &linked.links).collect();
    let visits = project::visits(&links);
    let again: Vec<(usize, FileReport)> = visits
        .par_iter()
        .map_init(
            || Loader::new(options.max_file_size),
            |loader, (&at, visits)| {
                let file = &linked[at].file;
                let loaded = loader.load(file).ok()?;
                let place = below(&options.paths, file).map(display_path);
                let name = links[at].path.as_str();
                let place = place.as_deref().unwrap_or(name);
                let document = Document::new(name, loaded.text);
                let origin = Origin::Worktree;
                let document = Document { place, encoding: loaded.encoding, origin, visits, ..document };
                Some((at, FileReport { file: file.clone(), ..scanner.scan(&document) }))
            },
        )
        .flatten()
        .collect();
    let known: HashMap<String, usize> =
        report.files.iter().enumerate().rev().map(|(at, file)| (file.path.clone(), at)).collect();
    for (at, file) in again {
        let (below_confidence, off_profile) = linked[at].counted;
        report.coverage.below_confidence +=
            (file.below_confidence - below_confidence.min(file.below_confidence)) as u64;
        report.coverage.off_profile += (file.off_profile - off_profile.min(file.off_profile)) as u64;
        if let Some(&before) = known.get(&file.path) {
            report.files[before] = file;
        } else if !file.findings.is_empty() {
            report.files.push(file);
        }
    }
}

fn add(report: &mut Report, path: &Path, mut file: FileReport) {
    // What lies in an archive cannot be read again.
    if let Some(links) = file.links.take().filter(|links| links.path == display_path(path)) {
        let counted = (file.below_confidence, file.off_profile);
        report.links.push(Linked { file: path.to_owned(), links, counted });
    }
    report.coverage.below_confidence += file.below_confidence as u64;
    report.coverage.off_profile += file.off_profile as u64;
    if let Some(gap) = file.gap {
        let reason = gap.reason().to_owned();
        report.coverage.skipped.push(Skipped { path: file.path.clone(), reason });
    }
    if !file.findings.is_empty() {
        report.files.push(FileReport { file: path.to_owned(), ..file });
    }
}

fn merge(mut left: Report, mut right: Report) -> Report {
    left.files.append(&mut right.files);
    left.links.append(&mut right.links);
    let (coverage, other) = (&mut left.coverage, &mut right.coverage);
    coverage.files += other.files;
    coverage.bytes += other.bytes;
    coverage.binary += other.binary;
    coverage.closed_archives += other.closed_archives;
    coverage.below_confidence += other.below_confidence;
    coverage.off_profile += other.off_profile;
    coverage.skipped.append(&mut other.skipped);
    left
}

/// What the process says in its exit code.
pub fn exit_code(report: &Report, fail_on: Option<Severity>) -> ExitCode {
    let fails = fail_on.is_some_and(|least| report.active().any(|reported| reported.finding.severity >= least));
    if fails {
        ExitCode::Findings
    } else if report.is_complete() {
        ExitCode::Clean
    } else {
        ExitCode::Incomplete
    }
}
