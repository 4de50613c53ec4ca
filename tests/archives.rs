//! `--archives`: what is in archives is scanned, whatever the format, and no archive hangs, floods or leaves the memory that it
//! is opened in. The archives are made here, with the crates that read them.

mod support;

use std::fs;
use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use insta::assert_snapshot;
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::json;
use support::{Run, TOKEN, Tree, expand, without_time};
use tar::{EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A text whose line 2 has a token, at column 7.
fn leak() -> Vec<u8> {
    expand(&format!("import os\ngh = \"{TOKEN}\"\n")).into_bytes()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(zip::CompressionMethod::DEFLATE, members)
}

fn zip_by(method: zip::CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer
            .start_file(*name, SimpleFileOptions::default().compression_method(method))
            .expect("a zip can be written to memory");
        writer.write_all(content).expect("a zip can be written to memory");
    }
    writer.finish().expect("a zip can be written to memory").into_inner()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        add(&mut builder, name.as_bytes(), EntryType::Regular, content);
    }
    builder.into_inner().expect("a tar can be written to memory")
}

/// Adds a member under any name, also one that the crate would refuse to write.
fn add(builder: &mut tar::Builder<Vec<u8>>, name: &[u8], kind: EntryType, content: &[u8]) {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, content).expect("a tar can be written to memory");
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("gzip can write to memory");
    encoder.finish().expect("gzip can write to memory")
}

fn xz(content: &[u8]) -> Vec<u8> {
    let mut writer = XzWriter::new(Vec::new(), XzOptions::default()).expect("xz can write to memory");
    writer.write_all(content).expect("xz can write to memory");
    writer.finish().expect("xz can write to memory")
}

fn zstd(content: &[u8]) -> Vec<u8> {
    compress_to_vec(content, CompressionLevel::Fastest)
}

/// Replaces bytes wherever they stand, by as many others.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    let mut count = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        bytes[at + found..at + found + to.len()].copy_from_slice(to);
        at += found + to.len();
        count += 1;
    }
    assert!(count > 0, "the bytes are there");
    bytes
}

/// Sets two bytes of each header of a zip: at one place in the members' own, at another in the table of contents.
fn patched(bytes: &[u8], local: usize, central: usize, value: u16) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() - 4 {
        let field = match &bytes[at..at + 4] {
            b"PK\x03\x04" => at + local,
            b"PK\x01\x02" => at + central,
            _ => continue,
        };
        bytes[field..field + 2].copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

/// A folder with one archive and a harmless file.
fn with(name: &str, archive: impl AsRef<[u8]>) -> Tree {
    let tree = Tree::new(&[("good.py", "x = 1\n")]);
    tree.write(name, archive);
    tree
}

fn scan(tree: &Tree) -> Run {
    tree.run(&["--archives", "--format", "json"])
}

/// `path:line` of all findings.
fn places(run: &Run) -> Vec<String> {
    let place = |finding: &serde_json::Value| {
        format!("{}:{}", finding["path"].as_str().expect("a path is a string"), finding["line"])
    };
    run.findings().iter().map(place).collect()
}

/// `path: reason` of all that was not scanned.
fn skipped(run: &Run) -> Vec<String> {
    let skipped = run.json()["summary"]["skipped"].clone();
    let text = |entry: &serde_json::Value| {
        format!(
            "{}: {}",
            entry["path"].as_str().expect("a path is a string"),
            entry["reason"].as_str().expect("a reason is a string")
        )
    };
    skipped.as_array().expect("`skipped` is a list").iter().map(text).collect()
}

/// All files of a folder with their sizes.
fn listing(tree: &Tree) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![tree.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be listed") {
            let entry = entry.expect("the folder can be listed");
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
            found.push((entry.path().display().to_string(), entry.metadata().expect("the folder can be listed").len()));
        }
    }
    found.sort();
    found
}

fn every_format() -> Tree {
    let leak = leak();
    let members: &[(&str, &[u8])] =
        &[("src/leak.py", &leak), ("picture.png", b"\x89PNG\r\n\x1a\n\0"), ("good.py", b"x = 1\n")];
    let tree = Tree::new(&[]);
    tree.write("deflated.jar", zip(members));
    tree.write("stored.docx", zip_by(zip::CompressionMethod::Stored, members));
    tree.write("no_ending", tar(members));
    tree.write("a.tar.gz", gzip(&tar(members)));
    tree.write("a.tar.xz", xz(&tar(members)));
    tree.write("a.tar.zst", zstd(&tar(members)));
    tree.write("one.py.gz", gzip(&leak));
    tree.write("one.py.xz", xz(&leak));
    tree.write("one.py.zst", zstd(&leak));
    tree
}

#[test]
fn every_format_is_opened_and_nothing_is_written() {
    let tree = every_format();
    tree.write("tmp/empty", "");
    let before = listing(&tree);
    let arguments = ["--archives", "-f", "concise", "--threads", "2"];
    let temporary = tree.path().join("tmp");
    let output = tree.command().env("TMPDIR", &temporary).args(arguments).output().unwrap();
    assert_snapshot!(Run::new(output), @"
    exit code 1
    --- stdout ---
    a.tar.gz!src/leak.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    a.tar.xz!src/leak.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    a.tar.zst!src/leak.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    deflated.jar!src/leak.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    no_ending!src/leak.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    one.py.gz!one.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    one.py.xz!one.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    one.py.zst!one.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    stored.docx!src/leak.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: 9 findings (9 critical); scanned 16 files, 558 B in [time] (6 binary files left out)
    ");
    assert_eq!(listing(&tree), before);
}

#[test]
fn tokens_in_archives_are_masked() {
    let tree = every_format();
    let token = expand(TOKEN);
    for format in ["text", "concise", "json"] {
        let run = tree.run(&["--archives", "--format", format]);
        assert!(!run.stdout.contains(&token[..10]) && !run.stderr.contains(&token[..10]), "{run}");
        assert!(format != "text" || run.stdout.contains("--> a.tar.gz!src/leak.py:2:7\n"), "{run}");
    }
    assert!(scan(&tree).findings().iter().all(|finding| finding["masked"] == "ghp_************"));
}

#[test]
fn without_the_option_an_archive_is_a_binary_file() {
    let tree = every_format();
    assert_snapshot!(tree.run::<&str>(&[]), @"
    exit code 3
    --- stderr ---
    doorward: no findings; scanned 0 files, 0 B in [time] (9 binary files left out)
    doorward: nothing was scanned, which proves nothing: check the paths, and --no-ignore if .gitignore names them
    ");
    assert_snapshot!(tree.run(&["deflated.jar"]), @"
    exit code 3
    --- stderr ---
    doorward: no findings; scanned 0 files, 0 B in [time] (1 binary file left out)
    doorward: a file that you named is an archive; --archives checks what is in it
    doorward: nothing was scanned, which proves nothing: check the paths, and --no-ignore if .gitignore names them
    ");
    assert_eq!(tree.run(&["deflated.jar", "a.tar.gz", "-q"]).stderr, "");
    let two = tree.run(&["deflated.jar", "a.tar.gz"]);
    assert!(two.stderr.contains("2 files that you named are archives; --archives"), "{two}");
}

#[test]
fn archives_are_opened_inside_archives_to_depth_3() {
    let leak = leak();
    let inner = zip(&[("leak.py", &leak)]);
    let third = tar(&[("third.zip", &inner), ("leak.py", &leak)]);
    let second = zip(&[("second.tar.gz", &gzip(&third)), ("leak.py", &leak), ("one.py.gz", &gzip(&leak))]);
    let tree = with("first.zip", zip(&[("lib/second.zip", &second), ("z.py", &leak)]));
    let run = scan(&tree);
    assert_eq!(
        places(&run),
        [
            "first.zip!lib/second.zip!leak.py:2",
            "first.zip!lib/second.zip!one.py.gz!one.py:2",
            "first.zip!lib/second.zip!second.tar.gz!leak.py:2",
            "first.zip!z.py:2"
        ]
    );
    let too_deep = "is an archive inside 3 others, which is too deep";
    assert_eq!(skipped(&run), [format!("first.zip!lib/second.zip!second.tar.gz!third.zip: {too_deep}")]);
}

#[test]
fn layers_of_compression_end() {
    let wrapped = (0..10).fold(leak(), |content, _| gzip(&content));
    let run = scan(&with("a.gz", wrapped));
    assert_eq!((run.code, run.findings().len(), skipped(&run).len()), (Some(3), 0, 1), "{run}");
}

#[test]
fn several_streams_in_one_file_are_all_read() {
    let (first, second) = (b"# nothing\n".as_slice(), leak());
    let tree = Tree::new(&[]);
    tree.write("a.py.gz", [gzip(first), gzip(&second)].concat());
    tree.write("a.py.xz", [xz(first), xz(&second)].concat());
    let aside =
        [b"\x50\x2a\x4d\x18\x03\0\0\0abc".as_slice(), &zstd(first), b"\x5f\x2a\x4d\x18\0\0\0\0", &zstd(&second)];
    tree.write("a.py.zst", aside.concat());
    assert_eq!(places(&scan(&tree)), ["a.py.gz!a.py:3", "a.py.xz!a.py:3", "a.py.zst!a.py:3"]);
}

#[test]
fn encodings_are_decoded_in_archives_too() {
    let line = expand(&format!("\u{e9} = \"{TOKEN}\"\n"));
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(line.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin1: Vec<u8> = line.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect();
    let run = scan(&with("a.zip", zip(&[("latin1.py", &latin1), ("utf16.py", &utf16)])));
    let offsets: Vec<_> = run.findings().iter().map(|finding| finding["byte_offset"].clone()).collect();
    assert_eq!(offsets, [json!(5), json!(12)]);
}

#[test]
fn the_inner_path_tells_kind_and_role() {
    let leak = leak();
    let bare = expand("DB_PASSWORD={{fill 10 a-z}}{{fill 4 0-9}}\n");
    let archive = zip(&[(".env", bare.as_bytes()), ("src/a.py", &leak), ("tests/a.py", &leak)]);
    let run = scan(&with("tests/fixtures/a.zip", archive));
    let found: Vec<_> = run.findings().iter().map(|finding| finding["confidence"].clone()).collect();
    assert_eq!(found.len(), 3, "{run}");
    assert_eq!((&found[1], &found[2]), (&json!("high"), &json!("medium")));
}

#[test]
fn names_are_only_text() {
    let leak = leak();
    let names = ["../../outside.py", "/tmp/doorward-absolute.py", "c:\\windows\\a.py", "\u{1b}[31m.py", "a!b.py"];
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, leak.as_slice())).collect();
    for archive in [zip(&members), tar(&members)] {
        let tree = with("in/side/a.zip", archive);
        let before = listing(&tree);
        let run = scan(&tree);
        let mut expected: Vec<_> = names.iter().map(|name| format!("in/side/a.zip!{name}:2")).collect();
        expected.sort();
        assert_eq!(places(&run), expected);
        assert_eq!(listing(&tree), before);
        assert!(!fs::exists("/tmp/doorward-absolute.py").unwrap());
        let concise = tree.run(&["--archives", "-f", "concise"]).stdout;
        assert!(!concise.contains('\u{1b}') && concise.contains("a.zip!\\u{1b}[31m.py:2:7: "), "{concise}");
    }
}

#[test]
fn names_that_are_not_utf8_are_reported() {
    let leak = leak();
    let mut builder = tar::Builder::new(Vec::new());
    add(&mut builder, b"caf\xe9.py", EntryType::Regular, &leak);
    let tree = Tree::new(&[]);
    tree.write("a.tar", builder.into_inner().unwrap());
    tree.write("a.zip", replaced(&zip(&[("caf_.py", &leak)]), b"caf_.py", b"caf\xe9.py"));
    tree.write("utf8.zip", replaced(&zip(&[("caf__.py", &leak)]), b"caf__.py", "café.py".as_bytes()));
    // Code page 437 is what a zip's names are in when nothing else is said.
    assert_eq!(places(&scan(&tree)), ["a.tar!caf\u{fffd}.py:2", "a.zip!caf\u{398}.py:2", "utf8.zip!café.py:2"]);
}

#[test]
fn long_names_are_read_and_cut() {
    let leak = leak();
    let name = format!("{}/leak.py", "folder/".repeat(1000));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(leak.len() as u64);
    builder.append_data(&mut header, &name, leak.as_slice()).unwrap();
    let run = scan(&with("a.tar", builder.into_inner().unwrap()));
    let [place] = places(&run).try_into().unwrap();
    assert!(place.starts_with("a.tar!...") && place.ends_with("/leak.py:2") && place.len() < 1100, "{place}");
}

#[test]
fn links_folders_and_devices_in_a_tar_are_passed_over() {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in [("symlink", EntryType::Symlink), ("hardlink", EntryType::Link)] {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, name, "/nowhere/at/all").unwrap();
    }
    for kind in [EntryType::Directory, EntryType::Fifo, EntryType::Char, EntryType::Block] {
        add(&mut builder, b"other", kind, b"");
    }
    add(&mut builder, b"old_folder/", EntryType::Regular, b"");
    add(&mut builder, b"leak.py", EntryType::Regular, &leak());
    let run = scan(&with("a.tar", builder.into_inner().unwrap()));
    assert_eq!(places(&run), ["a.tar!leak.py:2"]);
    let summary = &run.json()["summary"];
    assert_eq!((&summary["files_scanned"], &summary["skipped"]), (&json!(2), &json!([])));
}

#[test]
fn links_in_a_zip_are_passed_over() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("link", "/nowhere/at/all", SimpleFileOptions::default()).unwrap();
    writer.add_directory("folder", SimpleFileOptions::default()).unwrap();
    let run = scan(&with("a.zip", writer.finish().unwrap().into_inner()));
    assert_eq!((run.code, &run.json()["summary"]["files_scanned"]), (Some(0), &json!(1)), "{run}");
}

#[test]
fn a_sparse_file_in_a_tar_is_reported_and_the_rest_is_scanned() {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..6].copy_from_slice(b"sparse");
    header.set_entry_type(EntryType::GNUSparse);
    header.set_size(4);
    let octal = |number: u64| -> [u8; 12] { format!("{number:011o}\0").into_bytes().try_into().unwrap() };
    let gnu = header.as_gnu_mut().unwrap();
    gnu.sparse[0].offset = octal(0o777_7777_7000);
    gnu.sparse[0].numbytes = octal(4);
    gnu.realsize = octal(0o777_7777_7004);
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, b"text".as_slice()).unwrap();
    add(&mut builder, b"leak.py", EntryType::Regular, &leak());
    let run = scan(&with("a.tar", builder.into_inner().unwrap()));
    assert_eq!(places(&run), ["a.tar!leak.py:2"]);
    assert_eq!(skipped(&run), ["a.tar!sparse: is stored as a sparse file, which is not supported"]);
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_scanned() {
    let leak = leak();
    // In an archive around them, a whole member follows.
    let stored = |content: &[u8]| zip_by(zip::CompressionMethod::Stored, &[("leak.py", content)]);
    let encrypted = patched(&stored(&leak), 6, 8, 1);
    let bzip2 = patched(&stored(&leak), 8, 10, 12);
    let wrong_sum = replaced(&stored(&leak), b"import os", b"import re");
    let twice = replaced(&zip(&[("a1.py", &leak), ("a2.py", &leak)]), b"a2.py", b"a1.py");
    let wrong_sum_zst = replaced(&zstd(b"abcdefgh\n"), b"abcd", b"abce");
    let large_window = b"\x28\xb5\x2f\xfd\0\x88\x01\0\0";
    let tree = Tree::new(&[]);
    tree.write(
        "outer.zip",
        zip(&[
            ("encrypted.zip", &encrypted),
            ("bzip2.zip", &bzip2),
            ("wrong_sum.zip", &wrong_sum),
            ("twice.zip", &twice),
            ("wrong_sum.zst", &wrong_sum_zst),
            ("large_window.zst", large_window),
            ("a.bz2", b"BZh91AY&SY\0"),
            ("a.7z", b"7z\xbc\xaf\x27\x1c\0"),
            ("large.txt", &b"word ".repeat(1000)),
            ("leak.py", &leak),
        ]),
    );
    assert_snapshot!(tree.run(&["--archives", "-f", "concise", "--max-file-size", "4K"]), @"
    exit code 1
    --- stdout ---
    outer.zip!leak.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    outer.zip!twice.zip!a1.py:2:7: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    --- stderr ---
    doorward: not scanned: outer.zip!a.7z: is a 7z archive, which is not supported
    doorward: not scanned: outer.zip!a.bz2: is a bzip2 archive, which is not supported
    doorward: not scanned: outer.zip!bzip2.zip!leak.py: is compressed in a way that is not supported
    doorward: not scanned: outer.zip!encrypted.zip!leak.py: is encrypted
    doorward: not scanned: outer.zip!large.txt: is more than --max-file-size
    doorward: not scanned: outer.zip!large_window.zst!large_window: cannot be unpacked: it needs a larger window than the allowed 64 MiB
    doorward: not scanned: outer.zip!twice.zip: holds several members of the same name, and only the last of them was scanned
    doorward: not scanned: outer.zip!wrong_sum.zip!leak.py: cannot be unpacked: invalid checksum
    doorward: not scanned: outer.zip!wrong_sum.zst!wrong_sum: cannot be unpacked: its checksum is wrong
    doorward: 2 findings (2 critical); scanned 2 files, 116 B in [time] (9 not scanned)
    ");
    let never = tree.run(&["--archives", "--fail-on", "never"]);
    assert_eq!(never.code, Some(3), "what was not scanned makes the run incomplete");
}

#[test]
fn a_file_that_ends_too_early_is_reported() {
    let leak = leak();
    let filler: Vec<u8> =
        (0..60_000_u32).flat_map(|number| format!("{:x}\n", number.wrapping_mul(0x9e37_79b1)).into_bytes()).collect();
    let members: &[(&str, &[u8])] = &[("first.py", &leak), ("filler.txt", &filler), ("last.py", &leak)];
    let text = [leak.as_slice(), &filler].concat();
    for (name, archive, found) in [
        ("a.zip", zip(members), 0),
        ("a.tar", tar(members), 1),
        ("a.tar.gz", gzip(&tar(members)), 1),
        ("a.tar.xz", xz(&tar(members)), 1),
        // Its decoder holds back a window of what it has decoded.
        ("a.tar.zst", zstd(&tar(members)), 0),
        ("a.gz", gzip(&text), 0),
        ("a.xz", xz(&text), 0),
        ("a.zst", zstd(&text), 0),
    ] {
        let run = scan(&with(name, &archive[..archive.len() / 2]));
        assert_eq!((run.findings().len(), skipped(&run).is_empty()), (found, false), "{name}: {run}");
        assert_eq!(run.code, Some(if found == 0 { 3 } else { 1 }), "{name}");
        for end in [1, 3, 5, 9, 13, 30, 100, 600, archive.len() - 1] {
            let run = scan(&with(name, &archive[..end.min(archive.len())]));
            assert!(run.code.is_some_and(|code| code != 2), "{name}, {end} bytes: {run}");
            assert!(!run.stderr.contains("internal error"), "{name}, {end} bytes: {run}");
        }
    }
}

#[test]
fn broken_bytes_anywhere_are_no_trouble() {
    let members: &[(&str, &[u8])] = &[("first.py", &leak()), ("last.py", &leak())];
    for (name, archive) in [
        ("a.zip", zip(members)),
        ("a.tar", tar(members)),
        ("a.tar.gz", gzip(&tar(members))),
        ("a.tar.xz", xz(&tar(members))),
        ("a.tar.zst", zstd(&tar(members))),
    ] {
        let tree = Tree::new(&[("good.py", "x = 1\n")]);
        // One run scans all of them.
        for at in (4..archive.len()).step_by((archive.len() / 150).max(1)) {
            for value in [0, 0xff] {
                let mut broken = archive.clone();
                broken[at] = value;
                tree.write(format!("{at}-{value}-{name}"), broken);
            }
        }
        let run = scan(&tree);
        assert!(run.code.is_some_and(|code| code == 1 || code == 3), "{name}: {}", run.stderr);
        assert!(!run.stderr.contains("internal error"), "{name}: {}", run.stderr);
    }
}

#[test]
fn bombs_are_stopped_by_the_budget() {
    let large = b"a".repeat(3 << 20);
    let many: Vec<(String, &[u8])> = (0..100).map(|number| (format!("{number:03}.txt"), large.as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let bomb = zip(&many);
    let bombs = zip(&[("1.zip", &bomb), ("2.zip", &bomb)]);
    for (name, archive) in [("a.tar.gz", gzip(&tar(&many))), ("a.zip", bomb), ("bombs.zip", bombs)] {
        assert!(archive.len() < 4 << 20, "{name}");
        let tree = with("z.py", leak());
        tree.write(name, &archive);
        let run = tree.run(&["--archives", "--format", "json", "--max-file-size", "1M"]);
        let skipped = skipped(&run);
        let size = if archive.len() * 100 < 64 << 20 { "64 MiB" } else { "" };
        let reason = format!("{name}: unpacks to more than {size}");
        assert!(skipped.iter().any(|skip| skip.starts_with(&reason)), "{skipped:#?}");
        assert_eq!(places(&run), ["z.py:2"], "the rest of the tree is scanned");
    }
}

#[test]
fn a_header_that_asks_for_much_memory_gets_none() {
    let mut builder = tar::Builder::new(Vec::new());
    add(&mut builder, b"././@LongLink", EntryType::GNULongName, &b"a".repeat(2 << 20));
    add(&mut builder, b"leak.py", EntryType::Regular, &leak());
    let run = scan(&with("a.tar.gz", gzip(&builder.into_inner().unwrap())));
    assert_eq!(skipped(&run), ["a.tar.gz: cannot be unpacked: its headers are too large"]);
}

#[test]
fn an_empty_archive_is_nothing_scanned() {
    let tree = Tree::new(&[]);
    tree.write("empty.zip", zip(&[]));
    assert_snapshot!(tree.run(&["--archives"]), @"
    exit code 3
    --- stderr ---
    doorward: no findings; scanned 0 files, 0 B in [time]
    doorward: nothing was scanned, which proves nothing: check the paths, and --no-ignore if .gitignore names them
    ");
    let run = scan(&with("empty.tar.gz", gzip(&tar(&[]))));
    assert_eq!((run.code, skipped(&run).len()), (Some(0), 0), "{run}");
}

#[test]
fn archives_of_100_000_members_are_read_to_the_end() {
    let leak = leak();
    let names: Vec<String> = (0..99_999).map(|number| format!("src/folder/{number}.py")).collect();
    let mut members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x = 1\n".as_slice())).collect();
    members.push(("zzz.py", &leak));
    let tree = Tree::new(&[]);
    tree.write("a.tar.gz", gzip(&tar(&members)));
    tree.write("a.zip", zip_by(zip::CompressionMethod::Stored, &members));
    let run = scan(&tree);
    assert_eq!(places(&run), ["a.tar.gz!zzz.py:2", "a.zip!zzz.py:2"]);
    assert_eq!(run.json()["summary"]["files_scanned"], 200_000);
}

#[test]
fn too_many_members_and_too_many_problems_are_counted() {
    let names: Vec<String> = (0..1500).map(|number| number.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let run = scan(&with("a.zip", patched(&zip_by(zip::CompressionMethod::Stored, &members), 6, 8, 1)));
    let skipped = skipped(&run);
    assert_eq!((skipped.len(), skipped[0].as_str()), (1001, "a.zip: 500 more members could not be read"));
}

#[test]
fn threads_change_nothing() {
    let tree = every_format();
    let leak = leak();
    for number in 0..20 {
        let inner = tar(&[("b.py", &leak), ("b.py", &leak), ("a.py", &leak)]);
        tree.write(format!("{number}.zip"), zip(&[("in.tar", &inner), ("a.gz", b"\x1f\x8b\x08\0"), ("c.py", &leak)]));
    }
    for format in ["text", "concise", "json"] {
        let run = |threads| tree.run(&["--archives", "--format", format, "--threads", threads]);
        let one = run("1");
        for threads in ["2", "8", "8"] {
            let other = run(threads);
            assert!(one.stdout == other.stdout, "{format}, {threads} threads");
            assert_eq!(without_time(&one.stderr), without_time(&other.stderr));
        }
    }
}
