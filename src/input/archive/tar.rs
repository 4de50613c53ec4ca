//! Reads the members of a tar as they come.

use std::cell::Cell;
use std::io::{self, Read};

use tar::{Entry, EntryType};

use super::budget::Limited;
use super::{Opener, Place, Problem};

/// Most bytes of headers between two members. Long names and attributes are read into memory, and 64 KiB of them are much.
const MAX_HEADERS: u64 = 1 << 20;

/// Reads a tar.
pub(super) fn read(opener: &mut Opener<'_>, source: &mut dyn Read, at: Place<'_>) {
    let limit = Cell::new(MAX_HEADERS);
    let mut archive = tar::Archive::new(Limited::new(source, &limit));
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return opener.report(at.name, error.into()),
    };
    for entry in entries {
        let entry = entry.and_then(|entry| stored_size(&entry).map(|size| (entry, size)));
        let (mut entry, size) = match entry {
            Ok(entry) => entry,
            // Where the next header is cannot be told any more.
            Err(error) => return opener.report(at.name, error.into()),
        };
        if !opener.next_member() {
            return;
        }
        limit.set(entry.raw_file_position().saturating_add(size).saturating_add(MAX_HEADERS));
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match entry.header().entry_type() {
            // Old tars mark a folder by its name alone.
            kind if has_no_content(kind) || name.ends_with('/') => {}
            EntryType::GNUSparse => opener.report(&at.member_name(&name), Problem::Sparse),
            _ => opener.member(&name, &mut entry, at),
        }
    }
}

/// How many bytes of the archive a member takes. A sparse file says how large it is with its holes.
fn stored_size<S: Read>(entry: &Entry<'_, S>) -> io::Result<u64> {
    if entry.header().entry_type().is_gnu_sparse() { entry.header().entry_size() } else { Ok(entry.size()) }
}

/// Folders, links, pipes and devices are passed over, as they are below a folder on disk.
fn has_no_content(kind: EntryType) -> bool {
    kind.is_dir()
        || kind.is_symlink()
        || kind.is_hard_link()
        || kind.is_fifo()
        || kind.is_character_special()
        || kind.is_block_special()
        || kind.is_pax_global_extensions()
        || kind.is_pax_local_extensions()
}
