//! Files that no one wrote with a scanner in mind: nothing hangs, nothing panics, the other files are still scanned,
//! and what could not be scanned is reported.

mod support;

use std::fs;

use doorward::excerpt::escape::is_dangerous;
use insta::assert_snapshot;
use serde_json::Value;
use support::{PASSWORD, Run, TOKEN, Tree, expand};

/// A folder with `good.py`, whose token must be found whatever else the folder holds.
fn beside_a_token() -> Tree {
    Tree::new(&[("good.py", &format!("gh = \"{TOKEN}\"\n"))])
}

/// A folder in which nothing is found.
fn beside_nothing() -> Tree {
    Tree::new(&[("good.py", "x = 1\n")])
}

/// The one finding of a run in `file`.
fn finding(run: &Run, file: &str) -> Value {
    let found: Vec<_> = run.findings().into_iter().filter(|finding| finding["path"] == file).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap_or_default()
}

fn place(finding: &Value) -> (u64, u64, u64) {
    let number = |key: &str| finding[key].as_u64().expect("places are numbers");
    (number("line"), number("column"), number("byte_offset"))
}

fn offset_of(needle: &[u8], bytes: &[u8]) -> u64 {
    bytes.windows(needle.len()).position(|window| window == needle).expect("the text is in the file") as u64
}

/// Runs in every format and makes sure that nothing in the output can disturb a terminal.
fn assert_harmless(tree: &Tree) -> Run {
    for format in ["text", "concise"] {
        let run = tree.run(&["--format", format, "--min-confidence", "low"]);
        for output in [&run.stdout, &run.stderr] {
            let dangerous: Vec<_> = output.chars().filter(|&char| char != '\n' && is_dangerous(char)).collect();
            assert!(dangerous.is_empty(), "{format}: {dangerous:?} in {output}");
        }
    }
    tree.run(&["--format", "json"])
}

#[test]
fn a_binary_file_is_counted() {
    let tree = beside_a_token();
    tree.write("program", [b"\x7fELF\x02\0\0".as_slice(), expand(TOKEN).as_bytes()].concat());
    assert_snapshot!(tree.run(&["-f", "concise"]), @"
    exit code 1
    --- stdout ---
    good.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 1 finding (1 critical); scanned 1 file, 48 B in [time] (1 binary file left out)
    ");
    assert_eq!(tree.run(&["-f", "json"]).json()["summary"]["binary_files"], 1);
}

#[test]
fn every_encoding_is_decoded_and_leads_back_to_its_bytes() {
    let token = expand(TOKEN);
    let text = format!("# \u{1f511} né\n\u{1f511} ü = \"{token}\"\n");
    let latin1_text = format!("# \u{a3} n\u{e9}\n\u{a3} \u{fc} = \"{token}\"\n");
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
    let latin1 = |text: &str| text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect::<Vec<_>>();
    let files = [
        ("utf8.py", text.clone().into_bytes(), token.clone().into_bytes()),
        ("utf8_bom.py", [b"\xef\xbb\xbf", text.as_bytes()].concat(), token.clone().into_bytes()),
        (
            "utf16le.py",
            [b"\xff\xfe".to_vec(), utf16(&text, u16::to_le_bytes)].concat(),
            utf16(&token, u16::to_le_bytes),
        ),
        (
            "utf16be.py",
            [b"\xfe\xff".to_vec(), utf16(&text, u16::to_be_bytes)].concat(),
            utf16(&token, u16::to_be_bytes),
        ),
        ("latin1.py", latin1(&latin1_text), token.clone().into_bytes()),
    ];
    let tree = beside_a_token();
    for (name, bytes, _) in &files {
        tree.write(name, bytes);
    }
    let run = assert_harmless(&tree);
    assert_eq!((run.code, run.findings().len()), (Some(1), files.len() + 1));
    for (name, bytes, token) in &files {
        let found = finding(&run, name);
        assert_eq!(place(&found), (2, 8, offset_of(token, bytes)), "{name}");
        assert_eq!((&found["end_column"], &found["masked"]), (&48.into(), &"ghp_************".into()), "{name}");
    }
}

#[test]
fn broken_encodings_are_still_scanned() {
    let token = expand(TOKEN);
    let line = format!("gh = \"{token}\"\n");
    let utf16: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let tree = beside_a_token();
    tree.write("odd_byte.py", [b"\xff\xfe", &utf16[..], b"x"].concat());
    tree.write("lone_surrogate.py", [b"\xff\xfe\x00\xd8", &utf16[..]].concat());
    tree.write("cut_character.py", [line.as_bytes(), b"# \xe2\x82"].concat());
    tree.write("bom_and_latin1.py", [b"\xef\xbb\xbf# \xe9\n", line.as_bytes()].concat());
    let run = assert_harmless(&tree);
    assert_eq!(run.findings().len(), 5, "{run}");
    assert_eq!(place(&finding(&run, "odd_byte.py")), (1, 7, 14));
    assert_eq!(place(&finding(&run, "lone_surrogate.py")), (1, 8, 16));
    assert_eq!(place(&finding(&run, "cut_character.py")), (1, 7, 6));
    assert_eq!(place(&finding(&run, "bom_and_latin1.py")), (2, 7, 13));
}

#[test]
fn every_kind_of_line_end_counts_once() {
    for (name, end) in [("lf.py", "\n"), ("crlf.py", "\r\n"), ("cr.py", "\r")] {
        let tree = beside_a_token();
        tree.write(name, expand(&["# one", "", "a = 1", &format!("gh = \"{TOKEN}\""), "# five", ""].join(end)));
        let run = assert_harmless(&tree);
        let found = finding(&run, name);
        assert_eq!(place(&found), (4, 7, 16 + 3 * end.len() as u64), "{name}");
        assert_eq!(found["snippet"]["text"], "gh = \"ghp_************\"", "{name}");
    }
}

#[test]
fn an_empty_file_is_a_scanned_file() {
    let tree = Tree::new(&[("empty.py", "")]);
    assert_snapshot!(tree.run::<&str>(&[]), @"
    exit code 0
    --- stderr ---
    doorward: no findings; scanned 1 file, 0 B in [time]
    ");
    tree.write("only_a_mark.py", b"\xef\xbb\xbf");
    tree.write("only_a_wide_mark.py", b"\xff\xfe");
    assert_eq!(tree.run(&["-f", "json"]).json()["summary"]["files_scanned"], 3);
}

#[test]
fn a_nul_far_into_a_text_leaves_it_a_text() {
    let tree = beside_a_token();
    tree.write(
        "late.py",
        [&b"# 345678\n".repeat(1000)[..], b"\0\0 gh = \"", expand(TOKEN).as_bytes(), b"\" \0\n"].concat(),
    );
    let run = assert_harmless(&tree);
    let found = finding(&run, "late.py");
    assert_eq!(place(&found), (1001, 10, 9009));
    assert_eq!(found["snippet"]["text"], "\\u{0}\\u{0} gh = \"ghp_************\" \\u{0}");
}

#[test]
fn a_line_of_20_megabytes_is_scanned_to_its_end_and_quoted_briefly() {
    let tree = beside_a_token();
    let filler = "lorem ipsum ".repeat(20_000_000 / 12);
    tree.write("long.json", format!("{{\"text\": \"{filler}\", \"gh\": \"{}\", \"more\": \"{filler}\"", expand(TOKEN)));
    let run = tree.run(&["-f", "json"]);
    assert_eq!(run.json()["summary"]["skipped"][0]["path"], "long.json", "40 MB are more than the default cap");
    tree.write("long.json", format!("{{\"text\": \"{filler}\", \"gh\": \"{}\"}}", expand(TOKEN)));
    let run = tree.run(&["-f", "json"]);
    let found = finding(&run, "long.json");
    let column = "{\"text\": \"\", \"gh\": \"".len() as u64 + filler.len() as u64;
    assert_eq!(place(&found), (1, column + 1, column));
    let snippet = found["snippet"]["text"].as_str().unwrap();
    assert!(snippet.len() < 200 && snippet.starts_with("...") && snippet.ends_with("ghp_************\"}"), "{snippet}");
    assert_eq!(run.findings().len(), 2);
}

#[cfg(unix)]
#[test]
fn a_file_over_the_cap_is_not_read() {
    let tree = beside_nothing();
    tree.write("large.txt", "word ".repeat(2000));
    // The rest is a hole, so that the disk need not hold it.
    fs::File::options().write(true).open(tree.path().join("large.txt")).unwrap().set_len(20 << 30).unwrap();
    assert_snapshot!(tree.run::<&str>(&[]), @"
    exit code 3
    --- stderr ---
    doorward: not scanned: large.txt: 20 GiB is more than --max-file-size
    doorward: no findings; scanned 1 file, 6 B in [time] (1 not scanned)
    ");
    let huge_cap = tree.run(&["--max-file-size", "1000G", "--quiet"]);
    assert_eq!((huge_cap.code, huge_cap.stdout.as_str()), (Some(3), ""), "no text of 4 GiB is ever loaded");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let tree = beside_a_token();
    let elsewhere = Tree::new(&[("other.py", &format!("gh = \"{TOKEN}\"\n"))]);
    fs::create_dir(tree.path().join("folder")).unwrap();
    symlink(tree.path(), tree.path().join("folder/up")).unwrap();
    symlink("itself", tree.path().join("itself")).unwrap();
    symlink("missing", tree.path().join("dangling")).unwrap();
    symlink("good.py", tree.path().join("again.py")).unwrap();
    symlink(elsewhere.path(), tree.path().join("elsewhere")).unwrap();
    assert_snapshot!(tree.run(&["-f", "concise"]), @"
    exit code 1
    --- stdout ---
    good.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 1 finding (1 critical); scanned 1 file, 48 B in [time]
    ");
    assert_snapshot!(tree.run(&["-f", "concise", "good.py", "dangling", "itself"]), @"
    exit code 1
    --- stdout ---
    good.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: not scanned: dangling: is no regular file
    doorward: not scanned: itself: is no regular file
    doorward: 1 finding (1 critical); scanned 1 file, 48 B in [time] (2 not scanned)
    ");
    let named = tree.run(&["-f", "concise", "--fail-on", "never", "dangling", "good.py"]);
    assert_eq!(named.code, Some(3), "{named}");
    let through_a_link = tree.run(&["-f", "concise", "elsewhere", "again.py"]);
    assert_eq!(through_a_link.stdout.lines().count(), 2, "a link that is named is followed: {through_a_link}");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_keeps_nobody_waiting() {
    let tree = beside_a_token();
    fs::create_dir(tree.path().join("folder")).unwrap();
    for pipe in ["pipe", "folder/pipe.py"] {
        let status = std::process::Command::new("mkfifo").arg(tree.path().join(pipe)).status().unwrap();
        assert!(status.success(), "mkfifo is needed");
    }
    assert_snapshot!(tree.run(&["-f", "concise"]), @"
    exit code 1
    --- stdout ---
    good.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 1 finding (1 critical); scanned 1 file, 48 B in [time]
    ");
    assert_snapshot!(tree.run(&["-f", "concise", "pipe"]), @"
    exit code 3
    --- stderr ---
    doorward: not scanned: pipe: is no regular file
    doorward: no findings; scanned 0 files, 0 B in [time] (1 not scanned)
    doorward: nothing was scanned, which proves nothing: check the paths, and --no-ignore if .gitignore names them
    ");
    assert_snapshot!(tree.run(&["-f", "concise", "--max-file-size", "1K", "folder", "/dev/null", "good.py"]), @"
    exit code 1
    --- stdout ---
    good.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: not scanned: /dev/null: is no regular file
    doorward: 1 finding (1 critical); scanned 1 file, 48 B in [time] (1 not scanned)
    ");
}

#[cfg(unix)]
#[test]
fn file_names_cannot_disturb_a_terminal() {
    let line = expand(&format!("gh = \"{TOKEN}\"\n"));
    let names = [
        "new\nline.py",
        "\u{1b}[31mred.py",
        "\u{202e}yp.txet.py",
        "\u{9b}31mred.py",
        "tab\tcr\r.py",
        "zero\u{200b}width.py",
        "spa ce 'quote\".py",
        "ünï.py",
        "-f.py",
    ];
    let tree = beside_a_token();
    for name in names {
        tree.write(format!("in/{name}"), &line);
    }
    let run = assert_harmless(&tree);
    assert_eq!(run.findings().len(), names.len() + 1);
    for name in names {
        finding(&run, &format!("in/{name}"));
    }
    assert_snapshot!(tree.run(&["-f", "concise", "in"]), @r#"
    exit code 1
    --- stdout ---
    in/\u{1b}[31mred.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/-f.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/new\u{a}line.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/spa ce 'quote".py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/tab\u{9}cr\u{d}.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/zero\u{200b}width.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/\u{9b}31mred.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/ünï.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    in/\u{202e}yp.txet.py:1:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 9 findings (9 critical); scanned 9 files, 432 B in [time]
    "#);
}

#[cfg(unix)]
#[test]
fn names_of_what_was_not_scanned_cannot_disturb_a_terminal() {
    let tree = beside_nothing();
    let name = "\u{1b}[2J\n\u{202e}x";
    tree.write(format!("{name}.txt"), "word ".repeat(1000));
    let capped = tree.run(&["--max-file-size", "1K"]);
    tree.write(format!("rules/{name}.yaml"), "id: x\n");
    std::os::unix::fs::symlink("missing", tree.path().join(format!("{name}.link"))).unwrap();
    let runs = [
        capped,
        tree.run(&[format!("{name}.missing")]),
        tree.run(&[format!("{name}.link")]),
        tree.run(&["--select", name]),
        tree.run(&["--output", &format!("{name}/report")]),
        tree.run(&["--rules", "rules"]),
        tree.run(&["--rules", name]),
        tree.run(&["rules", "test", "rules"]),
    ];
    let mut disturbing = Vec::new();
    for run in runs {
        assert!(run.code.is_some_and(|code| code >= 2), "{run}");
        let output = [run.stdout, run.stderr].concat();
        if output.chars().any(|char| char != '\n' && is_dangerous(char))
            || !output.contains("\\u{1b}[2J\\u{a}\\u{202e}x")
        {
            disturbing.push(output);
        }
    }
    assert!(disturbing.is_empty(), "{disturbing:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_that_are_not_utf8_are_reported() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let tree = beside_a_token();
    let name = OsStr::from_bytes(b"caf\xe9.py");
    tree.write(name, expand(&format!("gh = \"{TOKEN}\"\n")));
    let run = assert_harmless(&tree);
    assert_eq!(run.findings().len(), 2);
    assert_eq!(place(&finding(&run, "caf\u{fffd}.py")), (1, 7, 6));
    assert_eq!(tree.run(&[name]).code, Some(1));
}

#[test]
fn secrets_between_wide_characters_are_found_and_masked() {
    let password = expand(PASSWORD);
    let tree = Tree::new(&[]);
    tree.write("a.py", format!("日本 = \"{}\"\n", expand(TOKEN)));
    tree.write("b.py", format!("🔑🔑password = \"{password}\"  # 🔑é\u{301}\n"));
    tree.write("c.yaml", format!("пароль: x\npassword: {password} # 日本\n"));
    tree.write("d.py", format!("url = \"postgres://app:{password}@db/日本é\"\n"));
    tree.write(
        "e.ppk",
        format!(
            "PuTTY-User-Key-File-{}\nEncryption: none\nPrivate-Lines: 1\n{}\nPrivate-MAC: 0\n",
            "é".repeat(80),
            expand("{{fill 48 A-Za-z0-9+/}}")
        ),
    );
    tree.write("f.py", format!("password = \"{password}é\"\npassword = \"é{password}\"\n"));
    let run = assert_harmless(&tree);
    assert!(run.json()["summary"]["skipped"].as_array().unwrap().is_empty(), "{run}");
    let token = finding(&run, "a.py");
    assert_eq!(place(&token), (1, 7, 10));
    assert_eq!(token["snippet"]["text"], "日本 = \"ghp_************\"");
    assert_eq!(finding(&run, "b.py")["column"], 15);
    assert_eq!(finding(&run, "c.yaml")["line"], 2);
    assert_eq!(
        finding(&run, "d.py")["snippet"]["text"],
        format!("url = \"postgres://app:{}************@db/日本é\"", &password[..2])
    );
    for format in ["text", "concise", "json"] {
        let run = tree.run(&["--format", format, "--min-confidence", "low"]);
        assert!(!run.stdout.contains(&password[2..]), "{run}");
    }
}

#[test]
fn passwords_of_urls_with_wide_characters_are_found() {
    let password = expand(PASSWORD);
    for url in [format!("ünï:{password}@db"), format!("app:{password}@db.日本"), format!("app:{password}é@db")] {
        let tree = Tree::new(&[]);
        tree.write("a.py", format!("url = \"postgres://{url}/main\"\n"));
        let run = assert_harmless(&tree);
        assert_eq!(finding(&run, "a.py")["rule"], "url-userinfo-password", "{url}");
    }
}

#[test]
fn control_characters_around_a_secret_are_escaped() {
    let tree = Tree::new(&[(
        "a.py",
        &format!("\u{1b}[2J\u{8}\u{7f}\tgh = \"{TOKEN}\" # \u{202e}\u{200b}\u{9b}1m \u{2028}\n"),
    )]);
    let run = assert_harmless(&tree);
    let found = finding(&run, "a.py");
    assert_eq!((&found["line"], &found["column"]), (&1.into(), &14.into()));
    assert_eq!(
        found["snippet"]["text"],
        "\\u{1b}[2J\\u{8}\\u{7f}    gh = \"ghp_************\" # \\u{202e}\\u{200b}\\u{9b}1m \\u{2028}"
    );
    let (start, end) = (found["snippet"]["start"].as_u64().unwrap(), found["snippet"]["end"].as_u64().unwrap());
    assert_eq!(&found["snippet"]["text"].as_str().unwrap()[start as usize..end as usize], "ghp_************");
}

#[test]
fn deep_folders_are_walked() {
    let tree = beside_a_token();
    let deep = "d/".repeat(1500);
    tree.write(format!("{deep}a.py"), expand(&format!("gh = \"{TOKEN}\"\n")));
    let run = tree.run(&["-f", "json"]);
    assert_eq!(run.findings().len(), 2);
    finding(&run, &format!("{deep}a.py"));
}

#[cfg(unix)]
#[test]
fn folders_beyond_the_longest_path_are_reported() {
    let tree = beside_a_token();
    let name = "d".repeat(200);
    let script = format!("for i in $(seq 30); do mkdir {name} && cd {name} || exit 1; done; echo x > a.py");
    let status = std::process::Command::new("bash").args(["-c", &script]).current_dir(tree.path()).status().unwrap();
    assert!(status.success(), "bash can make folders as deep as it likes");
    let run = tree.run(&["-f", "json", "--fail-on", "never"]);
    assert_eq!(run.code, Some(3), "a part was not scanned: {run}");
    assert_eq!(run.findings().len(), 1);
    assert!(run.stderr.contains("not scanned: ddd"), "{run}");
}

#[test]
fn many_findings_in_many_lines_end() {
    let tree = Tree::new(&[]);
    let fill = expand("{{fill 100000 a-z0-9}}");
    let password = |line: usize| &fill[line..line + 14];
    let text: String = (0..50_000).map(|line| format!("password_{line} = \"{}\"\n", password(line))).collect();
    tree.write("many.py", text);
    let run = tree.run(&["-f", "concise"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.lines().count() > 45_000, "{}", run.stderr);
}

#[test]
fn many_findings_in_one_line_end() {
    let tree = Tree::new(&[]);
    let fill = expand("{{fill 100000 a-z0-9}}");
    let pairs: Vec<_> = (0..20_000).map(|at| format!("\"password_{at}\": \"{}\"", &fill[at..at + 14])).collect();
    tree.write("many.json", format!("{{{}}}", pairs.join(", ")));
    let run = tree.run(&["-f", "concise"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.lines().count() > 18_000, "{}", run.stderr);
}

#[test]
fn many_findings_in_a_wide_encoding_end() {
    let tree = Tree::new(&[]);
    let token = expand(TOKEN);
    let text: String = (0..20_000).map(|line| format!("gh{line} = \"{token}\"\n")).collect();
    tree.write("utf16.py", [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat());
    tree.write("latin1.py", [b"# \xe9\n", text.as_bytes()].concat());
    let run = tree.run(&["-f", "concise"]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 40_000), "{}", run.stderr);
}

/// One line of a megabyte of `piece`, scanned for all that is likely, and for all.
fn assert_ends(piece: &str) {
    let tree = Tree::new(&[]);
    tree.write("line.txt", piece.repeat((1 << 20) / piece.len()));
    let run = tree.run(&["--format", "concise"]);
    assert_eq!(run.code, Some(0), "{piece}: {}", run.stderr);
    let run = tree.run(&["--format", "concise", "--min-confidence", "low", "--fail-on", "never"]);
    assert_eq!(run.code, Some(0), "{piece} at low confidence: {}", run.stderr);
}

/// A test for each piece, so that a slow one is named.
macro_rules! hostile_lines {
    ($($name:ident: $piece:literal;)+) => {
        $(
            #[test]
            fn $name() {
                assert_ends($piece);
            }
        )+
    };
}

hostile_lines! {
    a_line_of_names_ends: "key";
    a_line_of_equals_signs_ends: "=";
    a_line_of_quotes_ends: "\"";
    a_line_of_words_of_mixed_case_ends: "a1B2";
    a_line_of_curl_commands_ends: "curl -u x ";
    a_line_of_programs_ends: "docker ";
    a_line_of_subcommands_ends: "docker login -p -x ";
    a_line_of_substitutions_ends: "docker $(";
    a_line_of_pipes_ends: "echo x | sudo -S ";
    a_line_of_assignments_ends: "password=";
    a_line_of_key_headers_ends: "-----BEGIN PRIVATE KEY-----";
    a_line_of_urls_ends: "http://a:b";
    a_line_of_token_beginnings_ends: "eyJ";
    a_line_of_open_strings_ends: "token: \"";
    a_line_of_references_ends: "${";
    a_line_of_bearer_headers_ends: "Bearer ";
}
