//! Every rule proves itself: all examples of all rules run through the whole scanner.

use doorward::examples;
use doorward::rules::{RuleSet, rule};
use doorward::scan::Scanner;

#[test]
fn every_example_comes_out_as_its_rule_says() {
    let rules = RuleSet::built_in();
    let mut failures = Vec::new();
    let scanners: Vec<_> = doorward::model::Confidence::ALL
        .iter()
        .map(|&least| (least, Scanner::new(&rules, least, examples::NOW)))
        .collect();
    for rule in rules.iter() {
        let least = examples::least_confidence(rule);
        let (_, scanner) = scanners.iter().find(|(confidence, _)| *confidence == least).unwrap();
        failures.extend(examples::run(scanner, rule).iter().map(ToString::to_string));
    }
    assert!(failures.is_empty(), "{} examples failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_edit_mends_its_finding() {
    let rules = RuleSet::built_in();
    let scanner = Scanner::new(&rules, doorward::model::Confidence::Low, examples::NOW);
    let (mut edits, mut faults) = (0, Vec::new());
    for rule in rules.iter() {
        for example in &rule.text().examples.bad {
            let code = examples::template::expand(&rule.id, &example.code).unwrap();
            let count = |code: &str| {
                let report = scanner.scan(&doorward::scan::Document::new(&example.file, code));
                let of_rule = report.findings.into_iter().filter(|found| found.finding.rule.as_str() == rule.id);
                of_rule.map(|found| found.edit).collect::<Vec<_>>()
            };
            let before = count(&code);
            for edit in before.iter().flatten() {
                edits += 1;
                let (start, end) = (edit.bytes.start as usize, edit.bytes.end as usize);
                let after = format!("{}{}{}", &code[..start], edit.text, &code[end..]);
                if count(&after).len() >= before.len() {
                    faults.push(format!("{} ({}): {}", rule.id, example.file, &after[start..]));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} of {edits} edits mend nothing:\n{}", faults.len(), faults.join("\n---\n"));
    assert!(edits > 50, "only {edits} edits were tried");
}

#[test]
fn every_variant_has_an_example_that_needs_it() {
    let mut unproven = Vec::new();
    for rule in RuleSet::built_in().iter() {
        let rule::Matcher::Secret(variants) = &rule.matcher else {
            continue;
        };
        let codes: Vec<_> =
            rule.text().examples.bad.iter().map(|e| examples::template::expand(&rule.id, &e.code).unwrap()).collect();
        for variant in variants {
            let pattern = regex_automata::meta::Regex::new(&variant.pattern).unwrap();
            if !codes.iter().any(|code| pattern.is_match(code)) {
                unproven.push(format!("{}: {}", rule.id, variant.pattern));
            }
        }
    }
    assert!(unproven.is_empty(), "no example matches:\n{}", unproven.join("\n"));
}

#[test]
fn every_variant_on_facts_has_an_example_that_needs_it() {
    let rules = RuleSet::built_in();
    let (mut variants_tried, mut unproven) = (0, Vec::new());
    for rule in rules.iter() {
        let rule::Matcher::Facts(variants) = &rule.matcher else { continue };
        let codes = rule
            .text()
            .examples
            .bad
            .iter()
            .map(|example| (&example.file, examples::template::expand(&rule.id, &example.code).unwrap()));
        let codes: Vec<_> = codes.collect();
        // Those that take a credential's finding over need the rules that find it.
        for (number, variant) in variants.iter().enumerate().filter(|(_, variant)| !variant.credential) {
            variants_tried += 1;
            let alone = rule::Rule { matcher: rule::Matcher::Facts(vec![variant.clone()]), ..rule.clone() };
            let scanner = Scanner::new(&rules.with_only(alone), doorward::model::Confidence::Low, examples::NOW);
            let finds = |(file, code): &(&String, String)| {
                !scanner.scan(&doorward::scan::Document::new(file, code)).findings.is_empty()
            };
            if !codes.iter().any(finds) {
                unproven.push(format!("{}: variant {}", rule.id, number + 1));
            }
        }
    }
    assert!(unproven.is_empty(), "{} of {variants_tried} have no example:\n{}", unproven.len(), unproven.join("\n"));
}

#[test]
fn each_known_format_has_a_rule_or_a_reason() {
    let rules = RuleSet::built_in();
    let table = include_str!("../rules/secrets/formats.tsv");
    let mut faults = Vec::new();
    for line in table.lines().skip(1) {
        let fields: Vec<_> = line.split('\t').collect();
        match fields.as_slice() {
            [_, "-", reason] if !reason.is_empty() => {}
            [_, rule, ""] if rules.get(rule).is_some() => {}
            _ => faults.push(line),
        }
    }
    assert!(faults.is_empty(), "no rule and no reason:\n{}", faults.join("\n"));
    let covered = table.lines().skip(1).filter(|line| !line.contains("\t-\t")).count();
    assert!(covered >= 1400, "only {covered} formats have a rule");
}

#[test]
fn each_known_check_has_a_rule_or_a_reason() {
    let rules = RuleSet::built_in();
    let table = include_str!("../rules/catalogue.tsv");
    let mut faults = Vec::new();
    for line in table.lines().skip(1) {
        let (id, reason) = line.split_once('\t').unwrap_or((line, ""));
        if rules.named(id).is_some() != reason.is_empty() {
            faults.push(id);
        }
    }
    assert!(faults.is_empty(), "no rule and no reason, or both:\n{}", faults.join("\n"));
}

#[test]
fn names_of_rules_are_taken_once() {
    let rules = RuleSet::built_in();
    let mut seen = std::collections::BTreeSet::new();
    let twice: Vec<_> =
        rules.iter().flat_map(doorward::rules::Rule::names).filter(|name| !seen.insert(*name)).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn companions_name_rules_that_exist() {
    let rules = RuleSet::built_in();
    for rule in rules.iter() {
        for id in rule.companion.iter().flat_map(|companion| &companion.rules) {
            assert!(rules.get(id).is_some(), "{}: no rule `{id}`", rule.id);
        }
    }
}

#[test]
fn the_published_schema_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/schema.json");
    let fresh = format!("{}\n", doorward::rules::schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == fresh, "rules/schema.json is stale; run `UPDATE_SCHEMA=1 cargo test --test rules`");
}
