//! No output shows a secret: every bad example of every rule, in every format, and lines made at random.

use std::cell::OnceCell;
use std::ops::Range;

use data_encoding::BASE64;
use doorward::examples::{NOW, template};
use doorward::excerpt::{Quoter, escape};
use doorward::model::{
    Confidence, Encoding, FileKind, Finding, Label, LineIndex, Origin, RuleId, Severity, SourceFile, Span, Theme,
};
use doorward::report::{self, Format, Report, text::Style};
use doorward::rules::{Matcher, Rule, RuleSet, RuleText};
use doorward::scan::{Document, FileReport, Scanner};
use proptest::prelude::*;

/// Characters of a secret that, shown together, show more than the mask may: it keeps four at most.
const TOO_MANY: usize = 8;

/// A bad example of a rule, expanded.
#[derive(Clone)]
struct Case<'a> {
    rule: &'a Rule,
    path: &'a str,
    code: String,
    /// What must not be shown: the highlights, and bodies of keys, whose highlights are their headers.
    secrets: Vec<String>,
}

fn cases(rules: &RuleSet) -> Vec<Case<'_>> {
    let expand =
        |rule: &Rule, text: &str| template::expand(&rule.id, text).expect("tests/rules.rs expands every example");
    let mut cases = Vec::new();
    for rule in rules.iter() {
        for example in &rule.text().examples.bad {
            let code = expand(rule, &example.code);
            let highlights: Vec<_> = example.highlights.iter().map(|text| expand(rule, text)).collect();
            let is_header = |text: &String| text.contains("PRIVATE KEY") || text.starts_with("PuTTY");
            // What is wrong with a manifest is mostly no secret; what its finding hides is one.
            let is_manifest = matches!(rule.matcher, Matcher::Facts(_)) || !is_credential(rule);
            let secrets = if is_manifest {
                Vec::new()
            } else if highlights.iter().any(is_header) {
                let is_base64 = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '=');
                code.split(|char| !is_base64(char)).filter(|word| word.len() >= 40).map(str::to_owned).collect()
            } else {
                highlights
            };
            assert!(is_manifest || !secrets.is_empty(), "{}: no secret in {code}", rule.id);
            cases.push(Case { rule, path: &example.file, code, secrets });
        }
    }
    cases
}

fn is_credential(rule: &Rule) -> bool {
    rule.theme == Theme::HardcodedCredential || matches!(rule.matcher, Matcher::Secret(_))
}

/// What all formats write about a file, one after another.
fn written(rules: &RuleSet, file: FileReport) -> String {
    let report = Report { files: vec![file], ..Report::default() };
    let mut out = Vec::new();
    for format in [Format::Text, Format::Concise, Format::Json] {
        for color in [false, true] {
            let style = Style { color, ..Style::default() };
            report::write(format, &report, rules, style, &mut out).expect("a vector takes everything");
        }
    }
    String::from_utf8(out).expect("reports are UTF-8")
}

/// The first part of `secret` that `output` shows, unless it stands in `public` too, and so gives nothing away.
fn shown<'s>(secret: &'s str, output: &str, public: &str) -> Option<&'s str> {
    let starts: Vec<usize> = secret.char_indices().map(|(at, _)| at).chain([secret.len()]).collect();
    let width = TOO_MANY.min(starts.len() - 1);
    let mut parts = starts.windows(width + 1).map(|part| &secret[part[0]..part[width]]);
    // What joins the parts of a literal, quotes and a line end, is no part of the secret.
    let says = |part: &&str| part.chars().any(char::is_alphanumeric);
    parts.find(|part| says(part) && output.contains(part) && !public.contains(part))
}

/// What an output may show: the code, from which the secrets were taken, and what the reported rules say.
fn public(rules: &RuleSet, file: &FileReport, code: &str) -> String {
    let ids = file.findings.iter().filter_map(|reported| rules.get(reported.finding.rule.as_str()));
    let texts = ids.map(|rule| {
        let RuleText { message, why, fix, references, .. } = rule.text();
        [&rule.id, message, why, fix, &references.join("\n")].map(String::as_str).join("\n")
    });
    texts.chain([code.to_owned()]).collect::<Vec<_>>().join("\n")
}

fn scan(scanner: &Scanner, path: &str, code: &str) -> FileReport {
    scanner.scan(&Document::new(path, code))
}

/// Scans each case with `with(secret)` added to the line of each secret, and lists those whose output shows the secret
/// or what was added. A secret that is no longer found then proves nothing, so that few may be.
fn shown_when_added(with: impl Fn(&str) -> String) -> Vec<String> {
    let rules = RuleSet::built_in();
    let scanner = Scanner::new(&rules, Confidence::Low, NOW);
    let (mut found, mut all) = (0, 0);
    let mut faults = Vec::new();
    for case in cases(&rules) {
        for secret in hidden_texts(&scan(&scanner, case.path, &case.code), &case) {
            all += 1;
            let added = with(&secret);
            let end = case.code.find(&secret).expect("a secret is in its code") + secret.len();
            let end = case.code[end..].find('\n').map_or(case.code.len(), |at| end + at);
            let code = format!("{} {added} {}", &case.code[..end], &case.code[end..]);
            let file = scan(&scanner, case.path, &code);
            if !hidden_texts(&file, &Case { code: code.clone(), ..case.clone() }).contains(&secret) {
                continue;
            }
            found += 1;
            let public = public(&rules, &file, &code.replace(&added, "\0").replace(&secret, "\0"));
            let output = written(&rules, file);
            if let Some(part) = shown(&secret, &output, &public).or_else(|| shown(&added, &output, &public)) {
                faults.push(format!("{} ({}): `{part}`", case.rule.id, case.path));
            }
        }
    }
    assert!(all > 300 && found * 10 > all * 7, "only {found} of {all} secrets were found, which proves little");
    faults
}

/// The secrets of one line that the rule of a case found in its code.
fn hidden_texts(file: &FileReport, case: &Case<'_>) -> Vec<String> {
    let findings =
        file.findings.iter().map(|reported| &reported.finding).filter(|found| found.rule.as_str() == case.rule.id);
    let texts = findings.flat_map(|finding| &finding.hidden).map(|span| case.code[span.range()].to_owned());
    texts.filter(|text| text.len() >= TOO_MANY && !text.contains('\n')).collect()
}

#[test]
fn no_format_shows_the_secret_of_any_example() {
    let rules = RuleSet::built_in();
    let scanner = Scanner::new(&rules, Confidence::Low, NOW);
    let mut faults = Vec::new();
    for case in cases(&rules) {
        let file = scan(&scanner, case.path, &case.code);
        if file.findings.is_empty() {
            faults.push(format!("{} ({}): nothing is reported", case.rule.id, case.path));
        }
        let secrets = if case.secrets.is_empty() { hidden_texts(&file, &case) } else { case.secrets.clone() };
        let code = secrets.iter().fold(case.code.clone(), |code, secret| code.replace(secret.as_str(), "\0"));
        let public = public(&rules, &file, &code);
        let output = written(&rules, file);
        let parts = secrets.iter().filter_map(|secret| shown(secret, &output, &public));
        faults.extend(parts.map(|part| format!("{} ({}): `{part}`", case.rule.id, case.path)));
    }
    assert!(faults.is_empty(), "{} secrets are shown:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn no_format_shows_a_secret_that_its_line_repeats() {
    let faults = shown_when_added(str::to_owned);
    assert!(faults.is_empty(), "{} secrets are shown:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn no_format_shows_a_secret_that_its_line_holds_in_base64_too() {
    let faults = shown_when_added(|secret| BASE64.encode(secret.as_bytes()));
    assert!(faults.is_empty(), "{} secrets are shown:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_finding_does_not_show_its_neighbour() {
    let rules = RuleSet::built_in();
    let scanner = Scanner::new(&rules, Confidence::Medium, NOW);
    let expand = |text| template::expand("masking", text).unwrap();
    let token = expand("ghp_{{fill 30 A-Za-z0-9}}{{checksum crc32-base62}}");
    let doubtful = expand("ghp_{{fill 36 A-Za-z0-9 doubtful}}");
    let suppressed = expand("{{fill 10 a-z}}{{fill 4 0-9}}");
    let comment = format!("# doorward: ignore[generic-password] was {suppressed}");
    let code = format!("gh = [\"{token}\", \"{doubtful}\"]; password = \"{suppressed}\" {comment}");
    let file = scan(&scanner, "a.py", &code);
    assert_eq!((file.findings.len(), file.below_confidence), (2, 1), "{file:?}");
    assert!(file.findings.iter().any(|reported| reported.finding.suppressed.is_some()), "its reason is written too");
    let output = written(&rules, file);
    for secret in [token, doubtful, suppressed] {
        assert_eq!(shown(&secret, &output, ""), None, "{output}");
    }
}

#[test]
fn a_very_long_secret_is_masked_wherever_its_line_repeats_it() {
    let rules = RuleSet::built_in();
    let scanner = Scanner::new(&rules, Confidence::Low, NOW);
    let secret = template::expand("masking", "{{fill 900 A-Za-z0-9}}").unwrap();
    for code in [format!("{secret} password: \"{secret}\""), format!("password: \"{secret}\" {secret}")] {
        let file = scan(&scanner, "a.txt", &code);
        assert_eq!(file.findings.len(), 1, "{file:?}");
        assert_eq!(shown(&secret, &written(&rules, file), ""), None);
    }
}

#[test]
fn the_test_itself_sees_what_is_shown() {
    assert_eq!(shown("abcdefghij", "xx bcdefghi xx", ""), Some("bcdefghi"));
    assert_eq!(shown("abcdefghij", "xx abcd**** xx", ""), None);
    assert_eq!(shown("abcdef", "xx abcdef xx", ""), Some("abcdef"));
    assert_eq!(shown("abcdefghij", "xx abcdefgh xx", "abcdefgh"), None);
}

/// A part of a random text.
#[derive(Clone, Debug)]
enum Piece {
    /// Text that is no secret.
    Plain(String),
    /// One of the secrets, and whether it was found at this place.
    Secret { index: usize, is_found: bool },
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        2 => ".{0,12}".prop_map(Piece::Plain),
        2 => "[ -~\u{e9}\u{1f511}]{0,300}".prop_map(Piece::Plain),
        1 => "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{202e}]{0,60}".prop_map(Piece::Plain),
        1 => "(\n|\r\n|\r|\t){1,2}".prop_map(Piece::Plain),
        4 => (0..3_usize, any::<bool>()).prop_map(|(index, is_found)| Piece::Secret { index, is_found }),
    ]
}

/// Random letters and digits; another number makes others, so that no shrinking makes two secrets alike.
fn secret(length: Range<usize>) -> impl Strategy<Value = String> {
    (length, any::<u32>()).prop_map(|(length, number)| {
        let fill = format!("{{{{fill {length} A-Za-z0-9 {number}}}}}");
        template::expand("masking", &fill).expect("the template is well formed")
    })
}

fn finding(span: Range<usize>) -> Finding {
    Finding {
        rule: RuleId::new("rule"),
        severity: Severity::High,
        confidence: Confidence::High,
        profile: None,
        primary: Label { span: Span::new(span.clone()), text: String::new() },
        related: Vec::new(),
        arrivals: Vec::new(),
        secret: None,
        hidden: vec![Span::new(span)],
        doubts: Vec::new(),
        evidence: Vec::new(),
        edit: None,
        suppressed: None,
    }
}

type Places = Vec<(prop::sample::Index, prop::sample::Index)>;

fn places() -> impl Strategy<Value = Places> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 3)
}

/// Quotes every found secret of a text made of `pieces`, and `places` anywhere in it.
fn assert_harmless(pieces: &[Piece], secrets: &[String], places: &Places) -> Result<(), TestCaseError> {
    let mut text = String::new();
    let mut findings = Vec::new();
    let mut hidden = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Plain(plain) => text.push_str(plain),
            Piece::Secret { index, is_found } => {
                let start = text.len();
                text.push_str(&secrets[*index]);
                if *is_found {
                    findings.push(finding(start..text.len()));
                    hidden.push(&secrets[*index]);
                }
            }
        }
    }
    let file = SourceFile {
        path: "x",
        kind: FileKind::Text,
        place: "x",
        role: OnceCell::new(),
        text: &text,
        encoding: Encoding::Utf8 { bom: 0 },
        origin: Origin::Memory,
    };
    let lines = LineIndex::new(&text);
    let quoter = Quoter::new(&file, &lines, &findings, |_| true);
    let anywhere = places.iter().map(|(one, other)| {
        let boundary = |index: &prop::sample::Index| text.floor_char_boundary(index.index(text.len() + 1));
        let (one, other) = (boundary(one), boundary(other));
        Span::new(one.min(other)..one.max(other))
    });
    for span in findings.iter().map(|finding| finding.primary.span).chain(anywhere) {
        let excerpt = quoter.quote(span);
        prop_assert!(!excerpt.text.chars().any(escape::is_dangerous), "{:?}", excerpt);
        prop_assert!(excerpt.text.get(excerpt.highlight.clone()).is_some(), "{:?}", excerpt);
        prop_assert_eq!(excerpt.line, lines.line(span.start));
        for secret in &hidden {
            prop_assert_eq!(shown(secret, &excerpt.text, ""), None, "{:?}", excerpt);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_excerpt_of_anything_is_harmless(
        pieces in prop::collection::vec(piece(), 1..14),
        secrets in prop::collection::vec(secret(6..100), 3),
        places in places(),
    ) {
        assert_harmless(&pieces, &secrets, &places)?;
    }

    #[test]
    fn an_excerpt_among_very_long_secrets_is_harmless(
        pieces in prop::collection::vec(piece(), 1..14),
        secrets in prop::collection::vec(secret(100..3000), 3),
        places in places(),
    ) {
        assert_harmless(&pieces, &secrets, &places)?;
    }
}
