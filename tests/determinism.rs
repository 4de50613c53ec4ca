//! Equal trees give equal bytes: whatever the threads, the order of the paths, and the run.

mod support;

use support::{PASSWORD, Run, TOKEN, Tree, expand, without_time};

const FOLDERS: [&str; 6] = ["src", "src/inner", "deploy", "tests", "docs", ".hidden"];
const FORMATS: [&str; 3] = ["text", "concise", "json"];

/// A few hundred files of many kinds with many findings, and some that cannot be scanned.
fn tree() -> Tree {
    let tree = Tree::new(&[]);
    for number in 0..50 {
        let fill = |template: &str| expand(&template.replace("}}", &format!(" {number}}}}}")));
        let (token, password) = (fill("ghp_{{fill 36 A-Za-z0-9}}"), fill("{{fill 14 a-z0-9}}"));
        for folder in FOLDERS {
            let write = |name: String, text: String| tree.write(format!("{folder}/{name}"), text);
            match number % 5 {
                0 => write(
                    format!("settings_{number}.py"),
                    format!("gh = \"{}\"\nPASSWORD = \"{password}\"\n", expand(TOKEN)),
                ),
                1 => write(
                    format!("app{number}.yaml"),
                    format!("db:\n  password: {password}\n  url: redis://:{password}@cache:6379\n"),
                ),
                2 => write(format!("{number}.env"), format!("DB_PASSWORD={password}\nGITHUB_TOKEN={token}\n")),
                3 => write(
                    format!("config{number}.json"),
                    format!("{{\"password\": \"{password}\", \"token\": \"{token}\"}}\n"),
                ),
                _ => write(
                    format!("notes{number}.md"),
                    format!("Nothing to see, curl -u admin:{password} https://example.org\n"),
                ),
            }
        }
    }
    for folder in FOLDERS {
        tree.write(format!("{folder}/large.txt"), "word ".repeat(1000));
        tree.write(format!("{folder}/picture.png"), b"\x89PNG\0");
    }
    tree
}

fn scan(tree: &Tree, format: &str, threads: &str, paths: &[&str]) -> Run {
    let options = ["--min-confidence", "low", "--max-file-size", "4K", "--format", format, "--threads", threads];
    tree.run(&[&options, paths].concat())
}

fn assert_equal(one: &Run, other: &Run, what: &str) {
    assert!(one.stdout == other.stdout, "{what}: standard output differs");
    assert_eq!(without_time(&one.stderr), without_time(&other.stderr), "{what}");
    assert_eq!(one.code, other.code, "{what}");
}

#[test]
fn threads_change_nothing() {
    let tree = tree();
    for format in FORMATS {
        let one = scan(&tree, format, "1", &["."]);
        assert_eq!(one.code, Some(1));
        assert!(one.stdout.lines().count() > 300, "{format}: {}", one.stderr);
        for threads in ["2", "8", "0"] {
            assert_equal(&one, &scan(&tree, format, threads, &["."]), &format!("{format}, {threads} threads"));
        }
    }
}

#[test]
fn the_order_of_paths_changes_nothing() {
    let tree = tree();
    let paths = ["src", "deploy", "tests", "docs", ".hidden", "src/inner/app1.yaml"];
    let orders = [
        paths,
        [paths[5], paths[4], paths[3], paths[2], paths[1], paths[0]],
        [paths[2], paths[5], paths[0], paths[4], paths[1], paths[3]],
    ];
    for format in FORMATS {
        let whole = scan(&tree, format, "2", &["."]);
        for order in orders {
            assert_equal(&whole, &scan(&tree, format, "2", &order), &format!("{format}, {order:?}"));
        }
    }
}

#[test]
fn another_run_changes_nothing() {
    let tree = tree();
    for format in FORMATS {
        let first = scan(&tree, format, "8", &["."]);
        for _ in 0..4 {
            assert_equal(&first, &scan(&tree, format, "8", &["."]), format);
        }
    }
}

#[test]
fn findings_come_in_the_order_of_paths_and_places() {
    let tree = tree();
    let findings = scan(&tree, "json", "8", &["."]).findings();
    let places: Vec<_> = findings
        .iter()
        .map(|finding| (finding["path"].as_str(), finding["byte_offset"].as_u64(), finding["rule"].as_str()))
        .collect();
    assert!(places.is_sorted());
    let mut unique = places.clone();
    unique.dedup();
    assert_eq!(unique, places, "no finding is reported twice");
}

/// Files with findings whose names are no UTF-8: all are reported under one name.
#[cfg(target_os = "linux")]
fn files_of_one_reported_name() -> Tree {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let tree = Tree::new(&[("other.py", "x = 1\n")]);
    for byte in 0x80..0xc0_u8 {
        let lines = "\n".repeat(usize::from(byte));
        let name = OsStr::from_bytes(&[b'a', byte, b'/', b'b']).to_owned();
        tree.write(name, format!("{lines}password = \"{}\"\n", expand(PASSWORD)));
    }
    tree
}

#[cfg(target_os = "linux")]
#[test]
fn files_of_one_reported_name_keep_their_order() {
    let tree = files_of_one_reported_name();
    let first = scan(&tree, "concise", "8", &["."]);
    for _ in 0..20 {
        assert_equal(&first, &scan(&tree, "concise", "8", &["."]), "another run");
    }
    assert_equal(&first, &scan(&tree, "concise", "1", &["."]), "one thread");
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_is_taken_for_another_of_the_same_reported_name() {
    let tree = files_of_one_reported_name();
    for paths in [&["."][..], &[".", "other.py"]] {
        let run = scan(&tree, "json", "2", paths);
        assert_eq!((run.findings().len(), &run.json()["summary"]["files_scanned"]), (64, &65.into()), "{paths:?}");
    }
}
