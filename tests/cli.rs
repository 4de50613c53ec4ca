//! The command line as people meet it: arguments, streams and exit codes of the real program.

mod support;

use std::fs;
use std::process::Command;

use data_encoding::BASE64;
use doorward::model::Theme;
use insta::assert_snapshot;
use serde_json::{Value, json};
use support::{PASSWORD, Run, TOKEN, Tree, expand, program};

/// A rule of a user's own. Its templates stay: `rules test` expands them.
const OWN_RULE: &str = "\
id: example-token
title: Example token
theme: hardcoded-credential
severity: low
confidence: high
message: an Example token is written in the file
why: Anyone can act as its owner.
fix: Revoke it.
since: 0.1.0
detect:
  secret:
    - token: 'exa_[a-z0-9]{20}'
examples:
  bad:
    - file: settings.py
      code: |
        TOKEN = \"exa_{{fill 20 a-z0-9}}\"
      highlights: 'exa_{{fill 20 a-z0-9}}'
  good:
    - file: settings.py
      code: |
        TOKEN = os.environ[\"TOKEN\"]
";

fn one_password() -> Tree {
    Tree::new(&[("settings.py", &format!("DB_PASSWORD = \"{PASSWORD}\"\n"))])
}

fn critical_and_high() -> Tree {
    Tree::new(&[("a.py", &format!("gh = \"{TOKEN}\"\n")), ("b.py", &format!("DB_PASSWORD = \"{PASSWORD}\"\n"))])
}

/// A tree with [`OWN_RULE`], changed, in the folder `rules`.
fn own_rule(from: &str, to: &str) -> Tree {
    assert!(OWN_RULE.contains(from), "the test replaces `{from}`");
    let tree = Tree::new(&[("src/a.py", "x = \"exa_{{fill 20 a-z0-9}}\"\n")]);
    tree.write("rules/example-token.yaml", OWN_RULE.replace(from, to));
    tree
}

fn rules_of(run: &Run) -> Vec<String> {
    run.findings().iter().map(|finding| finding["rule"].as_str().expect("a rule has an id").to_owned()).collect()
}

#[test]
fn a_token_is_underlined_and_masked() {
    let tree = Tree::new(&[("src/release.py", &format!("import os\n\ngh = Github(\"{TOKEN}\")\n"))]);
    assert_snapshot!(tree.run(&["src"]), @r#"
    exit code 1
    --- stdout ---
    critical[github-pat-classic]: a classic GitHub personal access token is written in the file
     --> src/release.py:3:14
      |
    3 | gh = Github("ghp_************")
      |              ^^^^^^^^^^^^^^^^
      |
      = why: A classic token reaches every repository and organisation that its owner can, so one
             with the repo scope reads private code and pushes commits or workflows to all of them.
      = fix: Delete it at https://github.com/settings/tokens and read the security log for its use.
             In Actions use the job's own GITHUB_TOKEN, elsewhere a GitHub App or a fine-grained
             token with an end date, read from the environment.
    --- stderr ---
    doorward: 1 finding (1 critical); scanned 1 file, 67 B in [time]
    "#);
}

#[test]
fn a_password_is_underlined_and_masked() {
    // How sure a password is changes as the model learns.
    let run = one_password().run::<&str>(&[]).to_string().replace("^ medium confidence", "^");
    assert_snapshot!(run, @r#"
    exit code 1
    --- stdout ---
    high[generic-password]: a password is written in the file
     --> settings.py:1:16
      |
    1 | DB_PASSWORD = "nr************"
      |                ^^^^^^^^^^^^^^
      |
      = why: Everyone with a copy of the repository, and everyone who ever had one, can log in with
             it.
      = fix: Change the password, read it from an environment variable or a secret store, and keep
             only the variable's name in the file.
    --- stderr ---
    doorward: 1 finding (1 high); scanned 1 file, 31 B in [time]
    "#);
}

#[test]
fn a_finding_that_is_not_sure_says_so() {
    let tree = Tree::new(&[("tests/release.py", &format!("gh = Github(\"{TOKEN}\")\n"))]);
    let run = tree.run(&["--quiet"]);
    assert!(run.stdout.contains("^^^ medium confidence\n"), "{run}");
}

#[test]
fn only_the_password_of_a_url_is_underlined() {
    let tree = Tree::new(&[("database.py", &format!("connect(\"postgres://app:{PASSWORD}@db.internal/main\")\n"))]);
    assert_snapshot!(tree.run::<&str>(&[]), @r#"
    exit code 1
    --- stdout ---
    high[url-userinfo-password]: a URL carries its password
     --> database.py:1:25
      |
    1 | connect("postgres://app:nr************@db.internal/main")
      |                         ^^^^^^^^^^^^^^
      |
      = why: The password opens the named host directly, and URLs end up in logs, error messages and
             process lists on the way.
      = fix: Change the password, and put the URL together at run time from an environment variable
             or a secret store.
    --- stderr ---
    doorward: 1 finding (1 high); scanned 1 file, 58 B in [time]
    "#);
}

#[test]
fn a_private_key_is_underlined_at_its_header() {
    let key = "\
-----BEGIN RSA PRIVATE KEY-----
MIIE{{fill 60 A-Za-z0-9 a}}
{{fill 64 A-Za-z0-9 b}}
-----END RSA PRIVATE KEY-----
";
    let tree = Tree::new(&[("server.key", key)]);
    assert_snapshot!(tree.run::<&str>(&[]), @"
    exit code 1
    --- stdout ---
    critical[pem-private-key]: a private key is written in the file
     --> server.key:1:1
      |
    1 | -----BEGIN RSA PRIVATE KEY-----
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = why: Whoever reads it can log in, sign or decrypt as the key's owner, and the owner cannot
             tell.
      = fix: Take the key out of service where its public half is trusted, make a new one, and hand
             it to the program at run time from a secret store or a mounted file that is not in the
             repository.
    --- stderr ---
    doorward: 1 finding (1 critical); scanned 1 file, 192 B in [time]
    ");
}

#[test]
fn concise_is_one_line_a_finding() {
    assert_snapshot!(critical_and_high().run(&["--format", "concise"]), @"
    exit code 1
    --- stdout ---
    a.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    b.py:1:16: high[generic-password]: a password is written in the file
    --- stderr ---
    doorward: 2 findings (1 critical, 1 high); scanned 2 files, 79 B in [time]
    ");
}

#[test]
fn json_holds_the_documented_fields() {
    let tree = critical_and_high();
    tree.write("picture.png", b"\x89PNG\0");
    let run = tree.run(&["--format", "json"]);
    assert_eq!(run.code, Some(1));
    let document = run.json();
    assert_eq!(keys(&document), ["findings", "schema_version", "summary", "tool"]);
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["tool"], json!({ "name": "doorward", "version": env!("CARGO_PKG_VERSION") }));
    let size = ["a.py", "b.py"].map(|name| fs::metadata(tree.path().join(name)).unwrap().len()).iter().sum::<u64>();
    assert_eq!(
        document["summary"],
        json!({
            "complete": true,
            "files_scanned": 2,
            "bytes_scanned": size,
            "binary_files": 1,
            "below_confidence": 0,
            "off_profile": 0,
            "suppressed": 0,
            "by_severity": { "critical": 1, "high": 1, "medium": 0, "low": 0, "info": 0 },
            "skipped": [],
        })
    );
    let [token, password] = run.findings().try_into().unwrap();
    assert_eq!(
        keys(&token),
        [
            "byte_offset",
            "column",
            "confidence",
            "cwe",
            "doubts",
            "edit",
            "end_column",
            "end_line",
            "evidence",
            "fix",
            "label",
            "line",
            "masked",
            "message",
            "path",
            "references",
            "related",
            "rule",
            "severity",
            "snippet",
            "suppressed",
            "theme",
            "why",
        ]
    );
    assert_eq!(token["rule"], "github-pat-classic");
    assert_eq!(token["theme"], "hardcoded-credential");
    assert_eq!((&token["severity"], &token["confidence"]), (&json!("critical"), &json!("high")));
    assert_eq!((&token["path"], &token["line"], &token["column"]), (&json!("a.py"), &json!(1), &json!(7)));
    assert_eq!((&token["end_line"], &token["end_column"], &token["byte_offset"]), (&json!(1), &json!(47), &json!(6)));
    assert_eq!(token["masked"], "ghp_************");
    assert_eq!(token["snippet"], json!({ "text": "gh = \"ghp_************\"", "start": 6, "end": 22 }));
    assert_eq!((&token["doubts"], &token["suppressed"]), (&json!([]), &Value::Null));
    assert_eq!(password["rule"], "generic-password");
}

#[test]
fn a_token_inside_base64_is_reported_with_a_word_about_it_and_masked() {
    let token = expand(TOKEN);
    let tree = Tree::new(&[("secret.yaml", &format!("data:\n  token: {}\n", BASE64.encode(token.as_bytes())))]);
    let run = tree.run(&["--format", "json"]);
    let [finding] = run.findings().try_into().unwrap();
    assert_eq!((&finding["rule"], &finding["label"]), (&json!("github-pat-classic"), &json!("inside base64")));
    assert_eq!((&finding["line"], &finding["column"]), (&json!(2), &json!(10)));
    let text = tree.run::<&str>(&[]);
    assert!(text.stdout.contains("^^^ inside base64\n"), "{text}");
    assert!(!text.stdout.contains(&BASE64.encode(token.as_bytes())[..8]), "{text}");
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn the_json_schema_describes_what_is_written() {
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let tree = Tree::new(&[("a.py", &format!("gh = \"{TOKEN}\"  # doorward: ignore[github-pat-classic] why not\n"))]);
    tree.write("large.py", "x = 1\n".repeat(1000));
    tree.write("credentials", key_pair());
    let run = tree.run(&["--format", "json", "--max-file-size", "1K", "--why"]);
    let document = run.json();
    assert_described(&schema, &schema, &document, "document");
    assert_eq!(document["summary"]["skipped"].as_array().map(Vec::len), Some(1), "every part of the document is there");
    let findings = run.findings();
    assert!(findings[0]["suppressed"].is_object(), "every part of the document is there");
    assert_eq!(findings[1]["related"][0]["label"], "the key id it belongs to", "every part of the document is there");
    assert!(findings[1]["evidence"][0]["text"].is_string(), "every part of the document is there");
}

/// A made-up key of AWS, id and secret.
fn key_pair() -> String {
    expand("[default]\naws_access_key_id = AKIA{{fill 16 A-Z2-7}}\naws_secret_access_key = {{fill 40 A-Za-z0-9+/}}\n")
}

#[test]
fn id_and_secret_are_one_finding_with_two_places() {
    let tree = Tree::new(&[]);
    tree.write("credentials", key_pair());
    let run = tree.run::<&str>(&[]);
    // The id is no secret, but looks like one to other scanners.
    let id = expand("AKIA{{fill 16 A-Z2-7}}");
    assert_snapshot!(run.stdout.replace(&id, "AKIA-and-16-more-here"), @"
    critical[aws-secret-access-key]: an AWS secret access key is written in the file
     --> credentials:3:25
      |
    3 | aws_secret_access_key = Ef+P************
      |                         ^^^^^^^^^^^^^^^^
      |
     ::: credentials:2:21
      |
    2 | aws_access_key_id = AKIA-and-16-more-here
      |                     -------------------- the key id it belongs to
      |
      = why: Whoever also knows the key id, which is often in the same file, signs requests as its
             IAM user and gets every permission that user has in the account, until the key is
             deactivated.
      = fix: Deactivate and delete the key pair in https://console.aws.amazon.com/iam/ and look for
             its use in CloudTrail. Replace it by an IAM role (instance profile, task role, IRSA) or
             by OIDC federation in CI, so that there is no lasting secret.
    ");
}

#[test]
fn why_says_what_decided() {
    let tree = one_password();
    let run = tree.run(&["--why"]);
    assert_snapshot!(run.stdout, @r#"
    high[generic-password]: a password is written in the file
     --> settings.py:1:16
      |
    1 | DB_PASSWORD = "nr************"
      |                ^^^^^^^^^^^^^^
      |
      = why: Everyone with a copy of the repository, and everyone who ever had one, can log in with
             it.
      = fix: Change the password, read it from an environment variable or a secret store, and keep
             only the variable's name in the file.
      = decided by: +3.99 in all: digits and letters +1.03; unlike words +0.81; 12 to 19 characters +0.37;
                    letters that follow each other unlike words +0.32; entropy +0.29; share of digits +0.26;
                    assigned with = +0.25; the name is in capitals +0.25; a password with digits and letters
                    +0.24; entropy for its length -0.17; a password in a string -0.09; source code -0.05;
                    all of these together +2.76; where the model starts from -2.27
    "#);
}

/// Makes sure that an object has exactly the fields of its schema, and so on down.
fn assert_described(root: &Value, schema: &Value, value: &Value, at: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => root.pointer(name.trim_start_matches('#')).expect("a reference leads somewhere"),
        None => schema,
    };
    let choices = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(object) = choices.and_then(|all| all.iter().find(|choice| choice["type"] != "null")) {
        return assert_described(root, object, value, at);
    }
    if let Value::Object(fields) = value {
        assert_eq!(keys(value), keys(&schema["properties"]), "{at}");
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(fields.contains_key(name), "{at}.{name}");
        }
        for (name, field) in fields {
            assert_described(root, &schema["properties"][name], field, &format!("{at}.{name}"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        assert_described(root, &schema["items"], item, &format!("{at}[]"));
    }
}

#[test]
fn output_goes_to_a_file_and_the_summary_stays() {
    let tree = one_password();
    let to_stdout = tree.run(&["--format", "concise"]).stdout;
    let run = tree.run(&["--format", "concise", "--output", "report.txt", "settings.py"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.contains("1 finding"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(tree.path().join("report.txt")).unwrap(), to_stdout);
}

#[test]
fn an_output_file_has_no_colours() {
    let tree = one_password();
    tree.run(&["--color", "always", "--output", "report.txt", "settings.py"]);
    assert!(!fs::read_to_string(tree.path().join("report.txt")).unwrap().contains('\u{1b}'));
}

#[test]
fn an_output_file_that_cannot_be_written_is_an_error() {
    assert_snapshot!(one_password().run(&["--output", "missing/report.txt"]), @"
    exit code 2
    --- stderr ---
    doorward: error: missing/report.txt: cannot be written: No such file or directory (os error 2)
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = Command::new(program()).current_dir(one_password().path()).stdout(full).output().unwrap();
    assert_snapshot!(Run::new(output), @"
    exit code 2
    --- stderr ---
    doorward: error: No space left on device (os error 28)
    ");
}

#[test]
fn quiet_leaves_out_the_summary_only() {
    let tree = one_password();
    let run = tree.run(&["--quiet", "--format", "concise"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    assert_eq!(run.stdout, tree.run(&["--format", "concise"]).stdout);
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let tree = one_password();
    let plain = tree.run::<&str>(&[]).stdout;
    let always = tree.run(&["--color", "always"]).stdout;
    assert!(!plain.contains('\u{1b}'), "standard output is no terminal here");
    assert!(always.contains("\u{1b}["));
    assert_eq!(tree.run(&["--color", "never"]).stdout, plain);
    let run =
        |variable, when| Run::new(tree.command().env(variable, "1").args(["--color", when]).output().unwrap()).stdout;
    assert_eq!(run("NO_COLOR", "auto"), plain);
    assert_eq!(run("NO_COLOR", "always"), always, "what was typed wins over the environment");
    assert_eq!(run("CLICOLOR_FORCE", "never"), plain);
    assert_eq!(run("CLICOLOR_FORCE", "auto"), always);
}

#[test]
fn fail_on_decides_the_exit_code_and_not_what_is_shown() {
    let tree = critical_and_high();
    tree.write("token.py", "");
    let expected = tree.run(&["--format", "concise"]).stdout;
    for (severity, code) in [("info", 1), ("low", 1), ("medium", 1), ("high", 1), ("critical", 1), ("never", 0)] {
        let run = tree.run(&["--format", "concise", "--fail-on", severity]);
        assert_eq!((run.code, &run.stdout), (Some(code), &expected), "--fail-on {severity}");
    }
    let run = tree.run(&["--fail-on", "critical", "b.py"]);
    assert_eq!(run.code, Some(0), "a high finding is not critical");
    assert!(run.stdout.contains("high[generic-password]"), "{}", run.stdout);
}

#[test]
fn min_confidence_decides_what_is_shown() {
    let doubtful = "token = \"ghp_{{fill 36 A-Za-z0-9}}\"\n";
    let tree = Tree::new(&[
        ("high.py", &format!("token = \"{TOKEN}\"\n")),
        ("tests/medium.py", &format!("token = \"{TOKEN}\"\n")),
        ("low.py", doubtful),
    ]);
    assert_snapshot!(tree.run(&["-f", "concise", "--min-confidence", "high"]), @"
    exit code 1
    --- stdout ---
    high.py:1:10: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 1 finding (1 critical); scanned 3 files, 153 B in [time] (2 less sure (--min-confidence low shows them))
    ");
    assert_snapshot!(tree.run(&["-f", "concise"]), @"
    exit code 1
    --- stdout ---
    high.py:1:10: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    tests/medium.py:1:10: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 2 findings (2 critical); scanned 3 files, 153 B in [time] (1 less sure (--min-confidence low shows it))
    ");
    assert_snapshot!(tree.run(&["-f", "concise", "--min-confidence", "low"]), @"
    exit code 1
    --- stdout ---
    high.py:1:10: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    low.py:1:10: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    tests/medium.py:1:10: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 3 findings (3 critical); scanned 3 files, 153 B in [time]
    ");
    let low = tree.run(&["-f", "json", "--min-confidence", "low", "low.py"]).findings();
    assert_eq!(low[0]["doubts"], json!(["invalid-structure"]));
}

#[test]
fn rules_and_themes_are_selected_and_ignored() {
    let tree = critical_and_high();
    for (arguments, expected) in [
        (&["--select", "generic-password"][..], &["generic-password"][..]),
        (&["--select", "generic-password,github-pat-classic"], &["github-pat-classic", "generic-password"]),
        (
            &["--select", "generic-password", "--select", "github-pat-classic"],
            &["github-pat-classic", "generic-password"],
        ),
        (&["--select", "hardcoded-credential"], &["github-pat-classic", "generic-password"]),
        (&["--ignore", "generic-password"], &["github-pat-classic"]),
        (&["--select", "hardcoded-credential", "--ignore", "github-pat-classic"], &["generic-password"]),
        (&["--ignore", "open-console"], &["github-pat-classic", "generic-password"]),
        (&["--select", "jwt"], &[]),
    ] {
        let run = tree.run(&[&["--format", "json"], arguments].concat());
        assert_eq!(rules_of(&run), expected, "{arguments:?}");
        assert_eq!(run.code, Some(i32::from(!expected.is_empty())), "{arguments:?}");
    }
}

#[test]
fn a_selection_of_nothing_is_an_error() {
    assert_snapshot!(one_password().run(&["--select", "generic-password", "--ignore", "hardcoded-credential"]), @"
    exit code 2
    --- stderr ---
    doorward: error: no rule is left: --select and --ignore leave nothing to check
    ");
}

#[test]
fn an_unknown_rule_is_an_error_with_a_suggestion() {
    let tree = one_password();
    assert_snapshot!(tree.run(&["--select", "github-pat-clasic"]), @"
    exit code 2
    --- stderr ---
    doorward: error: there is no rule or theme `github-pat-clasic`; did you mean `github-pat-classic`?
    ");
    assert_snapshot!(tree.run(&["--ignore", "no-such-thing-at-all"]), @"
    exit code 2
    --- stderr ---
    doorward: error: there is no rule or theme `no-such-thing-at-all`; `doorward rules` lists them all
    ");
}

#[test]
fn ignored_files_are_scanned_on_demand() {
    let text = format!("DB_PASSWORD = \"{PASSWORD}\"\n");
    let tree = Tree::new(&[
        (".gitignore", "*.local.py\n"),
        (".ignore", "vendor/\n"),
        ("a.local.py", &text),
        ("vendor/b.py", &text),
        ("c.py", ""),
    ]);
    assert_snapshot!(tree.run(&["-f", "concise"]), @"
    exit code 0
    --- stderr ---
    doorward: no findings; scanned 3 files, 19 B in [time]
    ");
    assert_snapshot!(tree.run(&["-f", "concise", "--no-ignore"]), @"
    exit code 1
    --- stdout ---
    a.local.py:1:16: high[generic-password]: a password is written in the file
    vendor/b.py:1:16: high[generic-password]: a password is written in the file
    --- stderr ---
    doorward: 2 findings (2 high); scanned 5 files, 81 B in [time]
    ");
    let named = tree.run(&["-f", "concise", "a.local.py"]);
    assert_eq!(named.code, Some(1), "a file that is named is scanned whatever the ignore files say");
}

#[test]
fn hidden_files_are_scanned_and_git_is_not() {
    let text = format!("DB_PASSWORD = \"{PASSWORD}\"\n");
    let tree = Tree::new(&[(".env", &text), (".config/a.py", &text), (".git/b.py", &text)]);
    let run = tree.run(&["-f", "json"]);
    let paths: Vec<_> = run.findings().iter().map(|finding| finding["path"].clone()).collect();
    assert_eq!(paths, [".config/a.py", ".env"]);
}

#[test]
fn a_file_over_the_cap_is_reported_as_not_scanned() {
    let tree = Tree::new(&[("small.py", "x = 1\n")]);
    tree.write("large.py", "y = 2\n".repeat(400));
    assert_snapshot!(tree.run(&["--max-file-size", "2K"]), @"
    exit code 3
    --- stderr ---
    doorward: not scanned: large.py: 2.3 KiB is more than --max-file-size
    doorward: no findings; scanned 1 file, 6 B in [time] (1 not scanned)
    ");
    let run = tree.run(&["--max-file-size", "2K", "-f", "json"]);
    assert_eq!(run.code, Some(3));
    assert_eq!(run.json()["summary"]["complete"], false);
    assert_eq!(run.json()["summary"]["skipped"][0]["path"], "large.py");
    assert_eq!(tree.run(&["--max-file-size", "3K"]).code, Some(0));
}

#[test]
fn findings_outweigh_files_that_were_not_scanned() {
    let tree = one_password();
    tree.write("large.py", "y = 2\n".repeat(400));
    let arguments = ["--max-file-size", "2K"];
    assert_eq!(tree.run(&arguments).code, Some(1));
    let run = Run::new(tree.command().args(arguments).args(["--fail-on", "never"]).output().unwrap());
    assert_eq!(run.code, Some(3), "nothing fails, and the run is still incomplete");
}

#[test]
fn overlapping_paths_are_reported_once() {
    let tree = Tree::new(&[("src/a.py", &format!("DB_PASSWORD = \"{PASSWORD}\"\n"))]);
    let once = tree.run(&["-f", "concise", "src"]).stdout;
    assert_eq!(once.lines().count(), 1);
    for paths in [
        ["src", "src"],
        ["src", "src/a.py"],
        ["src/a.py", "src"],
        ["src/", "src"],
        ["./src", "src"],
        ["src/a.py", "./src/a.py"],
    ] {
        assert_eq!(tree.run(&[&["-f", "concise"], &paths[..]].concat()).stdout, once, "{paths:?}");
    }
}

#[test]
fn a_clean_tree_exits_with_0() {
    let tree = Tree::new(&[("a.py", "password = os.environ[\"PASSWORD\"]\n")]);
    assert_snapshot!(tree.run::<&str>(&[]), @"
    exit code 0
    --- stderr ---
    doorward: no findings; scanned 1 file, 34 B in [time]
    ");
    assert_snapshot!(tree.run(&["check", "a.py", "-f", "concise"]), @"
    exit code 0
    --- stderr ---
    doorward: no findings; scanned 1 file, 34 B in [time]
    ");
}

#[test]
fn a_missing_path_is_an_error() {
    let tree = one_password();
    assert_snapshot!(tree.run(&["settings.py", "missing.py"]), @"
    exit code 2
    --- stderr ---
    doorward: error: missing.py: no such file or directory
    ");
    assert_snapshot!(tree.run(&["settings.py/below"]), @"
    exit code 2
    --- stderr ---
    doorward: error: settings.py/below: not a directory
    ");
}

#[test]
fn wrong_usage_is_an_error() {
    let tree = one_password();
    assert_snapshot!(tree.run(&["--fromat", "json"]), @"
    exit code 2
    --- stderr ---
    error: unexpected argument '--fromat' found

      tip: a similar argument exists: '--format'

    Usage: doorward --format <FORMAT> [PATH]...

    For more information, try '--help'.
    ");
    for arguments in [
        &["--format", "yaml"][..],
        &["--max-file-size", "many"],
        &["--max-file-size", "0"],
        &["--threads", "-1"],
        &["--fail-on", "bad"],
        &["explain"],
        &["rules", "test"],
    ] {
        let run = tree.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    }
}

#[test]
fn more_threads_than_a_machine_can_have_are_no_crash() {
    let run = one_password().run(&["--threads", &usize::MAX.to_string()]);
    assert!(matches!(run.code, Some(1 | 2)), "{run}");
    assert!(!run.stderr.contains("internal error"), "{run}");
}

#[test]
fn an_empty_folder_is_no_success() {
    assert_snapshot!(Tree::new(&[]).run::<&str>(&[]), @"
    exit code 3
    --- stderr ---
    doorward: no findings; scanned 0 files, 0 B in [time]
    doorward: nothing was scanned, which proves nothing: check the paths, and --no-ignore if .gitignore names them
    ");
}

#[test]
fn a_folder_of_binary_files_is_no_success() {
    let tree = Tree::new(&[]);
    tree.write("a.bin", b"\0\x01");
    assert_snapshot!(tree.run::<&str>(&[]), @"
    exit code 3
    --- stderr ---
    doorward: no findings; scanned 0 files, 0 B in [time] (1 binary file left out)
    doorward: nothing was scanned, which proves nothing: check the paths, and --no-ignore if .gitignore names them
    ");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_scanned() {
    use std::os::unix::fs::PermissionsExt;

    let tree = one_password();
    tree.write("secret.py", "x = 1\n");
    tree.write("folder/a.py", "x = 1\n");
    let mode =
        |name: &str, mode| fs::set_permissions(tree.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    mode("", 0o755);
    mode("secret.py", 0o000);
    mode("folder", 0o000);
    // The superuser can read anything, so the program runs as nobody then, who must be able to reach it.
    let copy = tree.path().join("doorward.exe");
    fs::copy(program(), &copy).unwrap();
    mode("doorward.exe", 0o755);
    let is_superuser = fs::read(tree.path().join("secret.py")).is_ok();
    let as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let mut command = Command::new(if is_superuser { as_nobody[0].as_ref() } else { copy.as_os_str() });
    if is_superuser {
        command.args(&as_nobody[1..]).arg(&copy);
    }
    let run = Run::new(
        command.current_dir(tree.path()).args(["-f", "concise"]).output().expect("setpriv of util-linux is needed"),
    );
    mode("folder", 0o755);
    assert_snapshot!(run, @"
    exit code 1
    --- stdout ---
    settings.py:1:16: high[generic-password]: a password is written in the file
    --- stderr ---
    doorward: not scanned: folder: permission denied
    doorward: not scanned: secret.py: permission denied
    doorward: 1 finding (1 high); scanned 1 file, 31 B in [time] (1 binary file left out, 2 not scanned)
    ");
}

#[test]
fn suppression_needs_the_rule_and_a_reason() {
    let line = format!("DB_PASSWORD = \"{PASSWORD}\"");
    let tree = Tree::new(&[
        ("above.py", &format!("# doorward: ignore[generic-password] only in the test network\n{line}\n")),
        ("beside.py", &format!("{line}  # doorward: ignore[generic-password] only in the test network\n")),
        ("no_reason.py", &format!("{line}  # doorward: ignore[generic-password]\n")),
        ("no_rule.py", &format!("{line}  # doorward: ignore[] why not\n")),
        ("other_rule.py", &format!("{line}  # doorward: ignore[jwt] why not\n")),
        ("too_far.py", &format!("# doorward: ignore[generic-password] why not\n\n{line}\n")),
    ]);
    assert_snapshot!(tree.run(&["-f", "concise"]), @"
    exit code 1
    --- stdout ---
    no_reason.py:1:16: high[generic-password]: a password is written in the file
    no_rule.py:1:16: high[generic-password]: a password is written in the file
    other_rule.py:1:16: high[generic-password]: a password is written in the file
    too_far.py:3:16: high[generic-password]: a password is written in the file
    --- stderr ---
    doorward: 4 findings (4 high); scanned 6 files, 458 B in [time] (2 suppressed)
    ");
    let suppressed = tree.run(&["-f", "json", "beside.py"]);
    assert_eq!(suppressed.code, Some(0));
    assert_eq!(
        suppressed.findings()[0]["suppressed"],
        json!({ "kind": "inline", "line": 1, "reason": "only in the test network" })
    );
    assert_eq!(suppressed.json()["summary"]["by_severity"]["high"], 0);
    assert_eq!(suppressed.json()["summary"]["suppressed"], 1);
}

#[test]
fn a_users_rule_is_used_beside_those_built_in() {
    let tree = own_rule("", "");
    tree.write("src/b.py", expand(&format!("DB_PASSWORD = \"{PASSWORD}\"\n")));
    assert_snapshot!(tree.run(&["-f", "concise", "--rules", "rules", "src"]), @"
    exit code 1
    --- stdout ---
    src/a.py:1:6: low[example-token]: an Example token is written in the file
    src/b.py:1:16: high[generic-password]: a password is written in the file
    --- stderr ---
    doorward: 2 findings (1 high, 1 low); scanned 2 files, 62 B in [time]
    ");
    let selected = tree.run(&["-f", "json", "--rules", "rules", "--select", "example-token", "src"]);
    assert_eq!(rules_of(&selected), ["example-token"]);
    assert!(
        tree.run(&["explain", "example-token", "--rules", "rules"]).stdout.contains("Anyone can act as its owner.")
    );
    assert!(tree.run(&["rules", "--rules", "rules"]).stdout.contains("example-token"));
}

#[test]
fn an_invalid_rule_is_one_clear_line() {
    assert_snapshot!(own_rule("severity: low", "severity: hihg").run(&["--rules", "rules", "src"]), @"
    exit code 2
    --- stderr ---
    doorward: error: rules/example-token.yaml: severity: unknown variant `hihg`, expected one of `info`, `low`, `medium`, `high`, `critical` at line 4 column 11; did you mean `high`?
    ");
    assert_snapshot!(own_rule("fix:", "fixx:").run(&["--rules", "rules", "src"]), @"
    exit code 2
    --- stderr ---
    doorward: error: rules/example-token.yaml: unknown field `fixx`, expected one of `id`, `title`, `theme`, `severity`, `confidence`, `aliases`, `profile`, `message`, `why`, `fix`, `cwe`, `references`, `since`, `detect`, `with`, `examples` at line 8 column 1; did you mean `fix`?
    ");
    assert_snapshot!(own_rule("{20}", "+").run(&["--rules", "rules", "src"]), @"
    exit code 2
    --- stderr ---
    doorward: error: rules/example-token.yaml: pattern `exa_[a-z0-9]+` has a repetition without an upper bound; write `{m,n}`
    ");
    assert_snapshot!(own_rule("message: an", "message: [an").run(&["--rules", "rules", "src"]), @"
    exit code 2
    --- stderr ---
    doorward: error: rules/example-token.yaml: message: invalid type: sequence, expected a string at line 6 column 10
    ");
}

#[test]
fn a_rule_may_not_take_anothers_id() {
    let tree = own_rule("", "");
    tree.write("rules/jwt.yaml", OWN_RULE.replace("id: example-token", "id: jwt"));
    assert_snapshot!(tree.run(&["--rules", "rules", "src"]), @"
    exit code 2
    --- stderr ---
    doorward: error: rules/jwt.yaml: there is already a rule with the id `jwt`
    ");
}

#[test]
fn a_folder_without_rules_is_an_error() {
    let tree = one_password();
    tree.write("empty/readme.txt", "");
    assert_snapshot!(tree.run(&["--rules", "empty"]), @"
    exit code 2
    --- stderr ---
    doorward: error: empty: there is no YAML file in this folder
    ");
    assert_snapshot!(tree.run(&["--rules", "missing"]), @"
    exit code 2
    --- stderr ---
    doorward: error: missing: no such file or folder
    ");
}

#[test]
fn examples_that_come_out_right_pass() {
    assert_snapshot!(own_rule("", "").run(&["rules", "test", "rules"]), @"
    exit code 0
    --- stdout ---
    rules: 1, examples: 2, failed: 0, files invalid: 0
    ");
}

#[test]
fn every_way_an_example_comes_out_wrong_has_a_name() {
    let test = |from, to| stand_ins(&own_rule(from, to).run(&["rules", "test", "rules"]));
    assert_snapshot!(test("TOKEN = \"exa_{{fill 20 a-z0-9}}", "TOKEN = \"exa-{{fill 20 a-z0-9}} exa_{{fill 20 a-z0-9}}9"), @"
    exit code 1
    --- stdout ---
    failed: example-token: bad example 1 (settings.py): missing: `exa_[20 characters]` was not reported
    rules: 1, examples: 2, failed: 1, files invalid: 0
    ");
    assert_snapshot!(test("os.environ[\"TOKEN\"]", "\"exa_{{fill 20 a-z0-9}}\""), @"
    exit code 1
    --- stdout ---
    failed: example-token: good example 1 (settings.py): noisy: `exa_[20 characters]` was reported
    rules: 1, examples: 2, failed: 1, files invalid: 0
    ");
    assert_snapshot!(test("highlights: 'exa_{{fill 20 a-z0-9}}'", "highlights: '\"exa_{{fill 20 a-z0-9}}\"'"), @r#"
    exit code 1
    --- stdout ---
    failed: example-token: bad example 1 (settings.py): wrong span: `exa_[20 characters]` was underlined instead of `"exa_[20 characters]"`
    rules: 1, examples: 2, failed: 1, files invalid: 0
    "#);
    assert_snapshot!(test("highlights: 'exa_{{fill 20 a-z0-9}}'", "highlights: 'exa_{{fill 20 a-z0-9 other}}'"), @"
    exit code 1
    --- stdout ---
    failed: example-token: bad example 1 (settings.py): bad template: highlight `exa_{{fill 20 a-z0-9 other}}` is not in the code
    failed: example-token: bad example 1 (settings.py): noisy: `exa_[20 characters]` was reported
    rules: 1, examples: 2, failed: 2, files invalid: 0
    ");
    assert_snapshot!(test("{{fill 20 a-z0-9}}\"", "{{fill many a-z0-9}}\""), @"
    exit code 1
    --- stdout ---
    failed: example-token: bad example 1 (settings.py): bad template: `many` is no count in `{{fill many a-z0-9}}`
    rules: 1, examples: 2, failed: 1, files invalid: 0
    ");
}

/// What a run said, with the random part of its tokens replaced: no token stands in these sources.
fn stand_ins(run: &Run) -> String {
    let fill =
        |rule| doorward::examples::template::expand(rule, "{{fill 20 a-z0-9}}").expect("the template is well formed");
    run.to_string().replace(&fill("example-token"), "[20 characters]").replace(&fill("other-token"), "[20 characters]")
}

#[test]
fn invalid_rules_do_not_keep_others_from_their_test() {
    let tree = own_rule("", "");
    tree.write("rules/bad/broken.yaml", "id: broken\nthme: isolation\n");
    let noisy = OWN_RULE
        .replace("example-token", "other-token")
        .replace("exa_", "oth_")
        .replace("os.environ[\"TOKEN\"]", "\"oth_{{fill 20 a-z0-9}}\"");
    tree.write("rules/other-token.yaml", noisy);
    assert_snapshot!(stand_ins(&tree.run(&["rules", "test", "rules"])), @"
    exit code 2
    --- stdout ---
    invalid: rules/bad/broken.yaml: unknown field `thme`, expected one of `id`, `title`, `theme`, `severity`, `confidence`, `aliases`, `profile`, `message`, `why`, `fix`, `cwe`, `references`, `since`, `detect`, `with`, `examples` at line 2 column 1; did you mean `theme`?
    failed: other-token: good example 1 (settings.py): noisy: `oth_[20 characters]` was reported
    rules: 2, examples: 4, failed: 1, files invalid: 1
    ");
}

#[test]
fn rules_are_listed() {
    let tree = Tree::new(&[]);
    let run = tree.run(&["rules"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let line = run.stdout.lines().find(|line| line.starts_with("github-pat-classic ")).unwrap();
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>().join(" "),
        "github-pat-classic critical high GitHub personal access token (classic)"
    );
    let ids: Vec<_> = run.stdout.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert!(ids.is_sorted() && ids.len() > 200, "{}", ids.len());
    let columns: Vec<_> =
        run.stdout.lines().map(|line| line.len() - line.trim_start_matches(|c| c != ' ').trim_start().len()).collect();
    assert!(columns.iter().all(|&column| column == columns[0]), "the second column is aligned");

    let json = tree.run(&["rules", "--format", "json"]).json();
    let rules = json.as_array().unwrap();
    assert_eq!(rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    for rule in rules {
        assert_eq!(
            keys(rule),
            ["confidence", "cwe", "fix", "id", "message", "references", "severity", "since", "theme", "title", "why"]
        );
        assert!(rule["theme"].as_str().is_some_and(|theme| theme.parse::<Theme>().is_ok()), "{rule}");
    }
}

#[test]
fn the_schema_of_rules_is_the_published_one() {
    let run = Tree::new(&[]).run(&["rules", "schema"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(run.json()["title"], "doorward rule");
    assert_eq!(run.stdout, fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/schema.json")).unwrap());
}

#[test]
fn a_rule_is_explained() {
    let tree = own_rule("since:", "cwe: [798]\nreferences: [\"https://example.com/tokens\"]\nsince:");
    assert_snapshot!(tree.run(&["explain", "example-token", "--rules", "rules"]), @r#"
    exit code 0
    --- stdout ---
    example-token: Example token
    low severity, high confidence, theme hardcoded-credential, since 0.1.0

    What
      an Example token is written in the file

    Why
      Anyone can act as its owner.

    Fix
      Revoke it.

    How it is found
      a token of the shape exa_[a-z0-9]{20}

    Reported (settings.py)
      TOKEN = "exa_{{fill 20 a-z0-9}}"

    Not reported (settings.py)
      TOKEN = os.environ["TOKEN"]

    More
      https://example.com/tokens
      https://cwe.mitre.org/data/definitions/798.html

    To silence one finding, put a comment on its line or the line above:
      doorward: ignore[example-token] the reason
    "#);
    assert_snapshot!(Tree::new(&[]).run(&["explain", "putty-private-key"]), @r#"
    exit code 0
    --- stdout ---
    putty-private-key: PuTTY private key
    critical severity, high confidence, theme hardcoded-credential, since 0.1.0

    What
      a PuTTY private key is written in the file

    Why
      Whoever reads it can log in by SSH wherever the public half is in authorized_keys.

    Fix
      Remove the public half from every authorized_keys file, make a new key with a passphrase, and keep it out of the repository.

    How it is found
      by a check in code, which reads the structure of the text

    Reported (deploy.ppk)
      PuTTY-User-Key-File-3: ssh-ed25519
      Encryption: none
      Comment: deploy
      Public-Lines: 2
      {{fill 64 A-Za-z0-9+/ p}}
      {{fill 16 A-Za-z0-9+/ q}}
      Private-Lines: 1
      {{fill 48 A-Za-z0-9+/ r}}
      Private-MAC: {{fill 64 0-9a-f}}

    Not reported (reader.c)
      if (strncmp(header, "PuTTY-User-Key-File-", 20) == 0) {

    More
      https://cwe.mitre.org/data/definitions/321.html
      https://cwe.mitre.org/data/definitions/798.html

    To silence one finding, put a comment on its line or the line above:
      doorward: ignore[putty-private-key] the reason
    "#);
}

#[test]
fn every_rule_can_be_explained() {
    let tree = Tree::new(&[]);
    for rule in doorward::rules::RuleSet::built_in().iter().step_by(10) {
        let run = tree.run(&["explain", &rule.id]);
        assert_eq!(run.code, Some(0), "{}", rule.id);
        for text in [&rule.text().title, &rule.text().message, &rule.text().why, &rule.text().fix] {
            assert!(run.stdout.contains(text), "{}: {text}", rule.id);
        }
    }
}

#[test]
fn an_unknown_rule_is_not_explained() {
    assert_snapshot!(Tree::new(&[]).run(&["explain", "generic-pasword"]), @"
    exit code 2
    --- stderr ---
    doorward: error: there is no rule or theme `generic-pasword`; did you mean `generic-password`?
    ");
    assert_snapshot!(Tree::new(&[]).run(&["explain", "\u{1b}[31m"]), @r"
    exit code 2
    --- stderr ---
    doorward: error: there is no rule or theme `\u{1b}[31m`; `doorward rules` lists them all
    ");
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let tree = Tree::new(&[]);
    for arguments in [&["--help"][..], &["-h"], &["check", "--help"], &["help", "check"]] {
        let run = tree.run(arguments);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        for part in [
            "Examples:",
            "Exit codes:",
            "doorward --fail-on high",
            "nothing scanned, or not all",
            "--min-confidence",
            "[default: 32M]",
        ] {
            assert!(run.stdout.contains(part), "{arguments:?}: {part}\n{}", run.stdout);
        }
    }
    let version = tree.run(&["--version"]);
    assert_eq!(
        (version.code, version.stdout),
        (Some(0), concat!("doorward ", env!("CARGO_PKG_VERSION"), "\n").to_owned())
    );
}

#[test]
fn completions_and_manual_are_made_from_the_definition() {
    let tree = Tree::new(&[]);
    let bash = tree.run(&["completions", "bash"]);
    assert_eq!((bash.code, bash.stderr.as_str()), (Some(0), ""));
    for part in ["_doorward()", "--min-confidence", "explain", "concise"] {
        assert!(bash.stdout.contains(part), "{part}");
    }
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        assert!(tree.run(&["completions", shell]).stdout.contains("doorward"), "{shell}");
    }
    let man = tree.run(&["man"]);
    assert_eq!((man.code, man.stderr.as_str()), (Some(0), ""));
    for part in [".TH doorward 1", "Exit codes", "\\-\\-max\\-file\\-size"] {
        assert!(man.stdout.contains(part), "{part}\n{}", man.stdout);
    }
}

#[cfg(unix)]
#[test]
fn bash_accepts_its_completions() {
    let script = Tree::new(&[]).run(&["completions", "bash"]).stdout;
    let tree = Tree::new(&[]);
    tree.write("completions.bash", script);
    let output = Command::new("bash").args(["-n", "completions.bash"]).current_dir(tree.path()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_trouble() {
    let tree = Tree::new(&[]);
    for file in 0..300 {
        let text: String =
            (0..10).map(|line| expand(&format!("password = \"{{{{fill 14 a-z0-9 {file}-{line}}}}}\"\n"))).collect();
        tree.write(format!("a_rather_long_name_to_fill_the_pipe_{file}.py"), text);
    }
    let script = "{ \"$0\" --quiet --format concise; echo \"exit code $?\" >&2; } | head -1";
    let output = Command::new("sh").args(["-c", script]).arg(program()).current_dir(tree.path()).output().unwrap();
    let run = Run::new(output);
    assert_eq!(run.stdout.lines().count(), 1, "{run}");
    assert!(run.stdout.contains("high[generic-password]"), "{run}");
    assert!(["exit code 0\n", "exit code 1\n"].contains(&run.stderr.as_str()), "{run}");
}

#[test]
fn a_reader_that_is_gone_is_no_trouble() {
    let tree = critical_and_high();
    let mut troubled = Vec::new();
    for arguments in [
        &["-f", "text"][..],
        &["-f", "concise"],
        &["-f", "json"],
        &["rules"],
        &["rules", "--format", "json"],
        &["rules", "schema"],
        &["explain", "jwt"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["--version"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(program()).current_dir(tree.path()).args(arguments).stdout(writer).output().unwrap();
        let run = Run::new(output);
        if run.code.is_none_or(|code| code > 1) || run.stderr.contains("error") || run.stderr.contains("panic") {
            troubled.push(format!("{arguments:?}: {run}"));
        }
    }
    assert!(troubled.is_empty(), "{}", troubled.join("\n"));
}

#[cfg(unix)]
#[test]
fn a_closed_standard_error_changes_nothing() {
    let tree = one_password();
    let script = "exec \"$0\" --format concise 2>&-";
    let output = Command::new("sh").args(["-c", script]).arg(program()).current_dir(tree.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("high[generic-password]"));
}
